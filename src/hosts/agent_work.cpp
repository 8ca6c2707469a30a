// SPDX-License-Identifier: MIT
#include "hosts/agent_work.hpp"

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/errors.hpp>

#include <cstring>
#include <span>
#include <string>

namespace multiprocessing::detail {
namespace {

// Values of such items are taken as one, and none of them before the last: they take too little time to matter.
constexpr double short_nanoseconds = 10'000;

// So many items of this size, or, if it is 0, behind a length each.
bool has_items(std::span<const std::byte> bytes, std::size_t item_size_bytes, std::uint64_t count) {
  if (item_size_bytes != 0) return bytes.size() % item_size_bytes == 0 && bytes.size() / item_size_bytes == count;
  for (; count != 0; --count) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) return false;
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes = bytes.subspan(sizeof length);
    if (bytes.size() < length) return false;
    bytes = bytes.subspan(length);
  }
  return bytes.empty();
}

}  // namespace

std::shared_ptr<Call> AgentWork::any_open() const {
  return tickets_.empty() ? nullptr : tickets_.begin()->second.items;
}

void AgentWork::add_call(CallOrder order) {
  if (modules_.now()->containing(reinterpret_cast<const void*>(order.numbers.type)) == nullptr) {
    throw MalformedBytes("a function of no library");
  }
  if (const std::uintptr_t code = order.numbers.code) {
    const bool has_state = reinterpret_cast<const TaskType*>(order.numbers.type)->load != nullptr;
    if (has_state && order.state.size_bytes() < sizeof code) throw MalformedBytes("a function without its code");
    std::memcpy(has_state ? order.state.segment(0).data.get() : order.numbers.address.data(), &code, sizeof code);
  }
  calls_[order.numbers.number] = {order.numbers, std::make_shared<const Bytes>(std::move(order.state))};
}

PreparedFunction AgentWork::function_of(const AgentCall& call) const {
  PreparedFunction function;
  FunctionImage& image = function.image;
  image.type = reinterpret_cast<const TaskType*>(call.numbers.type);
  image.type_in_worker = call.numbers.type;
  image.address = call.numbers.address;
  if (call.state->size_bytes() != 0) {
    image.state = Bytes::lent(call.state->segment(0).data.get(), call.state->size_bytes());
    image.lender = call.state;
  }
  return function;
}

void AgentWork::add_items(const TasksHead& head, ByteSource& items) {
  const auto known = calls_.find(head.call);
  if (known == calls_.end() || head.count == 0 || tickets_.contains(head.ticket)) {
    throw MalformedBytes("items of an unknown call");
  }
  const CallNumbers& numbers = known->second.numbers;
  PreparedFunction function = function_of(known->second);
  const TaskType& type = *function.image.type;
  Chunk chunk;
  chunk.count = head.count;
  const std::size_t size_bytes = items.remaining_bytes();
  BytesSink sink(chunk.bytes);
  std::byte* const bytes = sink.place(size_bytes);
  items.read(bytes, size_bytes);
  sink.finish();
  if (!has_items({bytes, size_bytes}, type.item_size_bytes, head.count)) {
    throw MalformedBytes("the bytes of items are not as many as their number says");
  }

  TaskOptions options;
  if (numbers.timeout != std::chrono::nanoseconds::zero()) options.timeout = numbers.timeout;
  options.retries = numbers.retries;
  CallSettings settings;
  settings.chunksize = numbers.chunksize;
  settings.first_item = head.first_number;
  settings.function_number = head.call;
  settings.cancellable = numbers.is_cancellable;
  settings.options = options.timeout || options.retries != 0 ? &options : nullptr;
  const double cost = group_->cost_of(function.image);
  settings.keep = type.result_size_bytes != 0 && cost != 0 && cost < short_nanoseconds ? Keep::all : Keep::as_they_come;

  ended_->make_room();
  const auto call = std::static_pointer_cast<GroupCall>(group_->begin(std::move(function), settings));
  const auto entry = tickets_.emplace(head.ticket, Ticket{head.call, call, head.count}).first;
  call->tell(ended_, head.ticket);
  try {
    group_->submit(*call, std::move(chunk), true);
  } catch (...) {
    tickets_.erase(entry);
    group_->end_input(*call);
    throw;
  }
}

void AgentWork::withdraw(std::uint64_t call) {
  for (auto& [number, ticket] : tickets_) {
    if (ticket.call == call) ticket.items->withdraw();
  }
}

void AgentWork::condemn(std::uint64_t call) {
  for (auto& [number, ticket] : tickets_) {
    if (ticket.call == call) group_->condemn(*ticket.items);
  }
}

void AgentWork::write_answer(ByteSink& sink, std::size_t position, ByteAnswer answer, const GroupCall& items) {
  AnswerKind kind = answer.kind == ByteAnswer::Kind::value ? AnswerKind::value : AnswerKind::exception;
  if (answer.kind == ByteAnswer::Kind::failure && answer.error == items.withdrawn) {
    kind = AnswerKind::returned;
  } else if (answer.kind == ByteAnswer::Kind::failure) {
    BytesSink error(answer.bytes);
    encode_exception(answer.error, "", error);
    error.finish();
    try {
      std::rethrow_exception(answer.error);
    } catch (const WorkerLost&) {
      kind = AnswerKind::lost;
    } catch (const BrokenPool&) {
      broken_ = answer.error;
    } catch (...) {  // is an exception like any other
    }
  }
  write(sink, AnswerHead{static_cast<std::uint32_t>(position), kind, answer.bytes.size_bytes()});
  copy_to(answer.bytes, sink);
}

void AgentWork::write_answers(std::uint64_t number, Ticket& ticket, StreamLink& link) {
  GroupCall& items = *ticket.items;
  const AnswersHead head{number, group_->cost_of(items.function)};
  if (items.keep == Keep::all && !items.failed()) {
    return link.send(MessageKind::values, [&](ByteSink& sink) {
      write(sink, head);
      std::vector<std::byte> values(ticket.count * items.table.fixed_size_bytes());
      items.take_all_fixed(values.data());
      sink.write(values.data(), values.size());
    });
  }
  link.send(MessageKind::answers, [&](ByteSink& sink) {
    write(sink, head);
    while (ticket.written != ticket.count) {
      if (!items.has_ended() && !items.wait(Call::Until::any_ended, 0, Clock::now())) break;
      const std::size_t position = items.keep == Keep::all ? ticket.written : items.take_next();
      write_answer(sink, position, items.take(position), items);
      ++ticket.written;
    }
  });
}

void AgentWork::write_ended(std::uint64_t number, StreamLink& link) {
  const auto entry = tickets_.find(number);
  if (entry == tickets_.end()) return;
  if (entry->second.written != entry->second.count) write_answers(number, entry->second, link);
  tickets_.erase(entry);
}

void AgentWork::write_some(StreamLink& link) {
  for (auto& [number, ticket] : tickets_) {
    const bool has_some = ticket.items->keep == Keep::as_they_come && ticket.count != 1 &&
                          ticket.items->wait(Call::Until::any_ended, 0, Clock::now());
    if (has_some) write_answers(number, ticket, link);
  }
}

}  // namespace multiprocessing::detail
