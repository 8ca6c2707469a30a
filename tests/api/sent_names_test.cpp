// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "api/named_block.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// Who has the name of shared memory that a task returns, or that goes through a queue or a pipe. That no name and no
// process that looks after one is left is checked after each test.
namespace multiprocessing::tests::sent_names_test {
namespace {

SharedMemory filled(int value) {
  SharedMemory memory({}, true, 100);
  memory.buf()[0] = static_cast<std::byte>(value);
  return memory;
}
SharedMemory named(const std::string& name) { return SharedMemory(name, true, 100); }
bool holds(const SharedMemory& memory, int value) {
  return exists(memory.name()) && SharedMemory(memory.name()).buf()[0] == static_cast<std::byte>(value);
}
bool goes(const std::string& name) {
  return eventually([&] { return !exists(name); });
}
// Each worker has ended when its result is asked for.
PoolOptions short_lived() { return {.processes = 2, .max_tasks_per_child = 1}; }

TEST(AReturnedName, OutlivesTheWorkerThatMadeIt) {
  std::vector<int> items(100);
  for (int item = 0; item != 100; ++item) items[static_cast<std::size_t>(item)] = item;
  std::vector<SharedMemory> results;
  {
    Pool pool(short_lived());
    results = pool.map(filled, items, 1);
  }
  for (int item = 0; item != 100; ++item) {
    const SharedMemory& memory = results[static_cast<std::size_t>(item)];
    EXPECT_TRUE(holds(memory, item)) << item;
    memory.unlink();
  }
}

TEST(AReturnedName, OutlivesItsWorkerInEveryKindOfCall) {
  Pool pool(short_lived());
  std::vector<SharedMemory> results{pool.apply(filled, 1), pool.apply_async(filled, 1).get()};
  const auto add = [&](auto range) {
    for (SharedMemory memory : range) results.push_back(memory);
  };
  add(pool.map_async(filled, {1, 1}).get());
  add(pool.starmap([](int value, int more) { return filled(value + more); }, {std::pair{1, 0}, std::pair{0, 1}}));
  add(pool.imap(filled, {1, 1}));
  add(pool.imap_unordered(filled, {1, 1}));
  for (auto& outcome : pool.try_map(filled, {1, 1})) results.push_back(outcome.value());
  for (auto outcome : pool.try_imap(filled, {1, 1})) results.push_back(outcome.value());
  add(fork_map([](int value) { return filled(value); }, {1, 1}));
  pool.terminate();
  EXPECT_EQ(results.size(), 16U);
  for (const SharedMemory& memory : results) {
    EXPECT_TRUE(holds(memory, 1));
    memory.unlink();
  }
}

struct Parts {
  std::vector<SharedMemory> vector;
  std::map<std::string, std::optional<SharedMemory>> map;
  std::tuple<int, ShareableList> tuple;
  SharedMemory nothing;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(vector, map, tuple, nothing);
  }
};

TEST(AReturnedName, OutlivesItsWorkerAmongAnythingElse) {
  Pool pool(short_lived());
  const std::string longest(255, 'x');
  Parts parts = pool.apply(
      [](const std::string& name) {
        Parts made{{filled(1), filled(2)}, {{"a", named(name)}, {"b", {}}}, {3, ShareableList({4, "text"})}, {}};
        made.vector.push_back(made.vector[0]);
        return made;
      },
      longest);
  pool.terminate();
  EXPECT_TRUE(holds(parts.vector[0], 1) && holds(parts.vector[1], 2) && holds(parts.vector[2], 1));
  EXPECT_TRUE(exists(longest));
  EXPECT_EQ(std::get<std::string>(ShareableList::attach(std::get<1>(parts.tuple).shm().name())[1]), "text");
  EXPECT_EQ(parts.nothing.name(), "");
  parts.vector[0].unlink();
  parts.vector[1].unlink();
  parts.map["a"]->unlink();
  std::get<1>(parts.tuple).shm().unlink();
}

class ErrorWithMemory : public std::runtime_error {
 public:
  ErrorWithMemory() : std::runtime_error("with memory") {}
  SharedMemory memory;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(memory);
  }
};

TEST(AReturnedName, OutlivesItsWorkerInAnException) {
  register_exception<ErrorWithMemory>();
  Pool pool(short_lived());
  try {
    pool.apply(
        [](int value) -> long {
          ErrorWithMemory error;
          error.memory = filled(value);
          throw error;
        },
        5);
    ADD_FAILURE();
  } catch (const ErrorWithMemory& error) {
    pool.terminate();
    EXPECT_TRUE(holds(error.memory, 5));
    error.memory.unlink();
  }
}

