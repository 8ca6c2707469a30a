// SPDX-License-Identifier: MIT
#include "graph/graph_run.hpp"

#include "graph/node_error.hpp"

#include <algorithm>
#include <utility>

namespace multiprocessing::detail {
namespace {

std::chrono::nanoseconds now() { return std::chrono::steady_clock::now().time_since_epoch(); }

void end_without_result(Call& call) noexcept {
  try {
    call.withdraw();
    call.wait(Call::Until::all_ended, 0, never);
  } catch (...) {
    // It ends by itself.
  }
}

}  // namespace

GraphRun::GraphRun(std::span<GraphNode* const> targets)
    : order_(targets), entries_(order_.size()), left_(order_.size()) {
  order_.count_uses(targets);
  for (const GraphNode* target : targets) entries_[order_.place_of(*target)].is_target = true;
  handed_in_.reserve(order_.size());
  for (std::size_t place = 0; place != order_.size(); ++place) {
    Entry& entry = entries_[place];
    entry.missing = order_.inputs(place).size();
    entry.lane = lane_of(order_.node(place).core());
    order_.set_time(place, {});
    if (entry.missing == 0) lanes_[entry.lane].is_ready(place);
  }
}

GraphRun::~GraphRun() {
  for (std::size_t place = 0; place != order_.size(); ++place) {
    if (entries_[place].state == State::running) end_without_result(*entries_[place].call);
    if (!entries_[place].is_target || entries_[place].state != State::done) order_.node(place).forget();
  }
}

std::size_t GraphRun::lane_of(const PoolCore& core) {
  const auto lane = std::find_if(lanes_.begin(), lanes_.end(), [&](const PoolLane& each) { return each.is_of(core); });
  if (lane != lanes_.end()) return static_cast<std::size_t>(lane - lanes_.begin());
  lanes_.emplace_back(core);
  return lanes_.size() - 1;
}

void GraphRun::run() {
  while (left_ != 0) {
    const bool ran_here = hand_in_ready();
    if (running_ == 0) continue;
    if (const auto place = wait_for_next(ran_here ? Deadline::min() : never)) {
      --running_;
      end(*place);
    }
  }
}

bool GraphRun::hand_in_ready() {
  bool ran_here = false;
  for (PoolLane& lane : lanes_) {
    bool goes_on = true;
    while (goes_on && lane.may_begin()) {
      const std::size_t place = lane.take_first();
      if (entries_[place].state == State::waiting) goes_on = !hand_in(place);  // else it was skipped
    }
    if (!goes_on) ran_here = true;  // the other pools come first now
  }
  return ran_here;
}

bool GraphRun::hand_in(std::size_t place) {
  Entry& entry = entries_[place];
  entry.begun = now();
  try {
    entry.call = &order_.node(place).start(lanes_.size() == 1);
  } catch (...) {
    fail(place, std::current_exception());
    return false;
  }
  entry.state = State::running;
  lanes_[entry.lane].has_begun(entry.begun);
  if (entry.call->has_ended()) {
    end(place);
    return true;
  }
  if (running_++ == 0) {
    alone_ = place;
    return false;
  }
  if (alone_) announce(*std::exchange(alone_, std::nullopt));
  announce(place);
  return false;
}

void GraphRun::announce(std::size_t place) {
  handed_in_.push_back(place);
  completions_.add(*entries_[place].call);
}

std::optional<std::size_t> GraphRun::wait_for_next(Deadline deadline) {
  if (alone_) {
    if (!entries_[*alone_].call->wait(Call::Until::all_ended, 0, deadline)) return std::nullopt;
    return std::exchange(alone_, std::nullopt);
  }
  while (entries_[handed_in_[first_open_]].state != State::running) ++first_open_;
  if (!completions_.wait(*entries_[handed_in_[first_open_]].call, deadline)) return std::nullopt;
  const std::size_t place = handed_in_[completions_.front()];
  completions_.pop(*entries_[place].call);
  return place;
}

void GraphRun::end(std::size_t place) {
  const std::chrono::nanoseconds end = now();
  order_.set_time(place, end - entries_[place].begun);
  lanes_[entries_[place].lane].has_ended(end);
  try {
    order_.node(place).finish();
  } catch (...) {
    return fail(place, std::current_exception());
  }
  end_with_value(place);
}

void GraphRun::end_with_value(std::size_t place) {
  --left_;
  entries_[place].state = State::done;
  if (order_.uses(place) == 0) order_.node(place).forget();
  for (const std::size_t user : order_.users(place)) {
    Entry& entry = entries_[user];
    if (--entry.missing == 0 && entry.state == State::waiting) lanes_[entry.lane].is_ready(user);
  }
}

void GraphRun::fail(std::size_t place, std::exception_ptr error) {
  entries_[place].error = std::move(error);
  entries_[place].state = State::failed;
  --left_;
  std::vector<std::size_t> failed = {place};
  while (!failed.empty()) {
    const std::size_t input = failed.back();
    failed.pop_back();
    for (const std::size_t user : order_.users(input)) {
      Entry& entry = entries_[user];
      if (entry.state != State::waiting) continue;
      entry.state = State::failed;
      entry.failed_input = input;
      --left_;
      drop_inputs_of(user);
      failed.push_back(user);
    }
  }
}

// A node that nobody needs any more does not run, and so needs nothing either.
void GraphRun::drop_inputs_of(std::size_t place) {
  std::vector<std::size_t> without_use = {place};
  while (!without_use.empty()) {
    const std::size_t user = without_use.back();
    without_use.pop_back();
    for (const std::size_t input : order_.inputs(user)) {
      order_.drop_use(input);
      if (order_.uses(input) != 0) continue;
      if (entries_[input].state == State::done) order_.node(input).forget();
      if (entries_[input].state != State::waiting) continue;
      entries_[input].state = State::skipped;
      --left_;
      without_use.push_back(input);
    }
  }
}

std::exception_ptr GraphRun::error_of(const GraphNode& target) const {
  std::size_t place = order_.place_of(target);
  if (entries_[place].state == State::done) return nullptr;
  std::vector<const GraphNode*> way = {&target};
  while (!entries_[place].error) {
    place = entries_[place].failed_input;
    way.push_back(&order_.node(place));
  }
  return in_graph(entries_[place].error, way);
}

}  // namespace multiprocessing::detail
