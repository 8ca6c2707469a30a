// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <type_traits>

namespace multiprocessing::detail {

template <class... T>
struct TypeList {};

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

}  // namespace multiprocessing::detail
