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
// that cannot be encoded a MaybeEncodingError. `where` says which worker it was.
void encode_item_error(const std::exception_ptr& error, Phase phase, const TaskType& type, std::size_t item,
                       const std::string& where, ByteSink& sink);

}  // namespace multiprocessing::detail
