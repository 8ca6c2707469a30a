// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace multiprocessing::tests {

// Runs a demonstration of tools/demos, its output in a pipe, and waits for its end.
ChildResult run_demo(const std::string& name, const std::vector<std::string>& arguments = {});

// The same with a terminal of 80 columns as standard output and error; what it shows is in `standard_output`.
ChildResult run_demo_on_terminal(const std::string& name, const std::vector<std::string>& arguments = {});

// The same as run_demo, on a machine that is as it is, that has one CPU for it, or whose CPUs are all busy with others.
enum class Machine { as_it_is, with_one_cpu, busy };
ChildResult run_demo_on(Machine machine, const std::string& name);

// What the groups of `pattern` matched, for each place in `text` where it does.
std::vector<std::vector<std::string>> all_matches(const std::string& text, const std::string& pattern);

// What a teacher sees must hold on any machine: how often `part` is in `text`.
std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace multiprocessing::tests
