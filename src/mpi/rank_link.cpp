// SPDX-License-Identifier: MIT
#include "mpi/rank_link.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace multiprocessing::mpi::internal {
namespace {

constexpr int tag = 0;

int as_count(std::size_t bytes) { return static_cast<int>(bytes); }  // a piece is small

}  // namespace

RankLink::RankLink(const Launch& launch) : unsent_(static_cast<std::size_t>(launch.size)) {
  MPI_Init(nullptr, nullptr);
  int rank = 0;
  int size = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank != launch.rank || size != launch.size) {
    std::fprintf(
        stderr,
        "multiprocessing: the launcher says that this is rank %d of %d, but Open MPI says rank %d of %d: start "
        "the program with the mpirun of the Open MPI that it is linked with, or with srun --mpi=pmix\n",
        launch.rank, launch.size, rank, size);
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Comm_dup(MPI_COMM_WORLD, &ranks_);
  MPI_Comm_set_errhandler(ranks_, MPI_ERRORS_RETURN);
  MPI_Barrier(ranks_);
}

void RankLink::send(int rank, Piece piece) {
  MPI_Request request = MPI_REQUEST_NULL;
  const std::span<std::byte> bytes = piece.all();
  MPI_Isend(bytes.data(), as_count(bytes.size()), MPI_BYTE, rank, tag, ranks_, &request);
  requests_.push_back(request);
  sending_.push_back({rank, std::move(piece)});
  ++unsent_[static_cast<std::size_t>(rank)];
}

int RankLink::test_sends() {
  finished_.resize(sending_.size());
  int count = 0;
  MPI_Testsome(as_count(requests_.size()), requests_.data(), &count, finished_.data(), MPI_STATUSES_IGNORE);
  if (count == MPI_UNDEFINED) {  // a request of a rank that is lost may have become none
    count = as_count(requests_.size());
    for (int i = 0; i < count; ++i) finished_[static_cast<std::size_t>(i)] = i;
  }
  std::sort(finished_.begin(), finished_.begin() + count, std::greater<>());
  return count;
}

Piece RankLink::take_sent(int i) {
  const auto index = static_cast<std::size_t>(finished_[static_cast<std::size_t>(i)]);
  Sending sent = std::move(sending_[index]);
  sending_[index] = std::move(sending_.back());
  requests_[index] = requests_.back();
  sending_.pop_back();
  requests_.pop_back();
  --unsent_[static_cast<std::size_t>(sent.rank)];
  return std::move(sent.piece);
}

std::optional<RankLink::Arrival> RankLink::receive() {
  do {
    if (auto arrival = finished_arrival()) return arrival;
  } while (match_next());
  return std::nullopt;
}

std::optional<RankLink::Arrival> RankLink::finished_arrival() {
  for (auto of_rank = receiving_.begin(); of_rank != receiving_.end(); ++of_rank) {
    Receiving& first = of_rank->second.front();
    int done = 0;
    MPI_Test(&first.request, &done, MPI_STATUS_IGNORE);
    if (done == 0) continue;
    Arrival arrival{of_rank->first, std::move(first.piece)};
    of_rank->second.pop_front();
    if (of_rank->second.empty()) receiving_.erase(of_rank);
    return arrival;
  }
  return std::nullopt;
}

bool RankLink::match_next() {
  int there = 0;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  // Not MPI_Recv, nor MPI_Mrecv: the rest of a large piece from a host that dies never comes.
  if (MPI_Improbe(MPI_ANY_SOURCE, tag, ranks_, &there, &message, &status) != MPI_SUCCESS || there == 0) return false;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Receiving next{Piece(static_cast<std::size_t>(size) - sizeof(PieceHeader)), MPI_REQUEST_NULL};
  MPI_Imrecv(next.piece.all().data(), size, MPI_BYTE, &message, &next.request);
  receiving_[status.MPI_SOURCE].push_back(std::move(next));
  return true;
}

void RankLink::finalize() { MPI_Finalize(); }

}  // namespace multiprocessing::mpi::internal
