// SPDX-License-Identifier: MIT
#include "shm/named_memory.hpp"

#include "os/shm_files.hpp"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/shared_memory_object.hpp>

#include <cerrno>
#include <limits>
#include <system_error>

namespace multiprocessing::detail {
namespace {

namespace ipc = boost::interprocess;

constexpr const char* cannot_create = "cannot create shared memory";
constexpr const char* cannot_attach = "cannot attach to shared memory";

ipc::permissions owner_only() {
  ipc::permissions permissions;
  permissions.set_permissions(0600);
  return permissions;
}

}  // namespace

void throw_named(int error, const char* what_failed, const std::string& name) {
  throw std::system_error(error, std::system_category(), std::string(what_failed) + " \"" + name + '"');
}

NamedMemory NamedMemory::create(const std::string& name, std::size_t size_bytes) {
  if (size_bytes > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    throw_named(ENOMEM, cannot_create, name);
  }
  NamedMemory memory;
  bool is_ours = false;
  try {
    const ipc::shared_memory_object object(ipc::create_only, name.c_str(), ipc::read_write, owner_only());
    is_ours = true;
    const int fd = object.get_mapping_handle().handle;
    if (const int error = reserve_file(fd, size_bytes); error != 0) throw_named(error, cannot_create, name);
    memory.region_ = ipc::mapped_region(object, ipc::read_write, 0, size_bytes);
    memory.file_ = file_number(fd);
  } catch (const ipc::interprocess_exception& error) {
    if (is_ours) unlink_shm(name.c_str());
    throw_named(error.get_native_error(), cannot_create, name);
  } catch (...) {
    if (is_ours) unlink_shm(name.c_str());
    throw;
  }
  return memory;
}

NamedMemory NamedMemory::attach(const std::string& name) {
  NamedMemory memory;
  try {
    const ipc::shared_memory_object object(ipc::open_only, name.c_str(), ipc::read_write);
    ipc::offset_t size_bytes = 0;
    if (!object.get_size(size_bytes) || size_bytes <= 0) {
      throw_named(EINVAL, "there are no bytes in shared memory", name);
    }
    memory.region_ = ipc::mapped_region(object, ipc::read_write, 0, static_cast<std::size_t>(size_bytes));
    memory.file_ = file_number(object.get_mapping_handle().handle);
  } catch (const ipc::interprocess_exception& error) {
    throw_named(error.get_native_error(), cannot_attach, name);
  }
  return memory;
}

}  // namespace multiprocessing::detail
