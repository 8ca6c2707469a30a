// SPDX-License-Identifier: MIT
#include <multiprocessing/errors.hpp>

#include "options.hpp"
#include "pi.hpp"
#include "word_count.hpp"

#include <algorithm>
#include <exception>
#include <iostream>

namespace {

int run(const demo::Options& options) {
  if (options.help) {
    std::cout << demo::help_text();
    return 0;
  }
  int exit_code = 0;
  if (options.jobs != demo::Jobs::word_count) exit_code = demo::run_pi(options);
  if (options.jobs == demo::Jobs::both) std::cout << '\n';
  if (options.jobs != demo::Jobs::pi) exit_code = std::max(exit_code, demo::run_word_count(options));
  return exit_code;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const int exit_code = run(demo::parse({arguments + 1, arguments + count}));
    if (!(std::cout << std::flush)) {
      std::cerr << "multiprocessing-demo: standard output cannot be written\n";
      return 1;
    }
    return exit_code;
  } catch (const demo::UsageError& error) {
    std::cerr << "multiprocessing-demo: " << error.what() << '\n';
    return 2;
  } catch (...) {
    std::cerr << "multiprocessing-demo: " << multiprocessing::describe(std::current_exception()) << '\n';
    return 1;
  }
}
