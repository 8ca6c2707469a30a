// SPDX-License-Identifier: MIT
#include <multiprocessing/queue.hpp>

#include "ipc/queue_core.hpp"

namespace multiprocessing::detail {

ByteQueue::ByteQueue(int maxsize) : core_(std::make_shared<QueueCore>(maxsize)) {}
void ByteQueue::put(const Bytes& message, Deadline deadline) const { core_->put(message, deadline); }
Bytes ByteQueue::get(Deadline deadline) const { return core_->get(deadline); }
int ByteQueue::qsize() const { return core_->qsize(); }
bool ByteQueue::full() const { return core_->full(); }
void ByteQueue::close() const { core_->close(); }
void ByteQueue::task_done() const { core_->task_done(); }
bool ByteQueue::join(Deadline deadline) const { return core_->join(deadline); }

}  // namespace multiprocessing::detail
