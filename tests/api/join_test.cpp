// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "api/every_pool.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests {
namespace {

using namespace std::chrono_literals;

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
class LateEnd {
 public:
  explicit LateEnd(Event& reached, Event& go_on) : reached_(&reached), go_on_(&go_on) {}
  class iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    explicit iterator(const LateEnd& range) : range_(&range) {}
    int operator*() const { return number_; }
    iterator& operator++() {
      if (++number_ == 3) range_->reached_->happen(), range_->go_on_->wait();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return number_ == 3; }

   private:
    const LateEnd* range_;
    int number_ = 0;
  };
  iterator begin() const { return iterator(*this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  Event* reached_;
  Event* go_on_;
};

template <class P>
class Join : public ::testing::Test {
 protected:
  Join() { set_deadline(20s * patience); }
};
TYPED_TEST_SUITE(Join, EveryConcurrentPool, PoolNames);

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
  Event reached, go_on;
  TypeParam pool(1);
  std::vector<int> results;
  std::thread mapper([&] { results = pool.map(same, LateEnd(reached, go_on)); });
  reached.wait();
  pool.close();
  {
    const Joiner joiner(pool);
    EXPECT_TRUE(joiner.sleeps());

    go_on.happen();

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
  set_deadline(20s * patience);
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
}  // namespace multiprocessing::tests
