// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/fork_call.hpp>

#include <initializer_list>
#include <span>

namespace multiprocessing {

// Calls f(item) for each item, in workers that are forked for this one call and inherit f and the items. Neither is
// sent: f may be any closure and capture anything by reference, and items need no serialize(). Results are sent as
// pool.map() sends them, and are returned in order. What f writes stays in its worker.
// Returns when all items have ended. Throws the error of the lowest index (if a worker dies, the item that it had begun
// ends with WorkerLost), or what the constructor of Pool throws.
// processes: by default process_cpu_count(); never more than there are items. An input range is read before the fork;
// what a view computes, it computes in the worker. f sees items as const, unless they are given away (an rvalue).
// Any thread may call it; it blocks. It forks the calling process, as a Pool does: in the workers, locks that another
// thread held stay locked.
template <class Range, class F = detail::one_function_t<Range>>
auto fork_map(F f, Range&& items, std::optional<int> processes = {}) {
  using Call = detail::ForkCall<F, Range>;
  Call::require_types();
  if constexpr (Call::accepts) {
    return Call::template run<false>(f, items, processes);
  } else {
    return typename Call::Refused();
  }
}
template <class T, class F = detail::one_function_t<T>>
auto fork_map(F f, std::initializer_list<T> items, std::optional<int> processes = {}) {
  return fork_map(std::move(f), std::span(items.begin(), items.size()), processes);
}

// The same, but returns an Outcome for each item, a value or an error, and never throws for an item.
template <class Range, class F = detail::one_function_t<Range>>
auto try_fork_map(F f, Range&& items, std::optional<int> processes = {}) {
  using Call = detail::ForkCall<F, Range>;
  Call::require_types();
  if constexpr (Call::accepts) {
    return Call::template run<true>(f, items, processes);
  } else {
    return std::vector<Outcome<typename Call::Result>>();
  }
}
template <class T, class F = detail::one_function_t<T>>
auto try_fork_map(F f, std::initializer_list<T> items, std::optional<int> processes = {}) {
  return try_fork_map(std::move(f), std::span(items.begin(), items.size()), processes);
}

}  // namespace multiprocessing
