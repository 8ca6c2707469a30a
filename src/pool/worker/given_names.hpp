// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "os/process_identity.hpp"
#include "shm/name_passage.hpp"

#include <vector>

namespace multiprocessing::detail {

class ResultWriter;

// The names of shared memory in the answer that is being encoded.
class NamesToGive final : public SentNames {
 public:
  void note(const std::string& name, std::uint64_t file) override { noted_.push_back({name, file, 0}); }
  void clear() { noted_.clear(); }
  // Called before the answer is finished. Throws std::system_error if a name cannot be given away: it would go with
  // this worker.
  void give(const ProcessIdentity& owner, ResultWriter& writer) {
    if (!noted_.empty()) give_each(owner, writer);
  }

 private:
  void give_each(const ProcessIdentity& owner, ResultWriter& writer);

  std::vector<NamePassage> noted_;
};

}  // namespace multiprocessing::detail
