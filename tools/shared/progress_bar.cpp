// SPDX-License-Identifier: MIT
#include "progress_bar.hpp"

#include "terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace tools {
namespace {

constexpr std::chrono::milliseconds between_drawings{40};

}  // namespace

ProgressBar::ProgressBar(std::string label, std::size_t total, std::size_t done)
    : label_(std::move(label)),
      total_(std::max<std::size_t>(total, 1)),
      done_(done),
      visible_(is_terminal(STDERR_FILENO)),
      drawn_(std::chrono::steady_clock::now()) {
  if (visible_) draw();
}

ProgressBar::~ProgressBar() {
  if (visible_) erase();
}

void ProgressBar::advance() {
  ++done_;
  if (!visible_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < between_drawings) return;
  drawn_ = now;
  draw();
}

void ProgressBar::draw() const {
  const std::string count = std::to_string(done_) + " of " + std::to_string(total_);
  const auto taken = static_cast<int>(label_.size() + count.size()) + 5;
  const auto cells = static_cast<std::size_t>(std::clamp(width_of(STDERR_FILENO) - taken, 0, 50));
  const std::size_t full = cells * std::min(done_, total_) / total_;
  const bool colour = shows_colour(STDERR_FILENO);
  std::string line = "\r" + label_ + " [";
  if (colour) line += "\033[32m";
  line.append(full, '#');
  if (colour) line += "\033[0m";
  line.append(cells - full, '.');
  std::cerr << line + "] " + count << std::flush;
}

void ProgressBar::erase() const {
  std::cerr << '\r' << std::string(static_cast<std::size_t>(width_of(STDERR_FILENO) - 1), ' ') << '\r' << std::flush;
}

}  // namespace tools
