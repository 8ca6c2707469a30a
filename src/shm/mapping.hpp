// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include "os/unique_fd.hpp"

#include <cstddef>

namespace multiprocessing::detail {

// How another process gets to shared memory: it is forked while that is mapped, or it is handed a descriptor.
enum class Sharing { by_fork, by_descriptor };

// Zeroed memory without a name, shared with every process forked while it is mapped, at the same address. It is freed
// when the last of them has unmapped it. Sizes are rounded up to whole pages. The destructor unmaps it, in this process
// only, unless stay() was called. The constructor throws std::system_error.
class SharedMapping {
 public:
  explicit SharedMapping(std::size_t size_bytes, Sharing sharing = Sharing::by_fork);
  SharedMapping(UniqueFd of_another_process, std::size_t size_bytes);  // its memory, at another address; closes it
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;
  ~SharedMapping() {
    if (!stays_) region_.~mapped_region();
  }

  std::byte* data() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::size_t size_bytes() const noexcept { return region_.get_size(); }
  void stay() noexcept { stays_ = true; }                        // stays mapped as long as this process lives
  int descriptor() const noexcept { return descriptor_.get(); }  // -1 unless it is shared by one
  void close_descriptor() noexcept { descriptor_.reset(); }

 private:
  UniqueFd descriptor_;
  union {  // so that the region is not destroyed automatically
    boost::interprocess::mapped_region region_;
  };
  bool stays_ = false;
};

}  // namespace multiprocessing::detail
