// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/async_result.hpp>
#include <multiprocessing/detail/lazy_calls.hpp>
#include <multiprocessing/detail/lazy_feed.hpp>
#include <multiprocessing/detail/pool_core.hpp>
#include <multiprocessing/detail/work.hpp>
#include <multiprocessing/zip.hpp>

#include <initializer_list>

namespace multiprocessing::detail {

// Python's rule: four chunks for each worker. std::invalid_argument names a size below 1.
MULTIPROCESSING_EXPORT std::size_t checked_chunksize(std::optional<long> chunksize, std::size_t items, int processes);
MULTIPROCESSING_EXPORT std::size_t checked_size(const char* name, long size);
// For a pool without a core: it was moved from, or it is a global one in a worker that was forked while its constructor
// ran.
[[noreturn]] MULTIPROCESSING_EXPORT void throw_no_pool();
// std::invalid_argument for values out of range, std::logic_error for what the engine cannot do.
MULTIPROCESSING_EXPORT void check_options(const TaskOptions& options, const PoolCore& core);

// The calls that every pool has, once for all engines. An engine offers, for a Work (see work.hpp):
//   require_types<Work>()            refuses at compile time, in one readable line, what it cannot run
//   accepts<Work>, ResultFor<Work>   whether it does not refuse; what f returns. After a refusal nothing else is
//                                    instantiated, so that the line stays the only one
//   start<Work>(f, settings)         returns a submission
// A submission has push(item), push_all(range), flush(), end(), answers(), and items(): how many were pushed.
//
// Each pool says which threads may call it. Calls that hand work in throw std::logic_error after close() or
// terminate(), BrokenPool if the pool cannot go on, and PicklingError for arguments that cannot be sent. Memory
// ordering: a call that waits is like AsyncResult::get().
template <class Pool>
class PoolInterface : public LazyCalls<Pool> {
 public:
  // Runs f(args...) in a worker and waits. Arguments are sent by decayed type and arrive as rvalues.
  template <class... Args, class F = one_function_t<Args...>>
  auto apply(F f, Args&&... args) {
    auto answers = apply_to<Lifetime::call>(f, single_call<Lifetime::call>(), std::forward<Args>(args)...);
    answers.call().wait(Call::Until::all_ended, 0, never);
    return value_of(answers.take(0));
  }
  // The same, but does not wait for a worker. Copies or moves the arguments before it returns.
  template <class... Args, class F = one_function_t<Args...>>
  auto apply_async(F f, Args&&... args) {
    return async<PendingOne>(
        apply_to<Lifetime::beyond>(f, single_call<Lifetime::beyond>(), std::forward<Args>(args)...));
  }

