// SPDX-License-Identifier: MIT
#include "shm/tracked_names.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <system_error>

namespace multiprocessing::detail::tracked_names_test {
namespace {

TEST(TrackedNames, AreForgottenWhenThereIsNoRoomButNotThoseStillBeingMade) {
  TrackedNames& names = TrackedNames::of_this_process();
  const auto name = [](std::size_t number) { return "mp_nobody_" + std::to_string(getpid()) + std::to_string(number); };
  const std::uint64_t file = 1;
  for (std::size_t number = 0; number != NameTable::most; ++number) names.add(name(number), file);
  EXPECT_THROW(names.add(name(NameTable::most), file), std::system_error);
  names.is_made(name(0), file);
  names.is_made(name(1), file);
  names.add(name(NameTable::most), file);
  names.add(name(NameTable::most + 1), file);
  EXPECT_THROW(names.add(name(0), file), std::system_error);
  for (std::size_t number = 0; number != NameTable::most + 2; ++number) names.remove(name(number), file);
}

}  // namespace
}  // namespace multiprocessing::detail::tracked_names_test
