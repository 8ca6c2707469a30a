// SPDX-License-Identifier: MIT
#include "pool/trace.hpp"

#include "os/output.hpp"
#include "os/this_process.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;
constexpr double no_worker = -1;
constexpr int row_of_calls = 0;

int row_of(int slot) { return slot + 1; }

TraceEvent slice_of(const Trace::Item& item) {
  TraceEvent event('X', "item " + std::to_string(item.index));
  event.argument("call", item.call).argument("worker_pid", static_cast<std::uint64_t>(item.pid));
  return event;
}

}  // namespace

Trace::Trace(std::filesystem::path path, int processes)
    : path_(std::move(path)),
      file_(path_),
      program_(this_process()),
      busy_until_(static_cast<std::size_t>(processes), no_worker) {
  TraceEvent title('M', "process_name");
  write(title.argument("name", "Pool of " + std::to_string(processes)), row_of_calls);
  for (int slot = 0; slot != processes; ++slot) {
    TraceEvent name('M', "thread_name");
    write(name.argument("name", "worker " + std::to_string(slot)), row_of(slot));
    TraceEvent place('M', "thread_sort_index");
    write(place.argument("sort_index", static_cast<std::uint64_t>(slot)), row_of(slot));
  }
  write_out();
}

double Trace::now() const { return std::chrono::duration<double, std::micro>(Clock::now() - origin_).count(); }

double Trace::time_of(std::uint64_t nanoseconds, double not_before) const {
  const auto origin = static_cast<std::uint64_t>(std::chrono::nanoseconds(origin_.time_since_epoch()).count());
  const double since = nanoseconds < origin ? 0 : static_cast<double>(nanoseconds - origin) / 1e3;
  return std::clamp(since, not_before, std::max(not_before, now()));
}

void Trace::call_began(std::uint64_t call, std::string_view function) {
  TraceEvent event('b', "call " + std::to_string(call));
  event.with("cat", "call").with("id", call).with("ts", now()).argument("function", function);
  write(event, row_of_calls);
}

void Trace::call_ended(std::uint64_t call) {
  TraceEvent event('e', "call " + std::to_string(call));
  event.with("cat", "call").with("id", call).with("ts", now());
  write(event, row_of_calls);
}

void Trace::worker_started(int slot, pid_t pid, Clock::time_point ordered_at) {
  const auto ordered = static_cast<std::uint64_t>(std::chrono::nanoseconds(ordered_at.time_since_epoch()).count());
  TraceEvent event('X', "starting");
  event.argument("worker_pid", static_cast<std::uint64_t>(pid));
  slice(slot, event, "worker", time_of(ordered, 0), now());
}

void Trace::item_ran(int slot, const Item& item, const ItemTimes& times, bool failed) {
  const double waited_from = time_of(times.waited_from, busy_until(slot));
  waited(slot, waited_from, time_of(times.waited_until, waited_from));
  const double begin = time_of(times.decoding, busy_until(slot));
  const double running = time_of(times.running, begin);
  const double encoding = time_of(times.encoding, running);
  const double end = time_of(times.end, encoding);
  TraceEvent event = slice_of(item);
  event.argument("ended", failed ? "with an error" : "with a value").argument("decoding_us", running - begin);
  if (times.encoding != 0) event.argument("encoding_us", end - encoding);
  slice(slot, event, "item", begin, end);
}

void Trace::item_lost(int slot, const Item& item, std::uint64_t began_nanoseconds, std::string_view why) {
  TraceEvent event = slice_of(item);
  slice(slot, event.argument("ended", why), "lost", time_of(began_nanoseconds, busy_until(slot)), now());
}

void Trace::recalled(int slot, std::size_t items) {
  TraceEvent event('i', "recalled " + std::to_string(items) + (items == 1 ? " item" : " items"));
  write(event.with("cat", "recall").with("s", "t").with("ts", now()), row_of(slot));
}

void Trace::worker_ended(int slot, pid_t pid, std::string_view how) {
  if (busy_until(slot) >= 0) waited(slot, busy_until(slot), now());
  TraceEvent event('i', std::string("worker ended: ").append(how));
  event.with("cat", "worker").with("s", "t").with("ts", now()).argument("worker_pid", static_cast<std::uint64_t>(pid));
  write(event, row_of(slot));
  busy_until(slot) = no_worker;
}

void Trace::waited(int slot, double begin, double end) {
  if (end <= begin) return;
  TraceEvent event('X', "waiting");
  slice(slot, event, "waiting", begin, end);
}

void Trace::slice(int slot, TraceEvent& event, std::string_view category, double begin, double end) {
  write(event.with("cat", category).with("ts", begin).with("dur", end - begin), row_of(slot));
  busy_until(slot) = end;
}

void Trace::write(TraceEvent& event, int row) {
  if (is_over_) return;
  event.with("pid", static_cast<std::uint64_t>(program_)).with("tid", static_cast<std::uint64_t>(row));
  text_ += std::exchange(separator_, ",\n");
  text_ += event.line();
  if (text_.size() >= piece_bytes) write_out();
}

// A disk that is full ends the trace, not the pool.
void Trace::write_out() {
  const int error = file_.write(text_);
  text_.clear();
  if (error == 0) return;
  is_over_ = true;
  say_on_stderr({"multiprocessing: the trace ", path_.native(), " ends too early: ", std::strerror(error), "\n"});
}

void Trace::finish() {
  if (is_over_) return;
  text_ += "\n]\n";
  write_out();
  is_over_ = true;
  file_.close();
}

}  // namespace multiprocessing::detail
