// SPDX-License-Identifier: MIT
#pragma once

#include "spin.hpp"

#include <memory>
#include <vector>

namespace bench {

// oneTBB's parallel_for with this many threads, the caller among them. Make it after the pools have forked: TBB does
// not support forks.
class TbbPeer {
 public:
  virtual ~TbbPeer() = default;
  virtual void run(const measuring::Spin& task, const std::vector<int>& items, std::vector<int>& results) = 0;
};

// nullptr if this program was built without oneTBB.
std::unique_ptr<TbbPeer> make_tbb_peer(int threads);

}  // namespace bench
