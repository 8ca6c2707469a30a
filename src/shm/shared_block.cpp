// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/shared_block.hpp>

#include "shm/arena.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>

namespace multiprocessing::detail {

std::shared_ptr<std::byte> make_shared_block(std::size_t elements, std::size_t element_bytes) {
  if (elements > PTRDIFF_MAX / element_bytes) {
    throw std::system_error(ENOMEM, std::system_category(),
                            "cannot map " + std::to_string(elements) + " times " + std::to_string(element_bytes) +
                                " bytes of shared memory");
  }
  // Also an empty block has an address.
  const auto block = std::make_shared<ArenaBlock>(std::max<std::size_t>(elements, 1) * element_bytes);
  return {block, block->data()};
}

void throw_beyond_array(std::size_t index, std::size_t size) {
  throw std::out_of_range("index " + std::to_string(index) + " of an Array of " + std::to_string(size));
}

void throw_other_array_size(std::size_t size) {
  throw std::invalid_argument("an Array keeps its size: it takes exactly " + std::to_string(size) + " elements");
}

}  // namespace multiprocessing::detail
