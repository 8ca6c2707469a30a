// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace measuring {

// What is wrong with a command line, as one line.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// What may be given as "--name value" and as "--name=value", or, if it has no value, as "--name".
struct Option {
  std::string name;
  std::string value;  // what the help calls it, such as FILE; empty: it has none
  std::string meaning;
  std::function<void(const std::string&)> take;  // may throw std::invalid_argument, without the name
  bool may_repeat = false;                       // with another value
};

// Each option takes its value, and `take_other` what is none, in the order in which they were given. -h is --help.
void parse(const std::vector<std::string>& arguments, const std::vector<Option>& options,
           const std::function<void(const std::string&)>& take_other);

// An indented line for each: a name, and a text about it.
std::string help_lines(const std::vector<std::pair<std::string, std::string>>& rows);
std::string help_lines(const std::vector<Option>& options);

// UsageError if it is none, or out of range.
long whole_number(const std::string& text, long lowest, long highest);

// The one of that name; else UsageError, which calls it a `kind`.
template <class Named>
const Named& named(const std::vector<Named>& all, const std::string& kind, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Named::name);
  if (found != all.end()) return *found;
  std::string names;
  for (const Named& each : all) names += (names.empty() ? "" : ", ") + each.name;
  throw UsageError("there is no " + kind + " '" + name + "', only " + names);
}

}  // namespace measuring
