// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace multiprocessing {
namespace detail {

class ByteSink;
class SharedMemoryCore;

}  // namespace detail

// Bytes that any process of this user reaches by a name, /dev/shm/<name>. A copy of the object is the same object. An
// object that is sent through a pool goes as its name, and is attached there: the bytes are not copied.
//
// The name goes with unlink(), or when the process that created it ends, however it ends (also by SIGKILL or exec). It
// stays when a process that attached to it ends, or a child of the creator. The bytes stay for the processes that have
// them.
//
// If a task returns or throws shared memory that its worker created, the names go over to the process that has the
// pool, as if it had created them, and outlive the worker and the pool. If nobody takes the result, they are unlinked;
// so a task must return the same memory only once. The name of an argument stays its creator's, also when the task
// returns it. A name that its creator put into a Queue or a Pipe stays until the creator and the process that made the
// queue or pipe have ended; of several queues and pipes the last one counts. As long as a process has names, it has a
// child process that unlinks them after its end; the first name costs a fork.
//
// Any thread may use an object, but none may use a span of it after close(). There is no lock, and nothing is
// synchronised: use a Lock beside it. Creating takes the memory at once; nothing else blocks.
class MULTIPROCESSING_EXPORT SharedMemory {
 public:
  SharedMemory() = default;  // no memory: its name and buf() are empty

  // create = false: attaches to the memory of this name; size is not used. create = true: makes `size` bytes of zeros;
  // without a name it makes one that nobody can guess. std::invalid_argument for no name, an impossible name, or size
  // 0. Else std::system_error: ENOENT there is no such name, EEXIST the name exists already, ENOSPC or ENOMEM there is
  // not enough memory, EMFILE this process has made 8191 names that still exist.
  explicit SharedMemory(std::optional<std::string> name, bool create = false, std::size_t size = 0);

  std::span<std::byte> buf() const;  // empty after close()
  const std::string& name() const;
  std::size_t size() const;  // in bytes, as created

  void close() const;   // unmaps the bytes here, for all copies of this object, as the last copy's destructor does
  void unlink() const;  // nobody can attach any more. std::system_error ENOENT if the name is unlinked already

  template <class Archive>
  void save(Archive& archive) const {
    archive(name());
    if constexpr (requires(void (*take)(detail::ByteSink&)) { take(archive.sink()); }) leave_by(archive.sink());
  }
  template <class Archive>
  void load(Archive& archive) {
    std::string name;
    archive(name);
    *this = name.empty() ? SharedMemory() : SharedMemory(std::move(name));
  }

 private:
  void leave_by(detail::ByteSink& sink) const;

  std::shared_ptr<detail::SharedMemoryCore> core_;
};

}  // namespace multiprocessing
