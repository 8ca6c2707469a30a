// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace multiprocessing::detail {

// Shared memory with a name, mapped here. Its memory was taken when it was created: no access is ever a SIGBUS. The
// destructor does not unlink the name. Both functions throw std::system_error, whose text contains the name.
class NamedMemory {
 public:
  static NamedMemory create(const std::string& name, std::size_t size_bytes);  // EEXIST: the name exists already
  static NamedMemory attach(const std::string& name);                          // ENOENT: there is no such name

  std::byte* data() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::size_t size_bytes() const noexcept { return region_.get_size(); }
  std::uint64_t file() const noexcept { return file_; }  // distinguishes it from other memory of the same name

 private:
  boost::interprocess::mapped_region region_;
  std::uint64_t file_ = 0;
};

[[noreturn]] void throw_named(int error, const char* what_failed, const std::string& name);

}  // namespace multiprocessing::detail
