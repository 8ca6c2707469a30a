// SPDX-License-Identifier: MIT
#include "text_files.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

namespace demo {
namespace {

namespace fs = std::filesystem;

class Search {
 public:
  void add(const fs::path& named) {
    std::error_code error;
    const fs::file_status status = fs::status(named, error);
    if (status.type() == fs::file_type::directory) {
      folders_.push_back(named);
      while (!folders_.empty()) {
        const fs::path folder = std::move(folders_.back());
        folders_.pop_back();
        read_folder(folder);
      }
    } else if (status.type() == fs::file_type::regular) {
      add_file(named);
    } else {
      found_.unread[named] = error ? error.message()
                             : status.type() == fs::file_type::not_found
                                 ? std::make_error_code(std::errc::no_such_file_or_directory).message()
                                 : "Neither a file nor a folder";
    }
  }

  TextFiles result() && {
    std::sort(sized_.begin(), sized_.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (auto& [size, path] : sized_) found_.files.push_back(std::move(path));
    return std::move(found_);
  }

 private:
  // Not a recursive_directory_iterator: that one gives up everything at the first folder that it cannot open.
  void read_folder(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code unknown;
      const fs::file_type type = entry->symlink_status(unknown).type();
      if (unknown) {
        found_.unread[entry->path()] = unknown.message();
      } else if (type == fs::file_type::directory) {
        folders_.push_back(entry->path());
      } else if (type == fs::file_type::regular) {
        add_file(entry->path());
      }
    }
    if (error) found_.unread[folder] = error.message();
  }

  void add_file(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) {
      found_.unread[path] = error.message();
    } else {
      found_.total_bytes += size;
      sized_.emplace_back(size, path);
    }
  }

  TextFiles found_;
  std::vector<fs::path> folders_;
  std::vector<std::pair<std::uintmax_t, fs::path>> sized_;
};

}  // namespace

TextFiles find_files(const std::vector<fs::path>& paths) {
  Search search;
  for (const fs::path& path : paths) search.add(path);
  return std::move(search).result();
}

std::vector<fs::path> licence_paths() {
  std::vector<fs::path> paths;
  std::error_code error;
  if (fs::is_directory("/usr/share/common-licenses", error)) paths.emplace_back("/usr/share/common-licenses");
  fs::directory_iterator package("/usr/share/doc", error);
  for (; !error && package != fs::directory_iterator(); package.increment(error)) {
    std::error_code none;
    const fs::path licence = package->path() / "copyright";
    // A link is another package's folder, which comes by itself.
    if (!package->is_symlink(none) && fs::is_regular_file(fs::symlink_status(licence, none))) paths.push_back(licence);
  }
  for (const char* const elsewhere : {"/usr/share/licenses", "/usr/share/doc"}) {
    if (paths.empty() && fs::is_directory(elsewhere, error)) paths.emplace_back(elsewhere);
  }
  return paths;
}

}  // namespace demo
