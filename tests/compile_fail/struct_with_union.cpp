// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only a plain struct needs
//   none: without constructors, bases, arrays, const or reference members, at most 100)
// Names: Either
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

union Either {
  int number = 0;
  float fraction;
};
struct Tagged {
  bool is_number = true;
  Either value;
};

bool is_number(const Tagged& tagged) { return tagged.is_number; }

int main() {
  multiprocessing::Pool pool;
  pool.map(is_number, {Tagged{}, Tagged{}});
}
