// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/delayed_call.hpp>
#include <multiprocessing/detail/pool_interface.hpp>

#include <initializer_list>
#include <memory>
#include <ranges>
#include <tuple>
#include <vector>

namespace multiprocessing::detail {

// A pool that a node runs in: a Pool is referred to; what with() returns is kept.
template <class Pool>
class KeptPool {
 public:
  explicit KeptPool(Pool& pool) : pool_(pool) {}
  Pool& get() { return pool_; }

 private:
  std::conditional_t<refers_to_lasting_pool<Pool>, Pool, Pool&> pool_;
};

template <class F>
inline constexpr bool can_be_computed_again = std::is_copy_constructible_v<F>;
// Always false; shows in the compiler's message which argument it is.
template <class T>
inline constexpr bool can_be_kept = false;

// pool.delayed(f): a function object that makes calls of f, which nobody runs yet. Cheap to copy. Refers to the pool.
template <class Pool, class F>
class DelayedFunction<Pool, F, void> {
  static_assert(can_be_computed_again<F>,
                "multiprocessing: a delayed call keeps its function, because it may be computed again, and this one "
                "cannot be copied");

 public:
  DelayedFunction(Pool& pool, F f) : shared_(std::make_shared<Shared>(pool, std::move(f))) {}

  // The call f(arguments...), as Delayed<R>. An argument is a value, which is kept as apply() would send it; or a
  // Delayed<T>, for which f gets its T; or a std::vector<Delayed<T>>, for which f gets a std::vector<T>. For a
  // Delayed<void> f gets nothing: the call only begins after it.
  template <class... T>
  auto operator()(T&&... arguments) const {
    constexpr bool can_keep = (can_copy<sent_t<T>> && ...);
    using Passed = decltype(std::tuple_cat(std::declval<DelayedArgument<sent_t<T>>&>().pass()...));
    static_assert(
        can_keep || can_be_kept<typename FirstAmong<HasNoCopy, CopiedTypes, TypeList<>, TypeList<sent_t<T>...>>::type>,
        "multiprocessing: a delayed call keeps its arguments, because it may be computed again, and this one "
        "cannot be copied; pass a std::shared_ptr to it");
    if constexpr (can_keep) {
      using R = typename AnswersFor<Passed>::Result;
      using Node = DelayedCall<Shared, R, sent_t<T>...>;
      return Delayed<R>(std::make_shared<Node>(shared_, std::forward<T>(arguments)...));
    } else {
      return Delayed<result_of_t<F, Passed, Spread::yes>>(nullptr);
    }
  }
  // One call for each item of a range: of values, or of Delayed<T>. Returns a std::vector<Delayed<R>>.
  template <class Range>
  auto map(Range&& items) const {
    require_range<Range>();
    constexpr bool is_given_away = !std::is_reference_v<Range> && !std::ranges::view<Range>;
    if constexpr (std::ranges::input_range<Range>) return calls_for<is_given_away>(items);
  }
  template <class T>
  auto map(std::initializer_list<T> items) const {
    return calls_for<false>(items);
  }

 private:
  struct Shared {
    Shared(Pool& kept_pool, F kept_f) : pool(kept_pool), f(std::move(kept_f)) {}
    PoolInterface<Pool>& calls() { return pool.get(); }
    PoolCore& core() { return calls().core(); }
    template <class... Passed>
    auto hand_in(bool is_awaited, const std::string* name, Passed&&... passed) {
      F given = f;  // a ThreadPool takes it
      CallSettings settings = PoolInterface<Pool>::template single_call<Lifetime::beyond>();
      settings.asynchronous = !is_awaited;
      settings.cancellable = false;
      settings.name = name;
      return calls().template apply_to<Lifetime::beyond>(given, settings, std::forward<Passed>(passed)...);
    }
    std::string name() const {
      const void* address = nullptr;
      if constexpr (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>) {
        address = reinterpret_cast<const void*>(f);
      }
      return function_name(typeid(F), address);
    }
    KeptPool<Pool> pool;
    F f;
  };
  template <bool is_given_away, class Range>
  auto calls_for(Range& items) const {
    using Item = std::ranges::range_value_t<Range>;
    std::vector<decltype((*this)(std::declval<Item>()))> calls;
    if constexpr (std::ranges::sized_range<Range>) calls.reserve(static_cast<std::size_t>(std::ranges::size(items)));
    for (auto&& item : items) {
      if constexpr (is_given_away) {
        calls.push_back((*this)(Item(std::move(item))));
      } else {
        calls.push_back((*this)(Item(std::forward<decltype(item)>(item))));
      }
    }
    return calls;
  }
  template <class Passed>
  struct AnswersOf;
  template <class... Passed>
  struct AnswersOf<std::tuple<Passed...>> {
    using type = decltype(std::declval<Shared&>().hand_in(true, nullptr, std::declval<Passed>()...));
  };
  template <class Passed>
  using AnswersFor = typename AnswersOf<Passed>::type;

  std::shared_ptr<Shared> shared_;
};

}  // namespace multiprocessing::detail
