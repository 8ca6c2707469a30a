// SPDX-License-Identifier: MIT
// A lock that nobody else wants: what taking it and giving it back costs.
#include <multiprocessing/lock.hpp>

#include "figures.hpp"
#include "python_peer.hpp"

#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>

#include <new>

namespace bench {
namespace {

constexpr std::size_t times = 200'000;

template <class Lock>
Sampler taken_and_given_back(Lock& lock) {
  return per_item(times, [&lock] {
    for (std::size_t i = 0; i != times; ++i) {
      lock.lock();
      lock.unlock();
    }
  });
}

}  // namespace

std::vector<Row> measure_lock(const Setting& setting) {
  namespace ipc = boost::interprocess;
  PythonPeer python({"lock", std::to_string(times)}, times);
  const ipc::mapped_region memory = ipc::anonymous_shared_memory(sizeof(ipc::interprocess_mutex));
  ipc::interprocess_mutex& mutex = *::new (memory.get_address()) ipc::interprocess_mutex;
  multiprocessing::Lock ours;
  Row row{.subject = "Lock, acquire and release",
          .unit = "ns",
          .peer_name = "Boost interprocess_mutex",
          .limit = Limit::ratio,
          .goal = 1.5};
  compare(row, setting.samples, taken_and_given_back(ours), taken_and_given_back(mutex));
  return {row, python.compared({.subject = row.subject, .unit = "ns", .peer_name = "CPython Lock"}, setting.samples,
                               taken_and_given_back(ours))};
}

}  // namespace bench
