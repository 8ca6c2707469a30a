// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/same_containers.hpp>

void multiprocessing::MULTIPROCESSING_CONTAINERS::MULTIPROCESSING_STRINGS::is_built_so() {}
