// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>
#include <multiprocessing/detail/same_containers.hpp>

// Marks what the compiled core offers to programs; everything else in it stays hidden.
#define MULTIPROCESSING_EXPORT __attribute__((visibility("default")))
