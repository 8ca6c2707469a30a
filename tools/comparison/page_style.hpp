// SPDX-License-Identifier: MIT
#pragma once

namespace compare {

extern const char* const page_style;  // page_style.css

}  // namespace compare
