// SPDX-License-Identifier: MIT
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/pool.hpp>
#include <multiprocessing/serial_pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::random_graphs_test {
namespace {

constexpr std::size_t nodes = 60;
constexpr int graphs = 300 / patience;

enum class Kind { fine, throws, dies, dies_once };
struct Plan {
  Kind kind = Kind::fine;
  std::atomic<int> runs = 0;
};
std::array<Plan, nodes>* plans = nullptr;

unsigned combined(unsigned node, const std::vector<unsigned>& inputs) {
  unsigned value = node;
  for (const unsigned input : inputs) value = value * 31 + input;
  return value;
}
unsigned run(unsigned node, const std::vector<unsigned>& inputs) {
  Plan& plan = (*plans)[node];
  const int runs = ++plan.runs;
  if (plan.kind == Kind::throws) throw std::range_error(std::to_string(node));
  if (plan.kind == Kind::dies || (plan.kind == Kind::dies_once && runs == 1)) raise(SIGKILL);
  return combined(node, inputs);
}

// What a graph is to give, worked out one node after the other.
struct Expected {
  bool fails = false;
  unsigned value = 0;
};

class RandomGraphs : public ::testing::Test {
 protected:
  // Inputs are nodes before it, some of them several times.
  void make_graph() {
    calls_.clear();
    expected_.clear();
    for (unsigned node = 0; node != nodes; ++node) {
      Plan& plan = (*plans)[node];
      plan.runs = 0;
      plan.kind = Kind::fine;
      const unsigned luck = below(100);
      const bool in_workers = below(3) == 0;
      if (luck < 3) plan.kind = Kind::throws;
      if (in_workers && luck >= 3 && luck < 8) plan.kind = luck < 5 ? Kind::dies : Kind::dies_once;
      std::vector<Delayed<unsigned>> inputs;
      std::vector<unsigned> values;
      Expected expected{.fails = plan.kind == Kind::throws || plan.kind == Kind::dies};
      for (unsigned count = node == 0 ? 0 : below(4); count != 0; --count) {
        const unsigned input = below(node);
        inputs.push_back(calls_[input]);
        values.push_back(expected_[input].value);
        if (expected_[input].fails) expected.fails = true;
      }
      expected.value = combined(node, values);
      calls_.push_back(make_call(in_workers, plan.kind, node, std::move(inputs)).name(std::to_string(node)));
      expected_.push_back(expected);
    }
  }
  unsigned below(unsigned end) { return std::uniform_int_distribution(0U, end - 1)(random_); }

  std::mt19937 random_{18};
  std::vector<Delayed<unsigned>> calls_;
  std::vector<Expected> expected_;

 private:
  Delayed<unsigned> make_call(bool in_workers, Kind kind, unsigned node, std::vector<Delayed<unsigned>> inputs) {
    if (kind == Kind::dies_once) return pool_.with({.retries = 1}).delayed(run)(node, std::move(inputs));
    if (in_workers) return pool_.delayed(run)(node, std::move(inputs));
    if (below(2) == 0) return threads_.delayed(run)(node, std::move(inputs));
    return serial_.delayed(run)(node, std::move(inputs));
  }

  Shared<std::array<Plan, nodes>> shared_;
  struct SetPlans {
    explicit SetPlans(std::array<Plan, nodes>* shared) { plans = shared; }
  } set_plans_{shared_.get()};
  Pool pool_{2};
  ThreadPool threads_{2};
  SerialPool serial_;
};

TEST_F(RandomGraphs, GiveWhatTheirCallsGiveOneAfterTheOther) {
  set_deadline(std::chrono::seconds{200 * patience});
  for (int graph = 0; graph != graphs; ++graph) {
    make_graph();
    std::vector<Delayed<unsigned>> targets;
    std::vector<unsigned> places;
    for (unsigned count = below(6); count != 0; --count) {
      places.push_back(below(nodes));
      targets.push_back(calls_[places.back()]);
    }

    const std::vector<Outcome<unsigned>> outcomes = try_compute(targets);

    ASSERT_EQ(outcomes.size(), targets.size());
    for (std::size_t index = 0; index != outcomes.size(); ++index) {
      const Expected& expected = expected_[places[index]];
      ASSERT_EQ(static_cast<bool>(outcomes[index]), !expected.fails) << graph << ": " << outcomes[index].message();
      if (expected.fails) {
        ASSERT_TRUE(outcomes[index].error_as<WorkerLost>() != nullptr ||
                    outcomes[index].error_as<std::range_error>() != nullptr)
            << outcomes[index].message();
        ASSERT_NE(outcomes[index].message().find("in the delayed call '"), std::string::npos);
      } else {
        ASSERT_EQ(outcomes[index].value(), expected.value) << graph;
      }
    }
    for (const Plan& plan : *plans) ASSERT_LE(plan.runs, plan.kind == Kind::dies_once ? 2 : 1) << graph;
  }
}

}  // namespace
}  // namespace multiprocessing::tests::random_graphs_test
