// SPDX-License-Identifier: MIT
#include "mpi/courier.hpp"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace multiprocessing::mpi::internal {
namespace {

using namespace std::chrono_literals;

constexpr auto beat_interval = 1s;
constexpr auto most_silence = 8s;

// In epoll a socket has the number of its stream, which is no pointer and below these.
constexpr std::uint64_t event_of_orders = std::uint64_t{1} << 32;
constexpr std::uint64_t event_of_parent = event_of_orders + 1;

void watch(const Fd& epoll, int fd, std::uint32_t events, std::uint64_t what) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = what;
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot wait for messages of other hosts");
  }
}

}  // namespace

Courier::Courier(const Launch& launch, Fd orders, pid_t parent)
    : launch_(launch),
      orders_(std::move(orders)),
      parent_(open_pidfd(parent)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      link_(launch),
      lost_(static_cast<std::size_t>(launch.size)) {
  watch(epoll_, orders_.get(), EPOLLIN, event_of_orders);
  watch(epoll_, parent_.get(), EPOLLIN, event_of_parent);
}

int Courier::run() {
  if (is_first()) send_order(orders_.get(), {Order::Kind::ready});
  while (ending_ == Ending::none) {
    const bool moved = step();
    const Clock::time_point now = Clock::now();
    if (moved) naps_.note_success(now);
    look_at_time(now);
    if (!moved) wait(now);
  }
  sockets_.clear();
  return is_first() ? end_job() : leave_job();
}

bool Courier::step() {
  bool moved = look_at_sockets(0ns);
  moved = pump_sockets() || moved;
  moved = take_arrivals() || moved;
  return link_.finish_sends([this](const Piece& piece) {
    const auto pumped = sockets_.find(piece.header().stream);
    if (piece.header().kind == PieceKind::data && pumped != sockets_.end()) {
      pumped->second.note_sent(piece.payload().size());
    }
  }) || moved;
}

template <class Condition>
bool Courier::step_until(Clock::duration most, Condition condition) {
  const Clock::time_point end = Clock::now() + most;
  while (!condition()) {
    if (Clock::now() > end) return false;
    if (!step()) look_at_sockets(100us);
  }
  return true;
}

void Courier::wait(Clock::time_point now) {
  const std::chrono::nanoseconds nap = naps_.next(now);
  if (nap == 0ns) {
    ::sched_yield();
  } else {
    look_at_sockets(nap);
    link_.look();
  }
}

bool Courier::look_at_sockets(std::chrono::nanoseconds timeout) {
  if (timeout > 0ns) {  // epoll_wait knows milliseconds only
    pollfd any{epoll_.get(), POLLIN, 0};
    const timespec most{0, static_cast<long>(timeout.count())};
    if (::ppoll(&any, 1, &most, nullptr) <= 0) return false;
  }
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == event_of_parent) {
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, parent_.get(), nullptr);
      ending_ = is_first() ? Ending::over : Ending::alone;
    } else if (event.data.u64 == event_of_orders) {
      if (auto received = receive_order(orders_.get(), Waiting::no)) take_order(std::move(*received));
    } else if (const auto pumped = sockets_.find(static_cast<std::uint32_t>(event.data.u64));
               pumped != sockets_.end()) {
      pumped->second.note_events((event.events & ~std::uint32_t{EPOLLOUT}) != 0, (event.events & EPOLLOUT) != 0);
    }
  }
  return count > 0;
}

bool Courier::pump_sockets() {
  bool moved = false;
  for (auto next = sockets_.begin(); next != sockets_.end();) {
    PumpedSocket& pumped = (next++)->second;
    if (auto piece = pumped.read()) {
      link_.send(pumped.rank(), std::move(*piece));
      moved = true;
    }
    moved = pumped.flush() || moved;
    if (!pumped.has_ended()) continue;
    tell(pumped.rank(), PieceKind::end, pumped.number());
    sockets_.erase(pumped.number());
    moved = true;
  }
  return moved;
}

void Courier::take_order(ReceivedOrder received) {
  const int rank = received.order.rank;
  if (received.order.kind == Order::Kind::serve && is_first() && rank > 0 && rank < launch_.size) {
    // Without a descriptor for it here, or a rank for it there, its socket is closed: so the pool learns of it.
    if (lost_[static_cast<std::size_t>(rank)] || !received.socket) return;
    open(++last_stream_, rank, std::move(received.socket));
    tell(rank, PieceKind::open, last_stream_);
  } else if (received.order.kind == Order::Kind::over) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, orders_.get(), nullptr);
    ending_ = is_first() ? Ending::over : Ending::alone;
  }
}

