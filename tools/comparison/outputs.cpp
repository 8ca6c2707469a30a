// SPDX-License-Identifier: MIT
#include "outputs.hpp"

#include "csv.hpp"
#include "gnuplot.hpp"
#include "html.hpp"
#include "json.hpp"
#include "whole_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

namespace compare {
namespace {

void check_writable(const std::string& option, const std::string& path) {
  const bool existed = std::filesystem::exists(std::filesystem::symlink_status(path));
  errno = 0;
  const std::ofstream file(path, std::ios::app);
  if (!file) throw measuring::UsageError(option + ": " + path + " cannot be written: " + std::strerror(errno));
  if (!existed) std::filesystem::remove(path);
}

void check_gnuplot() {
  try {
    run_gnuplot("set terminal svg\n");
  } catch (const std::exception& error) {
    throw measuring::UsageError(std::string("--html: the pictures are drawn by gnuplot (gnuplot-nox): ") +
                                error.what());
  }
}

void check_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw measuring::UsageError("--csv: " + folder + " cannot be made: " + error.message());
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw measuring::UsageError("--csv: " + folder + " cannot be written: " + std::strerror(errno));
  }
}

}  // namespace

void check_outputs(const Options& options) {
  if (!options.json.empty() && options.json == options.html) {
    throw measuring::UsageError("--json and --html: both are to be written to " + options.json);
  }
  if (!options.json.empty()) check_writable("--json", options.json);
  if (!options.html.empty()) {
    check_writable("--html", options.html);
    check_gnuplot();
  }
  if (!options.csv.empty()) check_folder(options.csv);
}

void write_outputs(const Options& options, const Results& results) {
  std::string failures;
  const auto attempt = [&](const std::string& target, const std::function<void()>& write) {
    if (target.empty()) return;
    try {
      write();
    } catch (const std::exception& error) {
      failures += (failures.empty() ? "" : "; ") + std::string(error.what());
    }
  };
  attempt(options.json, [&] { write_whole(options.json, to_json(results)); });
  attempt(options.csv, [&] { write_csv(results, options.csv); });
  attempt(options.html, [&] { write_whole(options.html, to_html(results)); });
  if (!failures.empty()) throw std::runtime_error(failures);
}

}  // namespace compare
