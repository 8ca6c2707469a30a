// SPDX-License-Identifier: MIT
// Refused: a raw pointer cannot be sent to another process: it would arrive dangling; send the value itself, a
//   std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it
// Names: int*
#include <multiprocessing/pool.hpp>

struct Node {
  int value = 0;
  int* place = &value;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, place);
  }
};

int value_of(const Node& node) { return *node.place; }

int main() {
  multiprocessing::Pool pool;
  const std::vector<int> values = pool.map(value_of, std::vector<Node>(2));
}
