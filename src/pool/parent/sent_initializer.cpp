// SPDX-License-Identifier: MIT
#include "pool/parent/sent_initializer.hpp"

#include <multiprocessing/errors.hpp>

#include "pool/parent/loaded_modules.hpp"

#include <utility>

namespace multiprocessing::detail {
namespace {

void check_code(const void* code, const ModuleList& here, const ModuleList& there, const std::string& where) {
  if (code == nullptr) return;
  if (const auto reason = find_code(code, here, there, where).refused) std::rethrow_exception(reason);
}

PortableCode portable(const void* code, const ModuleList& here) {
  if (code == nullptr) return {};
  check_code(code, here, here, "elsewhere");
  const Module& module = *here.containing(code);
  return {module.build_id, reinterpret_cast<std::uintptr_t>(code) - module.base};
}

}  // namespace

SentInitializer::SentInitializer(const Initializer& initializer, const std::string& what, const std::string& to,
                                 const ModuleList& here) {
  if (!initializer) return;
  if (!initializer.can_be_sent()) {
    throw PicklingError("the pool's " + what + " cannot be sent to " + to +
                        ", as it captures something or has state: make it a function, a lambda without captures, or "
                        "multiprocessing::partial(f, values...)");
  }
  try {
    SentCall sent = initializer.sent();
    run_ = reinterpret_cast<const void*>(sent.run);
    code_ = sent.code;
    call = {portable(run_, here), portable(code_, here), std::move(sent.state)};
  } catch (const PicklingError& error) {
    throw PicklingError("the pool's " + what + " cannot be sent to " + to + ": " + error.what());
  }
}

void SentInitializer::check(const ModuleList& here, const ModuleList& there, const std::string& where) const {
  check_code(run_, here, there, where);
  check_code(code_, here, there, where);
}

}  // namespace multiprocessing::detail
