// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace multiprocessing::detail {

// The files in which the system keeps memory with a name, as shm_open(3) does. Names are without a slash, and shorter
// than shm_name_bytes. Nothing allocates, nothing takes a lock, nothing throws.
inline constexpr std::size_t shm_name_bytes = 256;
inline constexpr char shm_folder[] = "/dev/shm/";
using ShmPath = std::array<char, sizeof shm_folder + shm_name_bytes>;
ShmPath shm_path(const char* name) noexcept;

// Takes the memory now: what is not there is an error here, and not a SIGBUS later. The error, or 0.
int reserve_file(int fd, std::size_t size_bytes) noexcept;
std::uint64_t file_number(int fd) noexcept;  // its inode; 0 if it has none

// The number of the file that has the name now.
std::optional<std::uint64_t> shm_file_number(const char* name) noexcept;
int link_shm(const char* from, const char* to) noexcept;  // a second name; the error (EEXIST), or 0
int unlink_shm(const char* name) noexcept;                // the error (ENOENT), or 0

std::uint64_t random_number() noexcept;  // that nobody can foretell

}  // namespace multiprocessing::detail
