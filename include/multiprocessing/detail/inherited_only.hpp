// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing::detail {

// The base of what processes share through inheritance only: it cannot be sent to a process that exists already.
class InheritedOnly {};

}  // namespace multiprocessing::detail
