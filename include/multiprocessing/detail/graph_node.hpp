// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call.hpp>
#include <multiprocessing/detail/pool_core.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace multiprocessing::detail {

class GraphOrder;

// One delayed call, a node of a graph, without its types. It owns its inputs, the calls whose values it needs, so there
// is no cycle. One thread at a time for all nodes that hang together.
class MULTIPROCESSING_EXPORT GraphNode {
 public:
  GraphNode() = default;
  GraphNode(const GraphNode&) = delete;
  GraphNode& operator=(const GraphNode&) = delete;
  virtual ~GraphNode();

  void set_name(std::string name) { name_ = std::make_unique<std::string>(std::move(name)); }
  const std::string* given_name() const { return name_.get(); }          // null: none was set
  std::string name() const { return name_ ? *name_ : function_name(); }  // finding the function's takes 20 us

  virtual void add_inputs_to(std::vector<GraphNode*>& inputs) const = 0;  // in the order of the arguments
  virtual PoolCore& core() const = 0;  // of the pool that it runs in; std::logic_error if that was moved from
  // Takes the values of the inputs, and hands the call in. is_awaited: this thread waits for it, and for others that it
  // hands in now, before it waits for anything else.
  virtual Call& start(bool is_awaited) = 0;
  virtual void finish() = 0;           // after its end: keeps the value, or throws the error
  virtual void forget() noexcept = 0;  // the value, and the call if it is still under way
  virtual bool can_copy_value() const = 0;

 protected:
  // Destroys what the last owner lets go, without a recursion as deep as the graph.
  static void let_go(std::shared_ptr<GraphNode> node) noexcept;
  bool is_last_use() { return --uses_ == 0; }  // of the value, by an input or a target

 private:
  friend GraphOrder;
  virtual std::string function_name() const = 0;

  std::unique_ptr<std::string> name_;
  std::shared_ptr<GraphNode> let_go_before_;  // see let_go()
  // Of the computation that is under way:
  const GraphOrder* order_ = nullptr;  // which one
  std::size_t place_ = 0;              // in that order
  std::size_t uses_ = 0;               // those to come
  std::chrono::nanoseconds time_{};    // see GraphOrder
};

// Runs each node that the targets need once. The constructor returns when nothing runs any more, and throws
// std::bad_alloc, or std::logic_error for what cannot be computed; the errors of nodes it keeps.
class MULTIPROCESSING_EXPORT ComputedGraph {
 public:
  explicit ComputedGraph(std::span<GraphNode* const> targets);
  ComputedGraph(const ComputedGraph&) = delete;
  ComputedGraph& operator=(const ComputedGraph&) = delete;
  ~ComputedGraph();  // forgets the values that nobody has taken
  const std::exception_ptr& error_of(std::size_t target) const { return errors_[target]; }  // null: it has a value
  void rethrow_first() const;  // the error of the first target that has one

 private:
  std::vector<GraphNode*> targets_;
  std::vector<std::exception_ptr> errors_;
};

// The graph in Graphviz's language.
MULTIPROCESSING_EXPORT std::string graph_to_dot(std::span<GraphNode* const> targets);

[[noreturn]] MULTIPROCESSING_EXPORT void throw_moved_delayed();
[[noreturn]] MULTIPROCESSING_EXPORT void throw_nothing_to_reduce();
[[noreturn]] MULTIPROCESSING_EXPORT void throw_fan_in(std::size_t fan_in);

}  // namespace multiprocessing::detail
