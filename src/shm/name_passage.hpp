// SPDX-License-Identifier: MIT
#pragma once

#include "os/shm_files.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace multiprocessing::detail {

// A name of shared memory on its way to another process, which will look after it. Until it arrives, its file has a
// second name, made of `number`, which nobody can guess. The process that unlinks the second name owns the first one.
struct NamePassage {
  std::string name;
  std::uint64_t file = 0;
  std::uint64_t number = 0;
};

// In a result ring: file and number, 64 bits each, and the name. Returns nothing if these bytes are no passage.
inline constexpr std::size_t passage_words_bytes = 2 * sizeof(std::uint64_t);
std::optional<NamePassage> read_passage(const std::byte* data, std::size_t size_bytes);

using PassageName = std::array<char, 20>;
PassageName passage_name(std::uint64_t number) noexcept;
bool is_under_way(std::uint64_t file, std::uint64_t number) noexcept;
// Unlinks both names. Allocates nothing, takes no lock.
void end_passage(const char* name, std::uint64_t file, std::uint64_t number) noexcept;

}  // namespace multiprocessing::detail
