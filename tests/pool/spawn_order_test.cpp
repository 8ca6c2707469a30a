// SPDX-License-Identifier: MIT
#include "pool/spawn_order.hpp"

#include <gtest/gtest.h>
#include <multiprocessing/errors.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include "os/memory_file.hpp"
#include "pool/parent/loaded_modules.hpp"

namespace multiprocessing::tests::spawn_order_test {
namespace {

using namespace detail;

std::string refusal_of(const CodeThere& code) {
  try {
    if (code.refused) std::rethrow_exception(code.refused);
  } catch (const PicklingError& error) {
    return error.what();
  }
  return {};
}

const void* code() { return reinterpret_cast<const void*>(&refusal_of); }

Module& module_with(const void* address, ModuleList& list) { return const_cast<Module&>(*list.containing(address)); }

TEST(SpawnOrder, ArrivesAsItWasWrittenAndItsAnswerBehindIt) {
  const UniqueFd file = make_memory_file(0);
  SpawnOrder order;
  order.numbers.slots = 7;
  order.library = std::string("a\0b", 3);
  order.initializer.run = {"id", 77};
  const std::string state(100'000, 'x');
  order.initializer.state.append(state.data(), state.size());

  EXPECT_FALSE(read_answer(file.get()));
  write_order(file.get(), order);
  EXPECT_FALSE(read_answer(file.get()));
  const auto arrived = read_order(file.get());
  write_answer(file.get(), {"no", loaded_modules()});
  const auto answer = read_answer(file.get());

  ASSERT_TRUE(arrived && answer);
  EXPECT_EQ(arrived->numbers.slots, 7);
  EXPECT_EQ(arrived->library, order.library);
  EXPECT_EQ(arrived->initializer.run.build_id, "id");
  EXPECT_EQ(arrived->initializer.run.offset, 77u);
  EXPECT_EQ(arrived->initializer.state.size_bytes(), state.size());
  EXPECT_TRUE(arrived->finalizer.run.build_id.empty());
  EXPECT_EQ(answer->refusal, "no");
  EXPECT_EQ(answer->modules.modules.size(), loaded_modules().modules.size());
  EXPECT_TRUE(answer->modules.has(loaded_modules().modules.front()));
}

TEST(SpawnOrder, AnotherFileIsNone) {
  const UniqueFd file = make_memory_file(4096);
  EXPECT_FALSE(read_order(file.get()));
  EXPECT_FALSE(read_order(-1));
}

TEST(SpawnOrder, OneThatIsCutIsAnError) {
  const UniqueFd whole = make_memory_file(0);
  write_order(whole.get(), {});
  const std::size_t size = size_of_file(whole.get());
  std::vector<std::byte> bytes(size);
  ASSERT_TRUE(read_from_file(whole.get(), bytes.data(), size, 0));

  for (std::size_t length = 24; length < size; length += 5) {
    const UniqueFd cut = make_memory_file(0);
    write_to_file(cut.get(), bytes.data(), length);
    EXPECT_THROW(read_order(cut.get()), MalformedBytes) << length;
  }
}

// As of a process that was killed while it wrote.
TEST(SpawnOrder, AnAnswerThatIsCutIsNoneAndALaterOneTakesItsPlace) {
  const UniqueFd file = make_memory_file(0);
  write_order(file.get(), {});
  const std::size_t begin = size_of_file(file.get());
  write_answer(file.get(), {"", loaded_modules()});
  for (std::size_t end = size_of_file(file.get()) - 1; end > begin; end -= std::min<std::size_t>(end - begin, 7)) {
    cut_file(file.get(), end);
    EXPECT_FALSE(read_answer(file.get())) << end - begin;
  }
  write_answer(file.get(), {"", loaded_modules()});
  write_answer(file.get(), {"out of memory", {}});

  const auto answer = read_answer(file.get());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->refusal, "out of memory");
  EXPECT_TRUE(answer->modules.modules.empty());
}

TEST(FindCode, IsWhereTheModuleOfTheSameBuildLies) {
  const ModuleList here = loaded_modules();
  ModuleList there = here;
  for (Module& module : there.modules) module.base += 0x10000;

  const CodeThere found = find_code(code(), here, there);

  EXPECT_EQ(refusal_of(found), "");
  EXPECT_EQ(found.address, reinterpret_cast<std::uintptr_t>(code()) + 0x10000);
}

TEST(FindCode, SaysWhatIsNotThereAndWhy) {
  const ModuleList here = loaded_modules();
  const auto refused = [&](auto change) {
    ModuleList there = here;
    change(there);
    return refusal_of(find_code(code(), here, there));
  };
  EXPECT_NE(refused([](ModuleList& there) { there.modules.clear(); }).find("the library is not loaded there"),
            std::string::npos);
  EXPECT_NE(refused([](ModuleList& there) { module_with(code(), there).path = "/a/copy.so"; }).find("is not loaded"),
            std::string::npos)
      << "a copy of the file has globals of its own";
  const std::string other =
      refused([](ModuleList& there) { module_with(code(), there).build_id = std::string("\xab\x0c", 2); });
  EXPECT_NE(other.find("from this program in a worker: there it is another build, ab0c instead of "), std::string::npos)
      << other;

  ModuleList nameless = here;
  module_with(code(), nameless).build_id.clear();
  EXPECT_NE(refusal_of(find_code(code(), nameless, here)).find("no build id"), std::string::npos);
  EXPECT_NE(refusal_of(find_code(reinterpret_cast<const void*>(8), here, here)).find("belongs to no loaded library"),
            std::string::npos);
}

}  // namespace
}  // namespace multiprocessing::tests::spawn_order_test
