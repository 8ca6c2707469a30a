// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/host_pool.hpp>

#include "hosts/given_items.hpp"
#include "hosts/messages.hpp"
#include "hosts/stream_link.hpp"

#include <map>
#include <set>

namespace multiprocessing::detail {

// What the hosts must be told of a call besides its function.
struct CallTerms {
  std::shared_ptr<const ModuleList> modules;  // of this process, when the call began
  const void* code;                           // as in PreparedFunction
  int retries;
  bool is_cancellable;
};

// One host as the program sees it: its link, its state, and what it was given. Whoever owns it locks, except that one
// thread reads from the link.
class RemoteHost {
 public:
  enum class State { unknown, greeted, starting, up, ended, lost };

  RemoteHost(const HostConnection& connection, int number);
  RemoteHost(RemoteHost&&) = default;
  ~RemoteHost();  // waits for an agent that is a child, and kills it after a while

  const std::string& name() const { return hello_.host; }
  const ModuleList& modules() const { return hello_.modules; }
  const Hello& hello() const { return hello_; }
  void greet(Hello hello);
  void order_pool(const PoolNumbers& numbers, const PortableCall& initializer, const PortableCall& finalizer);
  bool is_up() const { return state == State::up; }
  bool is_gone() const { return state == State::ended || state == State::lost; }

  // Tells the host of the call, once, and hands it items. Throws PicklingError if the function is not there.
  void give(const GroupCall& call, const CallTerms& terms, std::vector<Batch> batches, std::size_t size_bytes);
  void tell(const GroupCall& call, MessageKind what);  // if it knows the call
  void forget(std::uint64_t call);
  void ask(std::uint64_t question);
  void order_end(EndOrder how) noexcept;

  GivenItems* given(std::uint64_t ticket);  // null if it has none of them any more
  bool had(std::uint64_t ticket) const { return ticket != 0 && ticket <= tickets_; }
  void note_done(std::uint64_t ticket, std::size_t items);
  std::vector<GivenItems> take_back();  // all that is not done, in order
  std::size_t items() const { return items_; }
  std::size_t size_bytes() const { return size_bytes_; }
  GroupCall* first_call() const { return given_.empty() ? nullptr : &given_.begin()->second.call(); }

  StreamLink link;
  State state = State::unknown;
  int workers = 0;
  bool is_to_end = false;     // order_end() was called
  bool is_kept_free = false;  // until it has answered the one item that it has
  std::vector<WorkerStats> stats;
  std::uint64_t answered_question = 0;
  std::shared_ptr<Bytes> failure;  // an encoded exception: its workers did not start, or its pool is broken
  Deadline heard = Clock::now();
  Deadline recalled{};

 private:
  void tell_of(const GroupCall& call, const CallTerms& terms);
  void tell_forgotten();

  Hello hello_;
  pid_t child_;
  UniqueFd pidfd_;
  std::set<std::uint64_t> known_calls_;
  std::vector<std::uint64_t> forgotten_;       // calls that it is told of with the next message
  std::map<std::uint64_t, GivenItems> given_;  // by ticket
  std::uint64_t tickets_ = 0;
  std::size_t items_ = 0;
  std::size_t size_bytes_ = 0;
};

}  // namespace multiprocessing::detail
