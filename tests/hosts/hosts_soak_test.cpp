// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "hosts/pool_on_hosts.hpp"
#include "support/deadline.hpp"
#include "support/soak_setting.hpp"
#include "support/temporary_folder.hpp"

// Calls of all kinds, at random, while workers are killed and hosts are killed or stopped.
namespace multiprocessing::tests::hosts_soak_test {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using Number = std::uint64_t;
using ItemError = std::domain_error;

constexpr std::size_t hosts = 4;
constexpr int workers = 2;
constexpr std::size_t callers = 3;
constexpr Number most_items = 100'000;  // of one pool; the next one counts anew
constexpr auto most_of_a_pool = 3s;

// What workers tell: in a file, as agents are new processes.
struct Told {
  std::array<std::atomic<unsigned char>, most_items> runs;
  std::array<std::atomic<pid_t>, 64> workers_that_ran;  // by the last bits of the pid
  bool has_run(pid_t worker) const { return workers_that_ran[static_cast<std::size_t>(worker) % 64] == worker; }
};
Told* map_told(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(Told)) != 0) throw std::system_error(errno, std::generic_category(), path);
  void* const place = mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (place == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return static_cast<Told*>(place);
}
class ToldFile {
 public:
  ToldFile() : path_(folder_ / "told"), told_(map_told(path_)) {}
  ToldFile(const ToldFile&) = delete;
  ToldFile& operator=(const ToldFile&) = delete;
  ~ToldFile() { munmap(told_, sizeof(Told)); }
  const std::string& path() const { return path_; }
  const Told& operator*() const { return *told_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
  Told* told_;
};

enum class Deed { answer, fail, die };
struct Plan {
  Deed deed;
  std::chrono::microseconds spin;
  std::chrono::milliseconds sleep;
  std::size_t size;  // of a message
};
// What one item does follows from the seed and its number alone.
Plan plan_of(std::uint64_t seed, Number number) {
  constexpr std::array<int, 4> spins{0, 1, 30, 2000};
  RandomStream random = random_stream(seed, number);
  const auto deed = random() % 300;
  const auto time = random() % 1000;
  const auto size = random() % 100;
  return {deed < 2    ? Deed::die
          : deed < 12 ? Deed::fail
                      : Deed::answer,
          std::chrono::microseconds(spins[time < 600 ? 0 : time < 800 ? 1 : time < 950 ? 2 : 3]),
          std::chrono::milliseconds(time < 995 ? 0 : 30), random() % (size < 50 ? 1 : size < 97 ? 1000 : 300'000)};
}

// What all items of a call know.
struct Order {
  std::string told;
  std::uint64_t seed = 0;
  bool is_harmless = false;  // all items answer, whatever their plans are
  template <class Archive>
  void serialize(Archive& archive) {
    archive(told, seed, is_harmless);
  }
};
// Numbers are answered with numbers, whose bytes are copied, and messages with messages.
struct Message {
  Number number = 0;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, text);
  }
};
Number number_of(Number item) { return item; }
Number number_of(const Message& item) { return item.number; }
template <class Item>
Item make_item(std::uint64_t seed, Number number) {
  if constexpr (std::is_same_v<Item, Number>)
    return number;
  else
    return {number, std::string(plan_of(seed, number).size, 's')};
}
Number answer_to(std::uint64_t seed, Number number) { return number ^ seed; }
Message answer_to(std::uint64_t seed, const Message& item) {
  return {item.number, std::string(plan_of(seed, item.number ^ 1).size, 'a')};
}
bool is_same(Number one, Number other) { return one == other; }
bool is_same(const Message& one, const Message& other) { return one.number == other.number && one.text == other.text; }

template <class Item>
Item work(const Order& order, const Item& item) {
  static Told* const told = map_told(order.told);
  const Number number = number_of(item);
  const pid_t self = getpid();
  ++told->runs.at(number);
  told->workers_that_ran[static_cast<std::size_t>(self) % 64] = self;
  if (!is_same(item, make_item<Item>(order.seed, number))) throw std::logic_error("it arrived damaged");
  const Plan plan = plan_of(order.seed, number);
  const auto end = SteadyClock::now() + plan.spin;
  while (SteadyClock::now() < end) continue;
  if (plan.sleep != 0ms) std::this_thread::sleep_for(plan.sleep);  // the work
  if (!order.is_harmless && plan.deed == Deed::fail) throw ItemError(std::to_string(number));
  if (!order.is_harmless && plan.deed == Deed::die) raise(SIGKILL);
  return answer_to(order.seed, item);
}

struct Counts {
  std::size_t sent = 0, finished = 0, failed = 0, lost = 0, cancelled = 0;
  std::size_t unseen = 0;    // beside an item whose loss has ended their map
  std::size_t shot = 0;      // lost without having planned it
  std::size_t given_up = 0;  // as too many hosts were lost
};

// One thread's calls.
class Caller {
 public:
  Caller(PoolOnHosts& pool, const ToldFile& told, std::uint64_t seed, std::uint64_t stream, std::atomic<Number>& next)
      : pool_(pool), told_(told), seed_(seed), random_(seed, stream), next_(next) {}

  Counts counts;
  std::atomic<const char*> call = "none";

