// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "shm/name_passage.hpp"

#include <memory>
#include <vector>

namespace multiprocessing::detail {

// Takes over the names of shared memory in an answer that has come. If one of them cannot be taken, none is, and
// std::system_error says why.
std::unique_ptr<GivenNames> take_names(const std::vector<NamePassage>& passages);

}  // namespace multiprocessing::detail
