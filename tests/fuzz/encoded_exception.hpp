// SPDX-License-Identifier: MIT
#pragma once

#include "fuzz/fuzz_target.hpp"

#include <multiprocessing/detail/exception_codec.hpp>

namespace multiprocessing::tests {

// As a worker sends it.
inline Input encoded_exception(const std::exception_ptr& error) {
  detail::Bytes bytes;
  detail::BytesSink sink(bytes);
  detail::encode_exception(error, "traceback", sink);
  sink.finish();
  Input input(bytes.size_bytes());
  detail::BytesSource(bytes).read(input.data(), input.size());
  return input;
}

}  // namespace multiprocessing::tests
