// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/aggregate.hpp>
#include <multiprocessing/detail/cereal_archive.hpp>
#include <multiprocessing/detail/numeric_values.hpp>
#include <multiprocessing/detail/type_list.hpp>

#include <type_traits>

namespace multiprocessing::detail {

// The types that a standard container or wrapper holds. cereal's own traits look only at the outside: they accept
// vector<mutex*>.
template <class T>
struct StandardContainer {
  using type = TypeList<>;
};
#define MULTIPROCESSING_HOLDS_ONE(TEMPLATE) \
  template <class T>                        \
  struct StandardContainer<TEMPLATE<T>> {   \
    using type = TypeList<T>;               \
  };
MULTIPROCESSING_HOLDS_ONE(std::optional)
MULTIPROCESSING_HOLDS_ONE(std::valarray)
#undef MULTIPROCESSING_HOLDS_ONE
#define MULTIPROCESSING_HOLDS_FIRST(TEMPLATE)      \
  template <class T, class... Rest>                \
  struct StandardContainer<TEMPLATE<T, Rest...>> { \
    using type = TypeList<T>;                      \
  };
MULTIPROCESSING_HOLDS_FIRST(std::vector)
MULTIPROCESSING_HOLDS_FIRST(std::deque)
MULTIPROCESSING_HOLDS_FIRST(std::list)
MULTIPROCESSING_HOLDS_FIRST(std::forward_list)
MULTIPROCESSING_HOLDS_FIRST(std::set)
MULTIPROCESSING_HOLDS_FIRST(std::multiset)
MULTIPROCESSING_HOLDS_FIRST(std::unordered_set)
MULTIPROCESSING_HOLDS_FIRST(std::unordered_multiset)
MULTIPROCESSING_HOLDS_FIRST(std::queue)
MULTIPROCESSING_HOLDS_FIRST(std::priority_queue)
MULTIPROCESSING_HOLDS_FIRST(std::stack)
#undef MULTIPROCESSING_HOLDS_FIRST
#define MULTIPROCESSING_HOLDS_TWO(TEMPLATE)           \
  template <class A, class B, class... Rest>          \
  struct StandardContainer<TEMPLATE<A, B, Rest...>> { \
    using type = TypeList<A, B>;                      \
  };
MULTIPROCESSING_HOLDS_TWO(std::map)
MULTIPROCESSING_HOLDS_TWO(std::multimap)
MULTIPROCESSING_HOLDS_TWO(std::unordered_map)
MULTIPROCESSING_HOLDS_TWO(std::unordered_multimap)
#undef MULTIPROCESSING_HOLDS_TWO
template <class A, class B>
struct StandardContainer<std::pair<A, B>> {
  using type = TypeList<A, B>;
};
template <class T, std::size_t n>
struct StandardContainer<std::array<T, n>> {
  using type = TypeList<T>;
};
template <class... T>
struct StandardContainer<std::tuple<T...>> {
  using type = TypeList<T...>;
};
template <class... T>
struct StandardContainer<std::variant<T...>> {
  using type = TypeList<T...>;
};

// The type behind a pointer to an abstract class is known only at run time.
template <class T>
using Pointee = std::conditional_t<std::is_abstract_v<T>, TypeList<>, TypeList<T>>;
template <class T>
struct StandardContainer<std::shared_ptr<T>> {
  using type = Pointee<T>;
};
template <class T>
struct StandardContainer<std::weak_ptr<T>> {
  using type = Pointee<T>;
};
template <class T, class Deleter>
struct StandardContainer<std::unique_ptr<T, Deleter>> {
  using type = Pointee<T>;
};

// The same, and the members of a plain struct that is sent by its members.
template <class T>
struct Parts : std::conditional_t<is_sent_by_members<T>, Members<T>, StandardContainer<T>> {};

template <template <class> class Predicate, class T, template <class> class PartsOf = Parts>
using first_in = typename FirstIn<Predicate, PartsOf, TypeList<>, T>::type;

}  // namespace multiprocessing::detail
