// SPDX-License-Identifier: MIT
#include <multiprocessing/cpu_count.hpp>

#include "os/cgroup.hpp"
#include "os/cpu_limits.hpp"
#include "support/child_process.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace multiprocessing::detail::cpu_count_test {
namespace {

namespace fs = std::filesystem;

// A root directory with just the files that a test wants to be read.
class FakeRoot {
 public:
  FakeRoot() {
    std::string name = (fs::temp_directory_path() / "cpu_count_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = name;
  }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;
  ~FakeRoot() { fs::remove_all(root_); }

  FakeRoot& with(const fs::path& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
    return *this;
  }
  operator const fs::path&() const { return root_; }

 private:
  fs::path root_;
};

const std::string version_2_mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string version_1_mount =
    "25 30 0:23 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
    "33 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "34 25 0:29 / /sys/fs/cgroup/cpuset rw shared:9 - cgroup cgroup rw,cpuset\n";

TEST(CgroupQuota, IsNothingWithoutACgroup) {
  FakeRoot root;

  EXPECT_EQ(cgroup_cpu_quota(root), std::nullopt);
}

TEST(CgroupQuota, IsNothingWhereVersion2SaysMax) {
  FakeRoot root;
  root.with("proc/self/mountinfo", version_2_mount).with("proc/self/cgroup", "0::/job\n");
  root.with("sys/fs/cgroup/job/cpu.max", "max 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), std::nullopt);
}

TEST(CgroupQuota, IsTheOneOfTheProcessInVersion2) {
  FakeRoot root;
  root.with("proc/self/mountinfo", version_2_mount).with("proc/self/cgroup", "0::/job/step\n");
  root.with("sys/fs/cgroup/job/step/cpu.max", "150000 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 1.5);
}

TEST(CgroupQuota, IsTheSmallestOfAllAncestors) {
  FakeRoot root;
  root.with("proc/self/mountinfo", version_2_mount).with("proc/self/cgroup", "0::/slice/job/step\n");
  root.with("sys/fs/cgroup/slice/cpu.max", "800000 100000\n");
  root.with("sys/fs/cgroup/slice/job/cpu.max", "200000 100000\n");
  root.with("sys/fs/cgroup/slice/job/step/cpu.max", "400000 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 2.0);
}

TEST(CgroupQuota, IsFoundAtTheMountOfACgroupNamespace) {
  FakeRoot root;
  root.with("proc/self/mountinfo", version_2_mount).with("proc/self/cgroup", "0::/\n");
  root.with("sys/fs/cgroup/cpu.max", "50000 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 0.5);
}

TEST(CgroupQuota, IsFoundWhereOnlyAPartOfTheTreeIsMounted) {
  FakeRoot root;
  root.with("proc/self/mountinfo", "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
  root.with("proc/self/cgroup", "0::/docker/abc/step\n");
  root.with("sys/fs/cgroup/step/cpu.max", "300000 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 3.0);
}

TEST(CgroupQuota, IsTheOneOfTheMountWhereTheProcessLiesOutsideOfIt) {
  FakeRoot root;
  root.with("proc/self/mountinfo", "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
  root.with("proc/self/cgroup", "0::/../other\n");
  root.with("sys/fs/cgroup/cpu.max", "300000 100000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 3.0);
}

TEST(CgroupQuota, IsTheSmallestOfAllAncestorsInVersion1) {
  FakeRoot root;
  root.with("proc/self/mountinfo", version_1_mount);
  root.with("proc/self/cgroup", "9:cpuset:/elsewhere\n4:cpu,cpuacct:/job/step\n1:name=systemd:/job\n0::/job\n");
  const fs::path tree = "sys/fs/cgroup/cpu,cpuacct";
  root.with(tree / "cpu.cfs_quota_us", "-1\n").with(tree / "cpu.cfs_period_us", "100000\n");
  root.with(tree / "job/cpu.cfs_quota_us", "250000\n").with(tree / "job/cpu.cfs_period_us", "100000\n");
  root.with(tree / "job/step/cpu.cfs_quota_us", "-1\n").with(tree / "job/step/cpu.cfs_period_us", "50000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 2.5);
}

TEST(CgroupQuota, IsFoundBehindABlankInThePath) {
  FakeRoot root;
  root.with("proc/self/mountinfo", "30 23 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n");
  root.with("proc/self/cgroup", "0::/a job\n").with("my groups/a job/cpu.max", "100000 50000\n");

  EXPECT_EQ(cgroup_cpu_quota(root), 2.0);
}

TEST(CgroupQuota, IsNothingWhereTheFilesMakeNoSense) {
  for (const std::string text : {"", "x", "0 0", "100000", "100000 0", "-1 100000", "max"}) {
    FakeRoot root;
    root.with("proc/self/mountinfo", "30\nnonsense - x\n" + version_2_mount);
    root.with("proc/self/cgroup", "\nx\n0:\n0::/job\n").with("sys/fs/cgroup/job/cpu.max", text);
    EXPECT_EQ(cgroup_cpu_quota(root), std::nullopt) << text;
  }
}

TEST(CpuLimits, RoundTheQuotaUp) {
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 8}), 8);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 8, .cgroup_quota = 1.5}), 2);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 8, .cgroup_quota = 3.0}), 3);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 8, .cgroup_quota = 0.01}), 1);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .cgroup_quota = 1e300}), 2);
}

