// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/fork_inherited.hpp>
#include <multiprocessing/pool.hpp>

#include <numeric>

namespace multiprocessing::detail {

// The number of workers: at most one for each item, and at least one. std::invalid_argument for a number below 1.
MULTIPROCESSING_EXPORT int fork_map_processes(std::optional<int> processes, std::size_t items);

// A pool for one call. Its workers leave in order, and flush all that they have printed; one that hangs after its last
// item, in a destructor, is killed.
class PoolForOneCall : public Pool {
 public:
  explicit PoolForOneCall(int processes) : Pool(processes) {}
  PoolForOneCall(const PoolForOneCall&) = delete;
  PoolForOneCall& operator=(const PoolForOneCall&) = delete;
  ~PoolForOneCall() {
    try {
      close();
      if (!join(std::chrono::seconds(2))) terminate();
    } catch (...) {  // the base ends the pool
    }
  }
};

// What fork_map and try_fork_map share: F and the items are inherited, their indices are sent.
template <class F, class Range>
struct ForkCall {  // for a Range that is no range
  using Result = result_of_t<F, Range, Spread::no>;
  using Refused = std::vector<typename Outcome<Result>::value_type>;
  static constexpr bool accepts = false;
  static constexpr void require_types() { require_range<Range>(); }
};
template <class F, std::ranges::input_range Range>
struct ForkCall<F, Range> {
  using Value = std::ranges::range_value_t<Range>;
  using Item = typename InheritedItems<Range>::Item;
  using Result = result_of_t<F, Item, Spread::no>;
  using Refused = std::vector<typename Outcome<Result>::value_type>;  // for a call that did not compile: never made
  static constexpr bool accepts = is_callable<F, Item, Spread::no> && (std::is_void_v<Result> || is_receivable<Result>);

  static constexpr void require_types() {
    require_callable<F, Value, Spread::no>();
    static_assert(
        is_callable<F, Item, Spread::no> || !is_callable<F, Value, Spread::no>,
        "multiprocessing: the function takes its item by && or as a type that cannot be copied, but the items "
        "belong to somebody else: give them away, fork_map(f, std::move(items)), or take a const reference");
    if constexpr (!std::is_void_v<Result>) require_sendable<Result>();
  }

  template <bool as_outcomes>
  static auto run(const F& f, Range& range, std::optional<int> processes) {
    Inheritance<F, Range> inheritance{f, InheritedItems<Range>(range)};
    std::vector<std::size_t> indices(inheritance.items.size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    const int workers = fork_map_processes(processes, indices.size());
    const auto call = [&](Pool& pool) {
      const InheritedCall<F, Range> inherited{&inheritance};
      if constexpr (as_outcomes) {
        return pool.try_map(inherited, indices);
      } else {
        return pool.map(inherited, indices);
      }
    };
    if (indices.empty()) return decltype(call(std::declval<Pool&>()))();
    PoolForOneCall pool(workers);
    return call(pool);
  }
};

}  // namespace multiprocessing::detail
