// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <type_traits>

namespace multiprocessing::detail {

// Calls the action. If an exception leaves it, notes the stack as it was at the throw; costs nothing else. Notes on
// x86-64 and AArch64; on other processors it only calls.
void note_throws_of(void (*action)(void*), void* data);
template <class Action>
void note_throws_of(Action action) {
  note_throws_of([](void* of) { (*static_cast<Action*>(of))(); }, &action);
}

// Where the last exception that left an action of this thread was thrown: a line for each caller, the innermost first,
// up to the library itself. Names if the program exports them, else module and offset. Empty if nothing was noted.
std::string last_throw();

// The function in whose frame note_throws_of() calls its actions.
const void* frame_that_notes_throws() noexcept;

}  // namespace multiprocessing::detail
