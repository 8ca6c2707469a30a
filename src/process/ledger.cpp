// SPDX-License-Identifier: MIT
#include "process/ledger.hpp"

#include "os/memory.hpp"

#include <new>
#include <utility>

namespace multiprocessing::detail {
namespace {

std::uint32_t fork_of(std::uint64_t signals) { return static_cast<std::uint32_t>(signals >> 32); }

std::uint64_t signals_for(std::uint32_t fork) { return static_cast<std::uint64_t>(fork) << 32; }

std::size_t size_of(int slots) { return sizeof(LedgerHead) + static_cast<std::size_t>(slots) * sizeof(SlotLedger); }

std::span<SlotLedger> slots_in(const SharedMapping& mapping, int slots) {
  return {reinterpret_cast<SlotLedger*>(mapping.data() + sizeof(LedgerHead)), static_cast<std::size_t>(slots)};
}

}  // namespace

Ledger::Ledger(int slots, Sharing sharing)
    : mapping_(size_of(slots), sharing), head_(new (mapping_.data()) LedgerHead{}), slots_(slots_in(mapping_, slots)) {
  for (SlotLedger& slot : slots_) new (&slot) SlotLedger{};
}

Ledger::Ledger(UniqueFd of_parent, int slots)
    : mapping_(std::move(of_parent), size_of(slots)),
      head_(std::launder(reinterpret_cast<LedgerHead*>(mapping_.data()))),
      slots_(slots_in(mapping_, slots)) {}

void Ledger::order_fork(int index) noexcept {
  // Release: the words that the parent reset for this worker are there when it starts. Pairs with fork_is_due.
  slot(index).forks_ordered.fetch_add(1, std::memory_order_release);
}

void Ledger::order_signal(int index, int signal) noexcept {
  const std::uint32_t fork = slot(index).forks_ordered.load(std::memory_order_relaxed);
  const std::uint64_t bit = std::uint64_t{1} << signal;
  std::uint64_t before = slot(index).signals.load(std::memory_order_relaxed);
  std::uint64_t after;
  do {
    after = (fork_of(before) == fork ? before : signals_for(fork)) | bit;
    // Release: condemned before killed. Pairs with the acquire in take_signals.
  } while (
      !slot(index).signals.compare_exchange_weak(before, after, std::memory_order_release, std::memory_order_relaxed));
}

void Ledger::order_quit() noexcept { head_->quit_ordered.store(1, std::memory_order_release); }

std::optional<WorkerReport> Ledger::next_report() noexcept {
  // Acquire: pairs with the release in report(); the slot's own count is at least as new.
  if (head_->reports_made.load(std::memory_order_acquire) == reports_seen_) return std::nullopt;
  for (;; next_slot_ = (next_slot_ + 1) % slots_.size()) {
    SlotLedger& slot = slots_[next_slot_];
    const std::uint32_t read = slot.reports_read.load(std::memory_order_relaxed);
    if (slot.reports_made.load(std::memory_order_acquire) == read) continue;
    const WorkerReport report = slot.reports[read % slot.reports.size()];
    // Release: the copy was made before the server may write there again. Pairs with fork_is_due.
    slot.reports_read.store(read + 1, std::memory_order_release);
    ++reports_seen_;
    return report;
  }
}

bool Ledger::fork_is_due(int index, std::uint32_t forks_done) const noexcept {
  const SlotLedger& slot = this->slot(index);
  return slot.forks_ordered.load(std::memory_order_acquire) != forks_done &&
         slot.reports_read.load(std::memory_order_acquire) == slot.reports_made.load(std::memory_order_relaxed);
}

std::uint32_t Ledger::take_signals(int index, std::uint32_t forks_done) noexcept {
  std::uint64_t ordered = slot(index).signals.load(std::memory_order_acquire);
  // One try: it fails only if the parent adds a signal at this moment; then the parent's bell calls the server again.
  if (fork_of(ordered) != forks_done || ordered == signals_for(forks_done)) return 0;
  if (!slot(index).signals.compare_exchange_strong(ordered, signals_for(forks_done), std::memory_order_acquire))
    return 0;
  return static_cast<std::uint32_t>(ordered);
}

bool Ledger::quit_is_due() const noexcept { return head_->quit_ordered.load(std::memory_order_acquire) != 0; }

void Ledger::ask_when_continued() noexcept { head_->questions.fetch_add(1, std::memory_order_release); }

std::uint32_t Ledger::questions() const noexcept { return head_->questions.load(std::memory_order_acquire); }

bool Ledger::answer(std::uint32_t questions, Clock::time_point continued_at) noexcept {
  if (head_->questions_answered.load(std::memory_order_relaxed) == questions) return false;
  head_->continued_at.store(continued_at.time_since_epoch().count(), std::memory_order_relaxed);
  // Release: the answer before its count. Pairs with continued_at.
  head_->questions_answered.store(questions, std::memory_order_release);
  return true;
}

std::optional<Clock::time_point> Ledger::continued_at() const noexcept {
  if (head_->questions_answered.load(std::memory_order_acquire) != questions()) return std::nullopt;
  return Clock::time_point(Clock::duration(head_->continued_at.load(std::memory_order_relaxed)));
}

void Ledger::report(const WorkerReport& report) noexcept {
  SlotLedger& slot = this->slot(report.slot);
  const std::uint32_t made = slot.reports_made.load(std::memory_order_relaxed);
  slot.reports[made % slot.reports.size()] = report;
  // Release: the report before its count. Both pair with next_report.
  slot.reports_made.store(made + 1, std::memory_order_release);
  head_->reports_made.fetch_add(1, std::memory_order_release);
}

void Ledger::forbid_fork_inheritance() { detail::forbid_fork_inheritance(mapping_.data(), mapping_.size_bytes()); }

}  // namespace multiprocessing::detail
