// SPDX-License-Identifier: MIT
#include <multiprocessing/pipe.hpp>

#include "ipc/connection_core.hpp"
#include "os/packet_socket.hpp"

#include <new>

namespace multiprocessing::detail {

using Direction = ConnectionCore::Direction;

std::pair<ByteConnection, ByteConnection> ByteConnection::make(bool duplex) {
  auto fds = packet_sockets();
  const auto memory = std::make_shared<ArenaBlock>(2 * sizeof(ConnectionCore::Locks));
  auto* const locks = new (memory->data()) std::array<ConnectionCore::Locks, 2>;
  const auto make_end = [&](std::size_t end, Direction one_way) {
    return ByteConnection(std::make_shared<ConnectionCore>(std::move(fds[end]), duplex ? Direction::both : one_way,
                                                           memory, (*locks)[end]));
  };
  return {make_end(0, Direction::receive), make_end(1, Direction::send)};
}

void ByteConnection::send(const Bytes& message) const { core_->send(message); }
Bytes ByteConnection::recv() const { return core_->receive(); }
bool ByteConnection::poll(Deadline deadline) const { return core_->poll(deadline); }
int ByteConnection::fileno() const { return core_->fd(); }
void ByteConnection::close() const { core_->close(); }
bool ByteConnection::closed() const { return core_->closed(); }
bool ByteConnection::readable() const { return core_->direction() != Direction::send; }
bool ByteConnection::writable() const { return core_->direction() != Direction::receive; }

}  // namespace multiprocessing::detail
