// SPDX-License-Identifier: MIT
#include "os/throw_trace.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <thread>

#include "support/exported.hpp"

namespace multiprocessing::tests {

MULTIPROCESSING_TEST_EXPORT int deepest(int depth);
MULTIPROCESSING_TEST_EXPORT int calls_deepest(int depth);
int deepest(int depth) {
  if (depth == 0) throw std::runtime_error("deepest");
  return deepest(depth - 1) + 1;
}
int calls_deepest(int depth) { return deepest(depth) * 2; }

namespace {

using detail::last_throw;
using detail::note_throws_of;

template <class Action>
std::string thrown_by(Action action) {
  try {
    note_throws_of(action);
  } catch (const std::runtime_error&) {
  }
  return last_throw();
}

TEST(ThrowTrace, NamesWhoThrewAndWhoCalled) {
  const std::string trace = thrown_by([] { std::invoke(calls_deepest, 2); });

  EXPECT_EQ(trace.find("thrown in "), 0U) << trace;
  EXPECT_NE(trace.find("called by multiprocessing::tests::calls_deepest(int)"), std::string::npos) << trace;
  EXPECT_EQ(trace.find("__cxa_throw"), std::string::npos) << trace;
  EXPECT_EQ(trace.find("invoke"), std::string::npos) << trace;
  EXPECT_EQ(trace.find("testing::"), std::string::npos) << trace;  // who called note_throws_of() is no part of it
}

TEST(ThrowTrace, IsEmptyAfterACallThatThrewNothing) {
  EXPECT_NE(thrown_by([] { calls_deepest(0); }), "");
  EXPECT_EQ(thrown_by([] {}), "");
}

TEST(ThrowTrace, LeavesOutWhatWasCaughtInside) {
  const std::string trace = thrown_by([] {
    try {
      calls_deepest(0);
    } catch (const std::runtime_error&) {
    }
  });
  EXPECT_EQ(trace, "");
}

TEST(ThrowTrace, OfADeepStackIsItsInnermostPart) {
  const std::string trace = thrown_by([] { calls_deepest(10'000); });
  EXPECT_EQ(trace.find("thrown in "), 0U) << trace;
  EXPECT_LT(trace.size(), 10'000U);
}

TEST(ThrowTrace, OfACallInsideACallIsTheOutermostThatItLeft) {
  const std::string trace = thrown_by([] {
    EXPECT_NE(thrown_by([] { calls_deepest(0); }), "");
    throw std::runtime_error("outer");
  });
  EXPECT_EQ(trace.find("thrown in "), 0U) << trace;
  EXPECT_EQ(trace.find("deepest"), std::string::npos) << trace;
}

TEST(ThrowTrace, IsEachThreadsOwn) {
  EXPECT_NE(thrown_by([] { calls_deepest(0); }), "");
  std::thread([] { EXPECT_EQ(last_throw(), ""); }).join();
  EXPECT_NE(last_throw(), "");
}

}  // namespace
}  // namespace multiprocessing::tests
