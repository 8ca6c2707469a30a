// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_queue.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing {

// Messages from any number of processes and threads to any number of them, each to one getter, in the order in which
// they were put. A copy is the same queue; processes that are forked while it exists have it too. It cannot be sent.
// put() waits while there are `maxsize` messages (0: any number), or no room for one more in 512 MiB. A queue takes 40
// KiB of address space in each process, and more as messages need it. Where the system gives no more, put() waits for
// room in what there is. A message that is larger than that, or than 256 MiB, goes in pieces: it is put once the queue
// is empty, and put() waits for the getter while it writes the message.
// Who is killed in put() loses at most what it was putting; who is killed in get() at most what it was getting; nobody
// else waits for it. What T's serialisation throws comes out of put(), and then nothing was put, or of get().
// The constructor throws std::invalid_argument below 0, std::system_error without memory.
template <class T>
class Queue : public detail::InheritedOnly {
 public:
  explicit Queue(int maxsize = 0) : queue_(maxsize) {}

  void put(const T& value) const { queue_.put(detail::to_bytes(value, queue_.maker()), detail::never); }
  // Full: there was no room for so long, or for up to 100 ms longer while another putter waits for room in bytes. A
  // message that goes in pieces must have been taken by then, but for its last piece; else nobody gets it.
  template <class Rep, class Period>
  void put(const T& value, std::chrono::duration<Rep, Period> timeout) const {
    queue_.put(detail::to_bytes(value, queue_.maker()), detail::deadline_after(timeout));
  }
  // As put(value, 0s), with all that is said there: throws Full.
  void put_nowait(const T& value) const {
    queue_.put(detail::to_bytes(value, queue_.maker()), detail::Deadline::min());
  }

  // std::system_error: this process has not enough address space, or memory that it may lock, to look at the next
  // message. It names the bytes, and the message stays in the queue.
  T get() const { return detail::from_bytes<T>(queue_.get(detail::never)); }
  // Empty: no message came for so long. get() waits for the rest of a message that goes in pieces and has begun to
  // come.
  template <class Rep, class Period>
  T get(std::chrono::duration<Rep, Period> timeout) const {
    return detail::from_bytes<T>(queue_.get(detail::deadline_after(timeout)));
  }
  // As get(0s): throws Empty.
  T get_nowait() const { return detail::from_bytes<T>(queue_.get(detail::Deadline::min())); }

  int qsize() const { return queue_.qsize(); }  // messages, at this moment
  bool empty() const { return queue_.qsize() == 0; }
  bool full() const { return queue_.full(); }  // there are maxsize messages
  // From now on put() and get() of this process, and of those it forks, are std::logic_error. Other processes go on.
  void close() const { queue_.close(); }

 protected:
  detail::ByteQueue queue_;
};

// A Queue of which each message is done some time after it was got.
template <class T>
class JoinableQueue : public Queue<T> {
 public:
  using Queue<T>::Queue;

  // By whoever got a message and is done with it. More often than messages were put is std::logic_error.
  void task_done() const { this->queue_.task_done(); }
  // Until all messages that were put are done. One whose getter was killed never is, unless somebody else says so.
  void join() const { (void)this->queue_.join(detail::never); }
  // False: the time has passed before that.
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) const {
    return this->queue_.join(detail::deadline_after(timeout));
  }
};

// A Queue with the least that one needs.
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
