// SPDX-License-Identifier: MIT
#include "codec/exception_types.hpp"

namespace multiprocessing::detail {
namespace {

constinit std::atomic<RegisteredException*> newest_registered = nullptr;

template <class Matches>
const ExceptionType* find_built_in(Matches matches) noexcept {
  for (const auto family : {standard_exceptions(), system_errors(), library_errors(), thrown_values()}) {
    for (const ExceptionType& type : family) {
      if (matches(type)) return &type;
    }
  }
  return nullptr;
}

template <class Matches>
const ExceptionType* find_registered(Matches matches) noexcept {
  // Acquire: pairs with the release in register_exception_type; older links were written before newer ones.
  const RegisteredException* registered = newest_registered.load(std::memory_order_acquire);
  for (; registered != nullptr; registered = registered->next) {
    if (matches(registered->type)) return &registered->type;
  }
  return nullptr;
}

auto has_name(std::string_view mangled_name) {
  return [mangled_name](const ExceptionType& known) { return mangled_name == known.type->name(); };
}

}  // namespace

void register_exception_type(RegisteredException& registered) noexcept {
  if (registered.listed.exchange(true, std::memory_order_relaxed)) return;
  registered.next = newest_registered.load(std::memory_order_relaxed);
  // Release: the link is written before the type can be found. Pairs with the acquire in find_registered.
  while (!newest_registered.compare_exchange_weak(registered.next, &registered, std::memory_order_release,
                                                  std::memory_order_relaxed)) {
  }
}

const ExceptionType* find_exception_type(const std::type_info& type) noexcept {
  const auto is_of_type = [&type](const ExceptionType& known) {
    return type == *known.type || type == *known.retold_type;
  };
  const ExceptionType* built_in = find_built_in(is_of_type);
  return built_in != nullptr ? built_in : find_registered(is_of_type);
}

const ExceptionType* find_built_in_exception(std::string_view mangled_name) noexcept {
  return find_built_in(has_name(mangled_name));
}

const ExceptionType* find_registered_exception(std::string_view mangled_name) noexcept {
  return find_registered(has_name(mangled_name));
}

}  // namespace multiprocessing::detail
