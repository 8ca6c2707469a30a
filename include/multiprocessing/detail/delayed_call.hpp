// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/graph_node.hpp>
#include <multiprocessing/detail/pending.hpp>
#include <multiprocessing/detail/sent_as.hpp>
#include <multiprocessing/detail/type_list.hpp>

#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace multiprocessing {

template <class R>
class Delayed;

namespace detail {

// std::vector<T> says that it can be copied, whatever T says.
template <class T>
struct CopiedTypes {
  using type = TypeList<>;
};
template <class T>
requires requires {
  typename T::value_type;
  typename T::allocator_type;
}
struct CopiedTypes<T> {
  using type = TypeList<typename T::value_type>;
};
template <class... T>
struct CopiedTypes<std::tuple<T...>> {
  using type = TypeList<T...>;
};
template <class A, class B>
struct CopiedTypes<std::pair<A, B>> {
  using type = TypeList<A, B>;
};
template <class T>
using HasNoCopy = std::negation<std::is_copy_constructible<T>>;
template <class T>
inline constexpr bool can_copy = std::is_void_v<typename FirstIn<HasNoCopy, CopiedTypes, TypeList<>, T>::type>;

// A node whose value is of a known type.
template <class R>
class DelayedResult : public GraphNode {
 public:
  using Value = typename Outcome<R>::value_type;

  // The value, for one of those that need it: the last one gets the value itself, the others get copies.
  Value take() {
    const bool is_last = is_last_use();
    if constexpr (can_copy<Value>) {
      if (!is_last) return *value_;
    }
    Value value = std::move(*value_);
    value_.reset();
    return value;
  }
  void finish() override {
    const std::shared_ptr<Pending<R>> pending = std::move(pending_);
    value_.emplace(std::move(pending->outcome()).value());
  }
  void forget() noexcept override {
    value_.reset();
    pending_.reset();
  }
  bool can_copy_value() const override { return can_copy<Value>; }

 protected:
  Call& keep(std::shared_ptr<Pending<R>> pending) {
    pending_ = std::move(pending);
    return pending_->call();
  }

 private:
  std::optional<Value> value_;
  std::shared_ptr<Pending<R>> pending_;
};

// The node behind a handle.
struct DelayedAccess {
  template <class R>
  static DelayedResult<R>& node(const Delayed<R>& delayed) {
    if (!delayed.node_) throw_moved_delayed();
    return *delayed.node_;
  }
  template <class R>
  static std::shared_ptr<DelayedResult<R>> take(Delayed<R>&& delayed) {
    return std::move(delayed.node_);
  }
};

template <class R>
std::vector<GraphNode*> targets_of(const std::vector<Delayed<R>>& delayed) {
  std::vector<GraphNode*> targets;
  targets.reserve(delayed.size());
  for (const Delayed<R>& each : delayed) targets.push_back(&DelayedAccess::node(each));
  return targets;
}

// An argument as the node keeps it. pass() returns what f gets, as a tuple: a value may be needed again, by another
// computation, and stays; that of an input is given away.
template <class T>
class DelayedArgument {
 public:
  template <class U>
  requires std::is_constructible_v<T, U>
  explicit DelayedArgument(U&& value) : value_(std::forward<U>(value)) {}
  std::tuple<const T&> pass() { return std::tuple<const T&>(value_); }
  template <class Function>
  void each_input(const Function&) {}

 private:
  T value_;
};
template <class R>
class DelayedArgument<Delayed<R>> {
 public:
  explicit DelayedArgument(Delayed<R> input) {
    (void)DelayedAccess::node(input);
    input_ = DelayedAccess::take(std::move(input));
  }
  auto pass() {
    if constexpr (std::is_void_v<R>) {
      (void)input_->take();
      return std::tuple<>();
    } else {
      return std::tuple<R>(input_->take());
    }
  }
  template <class Function>
  void each_input(const Function& function) {
    function(input_);
  }

 private:
  std::shared_ptr<DelayedResult<R>> input_;
};
template <class R>
class DelayedArgument<std::vector<Delayed<R>>> {
 public:
  explicit DelayedArgument(std::vector<Delayed<R>> inputs) {
    inputs_.reserve(inputs.size());
    for (Delayed<R>& input : inputs) inputs_.emplace_back(std::move(input));
  }
  auto pass() {
    if constexpr (std::is_void_v<R>) {
      for (auto& input : inputs_) (void)input.pass();
      return std::tuple<>();
    } else {
      std::vector<R> values;
      values.reserve(inputs_.size());
      for (auto& input : inputs_) values.push_back(std::get<0>(input.pass()));
      return std::tuple<std::vector<R>>(std::move(values));
    }
  }
  template <class Function>
  void each_input(const Function& function) {
    for (auto& input : inputs_) input.each_input(function);
  }

 private:
  std::vector<DelayedArgument<Delayed<R>>> inputs_;
};

// A call of what a DelayedFunction holds, with these arguments.
template <class Function, class R, class... Argument>
class DelayedCall final : public DelayedResult<R> {
 public:
  template <class... T>
  explicit DelayedCall(std::shared_ptr<Function> function, T&&... arguments)
      : function_(std::move(function)), arguments_(std::forward<T>(arguments)...) {}
  ~DelayedCall() override {
    each_input([](auto& input) { GraphNode::let_go(std::move(input)); });
  }
  void add_inputs_to(std::vector<GraphNode*>& inputs) const override {
    const_cast<DelayedCall*>(this)->each_input([&](auto& input) { inputs.push_back(input.get()); });
  }
  PoolCore& core() const override { return function_->core(); }
  Call& start(bool is_awaited) override {
    auto passed = std::apply([](auto&... argument) { return std::tuple_cat(argument.pass()...); }, arguments_);
    const auto hand_in = [&]<class... T>(T&&... argument) {
      return function_->hand_in(is_awaited, this->given_name(), std::forward<T>(argument)...);
    };
    return this->keep(std::make_shared<PendingOne<decltype(std::apply(hand_in, std::move(passed)))>>(
        std::apply(hand_in, std::move(passed))));
  }

 private:
  template <class Visit>
  void each_input(const Visit& visit) {
    std::apply([&](auto&... argument) { (argument.each_input(visit), ...); }, arguments_);
  }
  std::string function_name() const override { return function_->name(); }

  std::shared_ptr<Function> function_;
  std::tuple<DelayedArgument<Argument>...> arguments_;
};

}  // namespace detail
}  // namespace multiprocessing
