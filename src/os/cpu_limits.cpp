// SPDX-License-Identifier: MIT
#include "os/cpu_limits.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace multiprocessing::detail {
namespace {

constexpr int most_cpus_asked_for = 1 << 20;

std::optional<int> positive_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// "0-3,8" is 0, 1, 2, 3, 8. Nothing if it is not such a list.
std::vector<int> cpus_in_list(std::string_view list) {
  std::vector<int> cpus;
  const char* at = list.data();
  const char* const end = at + list.size();
  while (at != end) {
    int first = 0;
    auto parsed = std::from_chars(at, end, first);
    int last = first;
    if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '-') {
      parsed = std::from_chars(parsed.ptr + 1, end, last);
    }
    if (parsed.ec != std::errc() || first < 0 || last < first || last >= most_cpus_asked_for) return {};
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    at = parsed.ptr;
    if (at != end && *at++ != ',') return {};
  }
  return cpus;
}

}  // namespace

std::vector<int> allowed_cpus() {
  // The kernel refuses a mask that is smaller than its own, and does not say how large that is.
  for (int size = CPU_SETSIZE; size <= most_cpus_asked_for; size *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> mask(CPU_ALLOC(static_cast<std::size_t>(size)),
                                                                [](cpu_set_t* owned) { CPU_FREE(owned); });
    if (!mask) throw std::bad_alloc();
    const std::size_t size_bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(size));
    CPU_ZERO_S(size_bytes, mask.get());
    if (::sched_getaffinity(0, size_bytes, mask.get()) == 0) {
      std::vector<int> cpus;
      for (int cpu = 0; cpu < size; ++cpu) {
        if (CPU_ISSET_S(static_cast<std::size_t>(cpu), size_bytes, mask.get())) cpus.push_back(cpu);
      }
      return cpus;
    }
    if (errno != EINVAL) break;
  }
  return online_cpus();
}

std::vector<int> online_cpus(const std::filesystem::path& root) {
  std::vector<int> cpus = cpus_in_list(first_line(root / "sys/devices/system/cpu/online"));
  if (!cpus.empty()) return cpus;

  cpus.resize(static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))));
  std::iota(cpus.begin(), cpus.end(), 0);
  return cpus;
}

std::optional<int> count_cores(const std::vector<int>& cpus, const std::filesystem::path& root) {
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    const auto topology = root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) / "topology";
    std::string siblings = first_line(topology / "core_cpus_list");
    if (siblings.empty()) siblings = first_line(topology / "thread_siblings_list");  // kernels before 5.3
    if (siblings.empty()) return std::nullopt;
    cores.insert(siblings);
  }
  if (cores.empty()) return std::nullopt;
  return static_cast<int>(cores.size());
}

int count_usable_cpus(const CpuLimits& limits) {
  if (limits.override_count != nullptr && *limits.override_count != '\0') {
    if (const auto count = positive_number(limits.override_count)) return *count;
    throw std::invalid_argument("the environment's MULTIPROCESSING_CPU_COUNT is \"" +
                                std::string(limits.override_count) + "\": it must be a whole number, at least 1");
  }

  int count = limits.allowed_cpus;
  if (limits.cgroup_quota && *limits.cgroup_quota < count) count = static_cast<int>(std::ceil(*limits.cgroup_quota));
  if (limits.slurm_cpus_per_task != nullptr) {
    // The variable may be left over from a larger job step, so it only lowers the number; other text than a number is
    // ignored.
    if (const auto slurm = positive_number(limits.slurm_cpus_per_task)) count = std::min(count, *slurm);
  }
  return std::max(1, count);
}

}  // namespace multiprocessing::detail
