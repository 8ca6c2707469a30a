// SPDX-License-Identifier: MIT
// farm: Serial farming: one command on many inputs; failures have a reason, a second run skips what is done.
#include <multiprocessing/multiprocessing.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

namespace mp = multiprocessing;
namespace fs = std::filesystem;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run, double begin = now()) { return run(), now() - begin; }
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* demo, const char* one, double first, const char* other, double second) {
  std::printf("%-12s %s %.2f s   %s %.2f s   %.1f x   (best of 3)\n", demo, one, first, other, second, first / second);
}

volatile std::sig_atomic_t interrupted = 0;  // by Ctrl-C

// Why the command failed, or nothing. Each worker has an environment of its own: there the shell finds the input.
std::string run(const std::string& command, const std::string& input) {
  setenv("INPUT", input.c_str(), 1);
  const std::string whole = command.find("{}") != std::string::npos ? command : command + " {}";
  const int status = std::system(std::regex_replace(whole, std::regex("\\{\\}"), "\"$$INPUT\"").c_str());
  const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);  // as shells count
  if (code == 128 + SIGINT) sleep(1);  // Ctrl-C: begin nothing more; the pool ends us
  if (code > 128 && code < 160) return "signal " + std::to_string(code - 128);
  return code == 0 ? "" : code == 127 ? "not found" : "exit code " + std::to_string(code);
}

// Runs the command for each input without a mark in the folder. 0: all is done, 1: something failed, 130: Ctrl-C.
int farm(const std::string& command, std::vector<std::string> inputs, const fs::path& done, int workers) {
  const auto mark = [&](auto& name) { return done / std::to_string(std::hash<std::string>()(command + '\n' + name)); };
  const std::size_t skipped = std::erase_if(inputs, [&](auto& input) { return fs::exists(mark(input)); });
  std::size_t ended = 0, failed = 0;
  std::string failures;
  mp::Pool pool(workers);
  auto outcomes = pool.try_imap_unordered(mp::partial(run, command), inputs);
  while (ended < inputs.size() && interrupted == 0) {
    try {
      const auto outcome = outcomes.next(std::chrono::milliseconds(100));  // the key line
      const std::string &input = inputs[outcome.index()], reason = outcome ? outcome.value() : outcome.message();
      if (reason.empty()) fs::create_directories(mark(input));
      if (!reason.empty()) failures += "  " + input + ": " + reason + '\n', ++failed;
      const std::string bar(40 * ++ended / inputs.size(), '#');
      if (isatty(STDOUT_FILENO)) std::cout << '\r' << bar << std::string(40 - bar.size(), '.') << ' ' << std::flush;
    } catch (const mp::TimeoutError&) {  // time to look whether somebody pressed Ctrl-C
    }
  }
  std::printf("%zu done, %zu failed, %zu skipped\n%s", ended - failed, failed, skipped, failures.c_str());
  return interrupted != 0 ? 130 : failed != 0;
}

int story(const fs::path& done) {
  const std::vector<std::string> inputs{"sleep 0.1", "sleep 0.2", "true", "exit 3", "kill -9 $$", "no-such-program"};
  std::cout << "farm COMMAND INPUT... runs the command for each input (in place of {}). Here six, three at a time:\n";
  farm("eval {} 2>/dev/null", inputs, done, 3);
  std::cout << "\nOnce more. What is done has a mark in a folder ($FARM names one that stays) and is skipped:\n";
  farm("eval {} 2>/dev/null", inputs, done, 3);
  std::cout << "\nCommands that sleep need no CPU: six that sleep 0.1 s, one at a time and three at a time:\n";
  const auto naps = [&](int workers) { mp::Pool(workers).map(mp::partial(run, "sleep 0.1 #"), inputs); };
  last_line("farm", "one worker", best([&] { naps(1); }), "three", best([&] { naps(3); }));
  return interrupted != 0 ? 130 : 0;
}

int main(int count, char** words) {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = 1; });
  char own[] = "/tmp/farm.XXXXXX", *const kept = std::getenv("FARM");
  const fs::path done = kept != nullptr ? kept : mkdtemp(own);
  const int code = count < 2 ? story(done) : farm(words[1], {words + 2, words + count}, done, mp::process_cpu_count());
  if (kept == nullptr) fs::remove_all(done);
  return code;
}
