// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "api/every_pool.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests::spawn_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* exit_code_before_main = "MULTIPROCESSING_TEST_EXIT_BEFORE_MAIN";
// As a program that gives up while its static objects are made.
const bool goes_on = [] {
  if (const char* const code = std::getenv(exit_code_before_main)) _exit(std::atoi(code));
  return true;
}();

int table = 1;
std::mutex diary;

void set_table(int value, const std::string& text) { table = value + static_cast<int>(text.size()); }
int times_table(int x) { return x * table; }
int write_down(int x) {
  const std::scoped_lock hold(diary);
  return x;
}

void overwrite(std::uintptr_t address) { *reinterpret_cast<volatile int*>(address) = 1; }

struct Shape {
  int width = 0;
  int area() const { return width * width; }
  virtual int corners() const { return 4 + width; }
  virtual ~Shape() = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(width);
  }
};

struct Refused : std::runtime_error {
  using runtime_error::runtime_error;
};

TEST(Spawn, AWorkerHasTheGlobalsThatTheProgramHasBeforeMain) {
  table = 5;
  SpawnedPool spawned(2);
  Pool forked(1);

  EXPECT_EQ(spawned.map(times_table, {1, 2}), (std::vector<int>{1, 2}));
  EXPECT_EQ(forked.map(times_table, {1, 2}), (std::vector<int>{5, 10}));
}

TEST(Spawn, AnInitializerIsSentWithTheValuesThatArePartOfIt) {
  SpawnedPool pool({.processes = 2, .initializer = partial(set_table, 40, std::string("two"))});

  EXPECT_EQ(pool.map(times_table, {1, 2}), (std::vector<int>{43, 86}));

  EXPECT_THROW(pool.apply([] { std::abort(); }), WorkerLost);
  EXPECT_EQ(pool.map(times_table, numbers(10, 1)).back(), 430) << "a replacement runs it, too";
}

TEST(Spawn, AnInitializerThatCapturesIsRefused) {
  int value = 3;
  const auto refusal_of = [](PoolOptions options) -> std::string {
    try {
      SpawnedPool pool(std::move(options));
    } catch (const PicklingError& error) {
      return error.what();
    }
    return "none";
  };

  EXPECT_NE(refusal_of({.initializer = [&] { table = value; }}).find("the pool's initializer cannot be sent"),
            std::string::npos);
  EXPECT_NE(refusal_of({.finalizer = [value] { table = value + 1; }}).find("the pool's finalizer cannot be sent"),
            std::string::npos);
  EXPECT_EQ(refusal_of({.initializer = [] { table = 3; }, .finalizer = std::function<void()>(+[] {})}), "none");
}

TEST(Spawn, AnInitializerThatThrowsBreaksThePool) {
  try {
    SpawnedPool pool(
        {.processes = 2, .initializer = partial([](int n) { throw std::out_of_range(std::to_string(n)); }, 7)});
    FAIL();
  } catch (const BrokenPool& error) {
    EXPECT_NE(describe(std::current_exception()).find("7"), std::string::npos) << error.what();
  }
}

TEST(Spawn, AFinalizerRunsInAWorkerThatLeavesInOrder) {
  const TemporaryFolder folder;
  const std::string file = folder / "left";
  {
    SpawnedPool pool(
        {.processes = 1, .finalizer = partial([](const std::string& name) { std::ofstream(name) << "left"; }, file)});
    pool.apply(times_table, 1);
    pool.close();
  }
  std::string text;
  std::ifstream(file) >> text;
  EXPECT_EQ(text, "left");
}

TEST(Spawn, EachKindOfFunctionIsFoundInTheWorker) {
  SpawnedPool pool(2);
  std::vector<Shape> shapes(2);
  shapes[1].width = 3;

  EXPECT_EQ(pool.map(&Shape::area, shapes), (std::vector<int>{0, 9}));
  EXPECT_EQ(pool.map(&Shape::corners, shapes), (std::vector<int>{4, 7}));
  EXPECT_EQ(pool.map(&Shape::width, shapes), (std::vector<int>{0, 3}));
  EXPECT_EQ(pool.map([](int x) { return x + 1; }, {1, 2}), (std::vector<int>{2, 3}));
  EXPECT_EQ(pool.map(partial([](int a, int b) { return a - b; }, 10), {1, 2}), (std::vector<int>{9, 8}));
  EXPECT_EQ(pool.apply(partial(partial(&Shape::corners), shapes[1])), 7);
  EXPECT_EQ(pool.map(std::function<int(int)>(times_table), {4}), std::vector<int>{4});
  EXPECT_EQ(pool.map(static_cast<double (*)(double)>(std::exp2), {3.0}), std::vector<double>{8.0}) << "of a library";
}

