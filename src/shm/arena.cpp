// SPDX-License-Identifier: MIT
#include "shm/arena.hpp"

#include "os/fork_count.hpp"
#include "os/memory.hpp"
#include "os/mutex.hpp"
#include "os/owner_mark.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <list>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t line_bytes = 64;
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t largest_block_bytes = std::size_t{64} << 10;
constexpr std::size_t smallest_arena_bytes = std::size_t{64} << 10;
constexpr std::size_t largest_arena_bytes = std::size_t{64} << 20;

constexpr std::uint64_t never_equal = ~std::uint64_t{0};

// Four sizes between a power of two and the next. If the size is a multiple of an alignment, so is the slot.
std::size_t slot_bytes_for(std::size_t size_bytes) {
  const std::size_t granule =
      size_bytes >= page_bytes ? page_bytes : std::max(line_bytes, std::bit_floor(size_bytes) / 4);
  return (size_bytes + granule - 1) / granule * granule;
}

// While a fork is under way, nobody knows whether it comes before or after the caller's next step: then the result
// equals no count.
std::uint64_t forks_until_now() {
  const std::uint64_t begun = forks_begun();
  return forks_over() == begun ? begun : never_equal;
}

}  // namespace

// The arenas of this process, by the size of their slots. One for each process, never destroyed.
class ArenaHeap {
 public:
  static ArenaHeap& of_this_process();

  struct Taken {
    Arena* arena;
    std::byte* slot;
    bool was_used;
  };
  Taken take(std::size_t slot_bytes);
  void give_back(Arena& arena, std::byte* slot, bool may_be_used_again) noexcept;
  bool inherited() const noexcept { return mark_.inherited(); }

 private:
  struct Arenas {
    std::list<Arena> with_room, full;
    std::size_t taken_bytes = 0;
  };
  explicit ArenaHeap(ArenaHeap* of_parent) : of_parent_(of_parent) { count_forks(); }
  void add_arena(Arenas& arenas, std::size_t slot_bytes) MULTIPROCESSING_REQUIRES(mutex_);

  const OwnerMark mark_;
  [[maybe_unused]] ArenaHeap* const of_parent_;  // never touched: a thread that does not exist here may have its lock
  Mutex mutex_;
  std::map<std::size_t, Arenas> arenas_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

// A mapping that is cut into slots of one size. Which slots are in use is noted outside of it, where no other process
// can write. Guarded by the mutex of its heap; in processes that have inherited it only `taken` and `mapping` change.
struct Arena {
  Arena(ArenaHeap& its_heap, std::size_t bytes, std::size_t count)
      : heap(its_heap), slot_bytes(bytes), slots(count), mapping(std::in_place, bytes * count) {
    free.reserve(count);
  }
  bool has_room() const { return never_taken_from != slots || !free.empty(); }

  ArenaHeap& heap;
  const std::size_t slot_bytes;
  const std::size_t slots;
  std::optional<SharedMapping> mapping;
  std::atomic<std::size_t> taken = 0;
  std::size_t never_taken_from = 0;  // this slot and all behind it were never taken
  std::vector<std::byte*> free;      // slots before it
  std::list<Arena>::iterator self;
};

ArenaHeap& ArenaHeap::of_this_process() {
  static constinit std::atomic<ArenaHeap*> current = nullptr;
  ArenaHeap* heap = current.load();
  while (heap == nullptr || heap->inherited()) {
    auto own = std::unique_ptr<ArenaHeap>(new ArenaHeap(heap));
    if (current.compare_exchange_strong(heap, own.get())) return *own.release();
  }
  return *heap;
}

// The more blocks there are, the larger is the new arena: so there are few mappings, and little memory is unused. If
// the system refuses that size, the arena is smaller.
void ArenaHeap::add_arena(Arenas& arenas, std::size_t slot_bytes) {
  std::size_t slots = std::clamp(arenas.taken_bytes / 8, smallest_arena_bytes, largest_arena_bytes) / slot_bytes;
  for (;; slots /= 2) {
    try {
      arenas.with_room.emplace_front(*this, slot_bytes, slots);
      break;
    } catch (const std::system_error&) {
      if (slots == 1) throw;
    }
  }
  arenas.with_room.front().self = arenas.with_room.begin();
}

ArenaHeap::Taken ArenaHeap::take(std::size_t slot_bytes) {
  const MutexLock lock(mutex_);
  Arenas& arenas = arenas_[slot_bytes];
  if (arenas.with_room.empty()) add_arena(arenas, slot_bytes);
  Arena& arena = arenas.with_room.front();
  Taken taken{&arena, nullptr, !arena.free.empty()};
  if (taken.was_used) {
    taken.slot = arena.free.back();
    arena.free.pop_back();
  } else {
    taken.slot = arena.mapping->data() + arena.never_taken_from++ * slot_bytes;
  }
  ++arena.taken;
  arenas.taken_bytes += slot_bytes;
  if (!arena.has_room()) arenas.full.splice(arenas.full.begin(), arenas.with_room, arena.self);
  return taken;
}

void ArenaHeap::give_back(Arena& arena, std::byte* slot, bool may_be_used_again) noexcept {
  // Locked memory stays: to unlock a slot would cut the mapping at both its ends.
  if (may_be_used_again && arena.slot_bytes % page_size() == 0) empty_unlocked_memory(slot, arena.slot_bytes);
  std::list<Arena> gone;  // destroyed after the lock is released
  const MutexLock lock(mutex_);
  Arenas& arenas = arenas_.find(arena.slot_bytes)->second;
  arenas.taken_bytes -= arena.slot_bytes;
  const bool had_room = arena.has_room();
  if (--arena.taken == 0) {
    gone.splice(gone.begin(), had_room ? arenas.with_room : arenas.full, arena.self);
  } else if (may_be_used_again) {
    arena.free.push_back(slot);
    if (!had_room) arenas.with_room.splice(arenas.with_room.end(), arenas.full, arena.self);
  }
}

ArenaBlock::ArenaBlock(std::size_t size_bytes) {
  if (size_bytes > largest_block_bytes) {
    own_mapping_ = std::make_unique<SharedMapping>(size_bytes);
    data_ = own_mapping_->data();
    return;
  }
  const std::size_t slot_bytes = slot_bytes_for(std::max<std::size_t>(size_bytes, 1));
  const ArenaHeap::Taken taken = ArenaHeap::of_this_process().take(slot_bytes);
  arena_ = taken.arena;
  data_ = taken.slot;
  forks_ = forks_until_now();
  if (taken.was_used) std::memset(data_, 0, slot_bytes);
}

ArenaBlock::~ArenaBlock() {
  if (arena_ == nullptr) return;
  if (!arena_->heap.inherited()) {
    arena_->heap.give_back(*arena_, data_, forks_ == forks_begun());
  } else if (--arena_->taken == 0) {
    arena_->mapping.reset();  // the Arena itself stays: it is in a list of the parent's, which must not be touched
  }
}

void ArenaBlock::stay() noexcept {
  if (own_mapping_) own_mapping_->stay();
  arena_ = nullptr;
}

}  // namespace multiprocessing::detail
