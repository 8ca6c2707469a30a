// SPDX-License-Identifier: MIT
#include "process/task_context.hpp"

#include <multiprocessing/worker.hpp>

#include <atomic>
#include <utility>

namespace multiprocessing {
namespace detail {
namespace {

constexpr int no_worker = -1;

std::atomic<int> worker_of_process = no_worker;
thread_local std::optional<int> worker_of_thread;
thread_local std::optional<std::size_t> current_item;

}  // namespace

ItemScope::ItemScope(std::size_t item) : current_(current_item), before_(std::exchange(current_item, item)) {}
ItemScope::~ItemScope() { current_ = before_; }

void set_worker_index(std::optional<int> index) {
  worker_of_process.store(index.value_or(no_worker), std::memory_order_relaxed);
  worker_of_thread.reset();
  current_item.reset();
}

std::optional<int> worker_of_this_process() {
  const int index = worker_of_process.load(std::memory_order_relaxed);
  return index == no_worker ? std::nullopt : std::optional(index);
}

void set_thread_worker_index(std::optional<int> index) { worker_of_thread = index; }

}  // namespace detail

std::optional<int> worker_index() {
  if (detail::worker_of_thread) return detail::worker_of_thread;
  return detail::worker_of_this_process();
}

std::optional<std::size_t> item_index() { return detail::current_item; }

}  // namespace multiprocessing
