// SPDX-License-Identifier: MIT
#include "os/thread_limits.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

namespace multiprocessing::detail {
namespace {

struct Known {
  const char* variable;
  const char* get;
  const char* set;
};

// OpenMP's variable also holds for the libraries below it that have no variable of their own.
constexpr std::array known{
    Known{"OMP_NUM_THREADS", "omp_get_max_threads", "omp_set_num_threads"},
    Known{"OPENBLAS_NUM_THREADS", "openblas_get_num_threads", "openblas_set_num_threads"},
    Known{"OPENBLAS_NUM_THREADS", "openblas_get_num_threads64_", "openblas_set_num_threads64_"},
    Known{"BLIS_NUM_THREADS", "bli_thread_get_num_threads", "bli_thread_set_num_threads"},
    Known{"MKL_NUM_THREADS", "MKL_Get_Max_Threads", "MKL_Set_Num_Threads"},
    Known{"NUMEXPR_NUM_THREADS", nullptr, nullptr},
    Known{"NUMBA_NUM_THREADS", nullptr, nullptr},
};

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

template <class T>
T symbol(void* handle, const char* name) {
  return reinterpret_cast<T>(::dlsym(handle, name));
}

}  // namespace

void ThreadLimits::Unload::operator()(void* handle) const noexcept { ::dlclose(handle); }

ThreadLimits::ThreadLimits(int threads, bool is_asked_for, const ModuleList& loaded)
    : threads_(threads), is_asked_for_(is_asked_for) {
  std::vector<Known> free;
  for (const Known& one : known) {
    if (is_asked_for || (!is_set(one.variable) && !is_set(known[0].variable))) free.push_back(one);
  }
  for (const Known& one : free) {
    std::string line = one.variable + ("=" + std::to_string(threads));
    if (variables_.empty() || variables_.back() != line) variables_.push_back(std::move(line));
  }
  // Backwards: the libraries that a library needs were loaded after it, and must be found under their own handles. The
  // program comes last, because all global functions are found in it.
  for (auto module = loaded.modules.rbegin(); module != loaded.modules.rend(); ++module) {
    Handle handle(::dlopen(module->path.empty() ? nullptr : module->path.c_str(), RTLD_LAZY | RTLD_NOLOAD));
    if (!handle) continue;  // the kernel's own module, or unloaded meanwhile
    bool is_needed = false;
    for (const Known& one : free) {
      if (one.set != nullptr && look_in(handle.get(), one.get, one.set)) is_needed = true;
    }
    if (is_needed) kept_.push_back(std::move(handle));
  }
}

bool ThreadLimits::look_in(void* handle, const char* get, const char* set) {
  Library library{.get = symbol<long (*)()>(handle, get), .set = symbol<void (*)(long)>(handle, set)};
  if (library.get == nullptr || library.set == nullptr) return false;
  if (std::ranges::find(libraries_, library.set, &Library::set) != libraries_.end()) return false;
  if (std::string_view(set).starts_with("openblas")) {
    library.number = symbol<int*>(handle, "blas_cpu_number");
    library.has_threads = symbol<const int*>(handle, "blas_server_avail");
  }
  libraries_.push_back(library);
  return true;
}

void ThreadLimits::apply() const noexcept {
  try {
    extend_environment();
  } catch (const std::bad_alloc&) {
    // Programs that tasks start then choose their own number of threads.
  }
  for (const Library& library : libraries_) limit(library);
}

void ThreadLimits::limit(const Library& library) const noexcept {
  const int now = static_cast<int>(library.get());
  if (now == threads_ || (!is_asked_for_ && now < threads_)) return;
  // After a fork OpenBLAS has none of its threads. Its function would first start them all, one for each CPU, and each
  // spins for up to 0.1 s.
  if (now > threads_ && library.number != nullptr && library.has_threads != nullptr && *library.has_threads == 0) {
    *library.number = threads_;
    return;
  }
  library.set(threads_);
}

// Makes a new array, which is never freed, because setenv() would wait for a lock.
void ThreadLimits::extend_environment() const {
  if (variables_.empty()) return;
  auto* const lines = new std::vector<char*>;
  const auto name_of = [](std::string_view line) { return line.substr(0, line.find('=')); };
  for (char** line = ::environ; line != nullptr && *line != nullptr; ++line) {
    const auto is_ours = [&](const std::string& ours) { return name_of(ours) == name_of(*line); };
    if (std::ranges::none_of(variables_, is_ours)) lines->push_back(*line);
  }
  for (const std::string& ours : variables_) lines->push_back(const_cast<char*>(ours.c_str()));
  lines->push_back(nullptr);
  ::environ = lines->data();
}

}  // namespace multiprocessing::detail
