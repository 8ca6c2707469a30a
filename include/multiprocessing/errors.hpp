// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <sys/types.h>

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace multiprocessing {

// The base of this library's own errors. Misuse is not one of them: it is std::logic_error or std::invalid_argument.
class MULTIPROCESSING_EXPORT ProcessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~ProcessError() override;
};

// get() or next() stopped waiting. Nothing is lost: the work goes on, and the call may be repeated.
class MULTIPROCESSING_EXPORT TimeoutError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~TimeoutError() override;
};

// The item ran longer than TaskOptions::timeout: its worker was killed and replaced. What the item did until then stays
// done. Not a TimeoutError: a retry loop on it would never end.
class MULTIPROCESSING_EXPORT DeadlineExceeded final : public ProcessError {
 public:
  DeadlineExceeded(const std::string& what, std::size_t index, pid_t pid)
      : ProcessError(what), index_(index), pid_(pid) {}
  ~DeadlineExceeded() override;
  std::size_t index() const { return index_; }  // of the item: its item_index()
  pid_t pid() const { return pid_; }            // of the worker

 private:
  std::size_t index_;
  pid_t pid_;
};

// The work was cancelled, stopped or withdrawn, or its pool was terminated, before the work had a result.
class MULTIPROCESSING_EXPORT CancelledError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~CancelledError() override;
};

// The pool cannot go on: no worker starts, each one dies soon after its start, or the fork server has ended. Or it
// cannot go on now: the system refuses to fork a worker, and no worker is left. If an initializer threw, its exception
// is nested, and what() ends with its type and text.
class MULTIPROCESSING_EXPORT BrokenPool : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~BrokenPool() override;
};

// The barrier cannot be passed: a party waited too long, was killed or gave up, and nobody has called reset().
class MULTIPROCESSING_EXPORT BrokenBarrierError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~BrokenBarrierError() override;
};

// Thrown by get() of a queue: no message came in time.
class MULTIPROCESSING_EXPORT Empty : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~Empty() override;
};

// Thrown by put() of a queue: there was no room in time. Nothing was put.
class MULTIPROCESSING_EXPORT Full : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~Full() override;
};

// Thrown by recv() of a Connection: every process that had the other end has closed it or ended, and all messages are
// received.
class MULTIPROCESSING_EXPORT EOFError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~EOFError() override;
};

// Thrown by next() at the end of a ResultRange.
class MULTIPROCESSING_EXPORT StopIteration : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~StopIteration() override;
};

// An argument or a function cannot be sent, or cannot be decoded in the worker. what() names the type and ends with the
// reason; an exception that a class threw while it was saved or loaded is nested, too. If memory ran out, for this or a
// MaybeEncodingError, what() also names the item, the process, and the number of bytes if it is known; a std::bad_alloc
// is nested.
class MULTIPROCESSING_EXPORT PicklingError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~PicklingError() override;
};

// A result cannot be sent, or cannot be decoded in the parent. what() ends with the reason, which is nested, too.
class MULTIPROCESSING_EXPORT MaybeEncodingError : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~MaybeEncodingError() override;
};

// The worker that ran this item died before its result was committed. What the item did until then stays done. what()
// names the worker, the item, the step that the worker was in, and after a crash the functions that it crashed in.
// Exactly one of signal() and exit_code() has a value; neither if the worker's channel was overwritten.
class MULTIPROCESSING_EXPORT WorkerLost : public ProcessError {
 public:
  WorkerLost(const std::string& what, std::size_t index, pid_t pid, std::optional<int> signal,
             std::optional<int> exit_code);
  ~WorkerLost() override;
  std::size_t index() const { return index_; }  // of the item: its item_index()
  pid_t pid() const { return pid_; }
  std::optional<int> signal() const { return signal_; }
  std::optional<int> exit_code() const { return exit_code_; }

 private:
  std::size_t index_;
  pid_t pid_;
  std::optional<int> signal_;
  std::optional<int> exit_code_;
};

// An exception whose type cannot be rebuilt here. register_exception<E>() makes E arrive as E.
class MULTIPROCESSING_EXPORT RemoteError : public ProcessError {
 public:
  RemoteError(const std::string& what, std::string type_name);
  ~RemoteError() override;
  const std::string& type_name() const { return type_name_; }  // demangled

 private:
  std::string type_name_;
};

// Nested in an exception that comes from a worker: what() names the item, the worker, its pid, and the functions that
// threw.
class MULTIPROCESSING_EXPORT RemoteTraceback : public ProcessError {
 public:
  using ProcessError::ProcessError;
  ~RemoteTraceback() override;
};

// The error and all that is nested in it, one line each, the outermost first; never empty. A null pointer is "no
// error". Leaves out what the first line has said already. Any thread; does not block; throws std::bad_alloc only.
MULTIPROCESSING_EXPORT std::string describe(std::exception_ptr error);

}  // namespace multiprocessing
