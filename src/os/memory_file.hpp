// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>

namespace multiprocessing::detail {

// A file in memory that has no name and is zeroed: a process that is handed its descriptor can read, write and map it.
// Close-on-exec. Throws std::system_error.
UniqueFd make_memory_file(std::size_t size_bytes);
std::size_t size_of_file(int fd);
void cut_file(int fd, std::size_t size_bytes);                              // write_to_file() goes on there
void write_to_file(int fd, const std::byte* data, std::size_t size_bytes);  // from where the descriptor stands
// False if the file ends before.
bool read_from_file(int fd, std::byte* data, std::size_t size_bytes, std::size_t from_byte);

}  // namespace multiprocessing::detail
