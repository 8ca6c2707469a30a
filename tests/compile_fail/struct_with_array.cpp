// SPDX-License-Identifier: MIT
// Refused: this type cannot be sent to another process, as it does not say how: give it a member template <class
//   Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only a plain struct needs
//   none: without constructors, bases, arrays, const or reference members, at most 100)
// Names: Matrix
// Needs: boost/pfr/core.hpp
#include <multiprocessing/pool.hpp>

struct Matrix {
  double rows[2][2] = {};
};

double trace(const Matrix& matrix) { return matrix.rows[0][0] + matrix.rows[1][1]; }

int main() {
  multiprocessing::Pool pool;
  pool.map(trace, {Matrix{}, Matrix{}});
}
