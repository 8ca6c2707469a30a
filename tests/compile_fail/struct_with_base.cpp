// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only a plain struct needs
//   none: without constructors, bases, arrays, const or reference members, at most 100)
// Names: Circle
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

struct Point {
  double x = 0;
  double y = 0;
};
struct Circle : Point {
  double radius = 0;
};

double radius_of(const Circle& circle) { return circle.radius; }

int main() {
  multiprocessing::Pool pool;
  pool.map(radius_of, {Circle{}, Circle{}});
}
