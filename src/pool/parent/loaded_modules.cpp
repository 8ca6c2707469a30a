// SPDX-License-Identifier: MIT
#include "pool/parent/loaded_modules.hpp"

#include <multiprocessing/errors.hpp>

#include "os/symbol.hpp"

#include <cstring>
#include <string_view>

namespace multiprocessing::detail {
namespace {

std::exception_ptr in_no_library(const void* address) {
  return std::make_exception_ptr(
      PicklingError("can't get a function at " + symbol_at(address) + " in a worker: it belongs to no loaded library"));
}

std::exception_ptr cannot_get(const void* address, const Module& module, const std::string& why) {
  const std::string file = module.path.empty() ? "this program" : "'" + std::string(module.file_name()) + "'";
  return std::make_exception_ptr(
      PicklingError("can't get '" + symbol_at(address) + "' from " + file + " in a worker: " + why));
}

std::string hexadecimal(const std::string& build_id) {
  std::string text;
  for (const char byte : build_id) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += {digits[static_cast<unsigned char>(byte) >> 4], digits[static_cast<unsigned char>(byte) & 15U]};
  }
  return text;
}

}  // namespace

CodeThere find_code(const void* address, const ModuleList& here, const ModuleList& there) {
  const Module* const module = here.containing(address);
  if (module == nullptr) return {0, in_no_library(address)};
  if (module->build_id.empty()) {
    return {0, cannot_get(address, *module,
                          "it has no build id, by which a spawned worker finds it; link it with "
                          "-Wl,--build-id")};
  }
  const Module* const same = there.of_build(module->build_id);
  if (same != nullptr && same->file_name() == module->file_name()) {
    return {reinterpret_cast<std::uintptr_t>(address) - module->base + same->base, nullptr};
  }
  if (const Module* const other = there.of_file(module->file_name())) {
    return {0,
            cannot_get(address, *module,
                       "there it is another build, " + hexadecimal(other->build_id) + " instead of " +
                           hexadecimal(module->build_id) + ": was the file replaced after this program had started?")};
  }
  return {0, cannot_get(address, *module,
                        "the library is not loaded there: a worker that is spawned has those that "
                        "the program is linked with")};
}

std::shared_ptr<const ModuleList> LoadedModules::modules_now(LoadsAndUnloads current) const {
  {
    const MutexLock lock(mutex_);
    if (now_->loads_and_unloads == current) return now_;
  }
  auto now = std::make_shared<const ModuleList>(loaded_modules());
  const MutexLock lock(mutex_);
  return now_ = std::move(now);
}

std::exception_ptr LoadedModules::why_not(const void* address, const ModuleList& now) const {
  const Module* const module = now.containing(address);
  if (module == nullptr) return in_no_library(address);
  if (at_fork_.has(*module)) return nullptr;
  return cannot_get(address, *module, "the library was loaded after the pool's workers were forked; load it first");
}

void LoadedModules::prepare(PreparedFunction& function) const {
  if (function.refused) return;
  const LoadsAndUnloads current = loads_and_unloads();
  const bool is_as_before = current == at_fork_.loads_and_unloads;
  if (is_as_before && there_ == nullptr) return;
  const auto kept = is_as_before ? nullptr : modules_now(current);
  const ModuleList& now = kept ? *kept : at_fork_;
  FunctionImage& image = function.image;
  if (there_ == nullptr) {
    function.refused = why_not(image.type, now);
    if (!function.refused && function.code != nullptr) function.refused = why_not(function.code, now);
    return;
  }
  const CodeThere type = find_code(image.type, now, *there_);
  const CodeThere code = function.code == nullptr ? CodeThere() : find_code(function.code, now, *there_);
  function.refused = type.refused ? type.refused : code.refused;
  image.type_in_worker = type.address;
  if (function.refused || function.code == nullptr) return;
  std::byte* const begin = image.type->load == nullptr ? image.address.data() : image.state.segment(0).data.get();
  std::memcpy(begin, &code.address, sizeof code.address);
}

}  // namespace multiprocessing::detail
