// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "shm/name_passage.hpp"

#include <vector>

namespace multiprocessing::detail {

// An answer of which more is to come: its bytes so far, and the names of shared memory that it gives. If there is no
// memory for it here, that is the error of its item, and of nobody else's.
class PartialAnswer {
 public:
  std::size_t kept_bytes() const { return bytes_.size_bytes(); }
  std::uint64_t size_bytes() const { return size_bytes_; }    // also of those that were not kept
  const std::exception_ptr& error() const { return error_; }  // why it is not kept; null if it is

  void add(const std::byte* data, std::size_t size_bytes) {
    size_bytes_ += size_bytes;
    if (error_) return;
    try {
      bytes_.append(data, size_bytes);
    } catch (...) {
      bytes_ = {};
      error_ = std::current_exception();
    }
  }
  void move_bytes_to(Bytes& bytes) {  // also the error is forgotten
    bytes = std::move(bytes_);
    forget_bytes();
  }
  void forget_bytes() { bytes_ = {}, error_ = nullptr, size_bytes_ = 0; }

  bool add_name(const std::byte* data, std::size_t size_bytes);  // of a piece. False: these bytes are no name
  bool has_names() const { return !passages_.empty(); }
  void move_names_to(ByteAnswer& answer);  // if that fails, the answer is the error
  void abandon_names();                    // unlinks them

 private:
  Bytes bytes_;
  std::uint64_t size_bytes_ = 0;
  std::exception_ptr error_;
  std::vector<NamePassage> passages_;
};

}  // namespace multiprocessing::detail
