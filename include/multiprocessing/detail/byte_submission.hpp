// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/detail/function.hpp>
#include <multiprocessing/detail/pool_core.hpp>

#include <ranges>
#include <tuple>
#include <variant>

namespace multiprocessing::detail {

// A MaybeEncodingError for the result of an item, which arrived as `size_bytes` bytes; std::bad_alloc if there is no
// memory for it.
MULTIPROCESSING_EXPORT std::exception_ptr nested_in_maybe_encoding_error(const std::exception_ptr& reason,
                                                                         const std::type_info& type, std::size_t item,
                                                                         std::size_t size_bytes) noexcept;

// Answers that came as bytes. The thread that takes them decodes them.
template <class R>
class ByteAnswers {
 public:
  using Result = R;
  using Value = typename Outcome<R>::value_type;
  // A bool is decoded, because not every byte is one.
  static constexpr bool has_fixed_size = (std::is_arithmetic_v<R> || std::is_enum_v<R>)&&!std::is_same_v<R, bool>;
  explicit ByteAnswers(std::shared_ptr<ByteCall> call) : call_(std::move(call)) {}
  Call& call() { return *call_; }
  std::size_t size() { return call_->size(); }
  // There will be at most so many, of a call that keeps all: values of fixed size then come to where they are returned.
  // Before items are pushed.
  void expect(std::size_t count) {
    if constexpr (has_fixed_size) {
      auto values = std::make_shared<std::vector<Value>>();
      try {
        values->reserve(count);
      } catch (...) {
        return;  // perhaps fewer will come: they are kept as if nobody knew how many
      }
      prepare_memory(values->data(), count * sizeof(Value));
      values->resize(count);
      call_->put_fixed_into(values, values->data(), count);
      values_ = std::move(values);
    }
  }
  Outcome<R> take(std::size_t index) {
    std::vector<std::unique_ptr<GivenNames>> names;
    Outcome<R> outcome = take(index, names);
    for (auto& each : names) each->keep();
    return outcome;
  }
  std::vector<Value> take_values() {
    if constexpr (has_fixed_size) {
      if (values_ != nullptr && !call_->failed()) {
        values_->resize(call_->size());
        return std::move(*values_);
      }
      std::vector<Value> values(call_->size());
      if (call_->take_all_fixed(values.data())) return values;
    }
    std::vector<std::unique_ptr<GivenNames>> names;  // kept only if no item has failed
    std::vector<Value> values = take_each_value(*this, names);
    for (auto& each : names) each->keep();
    return values;
  }
  Outcome<R> take(std::size_t index, std::vector<std::unique_ptr<GivenNames>>& names) {
    if constexpr (has_fixed_size) {
      Value value;
      if (call_->take_fixed(index, &value)) return Outcome<R>::success(index, value);
    }
    ByteAnswer answer = call_->take(index);
    try {
      if (answer.kind == ByteAnswer::Kind::failure) return Outcome<R>::failure(index, answer.error);
      BytesSource source(answer.bytes);
      if (answer.kind == ByteAnswer::Kind::exception) {
        const std::exception_ptr error = decode_exception(source);
        if (answer.names) answer.names->keep();
        return Outcome<R>::failure(index, error);
      }
      if constexpr (std::is_void_v<R>) {
        return Outcome<R>::success(index, {});
      } else {
        Outcome<R> outcome = Outcome<R>::success(index, decode<R>(source));
        if (answer.names) names.push_back(std::move(answer.names));
        return outcome;
      }
    } catch (...) {
      return Outcome<R>::failure(
          index, nested_in_maybe_encoding_error(std::current_exception(), typeid(R), call_->first_index + index,
                                                answer.bytes.size_bytes()));
    }
  }

