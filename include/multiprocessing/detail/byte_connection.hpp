// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_queue.hpp>

#include <utility>

namespace multiprocessing::detail {

class ConnectionCore;

// One end of a pipe, for messages as bytes. See Connection.
class MULTIPROCESSING_EXPORT ByteConnection : public InheritedOnly {
 public:
  static std::pair<ByteConnection, ByteConnection> make(bool duplex);

  void send(const Bytes& message) const;
  Bytes recv() const;
  bool poll(Deadline deadline) const;
  int fileno() const;
  void close() const;
  bool closed() const;
  bool readable() const;
  bool writable() const;
  const MessagesMaker& maker() const { return maker_; }

 private:
  explicit ByteConnection(std::shared_ptr<ConnectionCore> core) : core_(std::move(core)) {}

  std::shared_ptr<ConnectionCore> core_;
  MessagesMaker maker_;
};

}  // namespace multiprocessing::detail
