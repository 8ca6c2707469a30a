// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/delayed_function.hpp>

#include <array>
#include <concepts>
#include <string>
#include <tuple>
#include <vector>

namespace multiprocessing {

// A call that will be made: pool.delayed(f)(x, y) returns one, and runs nothing. Its arguments may be other delayed
// calls, and so calls form a graph. A handle, cheap to copy: a copy is the same call. A moved-from one may only be
// destroyed or assigned to, else it is std::logic_error.
//
// A computation, by compute() and its kin, runs each call that it needs once, in the pool, and with the options, that
// made it; one graph may mix pools and options. It goes depth first, and hands in one call for each worker and a few
// ahead (0.2 ms of work), so few values are kept at once: a value goes when the last call that needs it is handed in.
// That one gets the value itself, the others get copies. A computation keeps no values: the next one runs all again.
//
// A call that fails ends those that need it with its error, in which a RemoteTraceback is nested that names the call
// and the way to it. (A ThreadPool's function may throw a type of the program's own: that error is left as it is,
// unless register_exception() knows the type.) What other targets need goes on. So compute() returns when nothing runs
// any more, and then throws the error of the first target that has one. std::logic_error if several calls need a value
// that cannot be copied, if a pool was moved from, or if one of the calls is being computed already; nothing has run
// then.
//
// Any thread that may call the pools may compute. Only one thread at a time may compute, draw or destroy calls that
// hang together. Nobody may move or destroy a call or its pool before the computation has ended. Memory ordering: a
// computation orders memory as AsyncResult::get() of each of its calls does.
// Source: Dask's delayed.
template <class R>
class Delayed {
 public:
  explicit Delayed(std::shared_ptr<detail::DelayedResult<R>> node) : node_(std::move(node)) {}

  // Names the call in errors, in to_dot() and in a trace. By default it has the name of its function: the symbol that
  // the program exports, or module and offset; of a lambda or a function object, the type.
  Delayed& name(std::string text) & {
    detail::DelayedAccess::node(*this).set_name(std::move(text));
    return *this;
  }
  Delayed&& name(std::string text) && { return std::move(name(std::move(text))); }

  // Runs what it needs, waits, and returns its value, or throws its error.
  R compute() const {
    const auto targets = std::to_array<detail::GraphNode*>({&detail::DelayedAccess::node(*this)});
    const detail::ComputedGraph graph(targets);
    graph.rethrow_first();
    auto value = detail::DelayedAccess::node(*this).take();
    if constexpr (!std::is_void_v<R>) return value;
  }

 private:
  friend detail::DelayedAccess;
  std::shared_ptr<detail::DelayedResult<R>> node_;
};

// The values of several calls, computed together: what they share runs once. std::monostate for void.
template <class... R>
std::tuple<typename Outcome<R>::value_type...> compute(const Delayed<R>&... delayed) {
  const std::array<detail::GraphNode*, sizeof...(R)> targets{&detail::DelayedAccess::node(delayed)...};
  const detail::ComputedGraph graph(targets);
  graph.rethrow_first();
  return {detail::DelayedAccess::node(delayed).take()...};
}
template <class R>
auto compute(const std::vector<Delayed<R>>& delayed) {
  const auto targets = detail::targets_of(delayed);
  const detail::ComputedGraph graph(targets);
  graph.rethrow_first();
  if constexpr (!std::is_void_v<R>) {
    std::vector<R> values;
    values.reserve(delayed.size());
    for (const Delayed<R>& each : delayed) values.push_back(detail::DelayedAccess::node(each).take());
    return values;
  }
}
// The same with an outcome for each, a value or an error; never throws for a call.
template <class R>
std::vector<Outcome<R>> try_compute(const std::vector<Delayed<R>>& delayed) {
  const auto targets = detail::targets_of(delayed);
  const detail::ComputedGraph graph(targets);
  std::vector<Outcome<R>> outcomes;
  outcomes.reserve(delayed.size());
  for (std::size_t index = 0; index != delayed.size(); ++index) {
    if (const std::exception_ptr& error = graph.error_of(index)) {
      outcomes.push_back(Outcome<R>::failure(index, error));
    } else {
      outcomes.push_back(Outcome<R>::success(index, detail::DelayedAccess::node(delayed[index]).take()));
    }
  }
  return outcomes;
}

template <class Combine, class R>
inline constexpr bool is_combine_of = requires(Combine combine, std::vector<Delayed<R>> parts) {
  { combine(std::move(parts)) } -> std::same_as<Delayed<R>>;
};
// Combines all parts into one, `fan_in` neighbours at a time, and what comes out of that again: a tree, in which few
// parts are kept at once. `combine` is pool.delayed(f), where f takes a std::vector<R> and returns an R. One part is
// returned as it is. std::invalid_argument if there is no part, or if fan_in is below 2.
// Source: Dask's tree reduction (split_every).
template <class Combine, class R>
Delayed<R> tree_reduce(Combine combine, std::vector<Delayed<R>> parts, std::size_t fan_in = 8) {
  static_assert(is_combine_of<Combine, R>,
                "multiprocessing: tree_reduce() takes pool.delayed(f), where f takes a std::vector of what the parts "
                "return, and returns the same type");
  if (parts.empty()) detail::throw_nothing_to_reduce();
  if (fan_in < 2) detail::throw_fan_in(fan_in);
  while (parts.size() != 1) {
    std::vector<Delayed<R>> combined;
    combined.reserve(parts.size() / fan_in + 1);
    for (std::size_t begin = 0; begin < parts.size(); begin += fan_in) {
      const std::size_t end = std::min(begin + fan_in, parts.size());
      std::vector<Delayed<R>> neighbours(std::make_move_iterator(parts.begin() + static_cast<std::ptrdiff_t>(begin)),
                                         std::make_move_iterator(parts.begin() + static_cast<std::ptrdiff_t>(end)));
      if (neighbours.size() == 1) {
        combined.push_back(std::move(neighbours.front()));
      } else if constexpr (is_combine_of<Combine, R>) {
        combined.push_back(combine(std::move(neighbours)));
      }
    }
    parts = std::move(combined);
  }
  return std::move(parts.front());
}

// The graph of these calls in the language of Graphviz (dot -Tsvg): each call by its name, and, after a computation,
// with the time from when it was handed in to its end. std::logic_error while they are computed.
template <class R>
std::string to_dot(const std::vector<Delayed<R>>& delayed) {
  return detail::graph_to_dot(detail::targets_of(delayed));
}
template <class... R>
std::string to_dot(const Delayed<R>&... delayed) {
  const std::array<detail::GraphNode*, sizeof...(R)> targets{&detail::DelayedAccess::node(delayed)...};
  return detail::graph_to_dot(targets);
}

}  // namespace multiprocessing
