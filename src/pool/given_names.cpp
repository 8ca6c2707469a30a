// SPDX-License-Identifier: MIT
#include "pool/given_names.hpp"

#include "pool/result_writer.hpp"
#include "shm/tracked_names.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

class TakenNames final : public GivenNames {
 public:
  ~TakenNames() override {
    if (names_.empty()) return;
    try {
      TrackedNames& names = TrackedNames::of_this_process();  // a forked child has its own, without these
      for (const auto& [name, file] : names_) names.drop(name, file);
    } catch (...) {
    }
  }
  void keep() noexcept override { names_.clear(); }
  void take(const NamePassage& passage) {
    names_.emplace_back(passage.name, passage.file);
    bool is_taken = false;
    try {
      is_taken = TrackedNames::of_this_process().take(passage);
    } catch (...) {
      names_.pop_back();
      throw;
    }
    if (!is_taken) names_.pop_back();
  }

 private:
  std::vector<std::pair<std::string, std::uint64_t>> names_;
};

}  // namespace

GivenNames::~GivenNames() = default;

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

std::unique_ptr<GivenNames> take_names(const std::vector<NamePassage>& passages) {
  auto names = std::make_unique<TakenNames>();
  for (std::size_t index = 0; index != passages.size(); ++index) {
    try {
      names->take(passages[index]);
    } catch (...) {
      for (const NamePassage& passage : passages) end_passage(passage.name.c_str(), passage.file, passage.number);
      throw;
    }
  }
  return names;
}

std::optional<NamePassage> read_passage(const std::byte* data, std::size_t size_bytes) {
  if (size_bytes <= passage_words_bytes || size_bytes - passage_words_bytes >= shm_name_bytes) return std::nullopt;
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), data, sizeof words);
  std::string name(reinterpret_cast<const char*>(data) + sizeof words, size_bytes - sizeof words);
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos) return std::nullopt;
  return NamePassage{std::move(name), words[0], words[1]};
}

}  // namespace multiprocessing::detail
