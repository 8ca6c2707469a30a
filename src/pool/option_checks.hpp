// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include <string>

namespace multiprocessing::detail {

// std::invalid_argument names the option and its value. Returns the number of workers.
int check_options(const PoolOptions& options);

// BrokenPool with what the initializer threw nested.
void run_initializer(const std::function<void()>& initializer);

// It has no caller to throw at: what it throws is a line on stderr.
void run_finalizer(const std::function<void()>& finalizer, const std::string& who) noexcept;

}  // namespace multiprocessing::detail
