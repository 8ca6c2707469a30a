// SPDX-License-Identifier: MIT
#pragma once

namespace multiprocessing::detail {

// The one argument of a program that is started once more to be an agent. Behind it stand the number of its socket, a
// colon and the name of its host.
inline constexpr const char* agent_option = "--multiprocessing-agent=";

}  // namespace multiprocessing::detail
