// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <pthread.h>
#include <multiprocessing/fork_map.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/queue.hpp>

#include <memory>
#include <string>

#include "support/deadline.hpp"

namespace multiprocessing::tests::nested_values_test {
namespace {

// A list whose links point to each other: serialised by recursion, destroyed in a loop.
struct Link {
  Link() = default;
  Link(Link&&) = default;
  Link& operator=(Link&&) = default;
  ~Link() {
    while (next) next = std::move(next->next);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(next, behind);
  }
  std::unique_ptr<Link> next;
  int behind = 0;  // no compiler makes a loop of the recursion
};

constexpr int too_deep = 1'000'000;

Link chain(int depth) {
  Link first;
  for (int i = 0; i != depth; ++i) {
    Link link;
    link.next = std::make_unique<Link>(std::move(first));
    first = std::move(link);
  }
  return first;
}
int depth_of(const Link& first) {
  int depth = 0;
  for (const Link* link = first.next.get(); link != nullptr; link = link->next.get()) ++depth;
  return depth;
}

template <class Error, class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

template <class Work>
void in_a_thread_of(std::size_t stack_bytes, Work work) {
  pthread_attr_t attributes;
  ASSERT_EQ(::pthread_attr_init(&attributes), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&attributes, stack_bytes), 0);
  pthread_t thread{};
  const auto run = [](void* argument) -> void* {
    (*static_cast<Work*>(argument))();
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, &attributes, run, &work), 0);
  ::pthread_attr_destroy(&attributes);
  ::pthread_join(thread, nullptr);
}

bool says(const std::string& message, const char* what) { return message.find(what) != std::string::npos; }

}  // namespace

TEST(NestedValues, AnArgumentTooDeepForTheStackIsRefusedAndThePoolGoesOn) {
  Pool pool(1);
  const auto message = message_of<PicklingError>([&] { pool.apply(&depth_of, chain(too_deep)); });
  EXPECT_TRUE(says(message, "nested too deeply")) << message;
  EXPECT_EQ(pool.apply(&depth_of, chain(100)), 100);
}

TEST(NestedValues, AResultTooDeepForTheWorkersStackIsMaybeEncodingErrorAndTheWorkerLives) {
  Pool pool(1);
  const std::vector<int> pids = pool.worker_pids();
  const auto message = message_of<MaybeEncodingError>([&] { pool.apply(&chain, too_deep); });
  EXPECT_TRUE(says(message, "nested too deeply")) << message;
  EXPECT_EQ(depth_of(pool.apply(&chain, 100)), 100);
  EXPECT_EQ(pool.worker_pids(), pids);
}

TEST(NestedValues, AResultTooDeepForTheCallersThreadIsRefusedThere) {
  constexpr int depth = patience == 1 ? 5'000 : 1'000;  // a sanitizer's frames are larger
  constexpr std::size_t stack_kib = patience == 1 ? 64 : 256;
  Pool pool(1);
  in_a_thread_of(stack_kib << 10, [&] {
    const auto message = message_of<MaybeEncodingError>([&] { pool.apply(&chain, depth); });
    const std::string stack = "the " + std::to_string(stack_kib) + " KiB of this thread's stack";
    EXPECT_TRUE(says(message, stack.c_str())) << message;
  });
  EXPECT_EQ(depth_of(pool.apply(&chain, depth)), depth);
}

TEST(NestedValues, AMessageTooDeepForTheStackIsNotPut) {
  Queue<Link> queue;
  EXPECT_THROW(queue.put(chain(too_deep)), PicklingError);
  EXPECT_TRUE(queue.empty());
}

}  // namespace multiprocessing::tests::nested_values_test
