// SPDX-License-Identifier: MIT
// farm: Serial farming: one command on many inputs; failures have a reason, a second run skips what is done.
// Exercise: loop over what becomes of each input, as soon as it is known, failures too (the line ends in "{").
#include <multiprocessing/multiprocessing.hpp>

#include <err.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

namespace mp = multiprocessing;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

long number(const char* name, const std::string& otherwise) {
  const std::string text = std::getenv(name) != nullptr ? std::getenv(name) : otherwise;
  if (std::regex_match(text, std::regex("[0-9]{1,9}"))) return std::stol(text);
  errx(2, "%s should be a number of at most nine digits, and is '%s'", name, text.c_str());
}

// In a Slurm array each of COUNT tasks takes every COUNT-th input.
std::vector<std::string> share(std::vector<std::string> inputs) {
  const long first = number("SLURM_ARRAY_TASK_MIN", "0"), count = number("SLURM_ARRAY_TASK_COUNT", "1");
  const long ours = number("SLURM_ARRAY_TASK_ID", std::to_string(first)) - first;
  if (ours < 0 || ours >= count)
    errx(2, "task %ld is not one of an array of %ld from %ld on", ours + first, count, first);
  long turn = 0;
  std::erase_if(inputs, [&](auto&) { return turn++ % count != ours; });
  return inputs;
}

// Why the command failed, or nothing; then it gets a mark, a file that holds command and input as text.
std::string run(const std::string& command, const std::string& folder, const std::string& input) {
  setenv("INPUT", input.c_str(), 1);  // each worker has an environment of its own: there the shell finds the input
  const std::string whole = command.find("{}") != std::string::npos ? command : command + " {}";
  const int status = std::system(std::regex_replace(whole, std::regex("\\{\\}"), "\"$$INPUT\"").c_str());
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) sleep(1);  // Ctrl-C: begin nothing more; the pool ends us
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  if (status != 0) return "exit code " + std::to_string(WEXITSTATUS(status));
  if (folder.empty()) return "";
  const std::string name = folder + '/' + std::to_string(std::hash<std::string>()(command + input));
  return std::ofstream(name) << command << '\n' << input << std::flush ? "" : "cannot write " + name;
}

int farm(const std::string& command, std::vector<std::string> inputs, const std::string& folder) {
  std::set<std::string> marks;
  for (std::error_code none; const auto& file : std::filesystem::directory_iterator(folder, none)) {
    marks.emplace(std::istreambuf_iterator<char>(std::ifstream(file.path()).rdbuf()), std::istreambuf_iterator<char>());
  }
  const auto skipped = std::erase_if(inputs, [&](auto& input) { return marks.contains(command + '\n' + input); });
  std::vector<std::string> failures;
  const std::chrono::seconds limit(number("FARM_TIMEOUT", "999999999"));
  mp::Pool pool;
  auto outcomes = pool.with({.timeout = limit}).try_imap_unordered(mp::partial(run, command, folder), inputs);
  for (const auto& outcome : outcomes) {  // the key line
    const std::string reason = outcome ? outcome.value() : outcome.message();
    if (!reason.empty()) failures.push_back(inputs[outcome.index()] + ": " + reason);
  }
  std::printf("%zu done, %zu failed, %zu skipped\n", inputs.size() - failures.size(), failures.size(), skipped);
  for (const std::string& failure : failures) std::printf("  %s\n", failure.c_str());
  return failures.empty() ? 0 : 1;
}

int story() {
  char folder[] = "/tmp/farm.XXXXXX";
  if (mkdtemp(folder) == nullptr) return 1;
  const std::vector<std::string> inputs{"sleep 0.1", "sleep 0.2", "true", "exit 3", "kill -9 $$", "no-such-program"};
  std::puts("farm COMMAND INPUT... runs the command for each input ({}), in a Slurm array for its share. Here six:");
  farm("eval {} 2>/dev/null", inputs, folder);
  std::puts("\nOnce more. What is done has a mark in a folder (for you in $FARM) and is skipped, even if the input is");
  std::puts("a file that has changed since: where that matters take Snakemake; without C++, GNU parallel.");
  farm("eval {} 2>/dev/null", inputs, folder);
  std::filesystem::remove_all(folder);
  const auto naps = [&](int workers) { mp::Pool(workers).map(mp::partial(run, "sleep 0.1 #", ""), inputs); };
  last_line("Six that sleep 0.1 s, one at a time", best([&] { naps(1); }), "Three at a time", best([&] { naps(3); }));
  return 0;
}

int main(int count, char** words) {
  if (count < 2) return story();
  const char* const folder = std::getenv("FARM");
  if (folder != nullptr) std::filesystem::create_directories(folder);
  return farm(words[1], share({words + 2, words + count}), folder != nullptr ? folder : "");
}
