// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_queue.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing {

// Carries messages from any number of processes and threads to any number of them. Each message goes to one getter, in
// the order in which they were put. A copy is the same queue. Processes that are forked while it exists share it. It
// cannot be sent.
//
// put() waits while there are `maxsize` messages (0: any number), or while 512 MiB have no room for one more. A queue
// takes 40 KiB of address space in each process, and more as messages need it. If the system gives no more, put() waits
// for room in what the queue has. A message that is larger than that, or than 256 MiB, goes in pieces: put() writes
// them once the queue is empty, and waits for the getter between them.
//
// A process killed in put() loses at most the message that it was putting, one killed in get() at most the message that
// it was getting; nobody waits for it. If T's serialisation throws, put() throws that and puts nothing; or get() throws
// it, and the message is gone.
//
// Memory ordering: what a thread wrote before put() is seen by the one whose get() returns that message; likewise from
// task_done() to the join() that it ends.
//
// The constructor throws std::invalid_argument for a maxsize below 0, std::system_error without memory.
template <class T>
class Queue : public detail::InheritedOnly {
 public:
  explicit Queue(int maxsize = 0) : queue_(maxsize) {}

  void put(const T& value) const { queue_.put(detail::to_bytes(value, queue_.maker()), detail::never); }
  // Full if there was no room for the duration, or for up to 100 ms longer while another putter waits for room in
  // bytes. A getter must have taken a message that goes in pieces by then, except for its last piece; else nobody gets
  // it.
  template <class Rep, class Period>
  void put(const T& value, std::chrono::duration<Rep, Period> timeout) const {
    queue_.put(detail::to_bytes(value, queue_.maker()), detail::deadline_after(timeout));
  }
  // As put(value, 0s): throws Full, and may take those 100 ms.
  void put_nowait(const T& value) const {
    queue_.put(detail::to_bytes(value, queue_.maker()), detail::Deadline::min());
  }

  // Blocks until there is a message. std::system_error if this process has not enough address space, or memory that it
  // may lock, to map the next message: the error says how many bytes, and the message stays in the queue.
  T get() const { return detail::from_bytes<T>(queue_.get(detail::never)); }
  // Empty if no message came for the duration. Once the first piece of a message has come, get() waits for its other
  // pieces.
  template <class Rep, class Period>
  T get(std::chrono::duration<Rep, Period> timeout) const {
    return detail::from_bytes<T>(queue_.get(detail::deadline_after(timeout)));
  }
  // As get(0s): throws Empty.
  T get_nowait() const { return detail::from_bytes<T>(queue_.get(detail::Deadline::min())); }

  int qsize() const { return queue_.qsize(); }  // messages at this moment
  bool empty() const { return queue_.qsize() == 0; }
  bool full() const { return queue_.full(); }  // maxsize messages at this moment
  // From now on put() and get() are std::logic_error in this process, and in those that it forks. Other processes go
  // on.
  void close() const { queue_.close(); }

 protected:
  detail::ByteQueue queue_;
};

// A Queue whose getters say when they are done with a message. Any thread and process may join.
template <class T>
class JoinableQueue : public Queue<T> {
 public:
  using Queue<T>::Queue;

  // To be called once for each message that was got, by any thread. std::logic_error if it is called more often than
  // messages were put.
  void task_done() const { this->queue_.task_done(); }
  // Waits until all messages that were put are done. If a getter was killed, somebody else must call task_done() for
  // its message, or join() waits for ever.
  void join() const { (void)this->queue_.join(detail::never); }
  // False if the duration has passed before that.
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) const {
    return this->queue_.join(detail::deadline_after(timeout));
  }
};

// A Queue without limits and timeouts. Else as Queue.
template <class T>
class SimpleQueue : public detail::InheritedOnly {
 public:
  void put(const T& value) const { queue_.put(detail::to_bytes(value, queue_.maker()), detail::never); }
  T get() const { return detail::from_bytes<T>(queue_.get(detail::never)); }
  bool empty() const { return queue_.qsize() == 0; }
  void close() const { queue_.close(); }

 private:
  detail::ByteQueue queue_{0};
};

}  // namespace multiprocessing
