// SPDX-License-Identifier: MIT
#include "support/leftovers.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names open_descriptors() {
  Names names;
  std::error_code ignored;
  const fs::path listing = "/proc/" + std::to_string(getpid()) + "/fd";
  for (const auto& entry : fs::directory_iterator(listing)) {
    const fs::path target = fs::read_symlink(entry.path(), ignored);
    if (target != listing) names.push_back(entry.path().filename().string() + " -> " + target.string());
  }
  return names;
}

Names shared_mappings() {
  Names names;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range, access, offset, device, inode, path;
    words >> range >> access >> offset >> device >> inode >> std::ws;
    std::getline(words, path);
    if (access.ends_with('s')) names.push_back(inode + " " + path);
  }
  return names;
}

Names as_names(const std::vector<pid_t>& pids, pid_t but) {
  Names names;
  for (const pid_t pid : pids) {
    if (pid != but) names.push_back(std::to_string(pid));
  }
  return names;
}

Names entries_of(const fs::path& folder) {
  Names names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) names.push_back(entry.path().filename());
  return names;
}

Names own_files(const fs::path& folder) {
  Names names;
  for (const std::string& name : entries_of(folder)) {
    struct stat status {};
    const fs::path path = folder / name;
    if (stat(path.c_str(), &status) == 0 && status.st_uid == geteuid()) names.push_back(path);
  }
  return names;
}

Names added(Names before, Names now) {
  std::sort(before.begin(), before.end());
  std::sort(now.begin(), now.end());
  now.erase(std::unique(now.begin(), now.end()), now.end());
  Names result;
  std::set_difference(now.begin(), now.end(), before.begin(), before.end(), std::back_inserter(result));
  return result;
}

Holdings added(const Holdings& before, const Holdings& now) {
  return {added(before.descriptors, now.descriptors), added(before.mappings, now.mappings),
          added(before.children, now.children),       added(before.orphans, now.orphans),
          added(before.threads, now.threads),         added(before.files, now.files)};
}

Holdings left_since(const Holdings& before, const fs::path& files_in) {
  Holdings left;
  eventually(
      [&] {
        left = added(before, Holdings::now(files_in));
        // UndefinedBehaviorSanitizer opens a pipe for a moment, in any thread, to look at memory.
        const bool look_again = patience != 1 && !left.descriptors.empty();
        return left.orphans.empty() && left.threads.empty() && left.files.empty() && !look_again;
      },
      std::chrono::seconds{10});  // tests that run beside this one have files, too
  return left;
}

Names sentences(const Holdings& left) {
  Names result;
  const auto say = [&result](const char* what, const Names& names) {
    for (const std::string& name : names) result.push_back(what + name);
  };
  say("an open descriptor: ", left.descriptors);
  say("a shared mapping: ", left.mappings);
  for (const std::string& pid : left.children) result.push_back("a child process: " + describe_process(std::stoi(pid)));
  for (const std::string& pid : left.orphans)
    result.push_back("an orphaned process: " + describe_process(std::stoi(pid)));
  say("a thread: ", left.threads);
  say("a file: ", left.files);
  return result;
}

void end_processes(const Holdings& left) {
  for (const std::string& pid : left.orphans) kill(std::stoi(pid), SIGKILL);
  for (const std::string& pid : left.children) {
    kill(std::stoi(pid), SIGKILL);
    waitpid(std::stoi(pid), nullptr, 0);
  }
}

class Watcher : public ::testing::EmptyTestEventListener {
#if defined(__SANITIZE_THREAD__)
  // ThreadSanitizer's own thread comes with the first thread of the program.
  void OnTestProgramStart(const ::testing::UnitTest&) override {
    std::thread([] {}).join();
  }
#endif
  void OnTestStart(const ::testing::TestInfo&) override { before_ = Holdings::now(); }
  // Runs after the fixture is gone and before the result is printed: what fails here counts for this test.
  void OnTestEnd(const ::testing::TestInfo&) override {
    const Holdings left = left_since(before_, "/dev/shm");
    for (const std::string& sentence : sentences(left)) ADD_FAILURE() << "the test left " << sentence;
    end_processes(left);
  }

  Holdings before_;
};

}  // namespace

Holdings Holdings::now(const fs::path& files_in) {
  Holdings result;
  result.descriptors = open_descriptors();
  result.mappings = shared_mappings();
  result.children = as_names(children_of(getpid()), 0);
  result.orphans = as_names(children_of(getppid()), getpid());
  result.threads = entries_of("/proc/self/task");
  result.files = own_files(files_in);
  return result;
}

std::vector<std::string> leftovers_since(const Holdings& before, const fs::path& files_in) {
  return sentences(left_since(before, files_in));
}

void watch_leftovers() { ::testing::UnitTest::GetInstance()->listeners().Append(new Watcher); }

}  // namespace multiprocessing::tests
