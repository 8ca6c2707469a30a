// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <type_traits>

namespace multiprocessing::detail {

// Calls the action. If an exception leaves it, notes the stack as it was at the throw; costs nothing else.
// Knows it on x86-64 and AArch64; elsewhere it only calls.
void note_throws_of(void (*action)(void*), void* data);
template <class Action>
void note_throws_of(Action action) {
  note_throws_of([](void* of) { (*static_cast<Action*>(of))(); }, &action);
}

// Where the exception that left last, in this thread, was thrown: a line for each caller, the innermost first, up to
// the library itself. Names where the program exports them, else module and offset. Empty if nothing was noted.
std::string last_throw();

// The code whose frame all that note_throws_of() calls has below it.
const void* frame_that_notes_throws() noexcept;

}  // namespace multiprocessing::detail
