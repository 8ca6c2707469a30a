// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// A program or shared library in memory.
struct Module {
  std::uintptr_t base = 0;
  std::string path;
  std::string build_id;                                           // bytes; empty if it has none
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> ranges;  // begin and end of each loaded part

  std::string_view file_name() const;
  bool same_as(const Module& other) const {
    return base == other.base && path == other.path && build_id == other.build_id;
  }
};

using LoadsAndUnloads = std::pair<unsigned long long, unsigned long long>;

struct ModuleList {
  LoadsAndUnloads loads_and_unloads;
  std::vector<Module> modules;
  const Module* containing(const void* address) const;
  bool has(const Module& module) const;
  const Module* of_build(std::string_view build_id) const;  // null if there is none, or the id is empty
  const Module* of_file(std::string_view file_name) const;
};

// The loader's own counts: as long as they do not change, nothing was loaded or unloaded.
LoadsAndUnloads loads_and_unloads();
ModuleList loaded_modules();

}  // namespace multiprocessing::detail
