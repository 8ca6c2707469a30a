// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only a plain struct needs
//   none: without constructors, bases, arrays, const or reference members, at most 100)
// Names: Version
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

struct Version {
  const int number = 1;
};

int number_of(const Version& version) { return version.number; }

int main() {
  multiprocessing::Pool pool;
  pool.map(number_of, {Version{1}, Version{2}});
}
