// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include <cstddef>

namespace multiprocessing::detail {

// Zeroed memory without a name, shared with every process forked while it is mapped, at the same address. It is freed
// when the last of them has unmapped it. Sizes are rounded up to whole pages. The destructor unmaps it, in this process
// only, unless stay() was called. The constructor throws std::system_error.
class SharedMapping {
 public:
  explicit SharedMapping(std::size_t size_bytes);
  SharedMapping(const SharedMapping&) = delete;
  SharedMapping& operator=(const SharedMapping&) = delete;
  ~SharedMapping() {
    if (!stays_) region_.~mapped_region();
  }

  std::byte* data() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::size_t size_bytes() const noexcept { return region_.get_size(); }
  void stay() noexcept { stays_ = true; }  // stays mapped as long as this process lives

 private:
  union {  // so that the region is not destroyed automatically
    boost::interprocess::mapped_region region_;
  };
  bool stays_ = false;
};

}  // namespace multiprocessing::detail
