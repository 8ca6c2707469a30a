// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"

#include <stdexcept>
#include <string>

namespace multiprocessing::detail {

// A pool belongs to the process that made it: in one that was forked later every call is this error.
inline void check_owner(const OwnerMark& mark) {
  if (mark.inherited()) {
    throw std::logic_error("this pool belongs to process " + std::to_string(mark.owner()) +
                           ", from which this process was forked: make a pool of your own");
  }
}

}  // namespace multiprocessing::detail