  void run(const std::atomic<bool>& enough) {
    while (!enough && next_ < most_items) random_() % 2 == 0 ? make_a_call<Number>() : make_a_call<Message>();
    call = "none";
  }
  // Hands in some more, ends the pool, and asks.
  void be_cancelled() {
    const std::vector<Number> items = take_items<Number>(40);
    std::vector<AsyncResult<Number>> results;
    for (const Number item : items) results.push_back(pool_.apply_async(partial(work<Number>, order(false)), item));
    pool_.terminate();
    may_be_cancelled_ = true;
    for (std::size_t index = 0; index != items.size(); ++index) {
      judge(items[index], [&] { return results[index].get(); });
    }
  }

 private:
  Order order(bool is_harmless) const { return {told_.path(), seed_, is_harmless}; }
  template <class Item>
  std::vector<Item> take_items(std::size_t count) {
    const Number first = next_.fetch_add(count);
    std::vector<Item> items;
    for (Number number = first; number != first + count && number < most_items; ++number) {
      items.push_back(make_item<Item>(seed_, number));
    }
    counts.sent += items.size();
    return items;
  }

  template <class Item>
  void make_a_call() {
    const auto kind = random_() % 4;
    const std::vector<Item> items = take_items<Item>(random_() % 10 == 0 ? random_() % 500 : random_() % 30);
    const long chunksize = static_cast<long>(random_() % 40 + 1);
    const auto f = partial(work<Item>, order(kind == 0));
    if (kind == 0) {
      call = "map";
      map(f, items, chunksize);
    } else if (kind == 1) {
      call = "try_map";
      auto outcomes = pool_.try_map(f, items, chunksize);
      ASSERT_EQ(outcomes.size(), items.size());
      for (std::size_t index = 0; index != items.size(); ++index) judge(items[index], [&] { return outcomes[index].value(); });
    } else if (kind == 2) {
      call = "imap_unordered";
      iterate(pool_.imap_unordered(f, items, chunksize, static_cast<long>(random_() % 60 + 1)), items);
    } else {
      call = "apply_async";
      apply_async(f, items);
    }
  }
  template <class F, class Item>
  void map(const F& f, const std::vector<Item>& items, long chunksize) {
    std::vector<Item> answers;
    try {
      answers = pool_.map(f, items, chunksize);
    } catch (const WorkerLost& error) {
      ++counts.lost, counts.unseen += items.size() - 1;
      return note_loss(error);
    }
    ASSERT_EQ(answers.size(), items.size());
    counts.finished += items.size();
    for (std::size_t index = 0; index != items.size(); ++index) {
      EXPECT_TRUE(is_same(answers[index], answer_to(seed_, items[index]))) << "item " << number_of(items[index]);
    }
  }
  // Which item an error is of, it says itself.
  template <class Item>
  void iterate(ResultRange<Item> range, const std::vector<Item>& items) {
    std::vector<int> ends(items.size());
    const auto end = [&](std::size_t index) -> const Item& {
      ++ends.at(index);
      return items[index];
    };
    for (std::size_t taken = 0; taken != items.size(); ++taken) {
      const Number first = number_of(items.front());
      try {
        const Item answer = range.next();
        // A number's answer does not say its own: it is the item's, and the seed.
        const Number number = std::is_same_v<Item, Number> ? number_of(answer) ^ seed_ : number_of(answer);
        judge(end(number - first), [&] { return answer; });
      } catch (const ItemError& error) {
        judge(end(std::stoull(error.what()) - first), [&]() -> Item { throw; });
      } catch (const WorkerLost& error) {
        judge(end(error.index()), [&]() -> Item { throw; });
      }
    }
    EXPECT_THROW(range.next(), StopIteration);
    for (const int times : ends) EXPECT_EQ(times, 1);
  }
  template <class F, class Item>
  void apply_async(const F& f, const std::vector<Item>& items) {
    std::vector<int> ends(items.size());
    std::vector<AsyncResult<Item>> results;
    for (std::size_t index = 0; index != items.size(); ++index) {
      results.push_back(pool_.apply_async(f, items[index]).when_done([&ends, index] { ++ends[index]; }));
    }
    for (std::size_t index = 0; index != items.size(); ++index) judge(items[index], [&] { return results[index].get(); });
    for (const int times : ends) EXPECT_EQ(times, 1);
  }

  template <class Item, class Get>
  void judge(const Item& item, Get get) {
    const Number number = number_of(item);
    const Deed deed = plan_of(seed_, number).deed;
    try {
      EXPECT_TRUE(is_same(get(), answer_to(seed_, item)) && deed == Deed::answer) << "item " << number;
      EXPECT_GE((*told_).runs[number], 1) << "item " << number;
      ++counts.finished;
    } catch (const ItemError& error) {
      EXPECT_TRUE(deed == Deed::fail && error.what() == std::to_string(number)) << "item " << number;
      EXPECT_GE((*told_).runs[number], 1) << "item " << number;
      ++counts.failed;
    } catch (const WorkerLost& error) {
      ++counts.lost;
      if (deed != Deed::die) note_loss(error);
    } catch (const CancelledError&) {
      EXPECT_TRUE(may_be_cancelled_) << "item " << number;
      ++counts.cancelled;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "item " << number << ": " << error.what();
    }
  }
  void note_loss(const WorkerLost& error) {
    const bool is_given_up = std::string(error.what()).find("3 hosts that were lost") != std::string::npos;
    ++(is_given_up ? counts.given_up : counts.shot);
  }

  PoolOnHosts& pool_;
  const ToldFile& told_;
  const std::uint64_t seed_;
  RandomStream random_;
  std::atomic<Number>& next_;
  bool may_be_cancelled_ = false;
};
