// SPDX-License-Identifier: MIT
#include "process/program_name.hpp"

#include <atomic>

namespace multiprocessing::detail {
namespace {

std::atomic<const std::string*> noted = nullptr;  // never destroyed

}  // namespace

const std::string* program_name() noexcept { return noted.load(std::memory_order_acquire); }

void note_program_name(const char* name) {
  if (program_name() == nullptr) noted.store(new std::string(name), std::memory_order_release);
}

}  // namespace multiprocessing::detail
