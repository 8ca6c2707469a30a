// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>
#include <multiprocessing/detail/task.hpp>

#include "shm/channel_words.hpp"

#include <exception>
#include <string>

namespace multiprocessing::detail {

// "decoding its argument", "running", …
const char* describe_phase(Phase phase);

// The text of a RemoteTraceback: what was being done, and where it threw, as noted by note_throws_of().
std::string traceback(const std::string& what);

// Writes what an item threw, as the caller will see it: an argument that cannot be decoded is a PicklingError, a result
// that cannot be encoded a MaybeEncodingError.
struct ItemPlace {
  std::size_t item;  // as item_index() gives it
  std::uint64_t argument_bytes;
  std::string where;  // which worker it was
};
void encode_item_error(const std::exception_ptr& error, Phase phase, const TaskType& type, const ItemPlace& place,
                       ByteSink& sink);

// The two that follow are std::bad_alloc where there is no memory for them.

// For an item that could not be written in this process: PicklingError. `written_bytes`: how many were written before
// it failed.
std::exception_ptr cannot_be_sent(const std::exception_ptr& reason, const std::type_info& type, std::size_t item,
                                  std::size_t written_bytes) noexcept;
// For a result that a worker has sent, and for which this process had no memory: MaybeEncodingError.
std::exception_ptr cannot_be_held(const std::exception_ptr& reason, const std::type_info& type, std::size_t item,
                                  std::uint64_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
