// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/aggregate.hpp>
#include <multiprocessing/detail/cereal_archive.hpp>

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

// The first type, of T and all that it holds, for which Predicate holds, else void. A class may hold itself, behind a
// vector or a pointer: types in `Around` are not looked at again.
template <class T, class Around>
inline constexpr bool is_one_of = false;
template <class T, class... Around>
inline constexpr bool is_one_of<T, TypeList<Around...>> = (std::is_same_v<T, Around> || ...);

template <template <class> class Predicate, template <class> class PartsOf, class Around, class T>
struct FirstIn;
template <template <class> class Predicate, template <class> class PartsOf, class Around, class List>
struct FirstAmong {
  using type = void;
};
template <template <class> class Predicate, template <class> class PartsOf, class Around, class First, class... Rest>
struct FirstAmong<Predicate, PartsOf, Around, TypeList<First, Rest...>> {
  using found = typename FirstIn<Predicate, PartsOf, Around, std::remove_cv_t<First>>::type;
  using type =
      typename std::conditional_t<std::is_void_v<found>, FirstAmong<Predicate, PartsOf, Around, TypeList<Rest...>>,
                                  std::type_identity<found>>::type;
};
template <template <class> class Predicate, template <class> class PartsOf, class... Around, class T>
requires(!is_one_of<T, TypeList<Around...>> &&
         !Predicate<T>::value) struct FirstIn<Predicate, PartsOf, TypeList<Around...>, T> {
  using type = typename FirstAmong<Predicate, PartsOf, TypeList<T, Around...>, typename PartsOf<T>::type>::type;
};
template <template <class> class Predicate, template <class> class PartsOf, class... Around, class T>
requires(!is_one_of<T, TypeList<Around...>> &&
         Predicate<T>::value) struct FirstIn<Predicate, PartsOf, TypeList<Around...>, T> {
  using type = T;
};
template <template <class> class Predicate, template <class> class PartsOf, class... Around, class T>
requires is_one_of<T, TypeList<Around...>>
struct FirstIn<Predicate, PartsOf, TypeList<Around...>, T> {
  using type = void;
};

template <template <class> class Predicate, class T, template <class> class PartsOf = Parts>
using first_in = typename FirstIn<Predicate, PartsOf, TypeList<>, T>::type;

}  // namespace multiprocessing::detail
