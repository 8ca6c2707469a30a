// SPDX-License-Identifier: MIT
#include "word_count.hpp"

#include "comparison.hpp"
#include "file_reader.hpp"
#include "report.hpp"
#include "terminal.hpp"
#include "text_files.hpp"
#include "words.hpp"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <system_error>

namespace demo {
namespace {

struct Counts {
  Words words = {};
  std::size_t binary_files = 0;
  Unread unread = {};
  bool operator==(const Counts&) const = default;
};

struct CountFiles {
  const std::vector<std::filesystem::path>& files;

  std::size_t items() const { return files.size(); }

  // The workers read; the parent adds up. A file that cannot be read is the error of its item, and of no other.
  template <class Pool>
  Counts operator()(Pool& pool, tools::ProgressBar& bar) const {
    Counts counts;
    for (auto& outcome : pool.try_imap_unordered(&count_words, files)) {
      if (!outcome) {
        const auto* refused = outcome.template error_as<std::system_error>();
        counts.unread[files[outcome.index()]] = refused ? refused->code().message() : outcome.message();
      } else if (outcome.value()) {
        for (const auto& [word, count] : *outcome.value()) counts.words[word] += count;
      } else {
        ++counts.binary_files;
      }
      bar.advance();
    }
    return counts;
  }
};

// Otherwise the pool that comes first waits for the disk, and the others look fast.
void read_once(const std::vector<std::filesystem::path>& files) {
  tools::ProgressBar bar("reading", files.size());
  for (const std::filesystem::path& path : files) {
    try {
      for (FileReader file(path); !file.next().empty();) continue;
    } catch (const std::system_error&) {  // the workers report it
    }
    bar.advance();
  }
}

std::string size_in_words(std::size_t bytes) {
  if (bytes < 1'000'000) return std::to_string((bytes + 999) / 1'000) + " kB";
  return std::to_string((bytes + 500'000) / 1'000'000) + " MB";
}

void print_words(const Words& words, std::size_t top) {
  std::vector<std::pair<std::string, long>> sorted(words.begin(), words.end());
  const std::size_t shown = std::min(top, sorted.size());
  std::partial_sort(
      sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(shown), sorted.end(),
      [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
  for (std::size_t i = 0; i != shown; ++i) {
    std::cout << std::setw(12) << sorted[i].second << "  " << tools::printable(sorted[i].first) << '\n';
  }
}

void report_unread(const Unread& unread) {
  std::cout << std::flush;
  for (const auto& [path, reason] : unread) {
    std::cerr << "multiprocessing-demo: " << tools::printable(path.string()) << ": " << tools::printable(reason)
              << '\n';
  }
}

}  // namespace

int run_word_count(const Options& options) {
  const std::vector<std::filesystem::path> paths = options.paths.empty() ? licence_paths() : options.paths;
  if (paths.empty()) throw UsageError("wordcount: this system has no licences to count: name a file or a folder");
  TextFiles found = find_files(paths);
  std::cout << "wordcount: " << counted(found.files.size(), "file") << ", " << size_in_words(found.total_bytes)
            << (options.paths.empty() ? ", the licences of this system" : "") << std::endl;
  if (found.files.empty()) {
    std::cout << "  Nothing to count.\n";
    report_unread(found.unread);
    return found.unread.empty() ? 0 : 2;
  }
  read_once(found.files);
  const auto comparison = compare(CountFiles{found.files}, options.processes);
  for (const Counts& counts : comparison.answers) found.unread.insert(counts.unread.begin(), counts.unread.end());
  report_unread(found.unread);

  print_table(std::cout, comparison.timings);
  if (!comparison.same()) {
    std::cout << std::flush;
    std::cerr << "multiprocessing-demo: wordcount: the pools disagree: did a file change meanwhile?\n";
    return 1;
  }
  const Counts& counts = comparison.answers.front();
  std::cout << "  Same answer from all three: " << counted(counts.words.size(), "different word");
  if (counts.binary_files != 0) std::cout << "; skipped " << counted(counts.binary_files, "binary file");
  if (!found.unread.empty()) std::cout << "; could not read " << found.unread.size();
  std::cout << '\n';
  print_words(counts.words, options.top);
  return found.unread.empty() ? 0 : 2;
}

}  // namespace demo
