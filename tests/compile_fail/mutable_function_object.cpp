// SPDX-License-Identifier: MIT
// Refused: function objects are called as const: a mutable lambda or a non-const operator() would keep state that
//   differs from worker to worker; return what changed
// Names: Numbering
#include <multiprocessing/pool.hpp>

struct Numbering {
  int operator()(int item) { return item + ++count; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count);
  }
  int count = 0;
};

int main() {
  multiprocessing::Pool pool;
  pool.map(Numbering(), {1, 2, 3});
}
