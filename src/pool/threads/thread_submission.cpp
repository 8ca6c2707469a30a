// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/thread_submission.hpp>

#include "os/thrown_type.hpp"

#include <stdexcept>

namespace multiprocessing::detail {

void throw_nothing_to_call(const std::type_info& type) {
  throw std::invalid_argument("a null function, of type " + demangled(type.name()) +
                              ": there is nothing to call; check it before it is handed to a pool");
}

}  // namespace multiprocessing::detail
