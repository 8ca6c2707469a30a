// SPDX-License-Identifier: MIT
#include "pool/parent/supervisor.hpp"

#include <multiprocessing/errors.hpp>

#include "os/wait_status.hpp"
#include "pool/parent/aftermath.hpp"
#include "process/worker_name.hpp"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <system_error>

namespace multiprocessing::detail {
namespace {

constexpr int deaths_that_break = 3;  // in a row

}  // namespace

Supervisor::Supervisor(Dispatcher& dispatcher, ItemTimeouts& timeouts, WorkerStarter& starter,
                       std::function<void(int)> reset, std::chrono::nanoseconds proof)
    : dispatcher_(dispatcher),
      timeouts_(timeouts),
      starter_(starter),
      reset_(std::move(reset)),
      proof_(proof),
      members_(dispatcher.slots().size()) {}

void Supervisor::start(WorkerSlot& slot) {
  reset_(slot.index());
  slot.state = WorkerSlot::State::starting;
  slot.ordered_at = Clock::now();
  slot.up_since = never;
  slot.outran_initializer = slot.is_killed = false;
  Member& started = member(slot.index());
  ++started.starts;
  started.was_up = false;
  starts_to_note_ = true;
  starter_.order_fork(slot.index());
}

void Supervisor::start_missing() {
  if (!broken_.empty() || finishing_) return;
  try_again_at_ = never;
  for (WorkerSlot& slot : dispatcher_.slots()) {
    if (slot.state == WorkerSlot::State::absent) start(slot);
  }
}

void Supervisor::look() {
  while (report_ || (report_ = starter_.next_report())) {
    // A worker whose descriptors go ends, and it is not the fault of what it ran.
    if (report_->kind != WorkerReport::Kind::started && !starter_.is_whole()) descriptors_closed();
    switch (report_->kind) {
      case WorkerReport::Kind::started:
        slot(report_->slot).pid = report_->pid;
        slot(report_->slot).forked_at = report_->forked_at;
        break;
      case WorkerReport::Kind::refused:
        on_refused(*report_);
        break;
      case WorkerReport::Kind::ended:
        on_ended(*report_);
        break;
    }
    report_.reset();
  }
  if (!broken_.empty()) return;
  dispatcher_.pass();
  note_started();
  // A call may go on for days: its pool shall not stay smaller so long.
  if (has_passed(try_again_at_)) start_missing();
  timeouts_.enforce(dispatcher_.slots(), starter_);
  kill_doomed();
  if (finishing_) let_leave();
}

void Supervisor::kill_doomed() {
  for (WorkerSlot& slot : dispatcher_.slots()) {
    const bool is_doomed = slot.must_be_killed() || slot.outran_initializer;
    if (is_doomed && !std::exchange(slot.is_killed, true)) starter_.order_signal(slot.index(), SIGKILL);
  }
}

void Supervisor::finish() {
  finishing_ = true;
  let_leave();  // at once: perhaps nobody rings any more
}

void Supervisor::let_leave() {
  if (!dispatcher_.idle()) return;
  for (WorkerSlot& up : dispatcher_.slots()) {
    if (up.state == WorkerSlot::State::up && up.can_offer(0)) up.offer_leave();
  }
}

void Supervisor::note_started() {
  if (!starts_to_note_) return;
  starts_to_note_ = false;
  for (const WorkerSlot& slot : dispatcher_.slots()) {
    if (slot.state == WorkerSlot::State::starting) starts_to_note_ = true;
    if (slot.state != WorkerSlot::State::up || !note_up(slot)) continue;
    if (trace_ != nullptr) trace_->worker_started(slot.index(), slot.pid, slot.ordered_at);
  }
}

bool Supervisor::note_up(const WorkerSlot& slot) {
  Member& started = member(slot.index());
  if (std::exchange(started.was_up, true)) return false;
  started.starting += slot.up_since - slot.ordered_at;
  failed_starts_ = 0;
  return true;
}

void Supervisor::on_refused(const WorkerReport& report) {
  std::string refusal = describe_refusal(report.refused_call, report.slot, members_.size());
  const std::exception_ptr nobody =
      std::make_exception_ptr(BrokenPool("no worker is left (the next call tries to start some): " + refusal + ": " +
                                         std::generic_category().message(report.status)));
  slot(report.slot).state = WorkerSlot::State::absent;
  --member(report.slot).starts;
  // The first says how many there could be; the others follow it.
  if (refused_ == 0) {
    refused_ = report.status;
    refusal_ = std::move(refusal);
  }
  // The pool is smaller now; the next death or call tries again, and so does a look after a while. Without any worker,
  // work that is handed in ends with an error: nobody would run it.
  try_again_at_ = deadline_after(proof_);
  if (none_left()) dispatcher_.fail_everything(nobody);
}

void Supervisor::on_ended(const WorkerReport& report) {
  WorkerSlot& ended = slot(report.slot);
  if (!broken_.empty()) {
    ended.state = WorkerSlot::State::absent;
    ended.pid = 0;
    return;
  }
  note_started();
  const bool may_be_in_order = report.status == unknown_wait_status || exit_code(report.status) == 0;
  const bool left_in_order = ended.state == WorkerSlot::State::leaving && may_be_in_order;
  const pid_t pid = ended.pid;
  const std::string who =
      "worker " + std::to_string(report.slot) + " of " + std::to_string(members_.size()) + place_of(pid);
  auto failure = std::make_shared<Bytes>();
  Member& gone = member(report.slot);
  const auto [progress, was_up, was_condemned, crash] =
      take_apart(ended, report.status, ended.is_killed, starter_, dispatcher_);
  if (trace_ != nullptr) trace_->worker_ended(report.slot, pid, report.status);
  *failure = dispatcher_.accounts().take_start_failure();
  const bool initializer_threw = failure->size_bytes() != 0;
  if (initializer_threw) start_failure_ = std::move(failure);

  // Per slot: otherwise killing all idle workers of a large pool once would count as a series. What others answered
  // meanwhile counts, too: a pool that gets on is not broken.
  const bool got_on =
      std::exchange(finished_at_last_end_, dispatcher_.accounts().finished()) != dispatcher_.accounts().finished();
  if (got_on) {
    for (Member& each : members_) each.fruitless_deaths = 0;
  }
  const bool said_so = ended.up_since != never;  // else its channel was overwritten before it could
  if (said_so) note_up(ended);
  const bool is_proven = said_so && Clock::now() - ended.up_since >= proof_;
  if (left_in_order || progress != 0 || was_condemned || is_proven) {
    gone.fruitless_deaths = 0;
  } else if (was_up) {
    ++gone.fruitless_deaths;
  } else {
    ++failed_starts_;
  }
  if (initializer_threw) {
    break_off([&] { return who + " did not start: its initializer threw"; });
  } else if (ended.outran_initializer) {
    break_off([&] {
      std::ostringstream what;
      what << who << " did not start: its initializer ran longer than the "
           << std::chrono::duration<double>(*timeouts_.of_initializer()).count() << " s of initializer_timeout";
      return what.str();
    });
  } else if (failed_starts_ >= deaths_that_break || gone.fruitless_deaths >= deaths_that_break) {
    break_off([&] {
      return "three workers in a row ended without doing anything, the last one, " + who + ", with " +
             describe_wait_status(report.status);
    });
    last_crash_ = crash;
  } else if (broken_.empty() && !(finishing_ && dispatcher_.idle())) {
    for (WorkerSlot& absent : dispatcher_.slots()) {
      if (absent.state == WorkerSlot::State::absent) start(absent);
    }
  }
}

// Thrown, because std::make_exception_ptr would make a copy, and its bad_alloc an answer.
std::exception_ptr Supervisor::broken_error(std::string what) const {
  try {
    throw EncodedBreak{std::move(what), start_failure_};
  } catch (const EncodedBreak&) {
    return std::current_exception();
  }
}

template <class Reason>
void Supervisor::break_off(Reason reason) noexcept {
  if (!broken_.empty()) return;
  try {
    std::string text = reason();
    broken_error_ = broken_error("the pool is broken: " + text);
    broken_ = std::move(text);
  } catch (const std::bad_alloc&) {
    broken_ = "out of memory";  // short enough to need none
    broken_error_ = broken_error(broken_);
  }
  dispatcher_.fail_everything(broken_error_);
}

void Supervisor::descriptors_closed() noexcept {
  break_off([] { return "the program has closed descriptors that belong to the pool"; });
}

void Supervisor::starter_lost() noexcept {
  if (!starter_.is_whole()) return descriptors_closed();
  break_off([this] {
    return "its fork server (pid " + std::to_string(starter_.pid()) + ") has ended, and its workers with it";
  });
}

void Supervisor::throw_start_failure() const {
  if (refused_ != 0) throw std::system_error(refused_, std::generic_category(), refusal_);
  const std::string crash = crash_trace(last_crash_);
  const EncodedBreak why{broken_ + (crash.empty() ? "" : "\n" + crash), start_failure_};
  std::rethrow_exception(why.decode());
}

bool Supervisor::all_up() const {
  const auto& slots = dispatcher_.slots();
  return std::all_of(slots.begin(), slots.end(),
                     [](const WorkerSlot& slot) { return slot.state == WorkerSlot::State::up; });
}

bool Supervisor::none_left() const {
  const auto& slots = dispatcher_.slots();
  return std::all_of(slots.begin(), slots.end(),
                     [](const WorkerSlot& slot) { return slot.state == WorkerSlot::State::absent; });
}

Deadline Supervisor::next_deadline() {
  if (!broken_.empty()) return never;
  const Deadline next = timeouts_.next_look(dispatcher_.slots());
  return dispatcher_.wants_second_look() ? std::min(next, deadline_after(std::chrono::milliseconds(1))) : next;
}

void Supervisor::add_to(PoolStats& stats) const {
  for (std::size_t index = 0; index != members_.size(); ++index) {
    stats.workers[index].starts = members_[index].starts;
    stats.workers[index].starting = members_[index].starting;
  }
}

}  // namespace multiprocessing::detail
