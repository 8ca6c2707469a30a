// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/callable.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace multiprocessing::detail {

// A function and its arguments, which the fork inherits and the child runs once. What the function returns is dropped.
class ProcessTarget {
 public:
  ProcessTarget() = default;
  ProcessTarget(const ProcessTarget&) = delete;
  ProcessTarget& operator=(const ProcessTarget&) = delete;
  virtual ~ProcessTarget() = default;
  virtual void run() = 0;
};

template <class F, class... A>
class BoundTarget final : public ProcessTarget {
 public:
  explicit BoundTarget(F function, A... arguments)
      : function_(std::move(function)), arguments_(std::move(arguments)...) {}
  void run() override {
    std::apply([this](A&... each) { std::invoke(std::move(function_), std::move(each)...); }, arguments_);
  }

 private:
  F function_;
  std::tuple<A...> arguments_;
};

template <class F, class... A>
std::unique_ptr<ProcessTarget> make_process_target(F function, A... arguments) {
  static_assert(std::is_invocable_v<F, A...>,
                "multiprocessing: the target of a Process cannot be called with these arguments; as in a std::thread "
                "they are rvalues there: take them by value or const reference");
  // After a refusal nothing of the call is instantiated, so that the refusal is the only line.
  if constexpr (std::is_invocable_v<F, A...>) {
    return std::make_unique<BoundTarget<F, A...>>(std::move(function), std::move(arguments)...);
  } else {
    return nullptr;
  }
}

}  // namespace multiprocessing::detail
