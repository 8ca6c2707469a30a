// SPDX-License-Identifier: MIT
#include "hosts/messages.hpp"

namespace multiprocessing::detail {

void write(ByteSink& sink, const Hello& hello) {
  write(sink, hello.library);
  write(sink, hello.host);
  write(sink, hello.cpus);
  write(sink, hello.modules);
}
void read(ByteSource& source, Hello& hello) {
  read(source, hello.library);
  read(source, hello.host);
  read(source, hello.cpus);
  read(source, hello.modules);
}

void read(ByteSource& source, PoolOrder& order) {
  read(source, order.numbers);
  read(source, order.initializer);
  read(source, order.finalizer);
}

void read(ByteSource& source, CallOrder& order) {
  read(source, order.numbers);
  read(source, order.state);
}

void write(ByteSink& sink, const std::vector<WorkerStats>& workers) {
  write(sink, std::uint64_t{workers.size()});
  for (const WorkerStats& worker : workers) write(sink, worker);
}
void read(ByteSource& source, std::vector<WorkerStats>& workers) {
  for (std::size_t left = read_size(source); left != 0; --left) read(source, workers.emplace_back());
}

}  // namespace multiprocessing::detail
