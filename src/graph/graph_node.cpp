// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/graph_node.hpp>

#include <stdexcept>

namespace multiprocessing::detail {

GraphNode::~GraphNode() = default;

void GraphNode::let_go(std::shared_ptr<GraphNode> node) noexcept {
  if (!node || node.use_count() != 1) return;
  // The last owner of nodes, each of which owns the next one, in the outermost of these calls. It needs no memory.
  thread_local std::shared_ptr<GraphNode>* last_owner = nullptr;
  if (last_owner != nullptr) {
    node->let_go_before_ = std::move(*last_owner);
    *last_owner = std::move(node);
    return;
  }
  last_owner = &node;
  while (node) {
    const std::shared_ptr<GraphNode> first = std::move(node);
    node = std::move(first->let_go_before_);
  }  // the destructor of `first` calls let_go() for its inputs
  last_owner = nullptr;
}

void throw_moved_delayed() { throw std::logic_error("this Delayed was moved from, and is no call any more"); }
void throw_nothing_to_reduce() {
  throw std::invalid_argument("tree_reduce() needs at least one part, not an empty list");
}
void throw_fan_in(std::size_t fan_in) {
  throw std::invalid_argument("fan_in of tree_reduce() must be at least 2, not " + std::to_string(fan_in));
}

}  // namespace multiprocessing::detail
