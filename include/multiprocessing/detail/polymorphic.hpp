// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cereal_archive.hpp>

#include <memory>
#include <type_traits>
#include <typeindex>
#include <typeinfo>

namespace multiprocessing::detail {

// An object behind a pointer to a base class crosses by cereal's registration: CEREAL_REGISTER_TYPE(Derived) and, where
// no serialize() names the base, CEREAL_REGISTER_POLYMORPHIC_RELATION(Base, Derived). What is registered stands in maps
// that are filled before main() and while a library is loaded, and only read from then on: any thread may encode,
// without a lock that a fork could catch.

[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_registered(const std::type_info& type);
[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_related(const std::type_info& base, const std::type_info& type);

// Asked before cereal does, whose own answers are three lines long.
inline void require_registered(const std::type_info& base, const std::type_info& type) {
  if (type == base) return;
  using Bindings = cereal::detail::OutputBindingMap<OutputArchive>;
  if (!cereal::detail::StaticObject<Bindings>::getInstance().map.contains(type)) throw_not_registered(type);
  if (!cereal::detail::PolymorphicCasters::lookup_if_exists(base, type).first) throw_not_related(base, type);
}

template <class T>
requires std::is_polymorphic_v<T>
void prologue(OutputArchive&, const std::shared_ptr<T>& pointer) {
  if (const T* const object = pointer.get()) require_registered(typeid(T), typeid(*object));
}
template <class T, class Deleter>
requires std::is_polymorphic_v<T>
void prologue(OutputArchive&, const std::unique_ptr<T, Deleter>& pointer) {
  if (const T* const object = pointer.get()) require_registered(typeid(T), typeid(*object));
}

}  // namespace multiprocessing::detail
