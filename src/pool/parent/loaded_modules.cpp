// SPDX-License-Identifier: MIT
#include "pool/parent/loaded_modules.hpp"

#include <multiprocessing/errors.hpp>

#include "os/symbol.hpp"

#include <cstring>
#include <string_view>

namespace multiprocessing::detail {
namespace {

constexpr const char* in_a_worker = "in a worker";

std::exception_ptr in_no_library(const void* address, const std::string& where) {
  return std::make_exception_ptr(PicklingError("can't get a function at " + symbol_at(address) + " " + where +
                                               ": it belongs to no loaded library"));
}

std::exception_ptr cannot_get(const void* address, const Module& module, const std::string& where,
                              const std::string& why) {
  const std::string file = module.path.empty() ? "this program" : "'" + std::string(module.file_name()) + "'";
  return std::make_exception_ptr(
      PicklingError("can't get '" + symbol_at(address) + "' from " + file + " " + where + ": " + why));
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
  return find_code(address, here, there, in_a_worker);
}

CodeThere find_code(const void* address, const ModuleList& here, const ModuleList& there, const std::string& where) {
  const Module* const module = here.containing(address);
  if (module == nullptr) return {0, in_no_library(address, where)};
  const auto refuse = [&](const std::string& why) { return CodeThere{0, cannot_get(address, *module, where, why)}; };
  if (module->build_id.empty()) {
    return refuse("it has no build id, by which it is found there; link it with -Wl,--build-id");
  }
  const Module* const same = there.of_build(module->build_id);
  if (same != nullptr && same->file_name() == module->file_name()) {
    return {reinterpret_cast<std::uintptr_t>(address) - module->base + same->base, nullptr};
  }
  if (const Module* const other = there.of_file(module->file_name())) {
    return refuse("there it is another build, " + hexadecimal(other->build_id) + " instead of " +
                  hexadecimal(module->build_id) + ": was the file replaced after this program had started?");
  }
  return refuse(
      "the library is not loaded there: what a new process of this program has are those libraries that it is linked "
      "with");
}

std::shared_ptr<const ModuleList> LoadedModules::now() const {
  const LoadsAndUnloads current = loads_and_unloads();
  {
    const MutexLock lock(mutex_);
    if (now_->loads_and_unloads == current) return now_;
  }
  auto listed = std::make_shared<const ModuleList>(loaded_modules());
  const MutexLock lock(mutex_);
  return now_ = std::move(listed);
}

std::exception_ptr LoadedModules::why_not(const void* address, const ModuleList& now) const {
  const Module* const module = now.containing(address);
  if (module == nullptr) return in_no_library(address, in_a_worker);
  if (at_fork_.has(*module)) return nullptr;
  return cannot_get(address, *module, in_a_worker,
                    "the library was loaded after the pool's workers were forked; load it first");
}

void LoadedModules::prepare(PreparedFunction& function) const {
  if (function.refused) return;
  if (there_ == nullptr && loads_and_unloads() == at_fork_.loads_and_unloads) return;
  const std::shared_ptr<const ModuleList> here = now();
  FunctionImage& image = function.image;
  if (there_ == nullptr) {
    function.refused = why_not(image.type, *here);
    if (!function.refused && function.code != nullptr) function.refused = why_not(function.code, *here);
    return;
  }
  const CodeThere type = find_code(image.type, *here, *there_);
  const CodeThere code = function.code == nullptr ? CodeThere() : find_code(function.code, *here, *there_);
  function.refused = type.refused ? type.refused : code.refused;
  image.type_in_worker = type.address;
  if (function.refused || function.code == nullptr) return;
  std::byte* const begin = image.type->load == nullptr ? image.address.data() : image.state.segment(0).data.get();
  std::memcpy(begin, &code.address, sizeof code.address);
}

}  // namespace multiprocessing::detail
