// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytewise.hpp>
#include <multiprocessing/detail/depth_guard.hpp>

// Brings the usual types along: a missing <cereal/types/...> is the commonest first error with cereal.
#include <cereal/cereal.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/atomic.hpp>
#include <cereal/types/base_class.hpp>
#include <cereal/types/bitset.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/common.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/forward_list.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/polymorphic.hpp>
#include <cereal/types/queue.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/stack.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/unordered_set.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// A container of n elements takes at least n bytes, unless its elements are empty classes, which take none: of those it
// may have so many.
inline constexpr std::uint64_t empty_elements_limit = 4096;

[[noreturn]] MULTIPROCESSING_EXPORT void throw_other_shared_type();

template <class T>
constexpr void require_sendable();  // in sendable.hpp

// The archives check what serialize() passes to them before cereal does, because cereal's refusals have many lines.
// This is the type that one of cereal's wrappers refers to.
template <class T>
struct Unwrapped : std::type_identity<T> {};
template <class T>
struct Unwrapped<cereal::base_class<T>> : std::type_identity<T> {};
template <class T>
struct Unwrapped<cereal::virtual_base_class<T>> : std::type_identity<T> {};
template <class T>
struct Unwrapped<cereal::DeferredData<T>> : std::remove_reference<T> {};
template <class T>
inline constexpr bool may_ask_cereal = !std::is_pointer_v<T> && !std::is_null_pointer_v<T>;
template <class T>
inline constexpr bool can_be_loaded_into = !std::is_const_v<T>;

// cereal's archives over this library's bytes: no iostream, native byte order, one archive for each item.
class OutputArchive : public cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision> {
 public:
  using Base = cereal::OutputArchive<OutputArchive, cereal::AllowEmptyClassElision>;
  explicit OutputArchive(ByteSink& sink) : Base(this), sink_(sink) {}
  template <class... T>
  OutputArchive& operator()(T&&... values) {
    (save(values), ...);
    return *this;
  }
  template <class T>
  OutputArchive& operator&(T&& value) {
    return (*this)(value);
  }
  template <class T>
  OutputArchive& operator<<(T&& value) {
    return (*this)(value);
  }
  void saveBinary(const void* data, std::size_t size_bytes) {
    depth_guard_.check();
    sink_.write(data, size_bytes);
  }
  ByteSink& sink() { return sink_; }

 private:
  template <class T>
  void save(T& value) {
    using Given = std::remove_const_t<typename Unwrapped<std::remove_const_t<T>>::type>;
    if constexpr (std::is_empty_v<Given> ||
                  (may_ask_cereal<Given> && cereal::traits::is_output_serializable<Given, OutputArchive>::value)) {
      Base::operator()(value);
    } else {
      require_sendable<Given>();
    }
  }

  ByteSink& sink_;
  const DepthGuard depth_guard_;
};

class InputArchive : public cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision> {
 public:
  using Base = cereal::InputArchive<InputArchive, cereal::AllowEmptyClassElision>;
  explicit InputArchive(ByteSource& source) : Base(this), source_(source) {}
  template <class... T>
  InputArchive& operator()(T&&... values) {
    (load(values), ...);
    return *this;
  }
  template <class T>
  InputArchive& operator&(T&& value) {
    return (*this)(value);
  }
  template <class T>
  InputArchive& operator>>(T&& value) {
    return (*this)(value);
  }
  void loadBinary(void* data, std::size_t size_bytes) {
    depth_guard_.check();
    source_.read(data, size_bytes);
  }
  std::uint64_t remaining_bytes() const { return source_.remaining_bytes(); }
  ByteSource& source() { return source_; }

  // A shared object comes once, then by number. cereal casts the object of a number to whatever type is read: so a
  // number that stands for another type is refused.
  void expect_shared(const std::type_info& type) { expected_shared_ = &type; }
  template <class T>
  void registerSharedPointer(std::uint32_t id, const std::shared_ptr<T>& pointer) {
    shared_types_[id & ~cereal::detail::msb_32bit] = &typeid(T);
    Base::registerSharedPointer(id, pointer);
  }
  std::shared_ptr<void> getSharedPointer(std::uint32_t id) {
    const auto found = shared_types_.find(id);
    if (found != shared_types_.end() && *found->second != *expected_shared_) throw_other_shared_type();
    return Base::getSharedPointer(id);
  }

