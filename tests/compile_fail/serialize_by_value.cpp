// SPDX-License-Identifier: MIT
// Refused: this type has a serialize(), or save() and load(), that cannot be called: it must be public, or befriend
//   cereal::access, and take its archive by reference: template <class Archive> void serialize(Archive& archive) {
//   archive(first_member, second_member); }
// Names: Point
#include <multiprocessing/queue.hpp>

struct Point {
  int x = 0;
  template <class Archive>
  void serialize(Archive archive) {
    archive(x);
  }
};

int main() {
  const multiprocessing::Queue<Point> queue;
  queue.put(Point());
}