void Courier::open(std::uint32_t number, int rank, Fd socket) {
  watch(epoll_, socket.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, number);
  sockets_.try_emplace(number, std::move(socket), number, rank);
}

void Courier::open_here(std::uint32_t number) {
  try {
    auto [here, there] = stream_pair();
    send_order(orders_.get(), {Order::Kind::serve, launch_.rank}, there.get());
    open(number, 0, std::move(here));
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "multiprocessing: %s: no agent for another pool: %s\n", name_of_this_host().c_str(),
                 error.what());
    tell(0, PieceKind::end, number);
  }
}

bool Courier::take_arrivals() {
  bool moved = false;
  while (auto arrival = link_.receive()) {
    take(arrival->rank, std::move(arrival->piece));
    moved = true;
  }
  return moved;
}

void Courier::take(int rank, Piece piece) {
  if (rank == 0) silence_ = {};
  const auto [number, kind] = piece.header();
  const auto pumped = sockets_.find(number);
  switch (kind) {
    case PieceKind::open:
      if (ending_ == Ending::none) open_here(number);
      break;
    case PieceKind::data:
      if (pumped != sockets_.end()) pumped->second.write(std::move(piece));
      break;
    case PieceKind::end:
      if (pumped != sockets_.end()) pumped->second.end_input();
      break;
    case PieceKind::beat:
      break;
    case PieceKind::over:
      if (ending_ == Ending::none) ending_ = Ending::over;
      break;
    case PieceKind::done:
      ++answered_;
      break;
    case PieceKind::finalize:
    case PieceKind::leave:
      verdict_ = kind;
      break;
    case PieceKind::gone:
      note_lost(rank);
      break;
  }
}

void Courier::note_lost(int rank) {
  lost_[static_cast<std::size_t>(rank)] = true;
  std::erase_if(sockets_, [rank](const auto& pumped) { return pumped.second.rank() == rank; });
}

void Courier::look_at_time(Clock::time_point now) {
  // The time since the last look is longer only if this process was stopped, and then others may have been, too.
  silence_ += std::min<Clock::duration>(now - last_look_, 100ms);
  last_look_ = now;
  if (is_first()) {
    if (now - last_beat_ < beat_interval) return;
    last_beat_ = now;
    tell_others(PieceKind::beat);
  } else if (silence_ > most_silence) {
    std::fprintf(stderr, "multiprocessing: %s: nothing comes from rank 0 any more, so the workers here end\n",
                 name_of_this_host().c_str());
    ending_ = Ending::alone;
  }
}

void Courier::tell(int rank, PieceKind kind, std::uint32_t stream) {
  if (!lost_[static_cast<std::size_t>(rank)]) link_.send(rank, Piece(PieceHeader{stream, kind}));
}

void Courier::tell_others(PieceKind kind) {
  for (int rank = 1; rank < launch_.size; ++rank) {
    // What waits before a beat is as good as a beat; and if it is for a host that is lost, the beats would pile up.
    if (kind != PieceKind::beat || !link_.has_unsent(rank)) tell(rank, kind);
  }
}

int Courier::end_job() {
  tell_others(PieceKind::over);
  const auto others = launch_.size - 1;
  const auto lost = [this] { return std::count(lost_.begin(), lost_.end(), true); };
  const bool all = step_until(2s, [&] { return answered_ + lost() >= others; }) && lost() == 0;
  tell_others(all ? PieceKind::finalize : PieceKind::leave);
  step_until(1s, [this] { return !link_.has_unsent(); });
  return all ? finalize() : 0;
}

int Courier::leave_job() {
  tell(0, ending_ == Ending::over ? PieceKind::done : PieceKind::gone);
  if (ending_ == Ending::alone) {
    step_until(1s, [this] { return !link_.has_unsent(); });
    return 1;
  }
  step_until(3s, [this] { return verdict_ != PieceKind::over && !link_.has_unsent(); });
  return verdict_ == PieceKind::finalize ? finalize() : 0;
}

int Courier::finalize() {
  // A host may be lost just now.
  ::signal(SIGALRM, [](int) { ::_exit(0); });
  ::alarm(3);
  link_.finalize();
  return 0;
}

}  // namespace multiprocessing::mpi::internal
