// SPDX-License-Identifier: MIT
#include "hosts/host_agent.hpp"

#include <multiprocessing/cpu_count.hpp>
#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/detail/host_pool.hpp>

#include "os/stream_socket.hpp"
#include "os/thread_without_signals.hpp"
#include "process/worker_name.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace multiprocessing::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds ending_interval = 50ms;
constexpr std::chrono::nanoseconds soon = 30us;
constexpr std::chrono::nanoseconds look_interval = 50ms;  // for answers of tickets that have not ended

template <class T>
T value_in(ByteSource& source) {
  T value{};
  read(source, value);
  return value;
}

PoolOptions options_of(PoolOrder& order, const ModuleList& modules) {
  const PoolNumbers& numbers = order.numbers;
  PoolOptions options;
  options.processes = numbers.processes;
  options.initializer = made_here(std::move(order.initializer), modules);
  options.finalizer = made_here(std::move(order.finalizer), modules);
  if (numbers.initializer_timeout != 0ns) options.initializer_timeout = numbers.initializer_timeout;
  if (numbers.max_tasks_per_child != 0) options.max_tasks_per_child = numbers.max_tasks_per_child;
  if (numbers.threads_per_worker != 0) options.threads_per_worker = numbers.threads_per_worker;
  return options;
}

}  // namespace

HostAgent::HostAgent(UniqueFd socket, std::string host)
    : link_(std::move(socket)), host_(std::move(host)), modules_(loaded_modules()) {}

template <class Write>
void HostAgent::send(MessageKind kind, Write write) {
  const MutexLock lock(sending_);
  link_.send(kind, write);
  flush();
}

// The pool always reads, so nothing that can be sent waits for long.
void HostAgent::flush() {
  Deadline limit = deadline_after(silence_);
  while (!is_cut_off_) {
    const std::size_t before = link_.unsent_bytes();
    if (!link_.flush() || has_passed(limit)) is_cut_off_ = true;
    if (link_.unsent_bytes() == 0) return;
    if (link_.unsent_bytes() != before) limit = deadline_after(silence_);
    std::vector<AwaitedSocket> socket{{.fd = link_.fd(), .wants_to_send = true, .wants_to_read = false}};
    wait_for_sockets(socket, limit);
  }
}

int HostAgent::serve() {
  send(MessageKind::hello, [&](ByteSink& sink) {
    write(sink, Hello{library_module(modules_).build_id, host_, process_cpu_count(), modules_});
  });
  while (!is_over_ && !is_cut_off_) {
    receive();
    if (is_ending_ && !is_over_) finish();
  }
  if (is_over_) return 0;
  end(EndOrder::terminate);
  while (!is_over_) finish();
  return 1;
}

void HostAgent::receive() {
  std::vector<AwaitedSocket> socket{{.fd = link_.fd()}};
  wait_for_sockets(socket, is_ending_ ? Clock::now() : silent_at_);
  const Deadline now = Clock::now();
  if (socket[0].is_ready) {
    if (silence_ != std::chrono::nanoseconds::max()) silent_at_ = now + silence_;
    const bool is_open = link_.read();
    try {
      while (!is_over_) {
        const auto message = link_.receive();
        if (!message) break;
        obey(*message);
      }
      send_soon();
    } catch (const MalformedBytes& error) {
      std::fprintf(stderr, "multiprocessing: the agent of host %s ends: %s\n", host_.c_str(), error.what());
      is_cut_off_ = true;
    }
    if (!is_open) is_cut_off_ = true;
  } else if (now >= silent_at_) {
    // If this process has slept for longer than it wanted, it was stopped itself: the pool gets its time once more.
    if (now > silent_at_ + silence_ / 4) {
      silent_at_ = now + silence_;
    } else {
      std::fprintf(stderr, "multiprocessing: the agent of host %s ends: the pool was silent for %lld ms\n",
                   host_.c_str(), static_cast<long long>(silence_ / 1ms));
      is_cut_off_ = true;
    }
  }
}

void HostAgent::obey(const StreamLink::Message& message) {
  BytesSource source(message.data.data(), message.data.size());
  const auto kind = static_cast<MessageKind>(message.kind);
  if (kind == MessageKind::pool) return start(value_in<PoolOrder>(source));
  if (kind == MessageKind::question) return report(value_in<std::uint64_t>(source));
  if (kind == MessageKind::end) return end(value_in<EndOrder>(source));
  try {
    const MutexLock lock(mutex_);
    if (!work_) throw MalformedBytes("work came before there were workers");
    switch (kind) {
      case MessageKind::call:
        return work_->add_call(value_in<CallOrder>(source));
      case MessageKind::tasks: {
        const auto head = value_in<TasksHead>(source);
        return work_->add_items(head, source);
      }
      case MessageKind::withdraw:
        work_->withdraw(value_in<std::uint64_t>(source));
        break;
      case MessageKind::condemn:
        return work_->condemn(value_in<std::uint64_t>(source));
      case MessageKind::forget:
        return work_->forget(value_in<std::uint64_t>(source));
      default:
        throw MalformedBytes("a message of unknown kind " + std::to_string(message.kind));
    }
    send_ended(true);
  } catch (const MalformedBytes&) {
    throw;
  } catch (...) {
    report_broken(std::current_exception());
  }
}