 private:
  std::shared_ptr<ByteCall> call_;
  std::shared_ptr<std::vector<Value>> values_ = nullptr;  // where they come, of a call whose length is known
};

// The type of a part that must be copied into the item, because it stays its owner's; std::monostate for a part that is
// given away.
template <class Part, class Given>
using Copied = std::conditional_t<std::is_lvalue_reference_v<Given> || std::is_const_v<std::remove_reference_t<Given>>,
                                  Part, std::monostate>;
template <class Item, class Given>
struct CopiedParts : std::type_identity<TypeList<Copied<Item, Given>>> {};
template <class... Part, class... Given>
struct CopiedParts<std::tuple<Part...>, std::tuple<Given...>&&> : std::type_identity<TypeList<Copied<Part, Given>...>> {
};

template <class T>
using CannotBeCopied = std::negation<std::is_copy_constructible<T>>;
template <class Part>
inline constexpr bool can_be_copied = can_be_sent<Part>;

template <class Item, class Given>
constexpr bool require_copyable() {
  using Uncopied =
      typename FirstAmong<CannotBeCopied, LoadedParts, TypeList<>, typename CopiedParts<Item, Given>::type>::type;
  static_assert(can_be_copied<Uncopied>,
                "multiprocessing: this argument cannot be copied, and was not given away: pass std::move(argument)");
  return can_be_copied<Uncopied>;
}

// Whether the parts of a given tuple have the types that are sent, so that they need not be converted first.
template <class Item, class Given>
inline constexpr bool has_sent_parts = false;
template <class... Part, class... Given>
inline constexpr bool has_sent_parts<std::tuple<Part...>, std::tuple<Given...>> =
    (std::is_same_v<Part, std::remove_cvref_t<Given>> && ...);

// One call on a ByteCore: serialises items in the calling thread and hands them over in chunks.
template <class F, class Item, Spread spread>
class ByteSubmission {
 public:
  using Result = result_of_t<F, Item, spread>;

  ByteSubmission(ByteCore& core, const F& f, const CallSettings& settings)
      : call_(core.begin(prepare<F, Item, spread>(f), settings)),
        writer_(core, *call_, TaskTypeFor<F, Item, spread>::value.item_size_bytes, settings.single),
        lends_(core.can_lend() && !settings.asynchronous) {}

  template <class T>
  void push(T&& item) {
    try {
      if constexpr (std::is_same_v<std::remove_cvref_t<T>, Item>) {
        encode<Item>(writer_.begin_item(), item);
      } else if constexpr (!require_copyable<Item, T&&>()) {
        return;
      } else if constexpr (has_sent_parts<Item, std::remove_cvref_t<T>>) {
        ByteSink& sink = writer_.begin_item();
        std::apply([&](const auto&... part) { encode_parts(sink, part...); }, item);
      } else {
        encode<Item>(writer_.begin_item(), Item(std::forward<T>(item)));
      }
    } catch (...) {
      return writer_.refuse_item(std::current_exception(), typeid(Item));
    }
    writer_.end_item();
  }
  template <class Range>
  void push_all(Range&& range) {
    if constexpr (std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
                  (std::is_arithmetic_v<Item> ||
                   std::is_enum_v<Item>)&&std::is_same_v<std::ranges::range_value_t<Range>, Item>) {
      // A function with state may fill a frame that is still copied when the call is withdrawn. And tasks may write to
      // what processes share: what is sent again must be what was sent before.
      constexpr bool may_be_lent = fits_in_frame<F> && !IsInheritedOnly<std::remove_cvref_t<Range>>::value;
      if (may_be_lent && lends_) {
        writer_.lend_run(std::ranges::data(range), std::ranges::size(range));
      } else {
        writer_.write_run(std::ranges::data(range), std::ranges::size(range), typeid(Item));
      }
    } else {
      for (auto&& item : range) push(std::forward<decltype(item)>(item));
    }
  }
  void flush() { writer_.flush(); }
  void end() { writer_.end(); }
  std::size_t items() const { return writer_.items(); }
  ByteAnswers<Result> answers() const { return ByteAnswers<Result>(call_); }

 private:
  std::shared_ptr<ByteCall> call_;
  ChunkWriter writer_;
  const bool lends_;  // the caller's items are there until the call has ended or is withdrawn
};

}  // namespace multiprocessing::detail
