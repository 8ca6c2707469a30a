// SPDX-License-Identifier: MIT
#include "os/cgroup.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace multiprocessing::detail {
namespace {

namespace fs = std::filesystem;

// One line of /proc/self/mountinfo: the part `root` of a file system of type `type` is seen at `point`.
struct Mount {
  fs::path root;
  fs::path point;
  std::string type;
  std::string options;
};

// One line of /proc/self/cgroup: "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1.
struct Membership {
  std::string controllers;
  fs::path path;
};

// The kernel writes blanks, tabs, newlines and backslashes in paths as \040 and the like.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is_octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && is_octal(i + 1) && is_octal(i + 2) && is_octal(i + 3)) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool lists(std::string_view comma_separated, std::string_view word) {
  while (!comma_separated.empty()) {
    const std::size_t end = std::min(comma_separated.find(','), comma_separated.size());
    if (comma_separated.substr(0, end) == word) return true;
    comma_separated.remove_prefix(std::min(end + 1, comma_separated.size()));
  }
  return false;
}

std::vector<Mount> read_mounts(const fs::path& root) {
  std::vector<Mount> mounts;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    // "36 35 98:0 ROOT POINT access optional fields - TYPE source OPTIONS"
    std::istringstream words(line);
    std::string skipped, mount_root, point, type, options;
    words >> skipped >> skipped >> skipped >> mount_root >> point >> skipped;
    while (words >> skipped && skipped != "-") continue;
    if (words >> type >> skipped >> options) mounts.push_back({unescaped(mount_root), unescaped(point), type, options});
  }
  return mounts;
}

std::vector<Membership> read_memberships(const fs::path& root) {
  std::vector<Membership> memberships;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    memberships.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return memberships;
}

bool belongs(const Mount& mount, const Membership& membership) {
  if (membership.controllers.empty()) return mount.type == "cgroup2";
  return mount.type == "cgroup" && lists(membership.controllers, "cpu") && lists(mount.options, "cpu");
}

std::optional<double> quota_in(const fs::path& folder) {
  std::string quota;
  double period = 0;
  std::ifstream version_2(folder / "cpu.max");  // "max 100000", "150000 100000"
  if (!(version_2 >> quota >> period)) {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;  // -1: none
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  double time = 0;
  if (!(std::istringstream(quota) >> time) || time <= 0 || period <= 0) return std::nullopt;
  return time / period;
}

// The smallest quota of the process's own cgroup and all above it, from the root of the mounted tree down.
std::optional<double> smallest_quota(const fs::path& root, const Mount& mount, const fs::path& cgroup) {
  fs::path below = cgroup.lexically_relative(mount.root);
  // If the cgroup lies outside of the mounted part, as in a container without a cgroup namespace, only the mount can be
  // seen.
  if (below.empty() || *below.begin() == "..") below = ".";

  std::optional<double> smallest;
  const auto look_in = [&smallest](const fs::path& folder) {
    const auto quota = quota_in(folder);
    if (quota) smallest = std::min(smallest.value_or(*quota), *quota);
  };
  fs::path folder = root / mount.point.relative_path();
  look_in(folder);
  for (const fs::path& name : below) look_in(folder /= name);
  return smallest;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const fs::path& root) {
  std::optional<double> smallest;
  const std::vector<Mount> mounts = read_mounts(root);
  for (const Membership& membership : read_memberships(root)) {
    for (const Mount& mount : mounts) {
      if (!belongs(mount, membership)) continue;
      const auto quota = smallest_quota(root, mount, membership.path);
      if (quota) smallest = std::min(smallest.value_or(*quota), *quota);
    }
  }
  return smallest;
}

}  // namespace multiprocessing::detail
