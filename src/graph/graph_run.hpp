// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/completions.hpp>

#include "graph/graph_order.hpp"
#include "graph/pool_lane.hpp"

#include <exception>
#include <optional>
#include <span>
#include <vector>

namespace multiprocessing::detail {

// One computation: hands nodes to their pools as their inputs have values, until no node is left that a target still
// needs.
class GraphRun {
 public:
  explicit GraphRun(std::span<GraphNode* const> targets);
  GraphRun(const GraphRun&) = delete;
  GraphRun& operator=(const GraphRun&) = delete;
  ~GraphRun();  // waits for what runs, if run() threw; forgets all but the values of targets

  void run();
  // Null if the node has a value. Else the error of the node that failed, which names it and the way to this one.
  std::exception_ptr error_of(const GraphNode& target) const;

 private:
  // What came of a node. A node whose input failed has failed, too; one that nobody needs any more is skipped.
  enum class State : unsigned char { waiting, running, done, failed, skipped };
  struct Entry {
    State state = State::waiting;
    bool is_target = false;
    std::size_t missing = 0;  // inputs without a value
    std::size_t lane = 0;
    Call* call = nullptr;  // if it runs
    std::chrono::nanoseconds begun{};
    std::exception_ptr error = nullptr;  // its own
    std::size_t failed_input = 0;        // if it has failed, and not by itself
  };

  std::size_t lane_of(const PoolCore& core);
  bool hand_in_ready();  // true if a node ran in this thread: others may be ready now
  bool hand_in(std::size_t place);
  std::optional<std::size_t> wait_for_next(Deadline deadline);
  void announce(std::size_t place);
  void end(std::size_t place);
  void end_with_value(std::size_t place);
  void fail(std::size_t place, std::exception_ptr error);
  void drop_inputs_of(std::size_t place);

  GraphOrder order_;
  std::vector<Entry> entries_;  // by place
  std::vector<PoolLane> lanes_;
  // The place of a node that runs alone, as in a chain: it is waited for as itself, which takes a little less time.
  std::optional<std::size_t> alone_;
  Completions completions_;
  std::vector<std::size_t> handed_in_;  // places, by the index in completions_
  std::size_t first_open_ = 0;          // in handed_in_; all before it have ended
  std::size_t running_ = 0;
  std::size_t left_;  // nodes that wait or run
};

}  // namespace multiprocessing::detail
