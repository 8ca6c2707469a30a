// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/allocation_meter.hpp"
#include "pool/parent/trace.hpp"
#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

// Here, because here `new` can be refused.
namespace multiprocessing::tests::trace_memory_test {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void note_one_of_each(detail::Trace& trace) {
  const detail::Trace::Item item{1, 0, 4711};
  trace.call_began(1, std::string_view("a function whose name is not short"));
  trace.worker_started(0, 4711, detail::Clock::now());
  trace.item_ran(0, item, {}, false);
  trace.item_lost(0, item, 0, "with its worker");
  trace.recalled(0, 2);
  trace.worker_ended(0, 4711, SIGKILL);
  trace.call_ended(1);
}

// What notes an item's end, or a worker's, is in the middle of what must be done then.
TEST(Trace, EndsWithWholeEventsWhereverMemoryRunsOut) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "trace.json";
  bool was_refused = true;
  for (std::uint64_t bytes = 0; was_refused; bytes += 100) {
    const ChildResult child = run_in_child([&] {
      detail::Trace trace(path, 1);
      limit_allocated_bytes(allocated_bytes() + bytes);
      note_one_of_each(trace);
      trace.finish();
      limit_allocated_bytes(UINT64_MAX);
    });
    ASSERT_EQ(child.exit_code, 0) << "with " << bytes << " bytes: " << child;
    was_refused = child.standard_error.find("ends too early: Cannot allocate memory") != std::string::npos;
    const std::string text = text_of(path);
    EXPECT_TRUE(text.starts_with("[\n{") && text.ends_with("}\n]\n")) << text;
    EXPECT_EQ(text.find("},\n]"), std::string::npos) << text;
    ASSERT_LT(bytes, 100'000U);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::trace_memory_test
