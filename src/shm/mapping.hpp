// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include <cstddef>

namespace multiprocessing::detail {

// Zeroed memory that has no name and is shared with every process forked while it is mapped: at the same address there,
// and gone with the last of them. Sizes are rounded up to whole pages. The destructor unmaps it in this process only.
// The constructor throws std::system_error.
class SharedMapping {
 public:
  explicit SharedMapping(std::size_t size_bytes);

  std::byte* data() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::size_t size_bytes() const noexcept { return region_.get_size(); }

 private:
  boost::interprocess::mapped_region region_;
};

}  // namespace multiprocessing::detail
