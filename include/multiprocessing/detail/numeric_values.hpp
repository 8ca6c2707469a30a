// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cereal_archive.hpp>

#include <iterator>
#include <type_traits>
#include <vector>

// std::complex and std::valarray are only declared here, as libstdc++ declares them. A program that sends such values
// includes their headers itself. Every other program compiles faster by about a tenth.
namespace std {
template <class T>
class complex;
template <class T>
class valarray;
}  // namespace std

namespace multiprocessing::detail {

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::complex<T>& value) {
  archive(value.real(), value.imag());
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::complex<T>& value) {
  T real{};
  T imaginary{};
  archive(real, imaginary);
  value = {real, imaginary};
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::valarray<T>& values) {
  archive(cereal::make_size_tag(values.size()));
  if constexpr (std::is_arithmetic_v<T>) {
    archive.saveBinary(std::begin(values), values.size() * sizeof(T));
  } else {
    for (const T& value : values) archive(value);
  }
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::valarray<T>& values) {
  std::vector<T> loaded;
  archive(loaded);
  values = std::valarray<T>(loaded.data(), loaded.size());
}

}  // namespace multiprocessing::detail
