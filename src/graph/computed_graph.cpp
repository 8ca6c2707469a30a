// SPDX-License-Identifier: MIT
#include "graph/graph_run.hpp"

namespace multiprocessing::detail {

ComputedGraph::ComputedGraph(std::span<GraphNode* const> targets) : targets_(targets.begin(), targets.end()) {
  try {
    GraphRun run(targets);
    run.run();
    for (const GraphNode* target : targets) errors_.push_back(run.error_of(*target));
  } catch (...) {
    for (GraphNode* target : targets) target->forget();
    throw;
  }
}

ComputedGraph::~ComputedGraph() {
  for (GraphNode* target : targets_) target->forget();
}

void ComputedGraph::rethrow_first() const {
  for (const std::exception_ptr& error : errors_) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace multiprocessing::detail
