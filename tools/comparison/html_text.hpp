// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace compare {

// Text that a page shows as it is, in an element or an attribute.
std::string escaped(const std::string& text);
std::string escaped_lines(const std::string& text);  // its ends of lines stay

}  // namespace compare
