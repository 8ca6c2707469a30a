// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include "os/output_file.hpp"
#include "pool/parent/trace_event.hpp"
#include "shm/frame.hpp"

#include <sys/types.h>

#include <vector>

namespace multiprocessing::detail {

// The file that PoolOptions::trace names: an array of events, one a line. Each worker has a row, which its replacement
// goes on with; calls lie above them. What a worker says of its times is not believed: it is cut to what can be.
// Guarded by the group's mutex. Writes pieces of 64 KiB; all that is noted is in the file after finish(). Nothing
// throws once it is open: without memory, as with a full disk, the trace ends, and the pool goes on.
class Trace {
 public:
  struct Item {
    std::uint64_t call;  // its number in this pool
    std::size_t index;   // as item_index() gives it
    pid_t pid;
  };

  Trace(std::filesystem::path path, int processes);  // std::system_error

  void call_began(std::uint64_t call, std::string_view function) noexcept;
  void call_ended(std::uint64_t call) noexcept;
  void worker_started(int slot, pid_t pid, Clock::time_point ordered_at) noexcept;
  void item_ran(int slot, const Item& item, const ItemTimes& times, bool failed) noexcept;
  void item_lost(int slot, const Item& item, std::uint64_t began_nanoseconds, std::string_view why) noexcept;
  void recalled(int slot, std::size_t items) noexcept;
  void worker_ended(int slot, pid_t pid, int wait_status) noexcept;
  void finish() noexcept;
  OutputFile& file() noexcept { return file_; }

 private:
  // In microseconds since the pool began.
  double now() const;
  double time_of(std::uint64_t nanoseconds, double not_before) const;
  double& busy_until(int slot) { return busy_until_[static_cast<std::size_t>(slot)]; }
  void slice(int slot, TraceEvent& event, std::string_view category, double begin, double end);
  void waited(int slot, double begin, double end);
  template <class Action>
  void note(Action action) noexcept;
  void write(TraceEvent& event, int row);
  void write_out() noexcept;
  void end_early(int error) noexcept;

  std::filesystem::path path_;
  OutputFile file_;
  Clock::time_point origin_ = Clock::now();
  pid_t program_;
  std::vector<double> busy_until_;  // of each worker; negative while none runs
  std::string text_;
  const char* separator_ = "[\n";  // before the next event
  bool is_over_ = false;
};

}  // namespace multiprocessing::detail
