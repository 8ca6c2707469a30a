// SPDX-License-Identifier: MIT
// Texts there and back: what serialising, rings and copies cost beside a bare pipe with the same bytes.
#include <multiprocessing/pool.hpp>

#include "figures.hpp"
#include "kernel_peers.hpp"
#include "pair.hpp"

#include <string>

namespace bench {
namespace {

namespace mp = multiprocessing;

std::string same(std::string text) { return text; }

// A process that sends back what it is sent, in messages of one size. The first byte tells it to end.
class PipeEcho {
 public:
  explicit PipeEcho(std::size_t size)
      : text_(size, 'x'), other_([this] {
          do {
            there_.read(text_.data(), text_.size());
            back_.write(text_.data(), text_.size());
          } while (text_[0] != 'e');
        }) {}
  PipeEcho(const PipeEcho&) = delete;
  PipeEcho& operator=(const PipeEcho&) = delete;
  ~PipeEcho() {
    send(std::string(text_.size(), 'e'));
    other_.join();
  }
  void send(const std::string& text) {
    there_.write(text.data(), text.size());
    back_.read(text_.data(), text_.size());
  }

 private:
  std::string text_;
  measuring::RawPipe there_;
  measuring::RawPipe back_;
  measuring::DaemonProcess other_;
};

Row measure_size(const Setting& setting, mp::Pool& pool, const char* subject, std::size_t size, std::size_t count) {
  PipeEcho pipe(size);
  const std::vector<std::string> texts(count, std::string(size, 'x'));
  Row row{.subject = subject, .unit = "us", .peer_name = "a pipe, one process", .limit = Limit::ratio, .goal = 1};
  const auto send_all = [&] {
    for (const std::string& text : texts) pipe.send(text);
  };
  compare(row, setting.samples, per_item(count, [&] { keep(pool.map(&same, texts).data()); }),
          per_item(count, send_all));
  return row;
}

}  // namespace

std::vector<Row> measure_texts(const Setting& setting) {
  mp::Pool pool(setting.workers);
  return {measure_size(setting, pool, "map, a text of 1 KiB", std::size_t{1} << 10, 1'000),
          measure_size(setting, pool, "map, a text of 16 KiB", std::size_t{16} << 10, 1'000),
          measure_size(setting, pool, "map, a text of 1 MiB", std::size_t{1} << 20, 100)};
}

}  // namespace bench
