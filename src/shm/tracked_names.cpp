// SPDX-License-Identifier: MIT
#include "shm/tracked_names.hpp"

#include <atomic>
#include <cerrno>
#include <system_error>

namespace multiprocessing::detail {

TrackedNames& TrackedNames::of_this_process() {
  static std::atomic<TrackedNames*> current = nullptr;
  TrackedNames* names = current.load();
  while (names == nullptr || names->mark_.inherited()) {
    // Never destroyed: while the program ends, destructors of its objects may still unlink names.
    auto own = std::unique_ptr<TrackedNames>(new TrackedNames(names));
    if (current.compare_exchange_strong(names, own.get())) return *own.release();
  }
  return *names;
}

void TrackedNames::add(const std::string& name, std::uint64_t file) {
  const MutexLock lock(mutex_);
  if (!table_) {
    free_slots_.clear();
    free_slots_.reserve(NameTable::most);
    table_ = std::make_unique<NameTable>();
    for (std::size_t slot = NameTable::most; slot != 0; --slot) free_slots_.push_back(slot - 1);
  }
  if (tracker_ && tracker_->has_ended()) tracker_.reset();
  try {
    if (!tracker_) tracker_ = std::make_unique<NameTracker>(*table_);
  } catch (...) {
    if (entries_.empty()) table_.reset();
    throw;
  }
  if (free_slots_.empty()) forget_unlinked();
  if (free_slots_.empty()) {
    throw std::system_error(EMFILE, std::system_category(), "this process has too many names of shared memory");
  }
  if (!entries_.try_emplace({name, file}, Entry{free_slots_.back()}).second) return;
  table_->enter(free_slots_.back(), name, file);
  free_slots_.pop_back();
}

void TrackedNames::is_made(const std::string& name, std::uint64_t file) noexcept {
  const MutexLock lock(mutex_);
  if (const auto found = entries_.find(KeyView(name, file)); found != entries_.end()) found->second.is_made = true;
}

bool TrackedNames::is_over(const Key& key, const Entry& entry) const noexcept {
  if (entry.passage != 0) return !is_under_way(key.second, entry.passage);
  return entry.is_made && shm_file_number(key.first.c_str()) != key.second;
}

void TrackedNames::forget_unlinked() noexcept {
  std::erase_if(entries_, [this](const auto& named) MULTIPROCESSING_REQUIRES(mutex_) {
    const auto& [key, entry] = named;
    if (!is_over(key, entry)) return false;
    table_->leave(entry.slot);
    free_slots_.push_back(entry.slot);
    return true;
  });
}

void TrackedNames::remove(const std::string& name, std::uint64_t file) noexcept {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(KeyView(name, file));
  if (found == entries_.end()) return;
  // The tracker must still look after a name that is under way.
  if (found->second.passage != 0 && !is_over(found->first, found->second)) return;
  table_->leave(found->second.slot);
  free_slots_.push_back(found->second.slot);
  entries_.erase(found);
  if (!entries_.empty()) return;
  tracker_.reset();
  table_.reset();
}

TrackedNames::Entry* TrackedNames::own_entry(const std::string& name, std::uint64_t file,
                                             const ProcessIdentity& heir) noexcept {
  const auto found = entries_.find(KeyView(name, file));
  const bool is_own = found != entries_.end() && found->second.is_made && found->second.passage == 0;
  return is_own && heir.pid != 0 && heir.pid != mark_.owner() ? &found->second : nullptr;
}

std::uint64_t TrackedNames::begin_passage(const std::string& name, std::uint64_t file,
                                          const ProcessIdentity& heir) noexcept {
  const MutexLock lock(mutex_);
  Entry* const entry = own_entry(name, file, heir);
  if (entry == nullptr) return 0;
  const std::uint64_t number = random_number() | 1;
  table_->pass(entry->slot, heir, number);
  return number;
}

int TrackedNames::give(const NamePassage& passage) noexcept {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(KeyView(passage.name, passage.file));
  if (found == entries_.end()) return ENOENT;
  if (const int error = link_shm(passage.name.c_str(), passage_name(passage.number).data()); error != 0) return error;
  table_->give(found->second.slot);
  found->second.passage = passage.number;
  return 0;
}

bool TrackedNames::take(const NamePassage& passage) {
  const auto is_there = [&] { return shm_file_number(passage.name.c_str()) == passage.file; };
  if (!is_under_way(passage.file, passage.number)) return false;
  const bool is_new = is_there() && [&] {
    const MutexLock lock(mutex_);
    return !entries_.contains(KeyView(passage.name, passage.file));
  }();
  if (is_new) {
    try {
      add(passage.name, passage.file);
    } catch (...) {
      end_passage(passage.name.c_str(), passage.file, passage.number);
      throw;
    }
    is_made(passage.name, passage.file);
  }
  unlink_shm(passage_name(passage.number).data());
  return is_new;
}

void TrackedNames::drop(const std::string& name, std::uint64_t file) noexcept {
  {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(KeyView(name, file));
    if (found == entries_.end() || found->second.passage != 0) return;
    if (shm_file_number(name.c_str()) == file) unlink_shm(name.c_str());
  }
  remove(name, file);
}

void TrackedNames::keep_for(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept {
  const MutexLock lock(mutex_);
  if (Entry* const entry = own_entry(name, file, heir)) table_->keep(entry->slot, heir);
}

}  // namespace multiprocessing::detail
