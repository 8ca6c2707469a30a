// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// In a process that a pool has spawned (StartMethod::spawn), by init(): the server of the workers, as the order in the
// file says. `argument` is the program's, which named the file. The process ends, whatever happens: main() is not to
// run in it.
[[noreturn]] void be_spawned_server(int file, const char* argument) noexcept;

}  // namespace multiprocessing::detail
