// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_interface.hpp>

namespace multiprocessing::detail {

// The object that pool.with(options) returns: the pool's members, with the options for each item. It refers to the
// pool.
template <class Pool>
class PoolWith : public PoolInterface<PoolWith<Pool>> {
 public:
  PoolWith(Pool& pool, TaskOptions options) : pool_(&pool), options_(std::move(options)) {}
  PoolWith(const PoolWith& other) : PoolWith(*other.pool_, other.options_) {}
  auto with(TaskOptions options) const { return pool_->with(std::move(options)); }  // instead of those given before

 private:
  friend PoolInterface<PoolWith>;
  PoolCore& pool_core() const { return pool_->pool_core(); }
  long default_buffersize(long chunksize) const { return pool_->default_buffersize(chunksize); }
  template <class Work>
  using ResultFor = typename Pool::template ResultFor<Work>;
  template <class Work>
  static constexpr bool accepts = Pool::template accepts<Work>;
  template <class Work>
  static constexpr void require_types() {
    Pool::template require_types<Work>();
  }
  template <class Work>
  auto start(typename Work::Function& f, CallSettings settings) {
    settings.options = &options_;
    return pool_->template start<Work>(f, settings);
  }

  Pool* pool_;
  TaskOptions options_;
};

}  // namespace multiprocessing::detail
