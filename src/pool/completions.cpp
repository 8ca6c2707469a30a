// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/completions.hpp>

#include "pool/completion_queue.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// Calls of one pool are collected by the thread that waits. It cannot collect from two pools at once: if there are
// several, or a descriptor was asked for, each pool's background thread notices the ends.
struct Completions::State {
  struct WatchedPool {
    std::shared_ptr<BackgroundWatch> watch;
    std::size_t calls;  // that were added and not popped
    bool is_on;
  };

  ~State() {
    if (queue->inherited()) return;
    queue->close();
    for (WatchedPool& pool : pools) turn(pool, false);
  }
  static void turn(WatchedPool& pool, bool on) {
    if (pool.is_on == on) return;
    on ? pool.watch->begin_watch() : pool.watch->end_watch();
    pool.is_on = on;
  }
  std::vector<WatchedPool>::iterator pool_of(const std::shared_ptr<BackgroundWatch>& watch) {
    return std::find_if(pools.begin(), pools.end(), [&](const WatchedPool& pool) { return pool.watch == watch; });
  }

  const std::shared_ptr<CompletionQueue> queue = CompletionQueue::make();
  std::vector<WatchedPool> pools;    // those that have calls here
  std::size_t calls_told_to_us = 0;  // those that no thread has to look for
  std::size_t added = 0;
  bool has_descriptor = false;
};

Completions::Completions() : state_(std::make_unique<State>()) {}
Completions::Completions(Completions&& other) noexcept = default;
Completions& Completions::operator=(Completions&& other) noexcept = default;
Completions::~Completions() = default;

Completions::State& Completions::state() const {
  if (!state_) throw std::logic_error("this AsCompleted was moved from, and has no results");
  return *state_;
}

std::size_t Completions::next_index() const { return state().added; }

void Completions::add(Call& call) {
  State& state = this->state();
  state.queue->check_owner();
  state.pools.reserve(state.pools.size() + 1);
  state.queue->make_room();
  if (const std::shared_ptr<BackgroundWatch> watch = call.background_watch()) {
    auto pool = state.pool_of(watch);
    if (pool == state.pools.end()) pool = state.pools.insert(pool, {watch, 0, false});
    ++pool->calls;
    State::turn(*pool, pool->is_on || state.has_descriptor);
  } else {
    ++state.calls_told_to_us;
  }
  call.tell(state.queue, state.added++);
}

bool Completions::wait(Call& open, Deadline deadline) {
  State& state = this->state();
  state.queue->check_owner();
  if (state.queue->any()) return true;
  const bool collects = state.pools.size() == 1 && state.calls_told_to_us == 0;
  for (State::WatchedPool& pool : state.pools) State::turn(pool, !collects || state.has_descriptor);
  return collects ? open.wait(Call::Until::any_told, 0, deadline) : state.queue->wait(deadline);
}

std::size_t Completions::front() const { return state_->queue->front(); }

void Completions::pop(Call& front_call) {
  State& state = *state_;
  state.queue->pop();
  const std::shared_ptr<BackgroundWatch> watch = front_call.background_watch();
  if (!watch) {
    --state.calls_told_to_us;
    return;
  }
  const auto pool = state.pool_of(watch);
  if (--pool->calls != 0) return;
  State::turn(*pool, false);
  state.pools.erase(pool);
}

int Completions::fileno() {
  State& state = this->state();
  state.queue->check_owner();
  const int fd = state.queue->fileno();
  state.has_descriptor = true;
  for (State::WatchedPool& pool : state.pools) State::turn(pool, true);
  return fd;
}

}  // namespace multiprocessing::detail
