// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/inherited_only.hpp>
#include <multiprocessing/detail/message_names.hpp>
#include <multiprocessing/detail/sendable.hpp>

#include <memory>

namespace multiprocessing::detail {

class QueueCore;

// What all queues have in common: messages as bytes, in the order in which they were put.
class MULTIPROCESSING_EXPORT ByteQueue : public InheritedOnly {
 public:
  explicit ByteQueue(int maxsize);

  void put(const Bytes& message, Deadline deadline) const;  // throws Full, and std::logic_error once it is closed
  Bytes get(Deadline deadline) const;                       // throws Empty, and std::logic_error once it is closed
  int qsize() const;
  bool full() const;
  void close() const;

  void task_done() const;
  bool join(Deadline deadline) const;

  const MessagesMaker& maker() const { return maker_; }

 private:
  std::shared_ptr<QueueCore> core_;
  MessagesMaker maker_;
};

template <class T>
Bytes to_bytes(const T& value, const MessagesMaker& maker) {
  require_sendable<T>();
  Bytes bytes;
  bytes.writable_segment(256);  // most messages fit into one
  BytesSink sink(bytes);
  MessageNames names(maker);
  sink.names_to(&names);
  encode(sink, value);
  sink.finish();
  return bytes;
}
template <class T>
T from_bytes(const Bytes& bytes) {
  BytesSource source(bytes);
  return decode<T>(source);
}

}  // namespace multiprocessing::detail
