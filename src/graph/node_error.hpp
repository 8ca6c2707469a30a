// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/graph_node.hpp>

#include <exception>
#include <span>

namespace multiprocessing::detail {

// The error of a node, which says where in the graph that is. `way` leads from the target to the node that failed.
std::exception_ptr in_graph(const std::exception_ptr& error, std::span<const GraphNode* const> way);

}  // namespace multiprocessing::detail
