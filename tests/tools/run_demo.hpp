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

// What a teacher sees must hold on any machine: how often `part` is in `text`.
std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace multiprocessing::tests
