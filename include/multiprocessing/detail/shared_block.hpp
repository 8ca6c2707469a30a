// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <cstddef>
#include <memory>

namespace multiprocessing::detail {

// Zeroed memory without a name for `elements` elements, aligned to the largest power of two, up to a page, that divides
// their size. Processes that are forked while this process has it share it. Throws std::system_error (ENOMEM) if there
// is not enough memory.
MULTIPROCESSING_EXPORT std::shared_ptr<std::byte> make_shared_block(std::size_t elements, std::size_t element_bytes);

[[noreturn]] MULTIPROCESSING_EXPORT void throw_beyond_array(std::size_t index, std::size_t size);
[[noreturn]] MULTIPROCESSING_EXPORT void throw_other_array_size(std::size_t size);

}  // namespace multiprocessing::detail
