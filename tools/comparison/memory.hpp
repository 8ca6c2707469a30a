// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace compare {

// Touched memory of this process, which a fork shares with its child, page by page.
class Ballast {
 public:
  enum class Pages { small, huge };
  // Rounded up to whole pages; none of 0 bytes. Huge pages are what the kernel makes of them.
  // Throws std::runtime_error.
  explicit Ballast(std::size_t size_bytes, Pages pages = Pages::small);
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;
  ~Ballast();

  unsigned char* data() const { return data_; }
  std::size_t size_bytes() const { return size_bytes_; }
  void touch(std::size_t size_bytes) const;  // writes to each of the pages of the first so many bytes
  void keep_from_children() const;           // MADV_DONTFORK

 private:
  unsigned char* data_ = nullptr;
  std::size_t size_bytes_;
};

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t gibibyte = std::size_t{1} << 30;

}  // namespace compare
