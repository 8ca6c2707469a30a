// SPDX-License-Identifier: MIT
#include "ipc/tracked_names.hpp"

#include <atomic>
#include <cerrno>
#include <system_error>

namespace multiprocessing::detail {

TrackedNames& TrackedNames::of_this_process() {
  static std::atomic<TrackedNames*> current = nullptr;
  TrackedNames* names = current.load();
  while (names == nullptr || names->mark_.inherited()) {
    // Never destroyed: objects of the program's that are may still unlink theirs.
    auto own = std::unique_ptr<TrackedNames>(new TrackedNames(names));
    if (current.compare_exchange_strong(names, own.get())) return *own.release();
  }
  return *names;
}

void TrackedNames::add(const std::string& name, std::uint64_t file) {
  const std::scoped_lock lock(mutex_);
  if (!table_) {
    table_ = std::make_unique<NameTable>();
    free_slots_.clear();
    free_slots_.reserve(NameTable::most);
    for (std::size_t slot = NameTable::most; slot != 0; --slot) free_slots_.push_back(slot - 1);
  }
  if (tracker_ && tracker_->has_ended()) tracker_.reset();
  try {
    if (!tracker_) tracker_ = std::make_unique<NameTracker>(*table_);
  } catch (...) {
    if (places_.empty()) table_.reset();
    throw;
  }
  if (free_slots_.empty()) forget_unlinked();
  if (free_slots_.empty()) {
    throw std::system_error(EMFILE, std::system_category(), "this process has too many names of shared memory");
  }
  if (!places_.try_emplace({name, file}, Place{free_slots_.back()}).second) return;
  table_->enter(free_slots_.back(), name, file);
  free_slots_.pop_back();
}

void TrackedNames::is_made(const std::string& name, std::uint64_t file) noexcept {
  const std::scoped_lock lock(mutex_);
  if (const auto found = places_.find({name, file}); found != places_.end()) found->second.is_made = true;
}

void TrackedNames::forget_unlinked() noexcept {
  std::erase_if(places_, [this](const auto& entry) {
    const auto& [key, place] = entry;
    if (!place.is_made || shm_file_number(key.first.c_str()) == key.second) return false;
    table_->leave(place.slot);
    free_slots_.push_back(place.slot);
    return true;
  });
}

void TrackedNames::remove(const std::string& name, std::uint64_t file) noexcept {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find({name, file});
  if (found == places_.end()) return;
  table_->leave(found->second.slot);
  free_slots_.push_back(found->second.slot);
  places_.erase(found);
  if (!places_.empty()) return;
  tracker_.reset();
  table_.reset();
}

}  // namespace multiprocessing::detail
