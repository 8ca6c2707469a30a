// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/archive.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace multiprocessing::tests {

struct Instrument {
  virtual ~Instrument() = default;
  virtual int strings() const = 0;
};
struct Lute : Instrument, std::enable_shared_from_this<Lute> {
  int strings() const override { return count; }
  template <class Archive>
  void serialize(Archive& archive, std::uint32_t) {
    archive(count);
  }
  int count = 15;
};
struct Orchestra : Instrument {
  int strings() const override { return 0; }
  std::vector<std::shared_ptr<Instrument>> instruments;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(instruments);
  }
};

}  // namespace multiprocessing::tests

CEREAL_CLASS_VERSION(multiprocessing::tests::Lute, 3)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Lute)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Orchestra)
CEREAL_REGISTER_POLYMORPHIC_RELATION(multiprocessing::tests::Instrument, multiprocessing::tests::Lute)
CEREAL_REGISTER_POLYMORPHIC_RELATION(multiprocessing::tests::Instrument, multiprocessing::tests::Orchestra)

namespace multiprocessing::tests {
namespace {

using namespace multiprocessing::detail;

// The same objects, and the same maps of what is registered, in several threads at once.
TEST(Encoding, OfTheSamePolymorphicObjectsInSeveralThreadsIsNoRace) {
  const auto orchestra = std::make_shared<Orchestra>();
  orchestra->instruments = {std::make_shared<Lute>(), std::make_shared<Orchestra>(), nullptr};
  const std::shared_ptr<Instrument> shared = orchestra;
  std::vector<std::jthread> threads;

  for (int number = 0; number != 4; ++number) {
    threads.emplace_back([&] {
      for (int round = 0; round != 200; ++round) {
        Bytes bytes;
        BytesSink sink(bytes);
        encode(sink, shared);
        sink.finish();
        BytesSource source(bytes);
        const auto arrived = std::dynamic_pointer_cast<Orchestra>(decode<std::shared_ptr<Instrument>>(source));
        ASSERT_NE(arrived, nullptr);
        ASSERT_EQ(arrived->instruments.at(0)->strings(), 15);
      }
    });
  }
}

}  // namespace
}  // namespace multiprocessing::tests
