// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call_settings.hpp>
#include <multiprocessing/detail/callable.hpp>
#include <multiprocessing/detail/sent_as.hpp>

#include <initializer_list>
#include <optional>
#include <ranges>
#include <vector>

namespace multiprocessing::detail {

template <class Pool>
class PoolInterface;
template <class Pool>
class PoolWith;

// Whether the object that a temporary Pool returns may refer to the pool: only if the workers do not end with the
// temporary.
template <class Pool>
inline constexpr bool refers_to_lasting_pool = false;
template <class Pool>
inline constexpr bool refers_to_lasting_pool<PoolWith<Pool>> = true;
template <class Pool>
constexpr void require_lasting() {
  static_assert(refers_to_lasting_pool<Pool>,
                "multiprocessing: this pool is a temporary: it ends, with its workers, before what with(), imap() or "
                "delayed() returns is used; give the pool a name");
}

// What pool.delayed(f) returns, in <multiprocessing/delayed.hpp>.
template <class F>
inline constexpr bool delayed_is_included = false;
template <class Pool, class F, class Required = void>
class DelayedFunction {
 public:
  static_assert(delayed_is_included<F>, "multiprocessing: delayed() needs #include <multiprocessing/delayed.hpp>");
  DelayedFunction(Pool&, F) {}
};

// The calls of a pool that return before they have read their items, or made their call. The overloads for a temporary
// pool come last.
template <class Pool>
class LazyCalls {
 public:
  // Calls f(item) lazily, over any range, also an endless one. imap returns results in order, imap_unordered as they
  // come.
  // buffersize: at most so many items are read ahead of the results taken; by default 4 x processes x chunksize.
  template <class Range, class F = one_function_t<Range>>
  auto imap(F f, Range&& items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<false>(f, std::forward<Range>(items), Keep::in_order, chunksize, buffersize);
  }
  template <class T, class F = one_function_t<T>>
  auto imap(F f, std::initializer_list<T> items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<false>(f, copied(items), Keep::in_order, chunksize, buffersize);
  }
  template <class Range, class F = one_function_t<Range>>
  auto imap_unordered(F f, Range&& items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<false>(f, std::forward<Range>(items), Keep::as_they_come, chunksize, buffersize);
  }
  template <class T, class F = one_function_t<T>>
  auto imap_unordered(F f, std::initializer_list<T> items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<false>(f, copied(items), Keep::as_they_come, chunksize, buffersize);
  }
  template <class Range, class F = one_function_t<Range>>
  auto try_imap(F f, Range&& items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<true>(f, std::forward<Range>(items), Keep::in_order, chunksize, buffersize);
  }
  template <class T, class F = one_function_t<T>>
  auto try_imap(F f, std::initializer_list<T> items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<true>(f, copied(items), Keep::in_order, chunksize, buffersize);
  }
  template <class Range, class F = one_function_t<Range>>
  auto try_imap_unordered(F f, Range&& items, long chunksize = 1, std::optional<long> buffersize = {}) & {
    return all().template lazily<true>(f, std::forward<Range>(items), Keep::as_they_come, chunksize, buffersize);
  }
  template <class T, class F = one_function_t<T>>
  auto try_imap_unordered(F f, std::initializer_list<T> items, long chunksize = 1,
                          std::optional<long> buffersize = {}) & {
    return all().template lazily<true>(f, copied(items), Keep::as_they_come, chunksize, buffersize);
  }

  // Calls that will be made: pool.delayed(f)(x, y) is one, as a Delayed<R>; see <multiprocessing/delayed.hpp>, which it
  // needs. What it returns refers to this pool.
  template <class... None, class F = one_function_t<None...>>
  auto delayed(F f) & {
    return DelayedFunction<Pool, F>(static_cast<Pool&>(*this), std::move(f));
  }

  template <class... None, class F = one_function_t<None...>>
  auto delayed(F f) && {
    return lasting().delayed(std::move(f));
  }
  template <class... Rest, class F = one_function_t<Rest...>>
  auto imap(F f, Rest&&... rest) && {
    return lasting().imap(std::move(f), std::forward<Rest>(rest)...);
  }
  template <class T, class F = one_function_t<T>, class... Rest>
  auto imap(F f, std::initializer_list<T> items, Rest... rest) && {
    return lasting().imap(std::move(f), items, rest...);
  }
  template <class... Rest, class F = one_function_t<Rest...>>
  auto imap_unordered(F f, Rest&&... rest) && {
    return lasting().imap_unordered(std::move(f), std::forward<Rest>(rest)...);
  }
  template <class T, class F = one_function_t<T>, class... Rest>
  auto imap_unordered(F f, std::initializer_list<T> items, Rest... rest) && {
    return lasting().imap_unordered(std::move(f), items, rest...);
  }
  template <class... Rest, class F = one_function_t<Rest...>>
  auto try_imap(F f, Rest&&... rest) && {
    return lasting().try_imap(std::move(f), std::forward<Rest>(rest)...);
  }
  template <class T, class F = one_function_t<T>, class... Rest>
  auto try_imap(F f, std::initializer_list<T> items, Rest... rest) && {
    return lasting().try_imap(std::move(f), items, rest...);
  }
  template <class... Rest, class F = one_function_t<Rest...>>
  auto try_imap_unordered(F f, Rest&&... rest) && {
    return lasting().try_imap_unordered(std::move(f), std::forward<Rest>(rest)...);
  }
  template <class T, class F = one_function_t<T>, class... Rest>
  auto try_imap_unordered(F f, std::initializer_list<T> items, Rest... rest) && {
    return lasting().try_imap_unordered(std::move(f), items, rest...);
  }

 protected:
  LazyCalls() = default;
  ~LazyCalls() = default;
  LazyCalls(LazyCalls&&) = default;
  LazyCalls& operator=(LazyCalls&&) = default;

 private:
  PoolInterface<Pool>& all() { return static_cast<PoolInterface<Pool>&>(*this); }
  auto& lasting() {  // auto: so that clang shows the line that calls
    require_lasting<Pool>();
    return *this;
  }
  template <class T>
  static auto copied(std::initializer_list<T> items) {
    return std::vector<sent_t<T>>(items.begin(), items.end());
  }
};

}  // namespace multiprocessing::detail
