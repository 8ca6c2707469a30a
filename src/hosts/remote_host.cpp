// SPDX-License-Identifier: MIT
#include "hosts/remote_host.hpp"

#include "os/pidfd.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "pool/parent/loaded_modules.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr int most_cpus = 1 << 16;

}  // namespace

RemoteHost::RemoteHost(const HostConnection& connection, int number)
    : link(UniqueFd(connection.socket)), child_(connection.child) {
  hello_.host = "number " + std::to_string(number);  // until it says its name
  if (child_ == 0) return;
  try {
    pidfd_ = open_pidfd(child_);
  } catch (const std::system_error&) {  // then it is not waited for, but killed
  }
}

RemoteHost::~RemoteHost() {
  if (child_ == 0) return;
  link.close();
  if (!pidfd_) {
    kill_child(child_);
    return;
  }
  const std::array fds{pidfd_.get()};
  const bool has_ended = wait_readable(fds, deadline_after(std::chrono::seconds(3)));
  has_ended ? static_cast<void>(reap_pidfd(pidfd_.get())) : kill_child(child_);
}

void RemoteHost::greet(Hello hello) {
  if (state != State::unknown) throw MalformedBytes("it said hello twice");
  if (hello.cpus < 1 || hello.cpus > most_cpus) throw MalformedBytes("it has " + std::to_string(hello.cpus) + " CPUs");
  hello_ = std::move(hello);
  state = State::greeted;
}

void RemoteHost::order_pool(const PoolNumbers& numbers, const PortableCall& initializer,
                            const PortableCall& finalizer) {
  workers = numbers.processes;
  heard = Clock::now();
  state = State::starting;
  link.send(MessageKind::pool, [&](ByteSink& sink) {
    write(sink, numbers);
    write(sink, initializer);
    write(sink, finalizer);
  });
}

void RemoteHost::tell_of(const GroupCall& call, const CallTerms& terms) {
  if (known_calls_.contains(call.number)) return;
  tell_forgotten();
  const FunctionImage& function = call.function;
  const std::string where = "on host " + name();
  const CodeThere type = find_code(function.type, *terms.modules, hello_.modules, where);
  const CodeThere code =
      terms.code == nullptr ? CodeThere() : find_code(terms.code, *terms.modules, hello_.modules, where);
  if (type.refused) std::rethrow_exception(type.refused);
  if (code.refused) std::rethrow_exception(code.refused);
  const CallNumbers numbers{
      .number = call.number,
      .type = type.address,
      .code = code.address,
      .address = function.address,
      .chunksize = call.chunksize == SIZE_MAX ? 0 : call.chunksize,
      .timeout = call.is_timed() ? call.timeout : std::chrono::nanoseconds::zero(),
      .retries = terms.retries,
      .is_cancellable = terms.is_cancellable,
  };
  link.send(MessageKind::call, [&](ByteSink& sink) {
    write(sink, numbers);
    write(sink, function.state);
  });
  known_calls_.insert(call.number);
}

void RemoteHost::give(const GroupCall& call, const CallTerms& terms, std::vector<Batch> batches,
                      std::size_t size_bytes) {
  tell_of(call, terms);
  GivenItems items(std::move(batches), size_bytes);
  const std::size_t count = items.count();
  const TasksHead head{call.number, ++tickets_, call.first_index + items.first(), count};
  const auto entry = given_.emplace(head.ticket, std::move(items)).first;
  try {
    link.send(MessageKind::tasks, [&](ByteSink& sink) {
      write(sink, head);
      entry->second.write_bytes(sink);
    });
  } catch (...) {
    given_.erase(entry);
    throw;
  }
  items_ += count;
  size_bytes_ += size_bytes;
}

void RemoteHost::tell(const GroupCall& call, MessageKind what) {
  if (!is_up() || !known_calls_.contains(call.number)) return;
  link.send(what, [&](ByteSink& sink) { write(sink, call.number); });
}

void RemoteHost::forget(std::uint64_t call) {
  if (known_calls_.erase(call) != 0 && is_up()) forgotten_.push_back(call);
}

void RemoteHost::tell_forgotten() {
  for (; !forgotten_.empty(); forgotten_.pop_back()) {
    link.send(MessageKind::forget, [&](ByteSink& sink) { write(sink, forgotten_.back()); });
  }
}

void RemoteHost::ask(std::uint64_t question) {
  tell_forgotten();
  link.send(MessageKind::question, [&](ByteSink& sink) { write(sink, question); });
}

void RemoteHost::order_end(EndOrder how) noexcept {
  is_to_end = true;
  try {
    link.send(MessageKind::end, [&](ByteSink& sink) { write(sink, how); });
  } catch (const std::bad_alloc&) {
    link.close();  // that ends the agent, too
    state = State::lost;
  }
}

GivenItems* RemoteHost::given(std::uint64_t ticket) {
  const auto entry = given_.find(ticket);
  return entry == given_.end() ? nullptr : &entry->second;
}

void RemoteHost::note_done(std::uint64_t ticket, std::size_t items) {
  const auto entry = given_.find(ticket);
  items_ -= items;
  if (items_ == 0) is_kept_free = false;
  if (entry->second.left() != 0) return;
  size_bytes_ -= entry->second.size_bytes();
  given_.erase(entry);
}

std::vector<GivenItems> RemoteHost::take_back() {
  std::vector<GivenItems> all;
  for (auto& [ticket, items] : given_) all.push_back(std::move(items));
  given_.clear();
  is_kept_free = false;
  items_ = size_bytes_ = 0;
  return all;
}

}  // namespace multiprocessing::detail
