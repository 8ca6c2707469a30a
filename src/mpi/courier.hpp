// SPDX-License-Identifier: MIT
#pragma once

#include "mpi/naps.hpp"
#include "mpi/orders.hpp"
#include "mpi/pumped_socket.hpp"
#include "mpi/rank_link.hpp"

#include <sys/types.h>

#include <chrono>
#include <map>
#include <vector>

namespace multiprocessing::mpi::internal {

// The process of a rank in which MPI is: a child of the program, or of the porter, forked before MPI_Init, because who
// forks after it may see memory that MPI has given to a network card. It pumps bytes between the sockets of agents and
// other ranks, and knows nothing of what they say. It ends on `over` from rank 0, or if its parent ends; on other ranks
// also if nothing comes from rank 0.
class Courier {
 public:
  // `orders`: to the program (rank 0) or to the porter.
  Courier(const Launch& launch, Fd orders, pid_t parent);
  int run();  // returns an exit code

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ending { none, over, alone };  // alone: rank 0 does not answer, or the parent has ended
  static constexpr std::uint32_t of_no_stream = 0;

  bool step();
  template <class Condition>
  bool step_until(Clock::duration most, Condition condition);
  void wait(Clock::time_point now);
  bool look_at_sockets(std::chrono::nanoseconds timeout);
  bool pump_sockets();
  void take_order(ReceivedOrder received);
  void open(std::uint32_t number, int rank, Fd socket);
  void open_here(std::uint32_t number);
  bool take_arrivals();
  void take(int rank, Piece piece);
  void note_lost(int rank);
  void look_at_time(Clock::time_point now);
  void tell(int rank, PieceKind kind, std::uint32_t stream = of_no_stream);
  void tell_others(PieceKind kind);
  int end_job();
  int leave_job();
  int finalize();

  bool is_first() const { return launch_.rank == 0; }

  const Launch launch_;
  Fd orders_;
  Fd parent_;
  Fd epoll_;
  RankLink link_;
  Naps naps_;
  std::map<std::uint32_t, PumpedSocket> sockets_;
  std::uint32_t last_stream_ = of_no_stream;
  Ending ending_ = Ending::none;
  PieceKind verdict_ = PieceKind::over;  // how to end: finalize or leave
  std::vector<bool> lost_;               // ranks
  int answered_ = 0;                     // ranks that said `done`
  Clock::time_point last_look_ = Clock::now();
  Clock::time_point last_beat_ = last_look_;
  Clock::duration silence_{};  // of rank 0, without the time in which this process was stopped
};

}  // namespace multiprocessing::mpi::internal
