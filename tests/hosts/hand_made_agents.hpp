// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/host_answers.hpp"
#include "hosts/start_hosts.hpp"
#include "os/stream_socket.hpp"
#include "pool/callback_thread.hpp"
#include "pool/idle_host.hpp"
#include "pool/parent/loaded_modules.hpp"

#include <multiprocessing/detail/byte_submission.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace multiprocessing::tests {

// A message as it travels, without its length.
struct RawMessage {
  std::uint32_t kind = 0;
  std::vector<std::byte> bytes = {};
};

template <class Write>
RawMessage message_of(detail::MessageKind kind, Write write) {
  detail::Bytes bytes;
  detail::BytesSink sink(bytes);
  write(static_cast<detail::ByteSink&>(sink));
  sink.finish();
  RawMessage message{static_cast<std::uint32_t>(kind), std::vector<std::byte>(bytes.size_bytes())};
  detail::BytesSource(bytes).read(message.bytes.data(), message.bytes.size());
  return message;
}

// Items of one ticket, as an agent gets them. All items here are int.
struct GivenTicket {
  detail::TasksHead head;
  std::vector<int> items;
};

// The other end of a host's link: does by hand what an agent does, or should not do.
class HandMadeAgent {
 public:
  explicit HandMadeAgent(detail::UniqueFd socket) : link_(std::move(socket)) {}
  void send(const RawMessage& message) {
    link_.send(message.kind, [&](detail::ByteSink& sink) { sink.write(message.bytes.data(), message.bytes.size()); });
    link_.flush();
  }
  std::vector<GivenTicket> take_tickets() {  // those that came since the last time
    link_.read();
    std::vector<GivenTicket> tickets;
    while (const auto message = link_.receive()) {
      if (static_cast<detail::MessageKind>(message->kind) != detail::MessageKind::tasks) continue;
      detail::BytesSource source(message->data.data(), message->data.size());
      GivenTicket& ticket = tickets.emplace_back();
      detail::read(source, ticket.head);
      ticket.items.resize(source.remaining_bytes() / sizeof(int));
      source.read(ticket.items.data(), source.remaining_bytes());
    }
    return tickets;
  }

 private:
  detail::StreamLink link_;
};

inline RawMessage hello_of(const std::string& host) {
  return message_of(detail::MessageKind::hello, [&](detail::ByteSink& sink) {
    const detail::ModuleList modules = detail::loaded_modules();
    write(sink, detail::Hello{detail::library_module(modules).build_id, host, 2, modules});
  });
}
inline RawMessage ready_of(std::size_t workers) {
  return message_of(detail::MessageKind::ready,
                    [&](detail::ByteSink& sink) { detail::write(sink, std::vector<WorkerStats>(workers)); });
}
inline RawMessage report_of(std::uint64_t question, std::size_t workers) {
  return message_of(detail::MessageKind::report, [&](detail::ByteSink& sink) {
    detail::write(sink, question);
    detail::write(sink, std::vector<WorkerStats>(workers));
  });
}
// The values are of fixed size.
template <class R>
RawMessage values_of(const GivenTicket& ticket, R (*f)(int)) {
  return message_of(detail::MessageKind::values, [&](detail::ByteSink& sink) {
    detail::write(sink, detail::AnswersHead{ticket.head.ticket, 0});
    for (const int item : ticket.items) {
      const R value = f(item);
      sink.write(&value, sizeof value);
    }
  });
}
inline RawMessage begin_answers(std::uint64_t ticket) {
  return message_of(detail::MessageKind::answers, [&](detail::ByteSink& sink) {
    detail::write(sink, detail::AnswersHead{ticket, 0});
  });
}
inline void add_answer(RawMessage& message, std::size_t position, detail::AnswerKind kind, const RawMessage& answer) {
  const RawMessage head = message_of({}, [&](detail::ByteSink& sink) {
    detail::write(sink, detail::AnswerHead{static_cast<std::uint32_t>(position), kind, answer.bytes.size()});
  });
  message.bytes.insert(message.bytes.end(), head.bytes.begin(), head.bytes.end());
  message.bytes.insert(message.bytes.end(), answer.bytes.begin(), answer.bytes.end());
}
template <class R>
RawMessage encoded(const R& value) {
  return message_of({}, [&](detail::ByteSink& sink) { detail::encode(sink, value); });
}
template <class E>
RawMessage encoded_exception(const E& error) {
  return message_of(
      {}, [&](detail::ByteSink& sink) { detail::encode_exception(std::make_exception_ptr(error), "", sink); });
}
template <class R>
RawMessage answers_of(const GivenTicket& ticket, R (*f)(int)) {
  RawMessage message = begin_answers(ticket.head.ticket);
  for (std::size_t position = 0; position != ticket.items.size(); ++position) {
    add_answer(message, position, detail::AnswerKind::value, encoded(f(ticket.items[position])));
  }
  return message;
}

