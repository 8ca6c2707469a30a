// SPDX-License-Identifier: MIT
#include "shm/name_passage.hpp"

#include <charconv>

namespace multiprocessing::detail {

PassageName passage_name(std::uint64_t number) noexcept {
  PassageName name{'m', 'p', '_'};
  std::to_chars(name.data() + 3, name.data() + name.size() - 1, number, 16);
  return name;
}

bool is_under_way(std::uint64_t file, std::uint64_t number) noexcept {
  return shm_file_number(passage_name(number).data()) == file;
}

void end_passage(const char* name, std::uint64_t file, std::uint64_t number) noexcept {
  if (!is_under_way(file, number)) return;
  if (shm_file_number(name) == file) unlink_shm(name);
  unlink_shm(passage_name(number).data());
}

}  // namespace multiprocessing::detail
