// SPDX-License-Identifier: MIT
#include "pool/callback_thread.hpp"

#include "os/mutex.hpp"
#include "os/thread_without_signals.hpp"

#include <condition_variable>
#include <thread>

namespace multiprocessing::detail {

struct CallbackThread::State {
  Mutex mutex;
  std::condition_variable changed;
  std::list<std::function<void()>> posted MULTIPROCESSING_GUARDED_BY(mutex);
  std::thread::id thread MULTIPROCESSING_GUARDED_BY(mutex);
  bool started MULTIPROCESSING_GUARDED_BY(mutex) = false;
  bool busy MULTIPROCESSING_GUARDED_BY(mutex) = false;
  bool closing MULTIPROCESSING_GUARDED_BY(mutex) = false;

  void serve() {
    MutexLock lock(mutex);
    thread = std::this_thread::get_id();
    while (true) {
      changed.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex) { return !posted.empty() || closing; });
      if (posted.empty()) break;
      std::list<std::function<void()>> callback;
      callback.splice(callback.end(), posted, posted.begin());
      busy = true;
      lock.unlock();
      callback.front()();
      callback.clear();  // what it holds may end the pool
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }
};

CallbackThread::CallbackThread() : state_(std::make_shared<State>()) {}

CallbackThread::~CallbackThread() {
  const MutexLock lock(state_->mutex);
  state_->closing = true;
  state_->changed.notify_all();
}

void CallbackThread::start() {
  const MutexLock lock(state_->mutex);
  if (state_->started) return;
  start_thread_without_signals([state = state_] { state->serve(); });
  state_->started = true;
}

void CallbackThread::post(std::list<std::function<void()>> callbacks) noexcept {
  const MutexLock lock(state_->mutex);
  state_->posted.splice(state_->posted.end(), callbacks);
  state_->changed.notify_all();
}

bool CallbackThread::is_current() const {
  const MutexLock lock(state_->mutex);
  return state_->thread == std::this_thread::get_id();
}

bool CallbackThread::finish(Deadline deadline) {
  if (is_current()) return true;
  MutexLock lock(state_->mutex);
  const auto idle = [&]() MULTIPROCESSING_REQUIRES(state_->mutex) { return state_->posted.empty() && !state_->busy; };
  if (deadline == never) return state_->changed.wait(lock.native(), idle), true;
  return state_->changed.wait_until(lock.native(), deadline, idle);
}

}  // namespace multiprocessing::detail
