// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/thread_core.hpp>
#include <multiprocessing/detail/thread_work.hpp>

namespace multiprocessing::detail {

// A chunk of items, and then of their outcomes.
template <class Work>
class TypedThreadChunk final : public ThreadChunk {
 public:
  using Types = ThreadTypes<Work>;
  using F = typename Work::Function;
  using Value = typename Outcome<typename Types::Result>::value_type;

  TypedThreadChunk(const F& f, std::vector<typename Types::Kept> items)
      : ThreadChunk(items.size()), f_(f), items_(std::move(items)), values_(items_.size()) {}
  Value take_value(std::size_t position) { return std::move(*values_[position]); }
  void move_values_to(std::vector<Value>& values) {
    for (std::optional<Value>& value : values_) values.push_back(std::move(*value));
  }

 private:
  void run(std::size_t position) override {
    typename Types::Kept item = std::move(items_[position]);
    if constexpr (std::is_void_v<typename Types::Result>) {
      Types::call(f_, item);
      values_[position].emplace();
    } else {
      values_[position].emplace(Types::call(f_, item));
    }
  }
  void drop_items() noexcept override { std::vector<typename Types::Kept>().swap(items_); }

  const F& f_;
  std::vector<typename Types::Kept> items_;
  std::vector<std::optional<Value>> values_;
};

// A function that is referred to, or moved into this object.
template <class F, bool keeps>
class ThreadFunction {
 public:
  explicit ThreadFunction(F& f) : f_(static_cast<std::conditional_t<keeps, F&&, F&>>(f)) {}
  F& get() { return f_; }

 private:
  std::conditional_t<keeps, F, F&> f_;
};

template <class Work>
class TypedThreadCall final : public ThreadCall {
 public:
  using F = typename Work::Function;
  using Result = typename ThreadTypes<Work>::Result;

  TypedThreadCall(std::shared_ptr<ThreadCore> core, F& f, Keep keep)
      : ThreadCall(std::move(core), keep, Work::lifetime != Lifetime::beyond), f_(f) {}
  const F& function() { return f_.get(); }

  std::size_t size() { return items(); }
  Outcome<Result> take(std::size_t index) {
    const TakenItem item = take_item(index);
    if (std::exception_ptr error = item.chunk->error_of(item.position)) {
      return Outcome<Result>::failure(index, std::move(error));
    }
    return Outcome<Result>::success(index, typed(item.chunk).take_value(item.position));
  }
  auto take_values() {
    if (failed()) return take_each_value(*this);
    std::vector<typename TypedThreadChunk<Work>::Value> values;
    values.reserve(items());
    for (const auto& chunk : chunks()) typed(chunk).move_values_to(values);
    return values;
  }

 private:
  static TypedThreadChunk<Work>& typed(const std::shared_ptr<ThreadChunk>& chunk) {
    return static_cast<TypedThreadChunk<Work>&>(*chunk);
  }
  ThreadFunction<F, Work::lifetime == Lifetime::beyond> f_;
};

// The outcomes of its items.
template <class Work>
class ThreadAnswers {
 public:
  using Result = typename ThreadTypes<Work>::Result;
  explicit ThreadAnswers(std::shared_ptr<TypedThreadCall<Work>> call) : call_(std::move(call)) {}
  Call& call() { return *call_; }
  std::size_t size() { return call_->size(); }
  Outcome<Result> take(std::size_t index) { return call_->take(index); }
  auto take_values() { return call_->take_values(); }

 private:
  std::shared_ptr<TypedThreadCall<Work>> call_;
};

[[noreturn]] MULTIPROCESSING_EXPORT void throw_nothing_to_call(const std::type_info& type);

// Gathers a call's items into chunks. In a lazy call it also keeps f, as long as the ResultRange lives.
template <class Work>
class ThreadSubmission {
 public:
  using Types = ThreadTypes<Work>;
  using F = typename Work::Function;

  // chunksize 0: the number of items is not known, and chunks grow as items come.
  ThreadSubmission(std::shared_ptr<ThreadCore> core, F& f, const CallSettings& settings)
      : f_(f),
        call_(std::make_shared<TypedThreadCall<Work>>(std::move(core), f_.get(), settings.keep)),
        chunksize_(settings.chunksize),
        wanted_(std::max<std::size_t>(chunksize_, 1)) {
    if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>) {
      if (f_.get() == nullptr) throw_nothing_to_call(typeid(F));
    }
    call_->enter(settings);
  }
  ThreadSubmission(const ThreadSubmission&) = delete;
  ThreadSubmission& operator=(const ThreadSubmission&) = delete;
  ~ThreadSubmission() { call_->end_input(); }

  template <class T>
  void push(T&& item) {
    if (items_.empty()) items_.reserve(std::min<std::size_t>(wanted_, 4096));
    items_.push_back(Types::keep(std::forward<T>(item)));
    if (items_.size() >= wanted_) flush();
  }
  template <class Range>
  void push_all(Range&& range) {
    const auto end = std::ranges::end(range);
    for (auto position = std::ranges::begin(range); position != end; ++position) {
      if constexpr (std::is_rvalue_reference_v<typename Work::Given>) {
        push(std::ranges::iter_move(position));
      } else {
        push(*position);
      }
    }
  }
  void flush() {
    if (items_.empty()) return;
    std::vector<typename Types::Kept> items;
    items.swap(items_);
    call_->hand_in(std::make_shared<TypedThreadChunk<Work>>(call_->function(), std::move(items)));
    if (chunksize_ == 0) wanted_ = ThreadCall::chunk_after(call_->items());
  }
  void end() {
    flush();
    call_->end_input();
  }
  std::size_t items() const { return call_->items() + items_.size(); }
  ThreadAnswers<Work> answers() const { return ThreadAnswers<Work>(call_); }

 private:
  ThreadFunction<F, Work::lifetime == Lifetime::range> f_;
  std::shared_ptr<TypedThreadCall<Work>> call_;
  std::size_t chunksize_;
  std::size_t wanted_;
  std::vector<typename Types::Kept> items_;
};

}  // namespace multiprocessing::detail
