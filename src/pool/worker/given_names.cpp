// SPDX-License-Identifier: MIT
#include "pool/worker/given_names.hpp"

#include "pool/worker/result_writer.hpp"
#include "shm/tracked_names.hpp"

#include <cerrno>
#include <system_error>

namespace multiprocessing::detail {

// The parent hears of each passage before it exists, and gets the answer after that: at whatever moment this worker
// dies, the parent or this worker's tracker looks after the name.
void NamesToGive::give_each(const ProcessIdentity& owner, ResultWriter& writer) {
  for (NamePassage& passage : noted_) {
    TrackedNames& names = TrackedNames::of_this_process();
    passage.number = names.begin_passage(passage.name, passage.file, owner);
    if (passage.number == 0) continue;
    writer.announce(passage);
    const int error = names.give(passage);
    // If somebody has unlinked the name, the answer goes without it.
    if (error != 0 && error != ENOENT) {
      throw std::system_error(error, std::system_category(), "cannot give away shared memory \"" + passage.name + '"');
    }
  }
}

}  // namespace multiprocessing::detail
