// SPDX-License-Identifier: MIT
// Refused: cereal does not know how to save and load it; give it a serialize() member
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
