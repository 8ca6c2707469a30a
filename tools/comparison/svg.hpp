// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace compare {

// Colours that gnuplot takes for colours, and that element_of() replaces by what the page's style defines.
constexpr const char* ink_colour = "#010101";   // that of the page's text
constexpr const char* grid_colour = "#010100";  // of what is in the background
constexpr std::size_t series_colours = 8;
std::string series_colour(std::size_t index);

// An element of a page out of gnuplot's drawing: without what stands before it, named by its title, its colours those
// of the page, its ids its own.
std::string element_of(const std::string& drawing, const std::string& id, const std::string& title);

}  // namespace compare
