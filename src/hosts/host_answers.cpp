// SPDX-License-Identifier: MIT
#include "hosts/host_answers.hpp"

#include <algorithm>
#include <cmath>

namespace multiprocessing::detail {

void HostAnswers::take(RemoteHost& host, const StreamLink::Message& message) {
  BytesSource source(message.data.data(), message.data.size());
  switch (static_cast<MessageKind>(message.kind)) {
    case MessageKind::hello: {
      Hello hello;
      read(source, hello);
      return host.greet(std::move(hello));
    }
    case MessageKind::ready:
      if (host.state != RemoteHost::State::starting) throw MalformedBytes("it was ready twice");
      read(source, host.stats);
      host.state = RemoteHost::State::up;
      return;
    case MessageKind::broken:
      host.failure = std::make_shared<Bytes>();
      host.failure->append(message.data.data(), message.data.size());
      if (host.is_up()) dispatcher_.break_off(host);
      return;
    case MessageKind::answers:
      return take_answers(host, source);
    case MessageKind::values:
      return take_values(host, source);
    case MessageKind::report: {
      std::uint64_t question = 0;
      read(source, question);
      host.answered_question = std::max(host.answered_question, question);
      std::vector<WorkerStats> stats;
      read(source, stats);
      if (!stats.empty()) host.stats = std::move(stats);
      return;
    }
    case MessageKind::ended:
      host.state = RemoteHost::State::ended;
      return;
    default:
      throw MalformedBytes("it sent a message of unknown kind " + std::to_string(message.kind));
  }
}

// Null: they were taken back meanwhile.
GivenItems* HostAnswers::begin_answers(RemoteHost& host, ByteSource& source, AnswersHead& head) {
  read(source, head);
  GivenItems* const items = host.given(head.ticket);
  if (items == nullptr && !host.had(head.ticket)) throw MalformedBytes("it answered items that it was not given");
  if (items != nullptr && std::isfinite(head.cost) && head.cost > 0) items->call().nanoseconds_per_item() = head.cost;
  return items;
}

void HostAnswers::take_values(RemoteHost& host, ByteSource& source) {
  AnswersHead head{};
  GivenItems* const given = begin_answers(host, source, head);
  if (given == nullptr) return;
  GivenItems& items = *given;
  const auto call = items.call().shared_from_this();
  const std::size_t size = call->function.type->result_size_bytes;
  const std::size_t count = items.count();
  if (size == 0 || items.left() != count || source.remaining_bytes() != count * size) {
    throw MalformedBytes("it sent as many values as nobody has asked for");
  }
  const std::size_t first = items.first();
  items.take_all();
  host.note_done(head.ticket, count);
  if (call->table.fixed_size_bytes() != 0) {
    for (std::size_t done = 0; done != count;) {
      const auto [values, places] = call->table.places(first + done, count - done);
      source.read(values, places * size);
      call->table.wrote_fixed(places);
      done += places;
    }
    dispatcher_.accounts().on_fixed_answers(*call, count);
  } else {
    for (std::size_t index = first; index != first + count; ++index) {
      ByteAnswer answer{.kind = ByteAnswer::Kind::value};
      BytesSink sink(answer.bytes);
      source.read(sink.place(size), size);
      sink.finish();
      dispatcher_.accounts().on_answer(*call, index, std::move(answer));
    }
  }
  dispatcher_.forget_if_ended(*call);
}

void HostAnswers::take_answers(RemoteHost& host, ByteSource& source) {
  AnswersHead head{};
  GivenItems* const given = begin_answers(host, source, head);
  if (given == nullptr) return;
  GivenItems& items = *given;
  const auto call = items.call().shared_from_this();
  const std::size_t fixed = call->function.type->result_size_bytes;
  std::vector<bool> is_returned;
  std::size_t count = 0;
  for (; source.remaining_bytes() != 0; ++count) {
    AnswerHead answered{};
    read(source, answered);
    ByteAnswer answer{.kind =
                          answered.kind == AnswerKind::value ? ByteAnswer::Kind::value : ByteAnswer::Kind::exception};
    const bool is_known = answered.kind <= AnswerKind::returned && answered.size_bytes <= source.remaining_bytes();
    const bool has_wrong_size = answered.kind == AnswerKind::value && fixed != 0 && answered.size_bytes != fixed;
    if (!is_known || has_wrong_size || !items.take(answered.position)) throw MalformedBytes("it sent a broken answer");
    if (answered.kind == AnswerKind::returned) {
      is_returned.resize(items.count());
      is_returned[answered.position] = true;
      continue;
    }
    if (answered.size_bytes != 0) {
      BytesSink sink(answer.bytes);
      source.read(sink.place(answered.size_bytes), answered.size_bytes);
      sink.finish();
    }
    const std::size_t index = items.first() + answered.position;
    if (answered.kind == AnswerKind::lost) {
      dispatcher_.accounts().on_loss(*call, index, std::move(answer));
    } else {
      dispatcher_.accounts().on_answer(*call, index, std::move(answer));
    }
  }
  std::vector<Batch> returned;
  if (!is_returned.empty()) returned = items.pick([&](std::size_t position) { return is_returned[position]; });
  host.note_done(head.ticket, count);
  dispatcher_.give_back(returned);
  dispatcher_.forget_if_ended(*call);
}

}  // namespace multiprocessing::detail
