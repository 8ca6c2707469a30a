// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "os/process_identity.hpp"
#include "shm/name_passage.hpp"

#include <optional>
#include <vector>

namespace multiprocessing::detail {

class ResultWriter;

// In a worker: the names in the answer that is being encoded.
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

// In the parent: takes over the names of an answer that has come. If one of them cannot be taken, none is, and
// std::system_error says why.
std::unique_ptr<GivenNames> take_names(const std::vector<NamePassage>& passages);

// How a passage is told to the parent.
inline constexpr std::size_t passage_words_bytes = 2 * sizeof(std::uint64_t);
std::optional<NamePassage> read_passage(const std::byte* data, std::size_t size_bytes);  // none: this is no passage

}  // namespace multiprocessing::detail
