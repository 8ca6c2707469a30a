// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <multiprocessing/errors.hpp>

#include "command_line.hpp"

#include <exception>
#include <iostream>

namespace measuring {

int run_program(const std::string& name, const std::function<int()>& body) {
  try {
    const int exit_code = body();
    if (!(std::cout << std::flush)) throw std::runtime_error("standard output cannot be written");
    return exit_code;
  } catch (const UsageError& error) {
    std::cerr << name << ": " << error.what() << '\n';
    return 2;
  } catch (...) {
    std::cerr << name << ": " << multiprocessing::describe(std::current_exception()) << '\n';
    return 1;
  }
}

}  // namespace measuring
