// SPDX-License-Identifier: MIT
#pragma once

#include "shm/mapping.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace multiprocessing::detail {

struct Arena;

// Zeroed memory without a name, shared with every process forked while it exists, at the same address. It has its cache
// lines for itself, and is aligned to the largest power of two, up to a page, that divides its size.
//
// Blocks of up to 64 KiB lie together in mappings, the arenas, because a process may have only 65,530 mappings
// (vm.max_map_count). Each process unmaps an arena with the last of its blocks there. No process allocates from an
// arena that it has inherited. Memory is used again only if nobody was forked between the constructor and the
// destructor: else a child may still use it, and it stays as it is until its arena is unmapped.
//
// Any thread. The constructor throws std::system_error.
class ArenaBlock {
 public:
  explicit ArenaBlock(std::size_t size_bytes);
  ArenaBlock(const ArenaBlock&) = delete;
  ArenaBlock& operator=(const ArenaBlock&) = delete;
  ~ArenaBlock();

  std::byte* data() const noexcept { return data_; }
  void stay() noexcept;  // stays mapped as long as this process lives

 private:
  std::unique_ptr<SharedMapping> own_mapping_;  // of a large block
  Arena* arena_ = nullptr;                      // of a small one
  std::byte* data_ = nullptr;
  std::uint64_t forks_ = 0;  // their number at the start
};

}  // namespace multiprocessing::detail
