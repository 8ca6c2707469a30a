// SPDX-License-Identifier: MIT
// Refused: this type cannot be received: it needs a default constructor, into which cereal loads; or send a
//   std::unique_ptr to it and give it cereal's load_and_construct()
// Names: Celsius
#include <multiprocessing/pool.hpp>

struct Celsius {
  explicit Celsius(double degrees_) : degrees(degrees_) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(degrees);
  }
  double degrees;
};

double to_kelvin(const Celsius& temperature) { return temperature.degrees + 273.15; }

int main() {
  multiprocessing::Pool pool;
  pool.map(to_kelvin, {Celsius(0), Celsius(100)});
}
