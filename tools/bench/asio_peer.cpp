// SPDX-License-Identifier: MIT
#include "asio_peer.hpp"

#include "empty_task.hpp"

#include <utility>  // Boost 1.74's asio forgets it

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <future>
#include <vector>

namespace bench {

class AsioPeer::Threads : public boost::asio::thread_pool {
 public:
  using thread_pool::thread_pool;
};

AsioPeer::AsioPeer(int threads) : threads_(std::make_unique<Threads>(static_cast<std::size_t>(threads))) {}
AsioPeer::~AsioPeer() = default;

void AsioPeer::run(std::size_t tasks) {
  std::vector<std::future<int>> results;
  results.reserve(tasks);
  for (std::size_t i = 0; i != tasks; ++i) {
    std::promise<int> promise;
    results.push_back(promise.get_future());
    boost::asio::post(*threads_, [promise = std::move(promise), item = static_cast<int>(i)]() mutable {
      promise.set_value(measuring::empty_task(item));
    });
  }
  for (std::future<int>& result : results) result.get();
}

}  // namespace bench