  // Calls f(item) for each item, and returns the results in the order of the items. Returns when all items have ended,
  // and then throws the error of the lowest index, if there is one.
  // chunksize: at most so many items travel together. By default there are four chunks for each worker; below 1 it is
  // std::invalid_argument. It changes no result.
  // A Pool reads numbers in an array until map() and its kin return, not only at their start: nobody may write to them
  // meanwhile.
  template <class Range, class F = one_function_t<Range>>
  auto map(F f, Range&& items, std::optional<long> chunksize = {}) {
    return values_of(all_of<Spread::no, Lifetime::call>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto map(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return values_of(all_of<Spread::no, Lifetime::call>(f, items, chunksize));
  }
  // Has read and serialised all items when it returns; never waits for a worker.
  template <class Range, class F = one_function_t<Range>>
  auto map_async(F f, Range&& items, std::optional<long> chunksize = {}) {
    return async<PendingAll>(all_of<Spread::no, Lifetime::beyond>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto map_async(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return async<PendingAll>(all_of<Spread::no, Lifetime::beyond>(f, items, chunksize));
  }
  // Calls f(part...) for each tuple or pair of the range; multiprocessing::zip(a, b) makes one range of several.
  template <class Range, class F = one_function_t<Range>>
  auto starmap(F f, Range&& items, std::optional<long> chunksize = {}) {
    return values_of(all_of<Spread::yes, Lifetime::call>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto starmap(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return values_of(all_of<Spread::yes, Lifetime::call>(f, items, chunksize));
  }
  template <class Range, class F = one_function_t<Range>>
  auto starmap_async(F f, Range&& items, std::optional<long> chunksize = {}) {
    return async<PendingAll>(all_of<Spread::yes, Lifetime::beyond>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto starmap_async(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return async<PendingAll>(all_of<Spread::yes, Lifetime::beyond>(f, items, chunksize));
  }
  // As map, but returns an Outcome for each item, a value or an error, and never throws for an item.
  template <class Range, class F = one_function_t<Range>>
  auto try_map(F f, Range&& items, std::optional<long> chunksize = {}) {
    return outcomes_of(all_of<Spread::no, Lifetime::call>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto try_map(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return outcomes_of(all_of<Spread::no, Lifetime::call>(f, items, chunksize));
  }
  template <class Range, class F = one_function_t<Range>>
  auto try_starmap(F f, Range&& items, std::optional<long> chunksize = {}) {
    return outcomes_of(all_of<Spread::yes, Lifetime::call>(f, std::forward<Range>(items), chunksize));
  }
  template <class T, class F = one_function_t<T>>
  auto try_starmap(F f, std::initializer_list<T> items, std::optional<long> chunksize = {}) {
    return outcomes_of(all_of<Spread::yes, Lifetime::call>(f, items, chunksize));
  }

  // The same members, with options for each item: pool.with({.timeout = 2s}).map(f, items). The object that with()
  // returns refers to this pool, and must not outlive it.
  auto with(TaskOptions options) & {
    check_options(options, core());
    return PoolWith<Pool>(pool(), std::move(options));
  }
  auto with(TaskOptions options) && {
    require_lasting<Pool>();
    return with(std::move(options));
  }

  // Takes no more work: further calls are std::logic_error. Workers leave when all that was handed in has ended. Does
  // not wait for that: join() does.
  void close() { core().close(); }
  // Ends the workers now; everything pending ends with CancelledError. Returns within 2 s. Any thread may call it,
  // callbacks too.
  void terminate() { core().terminate(); }
  // Waits until all workers have gone; std::logic_error before close() or terminate(). False if the duration has
  // passed. After close() workers go when all calls have ended: a ResultRange ends when it is read to its end or
  // destroyed.
  void join() { (void)core().join(never); }
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) {
    return core().join(deadline_after(timeout));
  }
  int processes() const { return core().processes(); }                     // the number of workers
  std::vector<pid_t> worker_pids() const { return core().worker_pids(); }  // of those that run at this moment
  PoolStats stats() const { return core().stats(); }

 protected:
  PoolInterface() = default;
  ~PoolInterface() = default;
  PoolInterface(PoolInterface&&) = default;
  PoolInterface& operator=(PoolInterface&&) = default;

 private:
  friend LazyCalls<Pool>;
  template <class P, class F, class Required>
  friend class DelayedFunction;
  PoolCore& core() const { return static_cast<const Pool&>(*this).pool_core(); }
  Pool& pool() { return static_cast<Pool&>(*this); }

  template <class R>
  static auto value_of(Outcome<R> outcome) {
    if constexpr (std::is_void_v<R>) {
      outcome.value();
    } else {
      return std::move(outcome).value();
    }
  }
  // Whatever it throws, nothing refers to the caller's items then.
  static void wait_for_all(Call& call) {
    try {
      call.wait(Call::Until::all_ended, 0, never);
    } catch (...) {
      call.withdraw();
      throw;
    }
  }
  template <class Answers>
  static auto values_of(Answers answers) {
    wait_for_all(answers.call());
    auto values = answers.take_values();
    if constexpr (!std::is_void_v<typename Answers::Result>) return values;
  }
  template <class Answers>
  static auto outcomes_of(Answers answers) {
    wait_for_all(answers.call());
    std::vector<Outcome<typename Answers::Result>> outcomes;
    outcomes.reserve(answers.size());
    for (std::size_t index = 0; index != answers.size(); ++index) outcomes.push_back(answers.take(index));
    return outcomes;
  }
  template <template <class> class PendingForm, class Answers>
  static auto async(Answers answers) {
    using Form = PendingForm<Answers>;
    return AsyncResult<typename Form::Result>(std::make_shared<Form>(std::move(answers)));
  }

  template <Lifetime lifetime>
  static CallSettings settings_for(Keep keep, std::size_t chunksize) {
    return {.keep = keep,
            .chunksize = chunksize,
            .single = false,
            .asynchronous = lifetime != Lifetime::call,
            .cancellable = lifetime == Lifetime::beyond,
            .options = nullptr,
            .name = nullptr};
  }
  template <Lifetime lifetime>
  static CallSettings single_call() {
    CallSettings settings = settings_for<lifetime>(Keep::all, 1);
    settings.single = true;
    return settings;
  }
  template <Lifetime lifetime, class F, class... Args>
  auto apply_to(F& f, const CallSettings& settings, Args&&... args) {
    using AllArguments = Work<F, std::tuple<sent_t<Args>...>, std::tuple<Args&&...>, Spread::yes, lifetime>;
    Pool::template require_types<AllArguments>();
    if constexpr (Pool::template accepts<AllArguments>) {
      (void)core();
      auto submission = pool().template start<AllArguments>(f, settings);
      submission.push(std::tuple<Args&&...>(std::forward<Args>(args)...));
      submission.end();
      return submission.answers();
    } else {
      return NoAnswers<typename Pool::template ResultFor<AllArguments>>();
    }
  }

  template <class Work, class Range>
  static constexpr bool takes() {
    require_range<Range>();
    if constexpr (!std::ranges::input_range<Range>) {
      return false;
    } else {
      Pool::template require_types<Work>();
      return Pool::template accepts<Work>;
    }
  }
  template <Spread spread, Lifetime lifetime, class F, class Range>
  auto all_of(F& f, Range&& items, std::optional<long> chunksize) {
    using AllItems = WorkOn<F, spread, lifetime, Range>;
    if constexpr (takes<AllItems, Range>()) {
      return hand_in<AllItems>(f, std::forward<Range>(items), chunksize);
    } else {
      return NoAnswers<typename Pool::template ResultFor<AllItems>>();
    }
  }
  template <class AllItems, class Range>
  auto hand_in(typename AllItems::Function& f, Range&& items, std::optional<long> chunksize) {
    std::size_t chunk = checked_chunksize(chunksize, 0, processes());
    if constexpr (std::ranges::sized_range<Range>) {
      chunk = checked_chunksize(chunksize, static_cast<std::size_t>(std::ranges::size(items)), processes());
    } else if constexpr (std::ranges::forward_range<Range>) {
      chunk = checked_chunksize(chunksize, static_cast<std::size_t>(std::ranges::distance(items)), processes());
    }
    auto submission = pool().template start<AllItems>(f, settings_for<AllItems::lifetime>(Keep::all, chunk));
    auto answers = submission.answers();
    if constexpr (std::ranges::sized_range<Range> && requires { answers.expect(std::size_t{}); }) {
      answers.expect(static_cast<std::size_t>(std::ranges::size(items)));
    }
    try {
      submission.push_all(std::forward<Range>(items));
      submission.end();
    } catch (...) {
      answers.call().withdraw();
      throw;
    }
    return answers;
  }

  template <bool as_outcomes, class F, class Range>
  auto lazily(F& f, Range&& items, Keep keep, long chunksize, std::optional<long> buffersize) {
    using EachItem = WorkOn<F, Spread::no, Lifetime::range, Range&>;
    using R = typename Pool::template ResultFor<EachItem>;
    using Result = std::conditional_t<as_outcomes, Outcome<R>, typename Outcome<R>::value_type>;
    std::unique_ptr<ResultFeed<Result>> feed;
    if constexpr (takes<EachItem, Range&>()) {
      feed = lazy_feed<EachItem, Result>(f, std::forward<Range>(items), keep, chunksize, buffersize);
    }
    return ResultRange<Result>(std::move(feed));
  }
  template <class EachItem, class Result, class Range>
  std::unique_ptr<ResultFeed<Result>> lazy_feed(typename EachItem::Function& f, Range&& items, Keep keep,
                                                long chunksize, std::optional<long> buffersize) {
    (void)core();
    const std::size_t chunk = checked_size("chunksize", chunksize);
    const std::size_t buffer = checked_size("buffersize", buffersize.value_or(pool().default_buffersize(chunksize)));
    const CallSettings settings = settings_for<EachItem::lifetime>(keep, std::min(chunk, buffer));
    const auto start = [&] { return pool().template start<EachItem>(f, settings); };
    using Feed = LazyFeed<Result, Range, decltype(start())>;
    return std::make_unique<Feed>(KeptRange<Range>(std::forward<Range>(items)), start, keep, buffer);
  }
};

}  // namespace multiprocessing::detail
