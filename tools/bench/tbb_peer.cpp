// SPDX-License-Identifier: MIT
#include "tbb_peer.hpp"

#if BENCH_HAS_TBB
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace bench {

#if BENCH_HAS_TBB
namespace {

class Arena final : public TbbPeer {
 public:
  explicit Arena(int threads) : arena_(threads) {}
  void run(const measuring::Spin& task, const std::vector<int>& items, std::vector<int>& results) override {
    arena_.execute(
        [&] { tbb::parallel_for(std::size_t{0}, items.size(), [&](std::size_t i) { results[i] = task(items[i]); }); });
  }

 private:
  tbb::task_arena arena_;
};

}  // namespace

std::unique_ptr<TbbPeer> make_tbb_peer(int threads) { return std::make_unique<Arena>(threads); }
#else
std::unique_ptr<TbbPeer> make_tbb_peer(int) { return nullptr; }
#endif

}  // namespace bench
