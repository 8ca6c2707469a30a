// SPDX-License-Identifier: MIT
#include "os/stack_lines.hpp"

#include <string_view>

namespace multiprocessing::detail {
namespace {

// True for functions by which this library calls: compares the part of the name before the first bracket.
bool is_plumbing(std::string_view name) {
  constexpr std::string_view deduced = "decltype(auto) ";
  if (name.starts_with(deduced)) name.remove_prefix(deduced.size());
  const std::string_view called = name.substr(0, name.find_first_of("<("));
  const auto has = [&](const char* part) { return called.find(part) != std::string_view::npos; };
  return has("multiprocessing::detail::") || has("std::invoke") || has("std::__invoke");
}

std::string times(std::size_t count) { return count == 1 ? "" : ", " + std::to_string(count) + " times"; }

}  // namespace

void StackLines::add(const std::string& name) {
  if (is_plumbing(name)) return;
  if (times_ != 0 && name == name_) {
    ++times_;
    return;
  }
  lines_ = text({});
  name_ = name;
  times_ = 1;
}

void StackLines::clear() {
  lines_.clear();
  times_ = 0;
}

std::string StackLines::text(const std::string& head) const {
  if (times_ == 0) return {};
  return head + lines_ + (lines_.empty() ? "" : "\n  called by ") + name_ + times(times_);
}

}  // namespace multiprocessing::detail
