// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only a plain struct needs
//   none: without constructors, bases, arrays, const or reference members, at most 100)
// Names: Guarded
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

#include <mutex>

struct Guarded {
  std::mutex mutex;
  int value = 0;
};

int value_of(const Guarded& guarded) { return guarded.value; }

int main() {
  Guarded guarded;
  multiprocessing::Pool pool;
  pool.apply(value_of, guarded);
}