TEST(Spawn, ALockThatAThreadOfTheProgramHoldsIsFreeInTheWorkers) {
  std::unique_lock hold(diary);
  SpawnedPool spawned(1);
  Pool forked(1);

  EXPECT_EQ(spawned.with({.timeout = seconds(30)}).map(write_down, {1, 2}), (std::vector<int>{1, 2}));
  EXPECT_THROW(forked.with({.timeout = milliseconds(50)}).map(write_down, {1}), DeadlineExceeded);
}

TEST(Spawn, ACrashIsNamedAsTheProgramNamesItsFunctions) {
  SpawnedPool pool(1);
  const auto outcome = pool.try_map(overwrite, {std::uintptr_t{16}}).front();

  const WorkerLost* const lost = outcome.error_as<WorkerLost>();
  ASSERT_NE(lost, nullptr) << outcome.message();
  EXPECT_EQ(lost->signal(), SIGSEGV);
  EXPECT_NE(std::string(lost->what()).find("crashed at address 0x10, in "), std::string::npos) << lost->what();
  EXPECT_EQ(std::string(lost->what()).find("outside of all modules"), std::string::npos) << lost->what();
}

TEST(Spawn, AnExceptionThatTheInitializerRegistersArrivesAsWhatItIs) {
  const auto fail = [] { throw Refused("no"); };
  SpawnedPool knows({.processes = 1, .initializer = [] { register_exception<Refused>(); }});
  SpawnedPool does_not(1);
  register_exception<Refused>();

  EXPECT_THROW(knows.apply(fail), Refused);
  EXPECT_THROW(does_not.apply(fail), RemoteError);
}

TEST(Spawn, AWorkerSpawnsAPoolOfItsOwn) {
  SpawnedPool pool(1);

  EXPECT_EQ(pool.apply([](int x) { return SpawnedPool(1).apply(times_table, x); }, 6), 6);
}

TEST(Spawn, SharedMemoryWithANameIsThere) {
  SharedMemory memory(std::nullopt, true, 16);
  SpawnedPool pool(1);

  pool.apply([](const std::string& name) { SharedMemory(name).buf().front() = std::byte{7}; }, memory.name());

  EXPECT_EQ(memory.buf().front(), std::byte{7});
  memory.unlink();
}

TEST(Spawn, TheServerIsAChildOfTheProgramAndGoneAfterThePool) {
  const auto before = children_of(getpid()).size();
  {
    SpawnedPool pool(2);
    EXPECT_EQ(children_of(getpid()).size(), before + 1);
    EXPECT_EQ(pool.apply([](int) { return getppid(); }, 0), children_of(getpid()).back());
  }
  EXPECT_EQ(children_of(getpid()).size(), before);
}

TEST(Spawn, AProcessThatEndsBeforeMainIsSaidToHaveEnded) {
  setenv(exit_code_before_main, "3", 1);
  try {
    SpawnedPool pool(1);
    ADD_FAILURE();
  } catch (const BrokenPool& error) {
    EXPECT_EQ(
        std::string(error.what()).find("the process that was spawned to start the workers ended with exit code 3"), 0u)
        << error.what();
  }
  unsetenv(exit_code_before_main);
  EXPECT_EQ(SpawnedPool(1).apply(times_table, 2), 2);
}

TEST(Spawn, OnlyTheLibraryUsesItsOption) {
  for (const char* const option :
       {"--multiprocessing-server=0", "--multiprocessing-server=", "--multiprocessing-server=99"}) {
    const ChildResult child = run_in_child([&] { execl("/proc/self/exe", "program", option, nullptr); });

    EXPECT_EQ(child.exit_code, 2) << child;
    EXPECT_NE(child.standard_error.find("is for the library itself"), std::string::npos) << child;
  }
}

struct Tidy {
  int level = 0;
  [[nodiscard]] int operator()() const { return level; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(level);
  }
};

TEST(Initializer, IsMadeOfAnyCallableAndKnowsWhetherItCanBeSent) {
  int calls = 0;
  const auto captures = [&] { ++calls; };
  const Initializer inherited = captures;
  inherited();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(inherited.can_be_sent());
  EXPECT_FALSE(Initializer(Tidy()).can_be_sent());
  EXPECT_TRUE(Initializer(partial(Tidy{3})).can_be_sent());
  EXPECT_FALSE(Initializer(partial(captures)).can_be_sent());
  EXPECT_TRUE(Initializer([] {}).can_be_sent());
  EXPECT_TRUE(Initializer([]() mutable { return 3; }).can_be_sent());
  EXPECT_TRUE(Initializer(std::abort).can_be_sent());
  EXPECT_TRUE(Initializer(&std::abort).can_be_sent());
  EXPECT_TRUE(Initializer(partial(set_table, 1, "x")).can_be_sent());
  EXPECT_THROW(Initializer(std::function<void()>(captures)).sent(), PicklingError);
  for (const Initializer& none : {Initializer(), Initializer(nullptr), Initializer(std::function<void()>())}) {
    EXPECT_FALSE(none);
    EXPECT_TRUE(none == nullptr);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::spawn_test
