// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member
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
