// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <charconv>
#include <set>
#include <system_error>

namespace measuring {

void parse(const std::vector<std::string>& arguments, const std::vector<Option>& options,
           const std::function<void(const std::string&)>& take_other) {
  std::set<std::string> given;  // with a value
  for (std::size_t i = 0; i != arguments.size(); ++i) {
    const std::string& argument = arguments[i] == "-h" ? "--help" : arguments[i];
    if (!argument.starts_with('-')) {
      take_other(argument);
      continue;
    }
    const std::size_t equals = argument.find('=');
    const bool has_value = equals != std::string::npos;
    const std::string name = argument.substr(0, equals);
    const auto option = std::ranges::find(options, name, &Option::name);
    if (option == options.end()) throw UsageError("'" + argument + "': there is no such option; see --help");
    std::string value = has_value ? argument.substr(equals + 1) : "";
    if (option->value.empty()) {
      if (has_value) throw UsageError(name + ": takes no value; see --help");
    } else {
      if (!has_value) {
        const bool is_next = i + 1 != arguments.size() && !arguments[i + 1].starts_with("--");
        if (!is_next) throw UsageError(name + ": needs a value; see --help");
        value = arguments[++i];
      }
      if (value.empty()) throw UsageError(name + ": its value is empty; see --help");
      if (!given.insert(name).second && !option->may_repeat) {
        throw UsageError(name + ": was given twice; see --help");
      }
    }
    try {
      option->take(value);
    } catch (const std::invalid_argument& error) {
      throw UsageError(name + ": " + error.what());
    }
  }
}

std::string help_lines(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, text] : rows) width = std::max(width, name.size() + 2);
  std::string lines;
  for (const auto& [name, text] : rows) lines += "  " + name + std::string(width - name.size(), ' ') + text + "\n";
  return lines;
}

std::string help_lines(const std::vector<Option>& options) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Option& each : options) {
    rows.emplace_back(each.value.empty() ? each.name : each.name + " " + each.value, each.meaning);
  }
  return help_lines(rows);
}

long whole_number(const std::string& text, long lowest, long highest) {
  long value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) throw UsageError("'" + text + "' is not a whole number");
  if (error != std::errc() || value < lowest || value > highest) {
    throw UsageError(text + " is out of range: " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return value;
}

}  // namespace measuring
