// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <thread>

#include "api/every_pool.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::join_test {
namespace {

int same(int number) { return number; }

// join() in a thread that has, as far as the system can tell, gone to sleep in it.
class Joiner {
 public:
  template <class P>
  explicit Joiner(P& pool)
      : thread_([this, &pool] {
          id_ = gettid();
          pool.join();
          joined_ = true;
        }) {}
  ~Joiner() { thread_.join(); }
  Joiner(const Joiner&) = delete;
  Joiner& operator=(const Joiner&) = delete;
  bool sleeps() const {
    return eventually([this] {
      const pid_t id = id_;
      return id != 0 && describe_process(id).ends_with(", S)");
    });
  }
  bool joins() const {
    return eventually([this] { return joined_.load(); });
  }

 private:
  std::atomic<pid_t> id_ = 0;
  std::atomic<bool> joined_ = false;
  std::thread thread_;
};

// Three numbers; whoever reads behind the last one is held up until `go_on`.
struct LateEnd {
  struct iterator {
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    int operator*() const { return number; }
    iterator& operator++() {
      if (++number == 3) range->reached.happen(), range->go_on.wait();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return number == 3; }
    LateEnd* range;
    int number = 0;
  };
  iterator begin() { return {this}; }
  std::default_sentinel_t end() const { return {}; }
  Event reached;
  Event go_on;
};

template <class P>
class Join : public ::testing::Test {
 protected:
  Join() { set_deadline(std::chrono::seconds(20 * patience)); }
};
TYPED_TEST_SUITE(Join, ::testing::Types<Pool>, PoolNames);

TYPED_TEST(Join, EndsWhenTheLastResultRangeIsDropped) {
  TypeParam pool(1);
  std::optional results(pool.imap(same, numbers(1000)));
  EXPECT_EQ(results->next(), 0);
  pool.close();
  const Joiner joiner(pool);
  EXPECT_TRUE(joiner.sleeps());

  results.reset();

  EXPECT_TRUE(joiner.joins());
}

TYPED_TEST(Join, EndsWhenAMapOfAnotherThreadDoes) {
  LateEnd late;
  TypeParam pool(1);
  std::vector<int> results;
  std::thread mapper([&] { results = pool.map(same, late); });
  late.reached.wait();
  pool.close();
  {
    const Joiner joiner(pool);
    EXPECT_TRUE(joiner.sleeps());

    late.go_on.happen();

    EXPECT_TRUE(joiner.joins());
  }
  mapper.join();
  EXPECT_EQ(results, numbers(3));
}

Event* joins = nullptr;

// Text whose copy in the worker is not gone before join() has begun.
struct Lingering {
  Lingering() = default;
  explicit Lingering(std::size_t size) : text(size, 'x') {}
  Lingering(Lingering&&) = default;
  Lingering& operator=(Lingering&&) = default;
  Lingering(const Lingering&) = default;
  ~Lingering() {
    if (worker_index() && text.size() > 1000) joins->wait();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
  std::string text;
};

// Two rings of 256 KiB less what surrounds the text: no room is left for the frame that says leave.
TEST(JoinOfAFullRing, EndsAlthoughLeavingHasToWaitForRoom) {
  const Shared<Event> event;
  joins = event.get();
  set_deadline(std::chrono::seconds(20 * patience));
  Pool pool(1);
  const std::size_t size = 2 * 262'144 - 64 - 64 - 8 - 8;
  EXPECT_EQ(pool.apply([](const Lingering& lingering) { return lingering.text.size(); }, Lingering(size)), size);
  pool.close();
  const Joiner joiner(pool);
  EXPECT_TRUE(joiner.sleeps());

  joins->happen();

  EXPECT_TRUE(joiner.joins());
}

}  // namespace
}  // namespace multiprocessing::tests::join_test
