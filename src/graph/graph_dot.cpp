// SPDX-License-Identifier: MIT
#include "graph/graph_order.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace multiprocessing::detail {
namespace {

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string label_of(const GraphNode& node, std::chrono::nanoseconds time) {
  char text[32] = "";
  if (time != time.zero()) {
    std::snprintf(text, sizeof text, "\\n%.3g ms", std::chrono::duration<double, std::milli>(time).count());
  }
  return escaped(node.name()) + text;
}

}  // namespace

std::string graph_to_dot(std::span<GraphNode* const> targets) {
  const GraphOrder order(targets);
  std::string dot = "digraph {\n";
  for (std::size_t place = 0; place != order.size(); ++place) {
    const std::string number = std::to_string(place);
    dot += "  " + number + " [label=\"" + label_of(order.node(place), order.time(place)) + "\"];\n";
    for (const std::size_t input : order.inputs(place)) dot += "  " + std::to_string(input) + " -> " + number + ";\n";
  }
  return dot + "}\n";
}

}  // namespace multiprocessing::detail
