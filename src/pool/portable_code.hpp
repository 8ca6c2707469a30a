// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/initializer.hpp>

#include "codec/plain_values.hpp"
#include "os/modules.hpp"

namespace multiprocessing::detail {

// Code by name: it lies so far behind the base of the module with this build id. An empty id means no code.
struct PortableCode {
  std::string build_id;
  std::uintptr_t offset = 0;
};
// A SentCall whose code is named.
struct PortableCall {
  PortableCode run;
  PortableCode code;  // which `state` begins with
  Bytes state;
};
void write(ByteSink& sink, const PortableCall& call);
void read(ByteSource& source, PortableCall& call);

void write(ByteSink& sink, const ModuleList& modules);
void read(ByteSource& source, ModuleList& modules);

// The call, made of what this process has loaded. Empty if the call is. Whoever sent it has checked that its code is
// here.
Initializer made_here(PortableCall call, const ModuleList& modules);

// The module with this library, among these.
const Module& library_module(const ModuleList& modules);

}  // namespace multiprocessing::detail
