// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace multiprocessing::detail {

// The files in which the system keeps memory with a name, as shm_open(3) makes them. Names have no slash, and are
// shorter than shm_name_bytes. No function allocates, takes a lock or throws.
inline constexpr std::size_t shm_name_bytes = 256;
inline constexpr char shm_folder[] = "/dev/shm/";
using ShmPath = std::array<char, sizeof shm_folder + shm_name_bytes>;
ShmPath shm_path(const char* name) noexcept;

// Takes the memory now: if there is not enough, that is an error here, and not a SIGBUS later. Returns the errno, or 0.
int reserve_file(int fd, std::size_t size_bytes) noexcept;
std::uint64_t file_number(int fd) noexcept;  // its inode; 0 if it has none

// The number of the file that has the name now; nothing if there is none.
std::optional<std::uint64_t> shm_file_number(const char* name) noexcept;
int link_shm(const char* from, const char* to) noexcept;  // adds a second name; returns the errno (EEXIST), or 0
int unlink_shm(const char* name) noexcept;                // returns the errno (ENOENT), or 0

std::uint64_t random_number() noexcept;  // unpredictable

}  // namespace multiprocessing::detail
