// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_connection.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing {

// One end of a pipe. A copy is the same end; processes that are forked while it is open have it too. It cannot be sent.
// Any thread and process may use it; messages arrive whole, each once. As in Python the other end learns that this one
// is gone when it is closed, destroyed or dead in every process that inherited it: close those that one does not use.
// Who is killed in send() loses at most that message, who is killed in recv() the one it was receiving.
// After close(), and in the wrong direction of a one-way pipe, calls are std::logic_error.
template <class T>
class Connection : public detail::InheritedOnly {
 public:
  explicit Connection(detail::ByteConnection bytes) : bytes_(std::move(bytes)) {}

  // Blocks while the kernel has no room: it keeps some 100 KiB that were not received. std::system_error (broken_pipe,
  // and no SIGPIPE) if the other end is gone; what T's serialisation throws, and then nothing was sent.
  void send(const T& value) const { bytes_.send(detail::to_bytes(value, bytes_.maker())); }
  // Blocks until a message comes. EOFError: none can come any more, as the other end is gone, perhaps in its middle.
  T recv() const { return detail::from_bytes<T>(bytes_.recv()); }
  // Whether something has come, or comes within so long: a message, or EOFError. True also for a part of a message, of
  // which recv() waits for the rest; or for the next message, if its sender was killed in its middle.
  bool poll() const { return bytes_.poll(detail::Deadline::min()); }
  template <class Rep, class Period>
  bool poll(std::chrono::duration<Rep, Period> timeout) const {
    return bytes_.poll(detail::deadline_after(timeout));
  }

  int fileno() const { return bytes_.fileno(); }  // readable, for poll(2), as poll() says; still this object's
  void close() const { bytes_.close(); }          // in this process, not while another thread of it uses the end
  bool closed() const { return bytes_.closed(); }
  bool readable() const { return bytes_.readable(); }
  bool writable() const { return bytes_.writable(); }

 private:
  detail::ByteConnection bytes_;
};

// Two ends, each of which receives what the other sends; of a one-way pipe the first receives, and the second sends.
// auto [mine, theirs] = Pipe<std::string>();
// Throws std::system_error.
template <class T>
std::pair<Connection<T>, Connection<T>> Pipe(bool duplex = true) {
  auto [first, second] = detail::ByteConnection::make(duplex);
  return {Connection<T>(std::move(first)), Connection<T>(std::move(second))};
}

}  // namespace multiprocessing