TEST(CpuLimits, AreOnlyLoweredBySlurm) {
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 8, .slurm_cpus_per_task = "3"}), 3);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .slurm_cpus_per_task = "16"}), 2);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .slurm_cpus_per_task = "0"}), 2);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .slurm_cpus_per_task = "many"}), 2);
}

TEST(CpuLimits, AreOverriddenByTheEnvironment) {
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .cgroup_quota = 1.0, .override_count = "12"}), 12);
  EXPECT_EQ(count_usable_cpus({.allowed_cpus = 2, .override_count = ""}), 2);
}

TEST(CpuLimits, NameAnOverrideThatIsNoCount) {
  for (const char* text : {"0", "-1", "x", "2x", " 2", "2.5", "99999999999999999999"}) {
    try {
      count_usable_cpus({.override_count = text});
      ADD_FAILURE() << text << " was accepted";
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("MULTIPROCESSING_CPU_COUNT"), std::string::npos) << error.what();
    }
  }
}

TEST(CpuLimits, CountTheOnlineCpus) {
  FakeRoot root;
  root.with("sys/devices/system/cpu/online", "0-3,8,10-11\n");

  EXPECT_EQ(online_cpus(root), (std::vector{0, 1, 2, 3, 8, 10, 11}));
}

TEST(CpuLimits, CountTheCpusAsTheSystemDoesWhereTheListMakesNoSense) {
  for (const std::string text : {"", "x", "3-1", "0-", "1,,2", "-1", "0-999999999"}) {
    FakeRoot root;
    root.with("sys/devices/system/cpu/online", text);
    EXPECT_EQ(online_cpus(root).size(), static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_ONLN))) << text;
  }
}

TEST(CpuLimits, CountACoreOnce) {
  FakeRoot root;
  const fs::path cpus = "sys/devices/system/cpu";
  root.with(cpus / "cpu0/topology/core_cpus_list", "0,2\n").with(cpus / "cpu2/topology/core_cpus_list", "0,2\n");
  root.with(cpus / "cpu1/topology/thread_siblings_list", "1,3\n");
  root.with(cpus / "cpu3/topology/thread_siblings_list", "1,3\n");

  EXPECT_EQ(count_cores({0, 1, 2, 3}, root), 2);
  EXPECT_EQ(count_cores({0, 2}, root), 1);
  EXPECT_EQ(count_cores({0, 7}, root), std::nullopt);
}

TEST(CpuCount, IsAtLeastOneCoreAndOneCpu) {
  EXPECT_GE(physical_cpu_count(), 1);
  EXPECT_GE(cpu_count(), physical_cpu_count());
  EXPECT_EQ(cpu_count(), sysconf(_SC_NPROCESSORS_ONLN));
}

TEST(CpuCount, FollowsTheAffinityOfTheProcess) {
  tests::run_in_child([] {
    unsetenv("MULTIPROCESSING_CPU_COUNT");
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(allowed_cpus().front()), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(process_cpu_count(), 1);
  });
}

TEST(CpuCount, FollowsTheEnvironment) {
  tests::run_in_child([] {
    setenv("MULTIPROCESSING_CPU_COUNT", "37", 1);
    EXPECT_EQ(process_cpu_count(), 37);
    setenv("MULTIPROCESSING_CPU_COUNT", "none", 1);
    EXPECT_THROW(process_cpu_count(), std::invalid_argument);
    unsetenv("MULTIPROCESSING_CPU_COUNT");
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    EXPECT_EQ(process_cpu_count(), 1);
  });
}

}  // namespace
}  // namespace multiprocessing::detail::cpu_count_test
