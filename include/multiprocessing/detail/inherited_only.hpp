// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing::detail {

// The base of all types that processes share only by inheritance: they cannot be sent to a process that exists already.
class InheritedOnly {};

}  // namespace multiprocessing::detail
