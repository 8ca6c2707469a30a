// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>

namespace measuring {

// Ways of a number to another process, through what the kernel offers: the floor under every queue. One sends, and one
// receives; no number twice in a row, and only from 1 up. Inherited by processes that are forked while it exists.

// A word that two processes see.
class SharedWord {
 public:
  SharedWord();
  SharedWord(const SharedWord&) = delete;
  SharedWord& operator=(const SharedWord&) = delete;
  ~SharedWord();
  std::atomic<int>* operator->() const { return word_; }
  void sleep_while(int value) const;
  void wake() const;

 private:
  std::atomic<int>* word_;
};

// Who waits sleeps at once.
class FutexWay {
 public:
  void send(int number);
  int receive();

 private:
  SharedWord word_;
  int last_ = 0;
};

// Who waits never sleeps, unless it is told to rest: the least that two CPUs need.
class SpinningWay {
 public:
  void send(int number);
  int receive();
  void rest();  // the receiver sleeps until the next number

 private:
  SharedWord word_;
  int last_ = 0;
  bool rests_ = false;
};

// A pipe, for values that are as large as the other side thinks.
class RawPipe {
 public:
  RawPipe();
  RawPipe(const RawPipe&) = delete;
  RawPipe& operator=(const RawPipe&) = delete;
  ~RawPipe();
  void write(const void* bytes, std::size_t size);
  void read(void* bytes, std::size_t size);

 private:
  int fds_[2] = {-1, -1};
};

class PipeWay {
 public:
  void send(int number) { pipe_.write(&number, sizeof number); }
  int receive() {
    int number = 0;
    pipe_.read(&number, sizeof number);
    return number;
  }

 private:
  RawPipe pipe_;
};

class EventfdWay {
 public:
  EventfdWay();
  EventfdWay(const EventfdWay&) = delete;
  EventfdWay& operator=(const EventfdWay&) = delete;
  ~EventfdWay();
  void send(int number);
  int receive();

 private:
  int fd_;
};

}  // namespace measuring
