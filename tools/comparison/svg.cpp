// SPDX-License-Identifier: MIT
#include "svg.hpp"

#include "html_text.hpp"

#include <cstdio>
#include <regex>
#include <stdexcept>

namespace compare {
namespace {

// How gnuplot writes them, apart from spaces.
const std::regex ink(R"(rgb\(\s*1,\s*1,\s*1\))");
const std::regex grid(R"(rgb\(\s*1,\s*1,\s*0\))");
const std::regex series(R"(rgb\(\s*1,\s*2,\s*(\d+)\))");
const std::regex black(R"re((color|fill)="black")re");
const std::regex heading(R"(<title>[^<]*</title>\s*<desc>[^<]*</desc>)");
const std::regex own_id(R"re((id=|href=)(['"]#?))re");

}  // namespace

std::string series_colour(std::size_t index) {
  char text[8];
  std::snprintf(text, sizeof text, "#0102%02x", static_cast<unsigned>(index % series_colours));
  return text;
}

std::string element_of(const std::string& drawing, const std::string& id, const std::string& title) {
  const std::size_t begin = drawing.find("<svg");
  const std::size_t end = drawing.rfind("</svg>");
  if (begin == std::string::npos || end == std::string::npos) throw std::runtime_error("gnuplot has drawn nothing");
  std::string text = drawing.substr(begin + 4, end + 6 - begin - 4);
  text = std::regex_replace(text, heading, "");
  text = std::regex_replace(text, own_id, "$1$2" + id + "_");
  text = std::regex_replace(text, ink, "currentColor");
  text = std::regex_replace(text, grid, "var(--grid)");
  text = std::regex_replace(text, series, "var(--series-$1)");
  text = std::regex_replace(text, black, "$1=\"inherit\"");
  return "<svg role=\"img\" aria-label=\"" + escaped(title) + "\"" + text;
}

}  // namespace compare
