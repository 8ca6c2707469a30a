// SPDX-License-Identifier: MIT
#include "pool/parent/broken_pool.hpp"

#include "codec/cause.hpp"

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing::detail {

std::exception_ptr EncodedBreak::decode() const {
  if (!thrown) return std::make_exception_ptr(BrokenPool(what));
  std::exception_ptr reason;
  try {
    BytesSource source(*thrown);
    reason = decode_exception(source);
  } catch (...) {
    reason = std::current_exception();
  }
  return what.empty() ? reason : nested_in<BrokenPool>(reason, what);
}

}  // namespace multiprocessing::detail
