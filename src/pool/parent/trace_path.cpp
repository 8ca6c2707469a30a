// SPDX-License-Identifier: MIT
#include "pool/parent/trace_path.hpp"

#include "os/this_process.hpp"

#include <atomic>
#include <cstdlib>

namespace multiprocessing::detail {
namespace {

constinit pid_t program = 0;  // which has begun with this library, not with a fork
constinit std::atomic<int> pools = 0;

// Before the program's own objects are made, of which one may be a pool.
[[gnu::constructor(101)]] void note_program() noexcept { program = this_process(); }

std::filesystem::path with_number(const std::filesystem::path& path, int number) {
  const std::string name = path.stem().string() + "-" + std::to_string(number);
  return path.parent_path() / (name + path.extension().string());
}

}  // namespace

std::optional<std::filesystem::path> trace_path(const PoolOptions& options) {
  if (options.trace) return options.trace;
  const char* const named = ::secure_getenv("MULTIPROCESSING_TRACE");
  if (named == nullptr || *named == '\0') return std::nullopt;
  const std::filesystem::path path(named);
  const int number = ++pools;
  if (this_process() != program) return with_number(with_pid(path), number);
  return number == 1 ? path : with_number(path, number);
}

std::filesystem::path with_pid(const std::filesystem::path& path) { return with_number(path, this_process()); }

}  // namespace multiprocessing::detail
