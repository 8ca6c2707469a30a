// SPDX-License-Identifier: MIT
#include "hosts/host_answers.hpp"

#include "pool/item_error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace multiprocessing::detail {
namespace {

// Reads the bytes of an answer. Without memory for them it becomes the error that says so.
void hold(ByteSource& source, std::size_t size_bytes, ByteAnswer& answer, const GroupCall& call, std::size_t index) {
  if (size_bytes == 0) return;
  try {
    BytesSink sink(answer.bytes);
    std::byte* const place = sink.place(size_bytes);
    source.read(place, size_bytes);
    sink.finish();
  } catch (const std::bad_alloc&) {
    answer = {.kind = ByteAnswer::Kind::failure,
              .error = cannot_be_held(std::current_exception(), *call.function.type->result_type,
                                      call.first_index + index, size_bytes)};
    std::array<std::byte, 4096> dropped{};
    for (std::size_t left = size_bytes; left != 0;) {
      const std::size_t part = std::min(left, dropped.size());
      source.read(dropped.data(), part);
      left -= part;
    }
  }
}

}  // namespace

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
      if (!host.is_to_end) throw MalformedBytes("it has ended, which nobody has ordered");
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
      hold(source, size, answer, *call, index);
      dispatcher_.accounts().on_answer(*call, index, std::move(answer));
    }
  }
  dispatcher_.forget_if_ended(*call);
}

void HostAnswers::take_answers(RemoteHost& host, ByteSource& source) {
  AnswersHead head{};
  GivenItems* const items = begin_answers(host, source, head);
  if (items == nullptr) return;
  const auto call = items->call().shared_from_this();
  const std::size_t had = items->left();
  std::vector<bool> is_returned(items->count());
  // What came before something that cannot be trusted counts.
  const auto settle = [&] {
    const std::vector<Batch> returned = items->pick([&](std::size_t position) { return is_returned[position]; });
    host.note_done(head.ticket, had - items->left());
    dispatcher_.give_back(returned);
    dispatcher_.forget_if_ended(*call);
  };
  try {
    while (source.remaining_bytes() != 0) take_answer(*items, source, is_returned);
  } catch (...) {
    settle();
    throw;
  }
  settle();
}

void HostAnswers::take_answer(GivenItems& items, ByteSource& source, std::vector<bool>& is_returned) {
  GroupCall& call = items.call();
  const std::size_t fixed = call.function.type->result_size_bytes;
  AnswerHead head{};
  read(source, head);
  const bool is_value = head.kind == AnswerKind::value;
  const bool is_known = head.kind <= AnswerKind::returned && head.size_bytes <= source.remaining_bytes();
  const bool has_wrong_size = is_value && fixed != 0 && head.size_bytes != fixed;
  if (!is_known || has_wrong_size || !items.take(head.position)) throw MalformedBytes("it sent a broken answer");
  if (head.kind == AnswerKind::returned) {
    is_returned[head.position] = true;
    return;
  }
  const std::size_t index = items.first() + head.position;
  ByteAnswer answer{.kind = is_value ? ByteAnswer::Kind::value : ByteAnswer::Kind::exception};
  hold(source, head.size_bytes, answer, call, index);
  if (head.kind == AnswerKind::lost) {
    dispatcher_.accounts().on_loss(call, index, std::move(answer));
  } else {
    dispatcher_.accounts().on_answer(call, index, std::move(answer));
  }
}

}  // namespace multiprocessing::detail
