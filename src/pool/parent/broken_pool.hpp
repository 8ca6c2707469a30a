// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <exception>
#include <memory>
#include <string>

namespace multiprocessing::detail {

// A BrokenPool that is made by decode(). `thrown` is what an initializer threw, as a worker encoded it, and will be
// nested; null: there is nothing to nest. If `what` is empty, `thrown` is all of the error. It may be of a type of the
// program's own, whose code must not run under a lock of ours: so it is decoded only by decode().
struct EncodedBreak {
  std::string what;
  std::shared_ptr<const Bytes> thrown;

  std::exception_ptr decode() const;
};

}  // namespace multiprocessing::detail
