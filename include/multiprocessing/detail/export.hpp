// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>
#include <multiprocessing/detail/same_containers.hpp>

// Marks the functions of the compiled core that programs may call; all others stay hidden.
#define MULTIPROCESSING_EXPORT __attribute__((visibility("default")))
