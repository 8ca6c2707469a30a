// SPDX-License-Identifier: MIT
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <type_traits>

#include "api/every_pool.hpp"

// Results in a program whose main loop is GLib's. The library is looked up at run time: no header of it is needed.
namespace multiprocessing::tests::glib_loop_test {
namespace {

using namespace std::chrono_literals;

constexpr int readable = 1;  // G_IO_IN

class GLib {
 public:
  GLib() : library_(dlopen("libglib-2.0.so.0", RTLD_NOW)) {
    if (library_ == nullptr) return;
    find("g_main_context_new", context_new);
    find("g_main_context_unref", context_unref);
    find("g_main_loop_new", loop_new);
    find("g_main_loop_run", run);
    find("g_main_loop_quit", quit);
    find("g_main_loop_unref", loop_unref);
    find("g_unix_fd_source_new", fd_source_new);
    find("g_timeout_source_new", timeout_source_new);
    find("g_source_set_callback", set_callback);
    find("g_source_attach", attach);
    find("g_source_destroy", destroy);
    find("g_source_unref", source_unref);
  }
  bool is_installed() const { return library_ != nullptr; }

  void* (*context_new)() = nullptr;
  void (*context_unref)(void* context) = nullptr;
  void* (*loop_new)(void* context, int is_running) = nullptr;
  void (*run)(void* loop) = nullptr;
  void (*quit)(void* loop) = nullptr;
  void (*loop_unref)(void* loop) = nullptr;
  void* (*fd_source_new)(int fd, int condition) = nullptr;
  void* (*timeout_source_new)(unsigned milliseconds) = nullptr;
  void (*set_callback)(void* source, void (*function)(), void* data, void (*drop)(void* data)) = nullptr;
  unsigned (*attach)(void* source, void* context) = nullptr;
  void (*destroy)(void* source) = nullptr;
  void (*source_unref)(void* source) = nullptr;

 private:
  template <class Function>
  void find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    EXPECT_NE(function, nullptr) << name;
  }
  void* library_;  // stays loaded: GLib cannot be unloaded
};

template <class P>
class GLibLoop : public ::testing::Test {};
TYPED_TEST_SUITE(GLibLoop, EveryPool, PoolNames);

int slept(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}

TYPED_TEST(GLibLoop, GivesOutResultsBesideATimer) {
  const GLib glib;
  if (!glib.is_installed()) GTEST_SKIP() << "GLib (libglib2.0-0) is not installed";
  set_deadline(60s * patience);
  TypeParam pool(2);
  void* const context = glib.context_new();
  struct State {
    const GLib& glib;
    void* loop;
    AsCompleted<int> results;
    int sum = 0;
    int ticks = 0;
  } state{glib, glib.loop_new(context, 0), AsCompleted<int>()};
  for (int number = 0; number != 30; ++number) state.results.add(pool.apply_async(slept, 1));
  int (*const take)(int, int, void*) = [](int, int, void* data) {
    auto& its = *static_cast<State*>(data);
    its.sum += its.results.next(0s).value();
    if (its.results.size() == 0) its.glib.quit(its.loop);
    return 1;  // the loop goes on to watch the descriptor
  };
  int (*const tick)(void*) = [](void* data) { return ++static_cast<State*>(data)->ticks; };
  void* const descriptor = glib.fd_source_new(state.results.fileno(), readable);
  void* const timer = glib.timeout_source_new(1);
  glib.set_callback(descriptor, reinterpret_cast<void (*)()>(take), &state, nullptr);
  glib.set_callback(timer, reinterpret_cast<void (*)()>(tick), &state, nullptr);
  for (void* const source : {descriptor, timer}) glib.attach(source, context);

  glib.run(state.loop);

  EXPECT_EQ(state.sum, 30);
  if constexpr (!std::is_same_v<TypeParam, SerialPool>) {
    EXPECT_GT(state.ticks, 0);
  }
  for (void* const source : {descriptor, timer}) {
    glib.destroy(source);
    glib.source_unref(source);
  }
  glib.loop_unref(state.loop);
  glib.context_unref(context);
}

}  // namespace
}  // namespace multiprocessing::tests::glib_loop_test
