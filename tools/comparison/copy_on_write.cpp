// SPDX-License-Identifier: MIT
#include "copy_on_write.hpp"

#include "turns.hpp"

#include <multiprocessing/process.hpp>
#include <multiprocessing/value.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <stdexcept>
#include <system_error>

namespace compare {
namespace {

namespace mp = multiprocessing;

constexpr std::size_t touched_bytes = 64 * mebibyte;

double us_per_mebibyte(const Ballast& memory, std::size_t size) {
  return 1e6 * seconds([&] { memory.touch(size); }) / static_cast<double>(size / mebibyte);
}

// Forked here and now; ends with this process.
mp::Process started(std::function<void()> body) {
  mp::Process child(std::move(body));
  child.set_daemon(true);
  child.start();
  return child;
}

double in_child(const Ballast& parent, std::size_t size) {
  const mp::RawValue<double> result(-1);
  mp::Process child = started([&] { result.set(us_per_mebibyte(parent, size)); });
  child.join();
  if (result.value() < 0) throw std::runtime_error("a child that writes to its parent's memory has died");
  return result.value();
}

double while_child_lives(const Ballast& parent, std::size_t size) {
  mp::Process child = started([] {
    for (;;) ::pause();
  });
  const double result = us_per_mebibyte(parent, size);
  child.kill();
  child.join();
  return result;
}

double after_child_has_ended(const Ballast& parent, std::size_t size) {
  mp::Process child = started([] {});
  child.join();
  return us_per_mebibyte(parent, size);
}

// The call alone, not the child.
double milliseconds_of_fork() {
  pid_t child = -1;
  const double result = 1e3 * seconds([&] {
                          child = ::fork();
                          if (child == 0) ::_exit(0);
                        });
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  ::waitpid(child, nullptr, 0);
  return result;
}

}  // namespace

std::vector<Measured> copy_on_write(const Ballast& parent, const Scale& scale) {
  const std::size_t size = std::min(touched_bytes, parent.size_bytes());
  const Ballast unshared(size);
  unshared.keep_from_children();
  std::vector<Measured> all =
      in_turn("touched",
              {{"never shared", 0, [&] { return us_per_mebibyte(unshared, size); }},
               {"in the child", 0, [&] { return in_child(parent, size); }},
               {"in the parent, while workers live", 0, [&] { return while_child_lives(parent, size); }},
               {"in the parent, after they have ended", 0, [&] { return after_child_has_ended(parent, size); }}},
              {.time = scale.time / 3});
  append(all, in_turn("forking", {{"fork", 0, milliseconds_of_fork}}, {.time = scale.time / 10}));
  return all;
}

}  // namespace compare
