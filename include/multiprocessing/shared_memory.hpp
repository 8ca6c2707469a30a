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

// Bytes that any process of this user reaches by a name, /dev/shm/<name>. A copy of the object is the same object;
// one that is sent through a pool goes as its name and is attached there: the bytes are not copied.
// The name goes with unlink(), or when the process that created it ends, however it ends (also by SIGKILL or exec), but
// not with those that attached to it, nor with children of the creator. The bytes stay for those who have them.
// If a task returns or throws shared memory that its worker created, the names go over to the process that has the
// pool, as if it had created them, and outlive the worker and the pool. If nobody takes the result, they are unlinked;
// so a task must return the same memory only once. The name of an argument stays its creator's, also when the task
// returns it. A name that its creator put into a Queue or a Pipe also stays until the process that made the queue or
// pipe has ended; of several the last one counts.
// While it has names, their creator has one child process, which sees to that; the first one costs a fork.
// There is no lock. Creating takes the memory at once; nothing else blocks. An object may be used by any thread, but
// after close() no span of it.
class MULTIPROCESSING_EXPORT SharedMemory {
 public:
  SharedMemory() = default;  // nothing: its name and buf() are empty

  // create = false: attaches to what has this name; size is not used. create = true: makes `size` bytes of zeros, with
  // a name that nobody can guess if none is given. std::invalid_argument for no name, a name that cannot be one, or
  // size 0; else std::system_error: ENOENT there is none, EEXIST there is one already, ENOSPC, ENOMEM there is not so
  // much memory, EMFILE this process has made 8191 names that are still there.
  explicit SharedMemory(std::optional<std::string> name, bool create = false, std::size_t size = 0);

  std::span<std::byte> buf() const;  // empty after close()
  const std::string& name() const;
  std::size_t size() const;  // in bytes, as created

  void close() const;   // gives back the bytes here, for all copies of this object; as the last copy's destructor does
  void unlink() const;  // nobody can attach any more. std::system_error ENOENT: somebody has done it before

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
