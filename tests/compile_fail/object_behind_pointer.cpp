// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); }, or, if it is a plain struct,
//   compile with Boost 1.75 or later
// Names: Circle
// Needs: no boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

#include <memory>

struct Circle {
  virtual ~Circle() = default;
  double radius = 1;
};

double radius_of(const std::shared_ptr<Circle>& circle) { return circle->radius; }

int main() {
  multiprocessing::Pool pool;
  pool.apply(radius_of, std::make_shared<Circle>());
}
