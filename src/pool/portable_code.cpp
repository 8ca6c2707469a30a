// SPDX-License-Identifier: MIT
#include "pool/portable_code.hpp"

#include <cstring>
#include <memory>

namespace multiprocessing::detail {
namespace {

void write(ByteSink& sink, const PortableCode& code) {
  detail::write(sink, code.build_id);
  detail::write(sink, code.offset);
}
void read(ByteSource& source, PortableCode& code) {
  detail::read(source, code.build_id);
  detail::read(source, code.offset);
}

template <class Code>
Code code_at(const PortableCode& code, const ModuleList& modules) {
  const Module* const module = modules.of_build(code.build_id);
  return module == nullptr ? nullptr : reinterpret_cast<Code>(module->base + code.offset);
}

}  // namespace

void write(ByteSink& sink, const PortableCall& call) {
  write(sink, call.run);
  write(sink, call.code);
  write(sink, call.state);
}
void read(ByteSource& source, PortableCall& call) {
  read(source, call.run);
  read(source, call.code);
  read(source, call.state);
}

void write(ByteSink& sink, const ModuleList& modules) {
  write(sink, std::uint64_t{modules.modules.size()});
  for (const Module& module : modules.modules) {
    write(sink, module.base);
    write(sink, module.path);
    write(sink, module.build_id);
    write(sink, std::uint64_t{module.ranges.size()});
    for (const auto& [begin, end] : module.ranges) {
      write(sink, begin);
      write(sink, end);
    }
  }
}
void read(ByteSource& source, ModuleList& modules) {
  for (std::size_t left = read_size(source); left != 0; --left) {
    Module& module = modules.modules.emplace_back();
    read(source, module.base);
    read(source, module.path);
    read(source, module.build_id);
    for (std::size_t ranges = read_size(source); ranges != 0; --ranges) {
      auto& [begin, end] = module.ranges.emplace_back();
      read(source, begin);
      read(source, end);
    }
  }
}

Initializer made_here(PortableCall call, const ModuleList& modules) {
  using Run = void (*)(ByteSource&);
  const Run run = code_at<Run>(call.run, modules);
  if (run == nullptr) return {};
  if (const void* const code = code_at<const void*>(call.code, modules)) {
    if (call.state.size_bytes() < sizeof code) throw MalformedBytes("a function without its code");
    std::memcpy(call.state.segment(0).data.get(), &code, sizeof code);
  }
  return [run, state = std::make_shared<Bytes>(std::move(call.state))] {
    BytesSource source(*state);
    run(source);
  };
}

const Module& library_module(const ModuleList& modules) {
  return *modules.containing(reinterpret_cast<const void*>(&library_module));
}

}  // namespace multiprocessing::detail
