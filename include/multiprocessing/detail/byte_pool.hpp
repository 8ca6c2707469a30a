// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_submission.hpp>
#include <multiprocessing/detail/pool_with.hpp>

namespace multiprocessing::detail {

// The calls of a pool over a ByteCore: Pool and SerialPool differ only in the core that they are made with.
template <class Pool>
class BytePool : public PoolInterface<Pool> {
 public:
  BytePool(BytePool&&) = default;
  BytePool& operator=(BytePool&& other) {
    if (this != &other) {
      if (core_) core_->leave_scope();
      core_ = std::move(other.core_);
    }
    return *this;
  }

 protected:
  explicit BytePool(std::shared_ptr<ByteCore> core) : core_(std::move(core)) {}
  ~BytePool() {
    if (core_) core_->leave_scope();
  }

 private:
  friend PoolInterface<Pool>;
  friend PoolWith<Pool>;
  PoolCore& pool_core() const {
    if (!core_) throw_no_pool();
    return *core_;
  }
  long default_buffersize(long chunksize) const { return core_->default_buffersize(chunksize); }
  template <class Work>
  using ResultFor = result_of_t<typename Work::Function, typename Work::Item, Work::spread>;
  template <class T>
  static constexpr bool crosses = std::is_void_v<T> || is_receivable<T>;
  template <class Work>
  static constexpr bool accepts = FunctionCodec<typename Work::Function>::is_sendable&& crosses<typename Work::Item>&&
      is_callable<typename Work::Function, typename Work::Item, Work::spread>&& crosses<ResultFor<Work>>;
  template <class Work>
  static constexpr void require_types() {
    using R = ResultFor<Work>;
    require_sendable_function<typename Work::Function>();
    require_sendable<typename Work::Item>();
    // One readable line is enough: if the item cannot arrive, calling f with it is not checked.
    if constexpr (crosses<typename Work::Item>) {
      require_callable<typename Work::Function, typename Work::Item, Work::spread>();
    }
    if constexpr (!std::is_void_v<R>) require_sendable<R>();
  }
  template <class Work>
  auto start(const typename Work::Function& f, const CallSettings& settings) {
    return ByteSubmission<typename Work::Function, typename Work::Item, Work::spread>(*core_, f, settings);
  }

  std::shared_ptr<ByteCore> core_;
};

}  // namespace multiprocessing::detail
