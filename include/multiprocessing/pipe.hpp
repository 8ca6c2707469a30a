// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_connection.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing {

// One end of a pipe. A copy is the same end. Processes that are forked while it is open have it, too. It cannot be
// sent. Any thread and process may use it: one at a time sends, one at a time receives, the others wait. Messages
// arrive whole, each once.
//
// As in Python, the other end learns that this one is gone once every process that has it has closed it, destroyed it
// or ended: close the ends that a process does not use. A process killed in send() loses at most that message, one
// killed in recv() the message that it was receiving.
//
// Memory ordering: what a thread wrote before send() is seen by the one whose recv() returns that message.
//
// After close(), and in the wrong direction of a one-way pipe, calls are std::logic_error.
template <class T>
class Connection : public detail::InheritedOnly {
 public:
  explicit Connection(detail::ByteConnection bytes) : bytes_(std::move(bytes)) {}

  // Blocks while the kernel has no room: it keeps some 100 KiB of messages that were not received. std::system_error
  // (broken_pipe, without a SIGPIPE) if the other end is gone. If T's serialisation throws, send() throws that and
  // sends nothing.
  void send(const T& value) const { bytes_.send(detail::to_bytes(value, bytes_.maker())); }
  // Blocks until a message comes. EOFError if none can come any more: the other end is gone, perhaps in the middle of a
  // message.
  T recv() const { return detail::from_bytes<T>(bytes_.recv()); }
  // Waits for the duration, or not at all. True if recv() has something to return or to throw: a message, or EOFError.
  // Also true if only a part of a message has come: recv() waits for the rest, or, if the sender was killed meanwhile,
  // for the next message.
  bool poll() const { return bytes_.poll(detail::Deadline::min()); }
  template <class Rep, class Period>
  bool poll(std::chrono::duration<Rep, Period> timeout) const {
    return bytes_.poll(detail::deadline_after(timeout));
  }

  int fileno() const { return bytes_.fileno(); }  // for poll(2): readable when poll() is true. Not to be closed
  void close() const { bytes_.close(); }          // in this process only; not while another of its threads uses the end
  bool closed() const { return bytes_.closed(); }
  bool readable() const { return bytes_.readable(); }
  bool writable() const { return bytes_.writable(); }

 private:
  detail::ByteConnection bytes_;
};

// Makes two ends. Each receives what the other sends; of a one-way pipe the first receives and the second sends.
// auto [mine, theirs] = Pipe<std::string>();
// Throws std::system_error.
template <class T>
std::pair<Connection<T>, Connection<T>> Pipe(bool duplex = true) {
  auto [first, second] = detail::ByteConnection::make(duplex);
  return {Connection<T>(std::move(first)), Connection<T>(std::move(second))};
}

}  // namespace multiprocessing
