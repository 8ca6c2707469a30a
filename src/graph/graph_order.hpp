// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/graph_node.hpp>

#include <span>
#include <vector>

namespace multiprocessing::detail {

// The nodes that some targets need, each once, depth first: a node comes after its inputs, each of which comes right
// after what it needs itself. A node's number is its place in this order. Works without recursion, in a time that grows
// with nodes and edges. While it lives its nodes are of no other order.
class GraphOrder {
 public:
  // std::logic_error if a node is of another order.
  explicit GraphOrder(std::span<GraphNode* const> targets);
  GraphOrder(const GraphOrder&) = delete;
  GraphOrder& operator=(const GraphOrder&) = delete;
  ~GraphOrder();

  std::size_t size() const { return nodes_.size(); }
  GraphNode& node(std::size_t place) const { return *nodes_[place]; }
  std::size_t place_of(const GraphNode& node) const { return node.place_; }
  // Those whose values the node gets, and those that get its value; as often as they do.
  std::span<const std::size_t> inputs(std::size_t place) const {
    return {inputs_.data() + inputs_begin_[place], inputs_.data() + inputs_begin_[place + 1]};
  }
  std::span<const std::size_t> users(std::size_t place) const {
    return {users_.data() + users_begin_[place], users_.data() + users_begin_[place + 1]};
  }

  // How often the node's value is still needed, by users and as a target. count_uses() counts them; std::logic_error if
  // a value is needed more than once and cannot be copied.
  void count_uses(std::span<GraphNode* const> targets);
  std::size_t uses(std::size_t place) const { return node(place).uses_; }
  void drop_use(std::size_t place) { --node(place).uses_; }
  // How long it took from when it was handed in to its end, 0 if it did not run.
  std::chrono::nanoseconds time(std::size_t place) const { return node(place).time_; }
  void set_time(std::size_t place, std::chrono::nanoseconds time) { node(place).time_ = time; }

 private:
  void visit(GraphNode& target);
  bool is_new(const GraphNode& node) const;
  void find_users();
  void release() noexcept;

  std::vector<GraphNode*> nodes_;
  std::vector<std::size_t> inputs_, inputs_begin_ = {0};
  std::vector<std::size_t> users_, users_begin_;
};

}  // namespace multiprocessing::detail
