// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cereal_archive.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <utility>

namespace multiprocessing::detail {

// An object behind a pointer to a base class is sent by cereal's registration: CEREAL_REGISTER_TYPE(Derived) and, if no
// serialize() names the base, CEREAL_REGISTER_POLYMORPHIC_RELATION(Base, Derived). The registrations are in maps that
// are filled before main() and while a library is loaded, and only read from then on: so any thread may encode, without
// a lock that another thread could hold at a fork.

[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_registered(const std::type_info& type);
[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_related(const std::type_info& base, const std::type_info& type);

// Checks before cereal does, because cereal's own errors are three lines long.
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

namespace cereal::detail {

// cereal's own function, for a class derived from std::enable_shared_from_this, writes to the object while it saves it:
// a race between threads that send it at the same time. This one only reads.
template <class T>
struct OutputBindingCreator<multiprocessing::detail::OutputArchive, T> {
  using Archive = multiprocessing::detail::OutputArchive;

  OutputBindingCreator() {
    typename OutputBindingMap<Archive>::Serializers serializers;
    serializers.shared_ptr = [](void* archive, const void* object, const std::type_info& base) {
      const std::shared_ptr<const T> unowned(std::shared_ptr<void>(), find(archive, object, base));
      (*static_cast<Archive*>(archive))(memory_detail::make_ptr_wrapper(unowned));
    };
    serializers.unique_ptr = [](void* archive, const void* object, const std::type_info& base) {
      const std::unique_ptr<const T, EmptyDeleter<const T>> unowned(find(archive, object, base));
      (*static_cast<Archive*>(archive))(memory_detail::make_ptr_wrapper(unowned));
    };
    StaticObject<OutputBindingMap<Archive>>::getInstance().map.insert({typeid(T), std::move(serializers)});
  }

 private:
  // Writes the type's name the first time in an archive, after that its number.
  static const T* find(void* to, const void* object, const std::type_info& base) {
    Archive& archive = *static_cast<Archive*>(to);
    const char* const name = binding_name<T>::name();
    const std::uint32_t number = archive.registerPolymorphicType(name);
    archive(number);
    if ((number & msb_32bit) != 0) archive(std::string(name));
    return PolymorphicCasters::template downcast<T>(object, base);
  }
};

}  // namespace cereal::detail
