// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_record.hpp"

#include <string>

namespace multiprocessing::detail {

// Where a process that has ended by this signal crashed: a line for each caller, the innermost first, up to the library
// itself. "crashed at address 0x10, in f(int)\n  called by g()". Empty for a signal that is no crash, and if the record
// is not of such an end.
// Names are those of this process, so the record must be of one forked from it. Its words may be garbage: they are
// compared with the addresses of the modules, never followed.
std::string crash_trace(const CrashRecord& record, int signal);

}  // namespace multiprocessing::detail
