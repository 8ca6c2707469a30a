// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <exception>
#include <memory>
#include <string>

namespace multiprocessing::detail {

// A BrokenPool, in which is nested what an initializer threw, as a worker encoded it; null: there is nothing to nest.
// What it threw may be of the program's own type, whose code runs under no lock: it is decoded when the error is told.
struct UntoldBreak {
  std::string what;
  std::shared_ptr<const Bytes> thrown;

  std::exception_ptr tell() const;
};

}  // namespace multiprocessing::detail
