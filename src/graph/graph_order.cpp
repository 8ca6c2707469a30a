// SPDX-License-Identifier: MIT
#include "graph/graph_order.hpp"

#include <stdexcept>
#include <string>

namespace multiprocessing::detail {
namespace {

// A node whose inputs are being visited. They lie at the end of a list, behind those of the nodes that need it.
struct Step {
  GraphNode* node;
  std::size_t begin;
  std::size_t next;
};

}  // namespace

GraphOrder::GraphOrder(std::span<GraphNode* const> targets) {
  try {
    for (GraphNode* target : targets) visit(*target);
    find_users();
  } catch (...) {
    release();
    throw;
  }
}

GraphOrder::~GraphOrder() { release(); }

void GraphOrder::release() noexcept {
  for (GraphNode* node : nodes_) node->order_ = nullptr;
}

bool GraphOrder::is_new(const GraphNode& node) const {
  if (node.order_ == nullptr) return true;
  if (node.order_ == this) return false;
  throw std::logic_error("the delayed call '" + node.name() +
                         "' is being computed already: one thread at a time may compute calls that hang together");
}

void GraphOrder::visit(GraphNode& target) {
  std::vector<Step> steps;
  std::vector<GraphNode*> waiting;
  const auto enter = [&](GraphNode* node) {
    if (!is_new(*node)) return;
    steps.push_back({node, waiting.size(), waiting.size()});
    node->add_inputs_to(waiting);
    node->order_ = this;
  };
  try {
    enter(&target);
    while (!steps.empty()) {
      Step& step = steps.back();
      if (step.next != waiting.size()) {
        enter(waiting[step.next++]);
        continue;
      }
      for (std::size_t index = step.begin; index != waiting.size(); ++index) {
        inputs_.push_back(waiting[index]->place_);
      }
      inputs_begin_.push_back(inputs_.size());
      step.node->place_ = nodes_.size();
      nodes_.push_back(step.node);
      waiting.resize(step.begin);
      steps.pop_back();
    }
  } catch (...) {
    for (const Step& step : steps) {
      if (step.node->order_ == this) step.node->order_ = nullptr;
    }
    throw;
  }
}

void GraphOrder::find_users() {
  users_begin_.assign(size() + 2, 0);
  for (const std::size_t input : inputs_) ++users_begin_[input + 2];
  for (std::size_t place = 2; place < users_begin_.size(); ++place) users_begin_[place] += users_begin_[place - 1];
  users_.resize(inputs_.size());
  for (std::size_t place = 0; place != size(); ++place) {
    for (const std::size_t input : inputs(place)) users_[users_begin_[input + 1]++] = place;
  }
}

void GraphOrder::count_uses(std::span<GraphNode* const> targets) {
  for (std::size_t place = 0; place != size(); ++place) node(place).uses_ = users(place).size();
  for (GraphNode* target : targets) ++target->uses_;
  for (std::size_t place = 0; place != size(); ++place) {
    if (uses(place) < 2 || node(place).can_copy_value()) continue;
    throw std::logic_error("the value of the delayed call '" + node(place).name() + "' is needed " +
                           std::to_string(uses(place)) +
                           " times, and cannot be copied; let it return a std::shared_ptr");
  }
}

}  // namespace multiprocessing::detail
