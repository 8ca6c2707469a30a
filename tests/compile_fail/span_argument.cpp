// SPDX-License-Identifier: MIT
// Refused: a std::span or std::string_view inside a value or as a result cannot be sent: it would arrive dangling; send
//   a std::vector or std::string
// Names: std::span<const double
#include <multiprocessing/pool.hpp>

double sum(std::span<const double> numbers) { return numbers[0]; }

int main() {
  const std::vector<double> numbers(100);
  multiprocessing::Pool pool;
  pool.apply(sum, std::span(numbers));
}
