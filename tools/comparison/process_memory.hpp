// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace compare {

// What the kernel says of a process, in MiB.
struct ProcessMemory {
  double shared_out = 0;  // PSS: a page that n processes have counts as 1/n of a page for each
  double own = 0;         // pages that no other process has
  double page_tables = 0;
};

// Throws std::runtime_error if the kernel does not say.
ProcessMemory memory_of(pid_t pid);

double huge_pages_of(pid_t pid);  // MiB; std::runtime_error

pid_t parent_of(pid_t pid);  // std::runtime_error

}  // namespace compare
