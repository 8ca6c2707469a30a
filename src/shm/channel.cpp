// SPDX-License-Identifier: MIT
#include "shm/channel.hpp"

#include "os/memory.hpp"

#include <new>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t up_to_pages(std::size_t bytes) { return (bytes + page_bytes - 1) / page_bytes * page_bytes; }

constexpr std::size_t front_bytes(int slots) {
  return up_to_pages(sizeof(ParentSleepWord) + static_cast<std::size_t>(slots) * sizeof(WakeThresholds));
}
constexpr std::size_t slot_bytes(std::size_t ring_bytes) { return page_bytes + 2 * ring_bytes; }

constexpr std::size_t crash_offset = page_bytes / 2;
static_assert(sizeof(ChannelWords) <= crash_offset && crash_offset + sizeof(CrashRecord) <= page_bytes);

}  // namespace

ChannelBlock::ChannelBlock(int slots, std::size_t ring_bytes, Sharing sharing)
    : slots_(slots),
      ring_bytes_(ring_bytes),
      front_bytes_(front_bytes(slots)),
      slot_bytes_(slot_bytes(ring_bytes)),
      mapping_(front_bytes_ + static_cast<std::size_t>(slots) * slot_bytes_, sharing) {
  new (mapping_.data()) ParentSleepWord{};
  for (int slot = 0; slot != slots; ++slot) {
    new (mapping_.data() + sizeof(ParentSleepWord) + static_cast<std::size_t>(slot) * sizeof(WakeThresholds))
        WakeThresholds{};
    reset(slot);
  }
}

ChannelBlock::ChannelBlock(UniqueFd of_another_process, int slots, std::size_t ring_bytes)
    : slots_(slots),
      ring_bytes_(ring_bytes),
      front_bytes_(front_bytes(slots)),
      slot_bytes_(slot_bytes(ring_bytes)),
      mapping_(std::move(of_another_process), front_bytes_ + static_cast<std::size_t>(slots) * slot_bytes_) {}

std::byte* ChannelBlock::slot_begin(int slot) {
  return mapping_.data() + front_bytes_ + static_cast<std::size_t>(slot) * slot_bytes_;
}

Channel ChannelBlock::channel(int slot) {
  std::byte* const begin = slot_begin(slot);
  return {.words = std::launder(reinterpret_cast<ChannelWords*>(begin)),
          .tasks = ByteRing(begin + page_bytes, ring_bytes_),
          .results = ByteRing(begin + page_bytes + ring_bytes_, ring_bytes_),
          .wake = std::launder(reinterpret_cast<WakeThresholds*>(mapping_.data() + sizeof(ParentSleepWord))) + slot,
          .parent_sleep = std::launder(reinterpret_cast<ParentSleepWord*>(mapping_.data())),
          .crash = std::launder(reinterpret_cast<CrashRecord*>(begin + crash_offset))};
}

void ChannelBlock::reset(int slot) {
  new (slot_begin(slot)) ChannelWords{};
  new (slot_begin(slot) + crash_offset) CrashRecord{};
}

void ChannelBlock::keep_from_children() { forbid_fork_inheritance(mapping_.data(), mapping_.size_bytes()); }

void ChannelBlock::keep_only(int slot) {
  std::byte* const own = slot_begin(slot);
  std::byte* const first = slot_begin(0);
  std::byte* const end = slot_begin(slots_);
  if (own != first) unmap(first, static_cast<std::size_t>(own - first));
  if (own + slot_bytes_ != end) unmap(own + slot_bytes_, static_cast<std::size_t>(end - own) - slot_bytes_);
  make_read_only(mapping_.data(), front_bytes_);
  forbid_fork_inheritance(mapping_.data(), front_bytes_);
  forbid_fork_inheritance(own, slot_bytes_);
}

}  // namespace multiprocessing::detail
