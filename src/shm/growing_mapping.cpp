// SPDX-License-Identifier: MIT
#include "shm/growing_mapping.hpp"

#include "os/memory.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace multiprocessing::detail {
namespace {

std::size_t whole_pages(std::size_t size_bytes) { return (size_bytes + page_size() - 1) / page_size() * page_size(); }

}  // namespace

GrowingMapping::GrowingMapping(std::size_t head_bytes, const SegmentSizes& sizes, int segments)
    : sizes_(sizes), first_mapping_bytes_(whole_pages(head_bytes) + whole_pages(sizes.end(1))) {
  const std::size_t whole_head = whole_pages(head_bytes);
  const bool can_grow = can_map_again();  // asked before most of the address space is taken
  // The memory behind a mapping keeps its first size when the mapping itself is cut.
  std::size_t all_bytes = 0;
  for (segments_ = segments; head_ == nullptr; --segments_) {
    all_bytes = std::max(first_mapping_bytes_, whole_pages(whole_head + sizes.end(segments_ - 1)));
    head_ = reserve_shared_memory(all_bytes);
    if (head_ != nullptr) break;
    if (all_bytes == first_mapping_bytes_) {
      throw std::system_error(errno, std::system_category(),
                              "cannot map " + std::to_string(all_bytes) + " bytes of shared memory");
    }
  }
  if (!can_grow) first_mapping_bytes_ = all_bytes;
  if (all_bytes > first_mapping_bytes_) unmap_or_keep(head_ + first_mapping_bytes_, all_bytes - first_mapping_bytes_);
  make_writable(head_, first_mapping_bytes_);
  while (first_segments_ != segments_ && whole_head + sizes.end(first_segments_) <= first_mapping_bytes_) {
    mapped(first_segments_) = head_ + whole_head + sizes.begin(first_segments_);
    ++first_segments_;
  }
}

GrowingMapping::~GrowingMapping() {
  if (stays_) return;
  unmap_from(first_segments_);
  unmap_or_keep(head_, first_mapping_bytes_);
}

bool GrowingMapping::map_up_to(int number) noexcept {
  if (number >= segments_) return false;
  for (int next = first_segments_; next <= number; ++next) {
    if (segment(next) != nullptr) continue;
    // Maps from the last page of the segment before, which is mapped. A process that is forked meanwhile may keep a
    // mapping that it never uses.
    std::byte* const last_page = segment(next - 1) + sizes_.bytes(next - 1) - page_size();
    std::byte* const memory = map_from(last_page, page_size() + sizes_.bytes(next));
    if (memory == nullptr) return false;
    unmap_or_keep(memory, page_size());
    std::byte* expected = nullptr;
    if (!mapped(next).compare_exchange_strong(expected, memory + page_size())) {
      unmap_or_keep(memory + page_size(), sizes_.bytes(next));  // another thread was faster
    }
  }
  return true;
}

// Forgets each address before it unmaps it: so a process that another thread forks meanwhile knows no address that is
// not mapped.
void GrowingMapping::unmap_from(int number) noexcept {
  for (int last = segments_ - 1; last >= std::max(number, first_segments_); --last) {
    std::byte* const memory = mapped(last).exchange(nullptr);
    if (memory != nullptr) unmap_or_keep(memory, sizes_.bytes(last));
  }
}

void GrowingMapping::give_back_from(int number) noexcept {
  for (int next = number; next < segments_; ++next) {
    if (segment(next) != nullptr) unlock_and_empty_memory(segment(next), sizes_.bytes(next));
  }
  unmap_from(number);
}

}  // namespace multiprocessing::detail
