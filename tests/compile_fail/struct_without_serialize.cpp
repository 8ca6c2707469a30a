// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); }, or, if it is a plain struct,
//   compile with Boost 1.75 or later
// Names: Point
// Needs: no boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

struct Point {
  double x = 0;
  double y = 0;
};

double norm(const Point& point) { return point.x * point.x + point.y * point.y; }

int main() {
  multiprocessing::Pool pool;
  pool.map(norm, {Point{1, 2}, Point{3, 4}});
}
