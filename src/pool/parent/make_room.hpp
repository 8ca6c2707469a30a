// SPDX-License-Identifier: MIT
#pragma once

#include <boost/circular_buffer.hpp>

#include <algorithm>
#include <cstddef>

namespace multiprocessing::detail {

// Then so many more elements can be put in, at either end, without memory. Throws std::bad_alloc, and nothing has
// changed.
template <class T>
void make_room(boost::circular_buffer<T>& elements, std::size_t more) {
  if (elements.reserve() >= more) return;
  elements.set_capacity(elements.size() + std::max(more, elements.size()));
}

}  // namespace multiprocessing::detail
