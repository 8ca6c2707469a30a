// SPDX-License-Identifier: MIT
#include "pool/run_initializer.hpp"

#include "codec/cause.hpp"

#include <multiprocessing/errors.hpp>

#include <cstdio>

namespace multiprocessing::detail {

void run_initializer(const Initializer& initializer) {
  try {
    initializer();
  } catch (...) {
    std::rethrow_exception(nested_in<BrokenPool>(std::current_exception(), "the pool's initializer threw"));
  }
}

void run_finalizer(const Initializer& finalizer, const std::string& who) noexcept {
  try {
    finalizer();
  } catch (...) {
    try {
      const std::string text = describe(std::current_exception());
      std::fprintf(stderr, "multiprocessing: the finalizer of %s failed: %s\n", who.c_str(), text.c_str());
    } catch (...) {
      std::fputs("multiprocessing: a finalizer failed\n", stderr);
    }
  }
}

}  // namespace multiprocessing::detail
