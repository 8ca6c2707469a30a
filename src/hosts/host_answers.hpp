// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/host_dispatcher.hpp"

namespace multiprocessing::detail {

// Takes what the agents of the hosts send, and believes nothing before it was checked. Guarded by the group's mutex.
class HostAnswers {
 public:
  explicit HostAnswers(HostDispatcher& dispatcher) : dispatcher_(dispatcher) {}
  // Throws MalformedBytes for what the host cannot mean: it is to be lost then.
  void take(RemoteHost& host, const StreamLink::Message& message);

 private:
  void take_answers(RemoteHost& host, ByteSource& source);
  void take_answer(GivenItems& items, ByteSource& source, std::vector<bool>& is_returned);
  void take_values(RemoteHost& host, ByteSource& source);
  GivenItems* begin_answers(RemoteHost& host, ByteSource& source, AnswersHead& head);

  HostDispatcher& dispatcher_;
};

}  // namespace multiprocessing::detail
