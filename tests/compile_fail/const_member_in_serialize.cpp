// SPDX-License-Identifier: MIT
// Refused: serialize() passes something const to the archive, into which nothing can be loaded: make the member not
//   const
// Names: const int
#include <multiprocessing/pool.hpp>

struct Version {
  const int number = 1;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
};

int number_of(const Version& version) { return version.number; }

int main() {
  multiprocessing::Pool pool;
  const std::vector<int> numbers = pool.map(number_of, std::vector<Version>(2));
}
