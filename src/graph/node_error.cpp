// SPDX-License-Identifier: MIT
#include "graph/node_error.hpp"

#include <multiprocessing/detail/exception_codec.hpp>

#include <string>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t most_names = 8;  // of a longer way the middle is left out

std::string describe_way(std::span<const GraphNode* const> way) {
  std::string text = "in the delayed call '" + way.back()->name() + "'";
  const std::size_t users = way.size() - 1;
  const std::size_t named = std::min(users, most_names);
  for (std::size_t step = 0; step != named; ++step) {
    const std::size_t left_out = step == named / 2 ? users - named : 0;
    if (left_out != 0) text += ", which " + std::to_string(left_out) + " others in a row need";
    const bool before_middle = step < named / 2;
    const std::size_t index = before_middle ? users - 1 - step : named - 1 - step;
    text += (left_out != 0 ? ", the last of which '" : ", which '") + way[index]->name() + "' needs";
  }
  return text;
}

}  // namespace

std::exception_ptr in_graph(const std::exception_ptr& error, std::span<const GraphNode* const> way) {
  return with_traceback(error, describe_way(way));
}

}  // namespace multiprocessing::detail
