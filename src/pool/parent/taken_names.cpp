// SPDX-License-Identifier: MIT
#include "pool/parent/taken_names.hpp"

#include "shm/tracked_names.hpp"

#include <string>
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

}  // namespace multiprocessing::detail