 private:
  template <class T>
  void load(T& value) {
    using Given = typename Unwrapped<T>::type;
    if constexpr (std::is_empty_v<Given> ||
                  (may_ask_cereal<Given> &&
                   (!std::is_const_v<Given> ||
                    std::is_class_v<Given>)&&cereal::traits::is_input_serializable<Given, InputArchive>::value)) {
      Base::operator()(value);
    } else {
      static_assert(can_be_loaded_into<Given>,
                    "multiprocessing: serialize() passes something const to the archive, into which nothing can be "
                    "loaded: make the member not const");
      if constexpr (can_be_loaded_into<Given>) require_sendable<Given>();
    }
  }

  ByteSource& source_;
  const DepthGuard depth_guard_;
  const std::type_info* expected_shared_ = &typeid(void);
  std::unordered_map<std::uint32_t, const std::type_info*> shared_types_;
};
template <class T>
void prologue(InputArchive& archive, const cereal::memory_detail::PtrWrapper<std::shared_ptr<T>&>&) {
  archive.expect_shared(typeid(T));
}

template <class T>
requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const T& value) { archive.saveBinary(&value, sizeof value); }
template <class T>
requires(std::is_arithmetic_v<T> && !std::is_const_v<T>) void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive,
                                                                                        T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    unsigned char byte = 0;  // a bool with another value than 0 and 1 is undefined behaviour
    archive.loadBinary(&byte, sizeof byte);
    value = byte != 0;
  } else {
    archive.loadBinary(&value, sizeof value);
  }
}
template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(OutputArchive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}
template <class T>
void CEREAL_SERIALIZE_FUNCTION_NAME(InputArchive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const cereal::SizeTag<T>& tag) {
  const auto size = static_cast<std::uint64_t>(tag.size);
  archive.saveBinary(&size, sizeof size);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, cereal::SizeTag<T>& tag) {
  std::uint64_t size = 0;
  archive.loadBinary(&size, sizeof size);
  if (size > std::max(archive.remaining_bytes(), empty_elements_limit)) {
    throw_size_beyond_end(size, archive.remaining_bytes());
  }
  tag.size = static_cast<std::remove_reference_t<decltype(tag.size)>>(size);
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const cereal::BinaryData<T>& data) {
  archive.saveBinary(data.data, static_cast<std::size_t>(data.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, cereal::BinaryData<T>& data) {
  archive.loadBinary(data.data, static_cast<std::size_t>(data.size));
}
inline void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::filesystem::path& path) {
  archive(path.native());
}
inline void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::filesystem::path& path) {
  std::filesystem::path::string_type text;
  archive(text);
  path = std::move(text);
}

// Sequences grow as their elements come. cereal makes all announced elements first: one byte that arrives may announce
// an element of any size, and in a tree each level may announce as many again.
template <class Sequence>
void load_sequence(InputArchive& archive, Sequence& values) {
  std::uint64_t left = 0;
  archive(cereal::make_size_tag(left));
  values.clear();
  if constexpr (requires { values.reserve(0); })
    values.reserve(std::min<std::uint64_t>(left, 512 / sizeof *values.begin()));
  for (; left != 0; --left) archive(values.emplace_back());
}
template <class T, class Allocator>
requires(!std::is_same_v<T, bool>) void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive,
                                                                  std::vector<T, Allocator>& values) {
  if constexpr (is_bytewise<std::vector<T, Allocator>>) {
    values.clear();
    decode_plain(archive.source(), values);
  } else {
    load_sequence(archive, values);
  }
}
template <class T, class Allocator>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::deque<T, Allocator>& values) {
  load_sequence(archive, values);
}
template <class T, class Allocator>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::list<T, Allocator>& values) {
  load_sequence(archive, values);
}
template <class T, class Allocator>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::forward_list<T, Allocator>& values) {
  std::uint64_t left = 0;
  archive(cereal::make_size_tag(left));
  values.clear();
  for (auto last = values.before_begin(); left != 0; --left) archive(*(last = values.emplace_after(last)));
}

}  // namespace multiprocessing::detail

CEREAL_SETUP_ARCHIVE_TRAITS(multiprocessing::detail::InputArchive, multiprocessing::detail::OutputArchive)
// Before any CEREAL_REGISTER_TYPE: a header of this library brings cereal and its own archives together.
CEREAL_REGISTER_ARCHIVE(multiprocessing::detail::OutputArchive)
CEREAL_REGISTER_ARCHIVE(multiprocessing::detail::InputArchive)
