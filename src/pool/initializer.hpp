// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

namespace multiprocessing::detail {

// Throws BrokenPool, in which what the initializer threw is nested.
void run_initializer(const std::function<void()>& initializer);

// A finalizer has no caller to throw at: what it throws becomes a line on stderr.
void run_finalizer(const std::function<void()>& finalizer, const std::string& who) noexcept;

}  // namespace multiprocessing::detail