TEST(AReturnedName, GoesIfNobodyTakesTheResult) {
  const std::vector<std::string> names{unused_name(), unused_name(), unused_name()};
  Pool pool(2);
  {
    auto result = pool.map_async(named, names);
    result.wait();
    for (const std::string& name : names) EXPECT_TRUE(exists(name));
  }
  for (const std::string& name : names) EXPECT_TRUE(goes(name));
  {
    auto results = pool.imap(named, names);
    results.next().unlink();
  }
  for (const std::string& name : names) EXPECT_TRUE(goes(name));
}

TEST(AReturnedName, GoesIfAnotherItemFails) {
  const std::vector<std::string> names{unused_name(), "", unused_name()};
  Pool pool(2);
  EXPECT_THROW(pool.map(named, names), std::invalid_argument);
  EXPECT_TRUE(goes(names[0]) && goes(names[2]));
}

TEST(AReturnedName, GoesWithThePoolIfItWasTerminatedBefore) {
  const std::vector<std::string> names{unused_name(), unused_name(), unused_name(), unused_name()};
  Pool pool(2);
  auto result = pool.map_async(named, names, 1);
  EXPECT_TRUE(eventually([&] { return exists(names[0]); }));
  pool.terminate();
  result = {};
  for (const std::string& name : names) EXPECT_TRUE(goes(name));
}

struct Unreadable {
  SharedMemory memory;
  template <class Archive>
  void save(Archive& archive) const {
    archive(memory);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(memory);
    throw std::runtime_error("unreadable");
  }
};

TEST(AReturnedName, GoesIfTheResultCannotBeDecoded) {
  const std::string name = unused_name();
  Pool pool(1);
  EXPECT_THROW(pool.apply([](const std::string& its) { return Unreadable{named(its)}; }, name), MaybeEncodingError);
  EXPECT_TRUE(goes(name));
}

TEST(AReturnedName, IsTheReceiversOnlyOnce) {
  Pool pool(1);
  const auto same = [] {
    static SharedMemory memory = filled(6);
    return memory;
  };
  const Block first(pool.apply(same).name());
  EXPECT_EQ(pool.apply(same).name(), first.name());  // the second one is not dropped with the name
  EXPECT_TRUE(holds(first, 6));
}

TEST(AReturnedName, ThatTheTaskWasGivenStaysItsMakers) {
  Pool pool(short_lived());
  const Block memory({}, true, 100);
  pool.map([](SharedMemory given) { return given; }, std::vector<SharedMemory>{memory, memory});
  pool.terminate();
  EXPECT_TRUE(exists(memory.name()));
}

TEST(AReturnedName, IsHandedOnByAPoolInATask) {
  Pool pool(short_lived());
  const Block memory(pool.apply([](int value) { return Pool(short_lived()).apply(filled, value); }, 7).name());
  pool.terminate();
  EXPECT_TRUE(holds(memory, 7));
}

void make_and_put(const Queue<SharedMemory>& queue, const Connection<ShareableList>& writer) {
  queue.put(filled(8));
  writer.send(ShareableList({9}));
}

TEST(ANameInAMessage, OutlivesTheProcessThatMadeIt) {
  Queue<SharedMemory> queue;
  auto [reader, writer] = Pipe<ShareableList>(false);
  Process process(make_and_put, queue, writer);
  process.start();
  process.join();
  const SharedMemory memory = queue.get();
  const ShareableList list = reader.recv();
  EXPECT_TRUE(holds(memory, 8));
  EXPECT_EQ(std::get<std::int64_t>(list[0]), 9);
  memory.unlink();
  list.shm().unlink();
}

TEST(ANameInAMessage, OutlivesTheWorkerThatMadeIt) {
  static const Queue<SharedMemory>* queue = nullptr;
  const Queue<SharedMemory> the_queue;
  queue = &the_queue;
  Pool pool(short_lived());
  pool.map([](int value) { queue->put(filled(value)); }, std::vector<int>(20, 3));
  pool.terminate();
  for (int item = 0; item != 20; ++item) {
    const SharedMemory memory = the_queue.get();
    EXPECT_TRUE(holds(memory, 3));
    memory.unlink();
  }
}

TEST(ANameInAMessage, StaysItsMakersWhileThatLives) {
  const Block memory({}, true, 100);
  const Queue<SharedMemory> one, another;
  one.put(memory);
  another.put(memory);
  for (const Queue<SharedMemory>& queue : {one, another}) {
    Process process([&] { queue.get(); });
    process.start();
    process.join();
    EXPECT_EQ(process.exitcode(), 0);
  }
  EXPECT_TRUE(exists(memory.name()));
}

}  // namespace
}  // namespace multiprocessing::tests::sent_names_test
