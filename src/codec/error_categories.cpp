// SPDX-License-Identifier: MIT
#include "codec/error_categories.hpp"

#include <future>
#include <ios>
#include <iterator>

namespace multiprocessing::detail {

const std::error_category* standard_category(std::size_t number) noexcept {
  const std::error_category* const categories[] = {&std::generic_category(), &std::system_category(),
                                                   &std::iostream_category(), &std::future_category()};
  return number < std::size(categories) ? categories[number] : nullptr;
}

std::size_t number_of_category(const std::error_category& category) noexcept {
  std::size_t number = 0;
  while (standard_category(number) != nullptr && *standard_category(number) != category) ++number;
  return number;
}

}  // namespace multiprocessing::detail
