// SPDX-License-Identifier: MIT
#include "ipc/small_queue.hpp"
#include "support/message_soak.hpp"
#include "support/soak_setting.hpp"

#include <multiprocessing/errors.hpp>

namespace multiprocessing::tests::stream_soak_test {
namespace {

using Random = std::mt19937_64;

// Most of the messages are larger than the ring, and so go piece by piece from one process to another.
TEST(Soak, StreamsLoseNoMoreThanWhatAKilledProcessHadInItsHands) {
  soak_for_a_share("streams", [](std::uint64_t seed) {
    SmallQueue queue;
    const auto deadline = [](Random& random) {
      return random() % 4 == 0 ? detail::deadline_after(std::chrono::microseconds(random() % 2'000)) : detail::never;
    };
    soak_messages(
        seed, 100'000,
        [&](Random& random, const std::string& text) {
          try {
            return queue.put(text, deadline(random)), true;
          } catch (const Full&) {
            return false;
          }
        },
        [&](Random& random) -> std::string {
          try {
            return queue.get(deadline(random));
          } catch (const Empty&) {
            return MessageBalance::none;
          }
        });
    EXPECT_EQ(queue.core.qsize(), 0);
  });
}

}  // namespace
}  // namespace multiprocessing::tests::stream_soak_test
