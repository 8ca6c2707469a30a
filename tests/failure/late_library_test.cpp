// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::late_library_test {
namespace {

using namespace std::chrono_literals;

const std::string& library_path() {
  static const std::string path = beside_this_program(LATE_LIBRARY);
  return path;
}

class LateLibrary {
 public:
  using Function = int (*)(int);

  LateLibrary() : handle_(dlopen(library_path().c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
  }
  LateLibrary(const LateLibrary&) = delete;
  LateLibrary& operator=(const LateLibrary&) = delete;
  ~LateLibrary() { unload(); }
  void unload() {
    if (handle_ != nullptr) dlclose(handle_);
    handle_ = nullptr;
  }
  Function late() const { return reinterpret_cast<Function>(symbol("late")); }
  Function late_read() const { return reinterpret_cast<Function>(symbol("late_read")); }
  Function unnamed() const { return reinterpret_cast<Function (*)()>(symbol("find_unnamed"))(); }
  static bool is_loaded() {
    void* const handle = dlopen(library_path().c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle != nullptr) dlclose(handle);
    return handle != nullptr;
  }

 private:
  void* symbol(const char* name) const {
    void* const found = dlsym(handle_, name);
    return found != nullptr ? found : throw std::runtime_error(dlerror());
  }

  void* handle_;
};

class LateLibraryTest : public ::testing::Test {
 protected:
  LateLibraryTest() { set_deadline(30s * patience); }
};

template <class R>
std::string refusal_in(const Outcome<R>& outcome) {
  const auto* const error = outcome.template error_as<PicklingError>();
  return error != nullptr ? error->what() : "no PicklingError: " + outcome.message();
}

template <class Call>
std::string refusal_of(const Call& call) {
  try {
    call();
    return "nothing was thrown";
  } catch (const PicklingError& error) {
    return error.what();
  }
}

void expect_named(const std::string& text) {
  EXPECT_EQ(text, "can't get 'late' from '" LATE_LIBRARY
                  "' in a worker: the library was loaded after the pool's workers were forked; load it first");
}

template <class AnyPool>
void expect_works(AnyPool& pool) {
  EXPECT_EQ(pool.map([](int number) { return -number; }, {1, 2, 3}), (std::vector{-1, -2, -3}));
}

TEST_F(LateLibraryTest, IsAPicklingErrorForEachItemThatNamesFunctionAndLibrary) {
  Pool pool(2);
  const std::vector<pid_t> workers = pool.worker_pids();
  const LateLibrary library;

  const auto outcomes = pool.try_map(library.late(), {1, 2, 3});
  ASSERT_EQ(outcomes.size(), 3U);
  for (const auto& outcome : outcomes) expect_named(refusal_in(outcome));
  int answers = 0;
  for (const auto& outcome : pool.try_imap(library.late(), std::vector{1, 2, 3})) {
    expect_named(refusal_in(outcome));
    ++answers;
  }
  EXPECT_EQ(answers, 3);
  expect_named(refusal_of([&] { pool.map(library.late(), {1, 2, 3}); }));
  expect_named(refusal_of([&] { pool.apply(library.late(), 1); }));
  expect_named(refusal_of([&] { pool.apply_async(library.late(), 1).get(20s * patience); }));

  expect_works(pool);
  EXPECT_EQ(pool.worker_pids(), workers);
  EXPECT_EQ(pool.stats().lost, 0U);
}

TEST_F(LateLibraryTest, IsFoundInsideOtherFunctions) {
  Pool pool(2);
  const LateLibrary library;

  expect_named(refusal_of([&] { pool.apply(partial(library.late(), 1)); }));
  expect_named(refusal_of([&] { pool.apply(std::function<int(int)>(library.late()), 1); }));
  expect_named(refusal_of([&] { pool.apply(partial(partial(library.late()), 1)); }));

  expect_works(pool);
}

TEST_F(LateLibraryTest, WithoutANameForTheFunctionIsNamedByModuleAndOffset) {
  Pool pool(1);
  const LateLibrary library;

  const std::string text = refusal_of([&] { pool.apply(library.unnamed(), 1); });
  EXPECT_NE(text.find(LATE_LIBRARY "+0x"), std::string::npos) << text;
  EXPECT_NE(text.find("' from '" LATE_LIBRARY "' in a worker: "), std::string::npos) << text;

  expect_works(pool);
}

TEST_F(LateLibraryTest, IsNotLateForAPoolThatIsMadeAfterIt) {
  Pool before(1);
  const LateLibrary library;
  Pool after(2);

  EXPECT_EQ(after.map(library.late(), {1, 2, 3}), (std::vector{2, 3, 4}));
  EXPECT_EQ(after.apply(library.unnamed(), 4), 40);
  EXPECT_EQ(after.apply(partial(library.late(), 1)), 2);
  expect_named(refusal_of([&] { before.apply(library.late(), 1); }));
  expect_works(before);
}

TEST_F(LateLibraryTest, IsNotLateForAWorkerThatIsReplaced) {
  const LateLibrary library;
  Pool pool(1);

  EXPECT_THROW(pool.apply([] { _exit(1); }), WorkerLost);
  EXPECT_EQ(pool.apply(library.late(), 1), 2);
}

TEST_F(LateLibraryTest, MayBeUsedByPoolsWithoutProcesses) {
  SerialPool serial;
  ThreadPool threads(2);
  const LateLibrary library;

  EXPECT_EQ(serial.map(library.late(), {1, 2}), (std::vector{2, 3}));
  EXPECT_EQ(threads.map(library.late(), {1, 2}), (std::vector{2, 3}));
}

TEST_F(LateLibraryTest, ThatIsUnloadedIsAPicklingError) {
  LateLibrary library;
  Pool pool(2);
  const LateLibrary::Function late = library.late();
  EXPECT_EQ(pool.apply(late, 1), 2);

  library.unload();
  ASSERT_FALSE(LateLibrary::is_loaded());
  const std::string text = refusal_of([&] { pool.apply(late, 1); });
  EXPECT_NE(text.find("can't get a function"), std::string::npos) << text;
  EXPECT_NE(text.find("it belongs to no loaded library"), std::string::npos) << text;
  expect_works(pool);
}

// Where it comes to lie the second time is the loader's business: in the same place it is what the workers have.
TEST_F(LateLibraryTest, ThatIsLoadedAgainRunsOrIsRefused) {
  LateLibrary first;
  Pool pool(2);
  first.unload();

  const LateLibrary again;
  const auto outcomes = pool.try_map(again.late(), {1, 2, 3});
  ASSERT_EQ(outcomes.size(), 3U);
  for (const auto& outcome : outcomes) {
    if (outcome) {
      EXPECT_EQ(outcome.value(), static_cast<int>(outcome.index()) + 2);
    } else {
      expect_named(refusal_in(outcome));
    }
  }
  expect_works(pool);
  EXPECT_EQ(pool.stats().lost, 0U);
}

TEST_F(LateLibraryTest, StaysInAWorkerThatRunsItWhileItIsUnloadedHere) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  {
    LateLibrary library;
    Pool pool(1);
    auto result = pool.apply_async(library.late_read(), pipe[0]);

    library.unload();
    ASSERT_FALSE(LateLibrary::is_loaded());
    ASSERT_EQ(write(pipe[1], "x", 1), 1);

    EXPECT_EQ(result.get(20s * patience), 'x');
    expect_works(pool);
  }
  close(pipe[0]);
  close(pipe[1]);
}

TEST_F(LateLibraryTest, IsNotThereInWorkersThatAreSpawnedHoweverEarlyItWasLoaded) {
  const LateLibrary library;
  Pool forked(1);
  Pool spawned({.processes = 1, .start_method = StartMethod::spawn});

  EXPECT_TRUE(forked.try_map(library.late(), {1}).front());
  const std::string refusal = refusal_in(spawned.try_map(library.late(), {1}).front());
  EXPECT_NE(refusal.find("can't get 'late' from '" LATE_LIBRARY "' in a worker: the library is not loaded there"),
            std::string::npos)
      << refusal;
  EXPECT_EQ(spawned.apply([](int number) { return -number; }, 3), -3);
}

}  // namespace
}  // namespace multiprocessing::tests::late_library_test
