// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/pool_interface.hpp>

#include <sstream>
#include <stdexcept>

namespace multiprocessing::detail {

// The sentences for what a caller did wrong or waited too long for.

std::size_t checked_size(const char* name, long size) {
  if (size < 1) throw std::invalid_argument(std::string(name) + " must be at least 1, not " + std::to_string(size));
  return static_cast<std::size_t>(size);
}

std::size_t checked_chunksize(std::optional<long> chunksize, std::size_t items, int processes) {
  if (chunksize) return checked_size("chunksize", *chunksize);
  const std::size_t chunks = 4 * static_cast<std::size_t>(processes);
  return items / chunks + (items % chunks != 0 ? 1 : 0);
}

void throw_timeout(const char* what, std::chrono::nanoseconds waited) {
  std::ostringstream text;
  text << what << " stopped waiting after " << std::chrono::duration<double>(waited).count() << " s; the work goes on";
  throw TimeoutError(text.str());
}

void throw_no_result() {
  throw std::logic_error(
      "this AsyncResult holds no result: it was default-constructed, moved from, or get() has returned its result");
}

void throw_no_pool() {
  throw std::logic_error("this pool was moved from, or it is called in a worker of its own: make another pool there");
}

void throw_not_ready() { throw std::logic_error("successful() was called before the result was ready()"); }

void throw_stop_iteration() { throw StopIteration("there are no more results"); }

void throw_size_beyond_end(std::uint64_t size, std::uint64_t remaining_bytes) {
  throw MalformedBytes("a container of " + std::to_string(size) + " elements cannot be in the " +
                       std::to_string(remaining_bytes) + " bytes that remain (of empty elements, at most " +
                       std::to_string(empty_elements_limit) + " can be sent)");
}

void throw_other_shared_type() { throw MalformedBytes("a shared pointer names an object of another type"); }

}  // namespace multiprocessing::detail
