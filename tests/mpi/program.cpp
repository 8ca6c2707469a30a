// SPDX-License-Identifier: MIT
// What the checks of tests/mpi run under a launcher, or by itself:
//
//   program work         maps, with an initializer, a throw, a crash, and two pools at a time
//   program errors       what the constructor refuses
//   program forgotten    a pool without init(): prints what the constructor says
//   program loss SECONDS maps naps for about that long: whoever runs it kills a host meanwhile
//   program crash        ends by abort() while a pool works
//
// The last line is "ok" if all was as it should be.
#include <multiprocessing/init.hpp>
#include <multiprocessing/mpi.hpp>
#include <multiprocessing/multiprocessing.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mp = multiprocessing;

namespace {

using namespace std::chrono_literals;

int factor = 1;

void set_factor(int value) { factor = value; }
long times(long value) { return value * factor; }
long nap(long milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}
long refuse(long value) {
  if (value == 7) throw std::out_of_range("seven");
  return value;
}
long crash(long value) {
  if (value == 3) std::abort();
  return value;
}
std::string same(const std::string& text) { return text; }

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("not so: %s\n", what);
  std::exit(1);
}

std::vector<long> up_to(long end) {
  std::vector<long> numbers(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void work() {
  mp::mpi::Pool pool({.processes = 2, .initializer = mp::partial(set_factor, 3)});
  std::set<std::string> hosts;
  for (const mp::mpi::Worker& worker : pool.workers()) hosts.insert(worker.host);
  std::printf("%zu workers on", pool.workers().size());
  for (const std::string& host : hosts) std::printf(" %s", host.c_str());
  std::printf("\n");
  expect(static_cast<int>(hosts.size()) == mp::mpi::hosts(), "each rank has a name of its own");
  expect(static_cast<int>(pool.workers().size()) == 2 * mp::mpi::hosts(), "two workers on each");

  const std::vector<long> numbers = up_to(10'000);
  const std::vector<long> products = pool.map(times, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) expect(products[i] == 3 * numbers[i], "map with an initializer");
  const std::string text(std::size_t{3} << 20, 'x');
  expect(pool.map(same, std::vector<std::string>(20, text)) == std::vector<std::string>(20, text), "large items");
  try {
    pool.map(refuse, numbers);
    expect(false, "the exception of a task arrives");
  } catch (const std::out_of_range& error) {
    expect(std::string_view(error.what()).starts_with("seven"), "the exception of a task arrives");
  }
  std::size_t lost = 0;
  for (auto& outcome : pool.try_map(crash, up_to(10))) lost += outcome ? 0u : 1u;
  expect(lost == 1, "a crash costs one item");
  mp::mpi::Pool second({.processes = 1});
  auto late = second.map_async(nap, std::vector<long>(4, 50));
  expect(pool.apply(times, 5L) == 15, "one pool while another works");
  expect(late.get() == std::vector<long>(4, 50), "a second pool");
}

template <class Error, class Act>
void expect_throw(Act act) {
  try {
    act();
  } catch (const Error& error) {
    std::printf("as it should be: %s\n", error.what());
    return;
  }
  expect(false, "the constructor throws");
}

void throw_it() { throw std::runtime_error("no table"); }

void errors() {
  const int here = factor;
  expect_throw<mp::PicklingError>([here] { mp::mpi::Pool({.initializer = [here] { factor = here; }}); });
  expect_throw<mp::BrokenPool>([] { mp::mpi::Pool({.processes = 1, .initializer = throw_it}); });
  expect_throw<std::invalid_argument>([] { mp::mpi::Pool({.processes = 0}); });
}

void loss(long seconds) {
  mp::mpi::Pool pool({.processes = 2, .host_timeout = 3s});
  const auto workers = static_cast<long>(pool.workers().size());
  const std::vector<long> naps(static_cast<std::size_t>(workers * seconds * 20), 50);
  std::printf("begins\n");
  std::fflush(stdout);
  expect(pool.map(nap, naps) == naps, "each item is answered");
  std::printf("%zu of %ld workers are left\n", pool.workers().size(), workers);
}

void forgotten() {
  expect_throw<std::logic_error>([] { mp::mpi::Pool(); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "work";
  if (what == "forgotten") {
    forgotten();
  } else {
    mp::init(argc, argv);
  }
  if (what == "work") work();
  if (what == "errors") errors();
  if (what == "loss") loss(argc > 2 ? std::atol(argv[2]) : 5);
  if (what == "crash") {
    mp::mpi::Pool pool({.processes = 1});
    auto naps = pool.map_async(nap, std::vector<long>(1'000, 100));
    std::this_thread::sleep_for(500ms);
    std::abort();
  }
  std::printf("ok\n");
  return 0;
}
