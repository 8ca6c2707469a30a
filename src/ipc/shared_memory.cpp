// SPDX-License-Identifier: MIT
#include <multiprocessing/shared_memory.hpp>

#include <multiprocessing/detail/bytes.hpp>

#include "os/shm_files.hpp"
#include "shm/name_passage.hpp"
#include "shm/named_memory.hpp"
#include "shm/tracked_names.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace multiprocessing {
namespace detail {
namespace {

constexpr const char* cannot_create = "cannot create shared memory";

// As in Python, a slash before the name may be left out.
std::string checked(const std::string& given) {
  const std::string name = given.starts_with('/') ? given.substr(1) : given;
  if (name.empty() || name == "." || name == ".." || name.size() >= shm_name_bytes ||
      name.find('/') != std::string::npos || name.find('\0') != std::string::npos) {
    throw std::invalid_argument("\"" + name + "\" cannot be a name of shared memory: 1 to 255 characters, no slash");
  }
  return name;
}

// Memory with a name that nobody can guess. The tracker looks after the name from before it exists.
class Draft {
 public:
  explicit Draft(std::size_t size_bytes) {
    while (!memory_) {
      name_ = passage_name(random_number()).data();
      names_.add(name_, 0);
      try {
        memory_ = NamedMemory::create(name_, size_bytes);
      } catch (const std::system_error& error) {
        names_.remove(name_, 0);
        if (error.code() != std::errc::file_exists) throw;
      } catch (...) {
        names_.remove(name_, 0);
        throw;
      }
    }
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!is_final_) unlink_shm(name_.c_str());
    names_.remove(name_, 0);
  }

  const std::string& name() const { return name_; }

  NamedMemory keep() {
    names_.add(name_, memory_->file());
    names_.is_made(name_, memory_->file());
    is_final_ = true;
    return std::move(*memory_);
  }

  // Memory that another process has under that name is never taken for ours: the tracker knows ours by its file before
  // it gets the name. And a process that attaches finds it complete.
  NamedMemory keep_as(const std::string& name) {
    names_.add(name, memory_->file());
    if (const int error = link_shm(name_.c_str(), name.c_str()); error != 0) {
      names_.remove(name, memory_->file());
      throw_named(error, cannot_create, name);
    }
    names_.is_made(name, memory_->file());
    return std::move(*memory_);
  }

 private:
  TrackedNames& names_ = TrackedNames::of_this_process();
  std::string name_;
  std::optional<NamedMemory> memory_;
  bool is_final_ = false;
};

}  // namespace

class SharedMemoryCore {
 public:
  explicit SharedMemoryCore(const std::string& name) : name_(name), memory_(NamedMemory::attach(name)) { note(); }

  // An empty name: makes one.
  SharedMemoryCore(const std::string& name, std::size_t size_bytes) {
    if (!name.empty() && shm_file_number(name.c_str())) throw_named(EEXIST, cannot_create, name);
    Draft draft(size_bytes);
    name_ = name.empty() ? draft.name() : name;
    memory_ = name.empty() ? draft.keep() : draft.keep_as(name);
    note();
  }

  std::span<std::byte> bytes() const {
    return memory_ ? std::span(memory_->data(), memory_->size_bytes()) : std::span<std::byte>();
  }
  const std::string& name() const { return name_; }
  std::uint64_t file() const { return file_; }
  std::size_t size_bytes() const { return size_bytes_; }
  void close() { memory_.reset(); }

  void unlink() {
    // Other memory that got the name since is not ours.
    const int error = shm_file_number(name_.c_str()) == file_ ? unlink_shm(name_.c_str()) : ENOENT;
    TrackedNames::of_this_process().remove(name_, file_);
    if (error != 0) throw_named(error, "cannot unlink shared memory", name_);
  }

 private:
  // Keeps what is still asked for after close().
  void note() {
    file_ = memory_->file();
    size_bytes_ = memory_->size_bytes();
  }

  std::string name_;
  std::optional<NamedMemory> memory_;
  std::uint64_t file_ = 0;
  std::size_t size_bytes_ = 0;
};

}  // namespace detail

SharedMemory::SharedMemory(std::optional<std::string> name, bool create, std::size_t size) {
  if (!name && !create) {
    throw std::invalid_argument(
        "SharedMemory has no name to attach to: the name may be left out only with create = true");
  }
  if (create && size == 0) throw std::invalid_argument("SharedMemory cannot be created with size 0");
  const std::string given = name ? detail::checked(*name) : std::string();
  core_ = create ? std::make_shared<detail::SharedMemoryCore>(given, size)
                 : std::make_shared<detail::SharedMemoryCore>(given);
}

std::span<std::byte> SharedMemory::buf() const { return core_ ? core_->bytes() : std::span<std::byte>(); }

const std::string& SharedMemory::name() const {
  static const std::string& none = *new std::string;
  return core_ ? core_->name() : none;
}

std::size_t SharedMemory::size() const { return core_ ? core_->size_bytes() : 0; }

void SharedMemory::close() const {
  if (core_) core_->close();
}

void SharedMemory::unlink() const {
  if (core_) core_->unlink();
}

void SharedMemory::leave_by(detail::ByteSink& sink) const {
  if (core_ && sink.names() != nullptr) sink.names()->note(core_->name(), core_->file());
}

}  // namespace multiprocessing
