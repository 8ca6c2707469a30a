// SPDX-License-Identifier: MIT
#include "os/modules.hpp"

#include <link.h>

#include <algorithm>
#include <cstring>

namespace multiprocessing::detail {
namespace {

std::string build_id_in(const char* notes, std::size_t size_bytes) {
  while (size_bytes >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const std::size_t name_bytes = (note.n_namesz + 3U) & ~std::size_t{3};
    const std::size_t text_bytes = (note.n_descsz + 3U) & ~std::size_t{3};
    const std::size_t whole_bytes = sizeof note + name_bytes + text_bytes;
    if (whole_bytes > size_bytes) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(notes + sizeof note, "GNU", 4) == 0) {
      return {notes + sizeof note + name_bytes, note.n_descsz};
    }
    notes += whole_bytes;
    size_bytes -= whole_bytes;
  }
  return {};
}

Module describe(const dl_phdr_info& info) {
  Module module{.base = info.dlpi_addr, .path = info.dlpi_name, .build_id = {}, .ranges = {}};
  for (std::size_t index = 0; index != info.dlpi_phnum; ++index) {
    const ElfW(Phdr)& part = info.dlpi_phdr[index];
    const std::uintptr_t begin = info.dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_LOAD) module.ranges.emplace_back(begin, begin + part.p_memsz);
    if (part.p_type == PT_NOTE && module.build_id.empty()) {
      module.build_id = build_id_in(reinterpret_cast<const char*>(begin), part.p_memsz);
    }
  }
  return module;
}

}  // namespace

std::string_view Module::file_name() const { return std::string_view(path).substr(path.rfind('/') + 1); }

const Module* ModuleList::containing(const void* address) const {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const Module& module : modules) {
    for (const auto& [begin, end] : module.ranges) {
      if (at >= begin && at < end) return &module;
    }
  }
  return nullptr;
}

bool ModuleList::has(const Module& module) const {
  return std::any_of(modules.begin(), modules.end(), [&](const Module& known) { return known.same_as(module); });
}

const Module* ModuleList::of_build(std::string_view build_id) const {
  const auto found = std::ranges::find(modules, build_id, &Module::build_id);
  return found == modules.end() || build_id.empty() ? nullptr : &*found;
}

const Module* ModuleList::of_file(std::string_view file_name) const {
  const auto found = std::ranges::find(modules, file_name, &Module::file_name);
  return found == modules.end() ? nullptr : &*found;
}

LoadsAndUnloads loads_and_unloads() {
  LoadsAndUnloads counts{};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<LoadsAndUnloads*>(result) = {info->dlpi_adds, info->dlpi_subs};
        return 1;  // each module has the same counts: the first is enough
      },
      &counts);
  return counts;
}

ModuleList loaded_modules() {
  ModuleList list{.loads_and_unloads = loads_and_unloads(), .modules = {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        static_cast<ModuleList*>(result)->modules.push_back(describe(*info));
        return 0;
      },
      &list);
  return list;
}

}  // namespace multiprocessing::detail
