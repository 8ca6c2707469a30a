// SPDX-License-Identifier: MIT
#include "pool/parent/trace.hpp"

#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/wait_status.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;
// A viewer that cuts off what is less than a nanosecond cuts off a whole one where 0.1 is not 0.1 in binary, here of a
// slice and there not of the next one: then they overlap, which viewers do not show. So there is one between any two.
constexpr double nanosecond = 1e-3;
constexpr double no_worker = -1;
constexpr int row_of_calls = 0;
constexpr const char* end_of_array = "\n]\n";

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

template <class Action>
void Trace::note(Action action) noexcept {
  if (is_over_) return;
  try {
    action();
  } catch (...) {  // no memory
    write_out();
    file_.write(end_of_array);
    end_early(ENOMEM);
  }
}

void Trace::call_began(std::uint64_t call, std::string_view function) noexcept {
  note([&] {
    TraceEvent event('b', "call " + std::to_string(call));
    event.with("cat", "call").with("id", call).with("ts", now()).argument("function", function);
    write(event, row_of_calls);
  });
}

void Trace::call_ended(std::uint64_t call) noexcept {
  note([&] {
    TraceEvent event('e', "call " + std::to_string(call));
    event.with("cat", "call").with("id", call).with("ts", now());
    write(event, row_of_calls);
  });
}

void Trace::worker_started(int slot, pid_t pid, Clock::time_point ordered_at) noexcept {
  const auto ordered = static_cast<std::uint64_t>(std::chrono::nanoseconds(ordered_at.time_since_epoch()).count());
  note([&] {
    TraceEvent event('X', "starting");
    event.argument("worker_pid", static_cast<std::uint64_t>(pid));
    slice(slot, event, "worker", time_of(ordered, 0), now());
  });
}

void Trace::item_ran(int slot, const Item& item, const ItemTimes& times, bool failed) noexcept {
  note([&] {
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
  });
}

void Trace::item_lost(int slot, const Item& item, std::uint64_t began_nanoseconds, std::string_view why) noexcept {
  note([&] {
    const double begin = time_of(began_nanoseconds, busy_until(slot));
    if (busy_until(slot) >= 0) waited(slot, busy_until(slot), begin);
    TraceEvent event = slice_of(item);
    slice(slot, event.argument("ended", why), "lost", begin, now());
  });
}

void Trace::recalled(int slot, std::size_t items) noexcept {
  note([&] {
    TraceEvent event('i', "recalled " + std::to_string(items) + (items == 1 ? " item" : " items"));
    write(event.with("cat", "recall").with("s", "t").with("ts", now()), row_of(slot));
  });
}

void Trace::worker_ended(int slot, pid_t pid, int wait_status) noexcept {
  note([&] {
    if (busy_until(slot) >= 0) waited(slot, busy_until(slot), now());
    TraceEvent event('i', "worker ended: " + describe_wait_status(wait_status));
    event.with("cat", "worker").with("s", "t").with("ts", now());
    write(event.argument("worker_pid", static_cast<std::uint64_t>(pid)), row_of(slot));
    busy_until(slot) = no_worker;
  });
}

void Trace::waited(int slot, double begin, double end) {
  if (end <= begin) return;
  TraceEvent event('X', "waiting");
  slice(slot, event, "waiting", begin, end);
}

void Trace::slice(int slot, TraceEvent& event, std::string_view category, double begin, double end) {
  const double duration = std::max(end - begin - nanosecond, 0.0);
  write(event.with("cat", category).with("ts", begin).with("dur", duration), row_of(slot));
  busy_until(slot) = end;
}

void Trace::write(TraceEvent& event, int row) {
  event.with("pid", static_cast<std::uint64_t>(program_)).with("tid", static_cast<std::uint64_t>(row));
  const std::string line = event.line();
  text_.reserve(text_.size() + std::strlen(separator_) + line.size());  // all of it, or std::bad_alloc and nothing
  text_ += std::exchange(separator_, ",\n");
  text_ += line;
  if (text_.size() >= piece_bytes) write_out();
}

void Trace::write_out() noexcept {
  if (is_over_) return;
  const int error = file_.write(text_);
  text_.clear();
  if (error != 0) end_early(error);
}

void Trace::end_early(int error) noexcept {
  if (std::exchange(is_over_, true)) return;
  say_on_stderr({"multiprocessing: the trace ", path_.native(), " ends too early: ", std::strerror(error), "\n"});
}

void Trace::finish() noexcept {
  write_out();
  const int error = is_over_ ? 0 : file_.write(end_of_array);
  if (error != 0) end_early(error);
  is_over_ = true;
  file_.finish();
}

}  // namespace multiprocessing::detail
