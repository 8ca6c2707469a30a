// SPDX-License-Identifier: MIT
#pragma once

#include "mpi/launch.hpp"
#include "mpi/piece.hpp"

#include <mpi.h>

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace multiprocessing::mpi::internal {

// MPI in this process: pieces to and from other ranks, in order for each of them. Nothing blocks but the constructor
// and finalize(). MPI moves data only while it is called.
class RankLink {
 public:
  // Waits until all ranks are there. If MPI does not know this rank as the launcher does, it ends the job with a
  // sentence on stderr.
  explicit RankLink(const Launch& launch);
  RankLink(const RankLink&) = delete;
  RankLink& operator=(const RankLink&) = delete;

  void send(int rank, Piece piece);
  bool has_unsent() const { return !sending_.empty(); }
  bool has_unsent(int rank) const { return unsent_[static_cast<std::size_t>(rank)] != 0; }
  // Calls `done` with each piece that was sent. False if there was none.
  template <class Done>
  bool finish_sends(Done done) {
    if (sending_.empty()) return false;
    const int count = test_sends();
    for (int i = 0; i < count; ++i) done(static_cast<const Piece&>(take_sent(i)));
    return count > 0;
  }

  struct Arrival {
    int rank = 0;
    Piece piece;
  };
  std::optional<Arrival> receive();
  void look() { match_next(); }  // after a pause: what MPI reads now, it has only at the next look

  // Waits for all ranks: only if none is lost.
  void finalize();

 private:
  struct Sending {
    int rank;
    Piece piece;
  };
  struct Receiving {
    Piece piece;
    MPI_Request request;
  };
  int test_sends();
  Piece take_sent(int i);
  std::optional<Arrival> finished_arrival();
  bool match_next();

  MPI_Comm ranks_ = MPI_COMM_NULL;
  std::vector<MPI_Request> requests_;  // of sending_, at the same index
  std::vector<Sending> sending_;
  std::vector<int> finished_;  // indices in sending_, the last one first
  std::vector<std::size_t> unsent_;
  std::map<int, std::deque<Receiving>> receiving_;  // by rank, in the order in which they were sent
};

}  // namespace multiprocessing::mpi::internal
