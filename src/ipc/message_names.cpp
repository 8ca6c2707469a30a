// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/message_names.hpp>

#include "os/process_identity.hpp"
#include "shm/tracked_names.hpp"

namespace multiprocessing::detail {

MessagesMaker::MessagesMaker() {
  const ProcessIdentity self = identity_of_this_process();
  pid = self.pid;
  started_ticks = self.started_ticks;
}

void MessageNames::note(const std::string& name, std::uint64_t file) {
  TrackedNames::of_this_process().keep_for(name, file, {maker_.pid, maker_.started_ticks});
}

}  // namespace multiprocessing::detail
