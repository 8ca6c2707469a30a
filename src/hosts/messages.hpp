// SPDX-License-Identifier: MIT
#pragma once

#include "pool/portable_code.hpp"

#include <multiprocessing/options.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace multiprocessing::detail {

// What a pool on several hosts and the agent of one of them tell each other. Both run the same build of this library:
// the agent's hello says so, and comes first. Reading throws MalformedBytes.
enum class MessageKind : std::uint32_t {
  // The agent's:
  hello,    // Hello
  ready,    // WorkerStats of each worker: they are up
  broken,   // an encoded exception: the workers did not start, or the agent's pool is broken
  answers,  // AnswersHead; for each answered item AnswerHead and its bytes
  values,   // AnswersHead; the values of all items, of fixed size
  report,   // the number of a question, 0 for none; WorkerStats of each worker
  ended,    // its workers have ended
  // The pool's:
  pool,      // PoolOrder
  call,      // CallOrder
  tasks,     // TasksHead; the items' bytes
  withdraw,  // a call's number: what has not begun is returned
  condemn,   // a call's number: what runs is killed
  forget,    // a call's number: it has ended
  question,  // a number: asks for a report
  end,       // EndOrder
};

struct Hello {
  std::string library;  // the build id of the module with this library
  std::string host;
  int cpus = 0;
  ModuleList modules = {};
};
void write(ByteSink& sink, const Hello& hello);
void read(ByteSource& source, Hello& hello);

struct PoolNumbers {
  int processes;
  int first_worker;                              // its worker_index()
  std::chrono::nanoseconds initializer_timeout;  // 0: none
  long max_tasks_per_child;                      // 0: no limit
  int threads_per_worker;                        // 0: as many as are best
  std::chrono::nanoseconds silence;              // who hears nothing for so long takes the pool for lost
};
struct PoolOrder {
  PoolNumbers numbers{};
  PortableCall initializer = {};
  PortableCall finalizer = {};
};
void read(ByteSource& source, PoolOrder& order);

struct CallNumbers {
  std::uint64_t number;
  std::uintptr_t type;  // the address of the TaskType there
  std::uintptr_t code;  // what the function's image begins with, there; 0: with no code
  std::array<std::byte, 16> address;
  std::uint64_t chunksize;
  std::chrono::nanoseconds timeout;  // 0: none
  int retries;
  bool is_cancellable;
};
struct CallOrder {
  CallNumbers numbers{};
  Bytes state = {};  // in one piece
};
void read(ByteSource& source, CallOrder& order);

struct TasksHead {
  std::uint64_t call;
  std::uint64_t ticket;        // by which the answers say which these are
  std::uint64_t first_number;  // item_index() of the first
  std::uint64_t count;
};

struct AnswersHead {
  std::uint64_t ticket;
  double cost;  // nanoseconds of an item of this function, 0: not known
};
enum class AnswerKind : std::uint32_t {
  value,
  exception,  // encoded
  lost,       // the same, a WorkerLost
  returned,   // withdrawn before it had begun
};
struct AnswerHead {
  std::uint32_t position;  // among the items of the ticket
  AnswerKind kind;
  std::uint64_t size_bytes;
};

enum class EndOrder : std::uint32_t { finish, terminate };

void write(ByteSink& sink, const std::vector<WorkerStats>& workers);
void read(ByteSource& source, std::vector<WorkerStats>& workers);

}  // namespace multiprocessing::detail