void HostAgent::start(PoolOrder order) {
  {
    const MutexLock lock(mutex_);
    if (sender_runs_) throw MalformedBytes("a second pool was ordered");
    sender_runs_ = true;
  }
  silence_ = order.numbers.silence;
  silent_at_ = deadline_after(silence_);
  host_place() = {host_, order.numbers.first_worker};
  start_thread_without_signals([this, order = std::make_shared<PoolOrder>(std::move(order))] { run_pool(*order); });
}

// What takes no longer than to wake another thread is waited for here. The rest is that thread's.
void HostAgent::send_soon() {
  std::shared_ptr<Call> open;
  {
    const MutexLock lock(mutex_);
    if (work_ && !sender_waits_for_work_) return;
    if (work_) open = work_->any_open();
  }
  if (open == nullptr) return;
  const bool has_ended = open->wait(Call::Until::any_told, 0, deadline_after(soon));
  const MutexLock lock(mutex_);
  if (has_ended) send_ended(false);
  if (work_->any_open() != nullptr) changed_.notify_all();
}

// The thread that sends. The workers end with the thread that has started them.
void HostAgent::run_pool(const PoolOrder& order) noexcept {
  try {
    auto group =
        std::static_pointer_cast<WorkerGroup>(make_worker_group(options_of(const_cast<PoolOrder&>(order), modules_)));
    const std::vector<WorkerStats> workers = group->stats().workers;
    {
      const MutexLock lock(mutex_);
      work_.emplace(std::move(group));
    }
    send(MessageKind::ready, [&](ByteSink& sink) { write(sink, workers); });
    send_answers();
  } catch (...) {
    report_broken(std::current_exception());
  }
  MutexLock lock(mutex_);
  changed_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) { return sender_stops_; });
  sender_runs_ = false;
  changed_.notify_all();
}

void HostAgent::send_answers() {
  Deadline look = deadline_after(look_interval);
  MutexLock lock(mutex_);
  while (!sender_stops_) {
    const std::shared_ptr<Call> open = work_->any_open();
    if (open == nullptr) {
      sender_waits_for_work_ = true;
      changed_.wait(lock.native());
      sender_waits_for_work_ = false;
      look = deadline_after(look_interval);
      continue;
    }
    lock.unlocked([&] { open->wait(Call::Until::any_told, 0, look); });
    send_ended(has_passed(look));
    if (has_passed(look)) look = deadline_after(look_interval);
    if (work_->broken()) return report_broken(work_->broken());
  }
}

void HostAgent::send_ended(bool others_too) {
  const MutexLock sending(sending_);
  while (work_->ended().any()) {
    work_->write_ended(work_->ended().front(), link_);
    work_->ended().pop();
  }
  if (others_too) work_->write_some(link_);
  flush();
}

void HostAgent::report(std::uint64_t question) {
  std::vector<WorkerStats> workers;
  {
    const MutexLock lock(mutex_);
    if (work_ && question != 0) {
      static_cast<void>(work_->group().worker_pids());  // looks
      send_ended(true);
    }
    if (work_) workers = work_->group().stats().workers;
  }
  send(MessageKind::report, [&](ByteSink& sink) {
    write(sink, question);
    write(sink, workers);
  });
}

void HostAgent::report_broken(const std::exception_ptr& error) noexcept try {
  send(MessageKind::broken, [&](ByteSink& sink) { encode_exception(error, "", sink); });
} catch (...) {
  is_cut_off_ = true;  // without memory: the pool takes the host for lost
}

void HostAgent::end(EndOrder how) {
  const MutexLock lock(mutex_);
  is_ending_ = true;
  if (!work_) {
    is_over_ = sender_runs_;  // the workers end with this process, before they are up
  } else if (how == EndOrder::finish) {
    work_->group().close();
  } else {
    work_->group().terminate();
  }
}

void HostAgent::finish() {
  MutexLock lock(mutex_);
  WorkerGroup* const group = work_ ? &work_->group() : nullptr;
  if (group != nullptr && !lock.unlocked([&] { return group->join(deadline_after(ending_interval)); })) return;
  sender_stops_ = true;
  changed_.notify_all();
  changed_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) { return !sender_runs_; });
  is_over_ = true;
  lock.unlock();
  if (!is_cut_off_) send(MessageKind::ended, [](ByteSink&) {});
}

int serve_as_agent(int socket, const std::string& host) {
  try {
    // Never destroyed: a thread of it may still start workers, or wait for them.
    auto& agent = *new HostAgent(UniqueFd(socket), host);
    return agent.serve();
  } catch (...) {
    std::fprintf(stderr, "multiprocessing: the agent of host %s ends: %s\n", host.c_str(),
                 describe(std::current_exception()).c_str());
    return 1;
  }
}

}  // namespace multiprocessing::detail