// The program's side of a pool on hosts whose agents are made by hand, each with two workers. Nobody waits here: all
// of it is moved by the test.
class HandMadeHosts {
 public:
  explicit HandMadeHosts(int hosts, bool begun = true)
      : hosts_(connect(hosts), detail::LostHosts::run_again), answers_(hosts_) {
    if (!begun) return;
    for (std::size_t host = 0; host != agents_.size(); ++host) take(host, hello_of("h" + std::to_string(host)));
    order_workers();
    for (std::size_t host = 0; host != agents_.size(); ++host) take(host, ready_of(2));
  }

  detail::HostDispatcher& dispatcher() { return hosts_; }
  detail::RemoteHost& host(std::size_t index) { return hosts_.hosts()[index]; }
  HandMadeAgent& agent(std::size_t index) { return agents_[index]; }
  void order_workers(std::optional<int> processes = 2) {
    detail::order_workers(hosts_.hosts(), {.processes = processes}, detail::loaded_modules());
  }
  // From the agent through the socket to where it is judged. As the pump does, but for the loss of a host.
  void take(std::size_t index, const RawMessage& message) {
    agents_[index].send(message);
    host(index).link.read();
    while (const auto arrived = host(index).link.receive()) answers_.take(host(index), *arrived);
  }
  // Also loses the host, if it cannot be trusted. False: it was.
  bool take_or_lose(std::size_t index, const RawMessage& message) {
    try {
      take(index, message);
      return true;
    } catch (const detail::MalformedBytes& error) {
      hosts_.lose(host(index), error.what());
      return false;
    }
  }
  std::vector<GivenTicket> give(std::size_t index) {
    hosts_.feed();
    for (detail::RemoteHost& each : hosts_.hosts()) each.link.flush();
    return agents_[index].take_tickets();
  }

  template <class R>
  std::shared_ptr<detail::GroupCall> call(R (*f)(int), detail::Keep keep, int items) {
    detail::PreparedFunction function = detail::prepare<R (*)(int), int, detail::Spread::no>(f);
    detail::CallSettings settings;
    settings.keep = keep;
    const auto call = std::make_shared<detail::GroupCall>(idle_, callbacks_, std::move(function.image), settings,
                                                          costs_.emplace_back(0), ++calls_, 0);
    hosts_.open(*call,
                {has_modules ? modules_.now() : std::make_shared<const detail::ModuleList>(), function.code, 0, false});
    detail::Chunk chunk{{}, 0, static_cast<std::size_t>(items)};
    detail::BytesSink sink(chunk.bytes);
    for (int item = 0; item != items; ++item) sink.write(&item, sizeof item);
    sink.finish();
    hosts_.submit({call->send(std::move(chunk)), 0, static_cast<std::size_t>(items), {}}, true);
    submitted_ += static_cast<std::size_t>(items);
    return call;
  }
  bool has_modules = true;  // else no function is found, as if its library had been closed
  // Each item is somewhere, or has ended, once.
  void expect_balance() const {
    PoolStats stats;
    hosts_.add_to(stats);
    EXPECT_EQ(stats.queued + stats.running + stats.finished + stats.failed + stats.lost, submitted_);
  }

 private:
  std::vector<detail::HostConnection> connect(int hosts) {
    std::vector<detail::HostConnection> connections;
    for (int host = 0; host != hosts; ++host) {
      auto [here, there] = detail::stream_sockets();
      connections.push_back({here.release().number, 0});
      agents_.emplace_back(std::move(there));
    }
    return connections;
  }

  detail::CallbackThread callbacks_;
  std::shared_ptr<detail::IdleHost> idle_ = std::make_shared<detail::IdleHost>();
  detail::LoadedModules modules_;
  std::deque<double> costs_;
  std::uint64_t calls_ = 0;
  std::size_t submitted_ = 0;
  std::vector<HandMadeAgent> agents_;
  detail::HostDispatcher hosts_;
  detail::HostAnswers answers_;
};

}  // namespace multiprocessing::tests
