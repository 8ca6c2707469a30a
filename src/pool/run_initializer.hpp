// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/initializer.hpp>
#include <string>

namespace multiprocessing::detail {

// Throws BrokenPool, in which what the initializer threw is nested.
void run_initializer(const Initializer& initializer);

// A finalizer has no caller to throw at: what it throws becomes a line on stderr.
void run_finalizer(const Initializer& finalizer, const std::string& who) noexcept;

}  // namespace multiprocessing::detail
