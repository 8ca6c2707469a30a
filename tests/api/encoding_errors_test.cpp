// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <list>
#include <map>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::encoding_errors_test {
namespace {

enum class Fails { never, to_save, to_load, to_save_half_way };

constexpr std::size_t large = 3'000'000;

// Says at which step it cannot go on.
struct Parcel {
  Fails fails = Fails::never;
  std::vector<int> content = {};
  template <class Archive>
  void save(Archive& archive) const {
    archive(static_cast<int>(fails));
    if (fails == Fails::to_save) throw std::domain_error("this parcel is too heavy");
    if (fails == Fails::to_save_half_way) {
      archive(std::vector<int>(large, 5));
      throw std::domain_error("this parcel broke half-way");
    }
    archive(content);
  }
  template <class Archive>
  void load(Archive& archive) {
    int number = 0;
    archive(number);
    fails = static_cast<Fails>(number);
    if (fails == Fails::to_load) throw std::domain_error("this parcel does not open");
    archive(content);
  }
};

// Announces more than it sends.
template <class Container>
struct Liar {
  template <class Archive>
  void save(Archive& archive) const {
    archive(cereal::make_size_tag(std::uint64_t{1} << 60));
  }
  template <class Archive>
  void load(Archive& archive) {
    Container container;
    archive(container);
  }
};

// Reads more than it writes.
struct Greedy {
  int first = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(first);
  }
  template <class Archive>
  void load(Archive& archive) {
    std::array<long, 100> more{};
    archive(first, more);
  }
};

int size_of(const Parcel& parcel) { return static_cast<int>(parcel.content.size()); }
Parcel wrap(Fails fails) { return {fails, {1, 2, 3}}; }

template <class P>
class EncodingErrors : public ::testing::Test {
 protected:
  P pool_{2};
};
TYPED_TEST_SUITE(EncodingErrors, EveryBytePool, PoolNames);

TYPED_TEST(EncodingErrors, AnArgumentThatCannotBeSavedCostsItsItem) {
  for (const Fails fails : {Fails::to_save, Fails::to_save_half_way}) {
    for (const long chunksize : {1L, 2L, 100L}) {
      const std::vector<Parcel> parcels{{Fails::never, {1}}, {fails}, {Fails::never, {1, 2}}, {fails}, {Fails::never}};

      const auto outcomes = this->pool_.try_map(size_of, parcels, chunksize);

      ASSERT_EQ(outcomes.size(), 5u);
      EXPECT_EQ(outcomes[0].value(), 1);
      EXPECT_EQ(outcomes[2].value(), 2);
      EXPECT_EQ(outcomes[4].value(), 0);
      for (const std::size_t index : {1u, 3u}) {
        ASSERT_NE(outcomes[index].template error_as<PicklingError>(), nullptr);
        EXPECT_EQ(outcomes[index].index(), index);
        EXPECT_NE(outcomes[index].message().find("Parcel"), std::string::npos) << outcomes[index].message();
        EXPECT_NE(outcomes[index].message().find(": this parcel"), std::string::npos) << outcomes[index].message();
      }
      EXPECT_THROW(this->pool_.map(size_of, parcels, chunksize), PicklingError);
    }
  }
  EXPECT_THROW(this->pool_.apply(size_of, Parcel{Fails::to_save}), PicklingError);
  auto result = this->pool_.apply_async(size_of, Parcel{Fails::to_save});
  EXPECT_THROW(result.get(), PicklingError);
  auto results = this->pool_.imap(size_of, {Parcel{Fails::to_save}, Parcel{Fails::never, {1}}});
  EXPECT_THROW(results.next(), PicklingError);
  EXPECT_EQ(results.next(), 1);
}

TYPED_TEST(EncodingErrors, AnArgumentThatCannotBeLoadedCostsItsItem) {
  for (const long chunksize : {1L, 2L, 100L}) {
    const auto outcomes = this->pool_.try_map(
        size_of, {Parcel{Fails::never, {1}}, Parcel{Fails::to_load, {1, 2, 3}}, Parcel{Fails::never, {1, 2}}},
        chunksize);

    EXPECT_EQ(outcomes[0].value(), 1);
    EXPECT_EQ(outcomes[2].value(), 2);
    ASSERT_NE(outcomes[1].template error_as<PicklingError>(), nullptr) << outcomes[1].message();
    EXPECT_NE(outcomes[1].message().find("does not open"), std::string::npos) << outcomes[1].message();
  }
  EXPECT_THROW(this->pool_.apply(size_of, Parcel{Fails::to_load, std::vector<int>(large)}), PicklingError);
  EXPECT_EQ(this->pool_.apply(size_of, Parcel{Fails::never, std::vector<int>(large)}), static_cast<int>(large));
}

TYPED_TEST(EncodingErrors, AResultThatCannotBeSentCostsItsItem) {
  for (const Fails fails : {Fails::to_save, Fails::to_load, Fails::to_save_half_way}) {
    for (const long chunksize : {1L, 2L, 100L}) {
      auto outcomes = this->pool_.try_map(wrap, {Fails::never, fails, Fails::never, fails, Fails::never}, chunksize);

      for (const std::size_t index : {0u, 2u, 4u}) {
        EXPECT_EQ(outcomes[index].value().content, (std::vector{1, 2, 3}));
      }
      for (const std::size_t index : {1u, 3u}) {
        ASSERT_NE(outcomes[index].template error_as<MaybeEncodingError>(), nullptr) << outcomes[index].message();
        EXPECT_NE(outcomes[index].message().find(": this parcel"), std::string::npos) << outcomes[index].message();
      }
    }
    for (int again = 0; again != 20; ++again) EXPECT_THROW(this->pool_.apply(wrap, fails), MaybeEncodingError);
    EXPECT_THROW(this->pool_.apply_async(wrap, fails).get(), MaybeEncodingError);
    EXPECT_EQ(this->pool_.apply(wrap, Fails::never).content.size(), 3u);
  }
}

TYPED_TEST(EncodingErrors, ContainersOfHostileSizeAllocateNothing) {
  const auto take = [](const auto&) { return 1; };

  EXPECT_THROW(this->pool_.apply(take, Liar<std::vector<int>>()), PicklingError);
  EXPECT_THROW(this->pool_.apply(take, Liar<std::string>()), PicklingError);
  EXPECT_THROW(this->pool_.apply(take, Liar<std::vector<std::vector<int>>>()), PicklingError);
  EXPECT_THROW(this->pool_.apply(take, Liar<std::vector<bool>>()), PicklingError);
  EXPECT_THROW(this->pool_.apply(take, Liar<std::list<char>>()), PicklingError);
  EXPECT_THROW((this->pool_.apply(take, Liar<std::map<int, int>>())), PicklingError);
  EXPECT_THROW(this->pool_.apply([] { return Liar<std::vector<double>>(); }), MaybeEncodingError);
  EXPECT_THROW(this->pool_.apply([] { return Liar<std::string>(); }), MaybeEncodingError);
  EXPECT_EQ(this->pool_.apply(take, 1), 1);
}

TYPED_TEST(EncodingErrors, ALoadThatReadsTooMuchReadsNothingOfTheNextItem) {
  const auto first = [](const Greedy& greedy) { return greedy.first; };

  for (const auto& outcome : this->pool_.try_map(first, std::vector<Greedy>(10), 10)) {
    EXPECT_NE(outcome.template error_as<PicklingError>(), nullptr) << outcome.message();
  }
  EXPECT_THROW(this->pool_.apply([] { return Greedy(); }), MaybeEncodingError);
}

TYPED_TEST(EncodingErrors, AHundredBadItemsDoNotHoldUpAHundredGoodOnes) {
  std::vector<AsyncResult<int>> bad;
  std::vector<AsyncResult<int>> good;
  for (int number = 0; number != 100; ++number) {
    bad.push_back(this->pool_.apply_async(size_of, Parcel{Fails::to_save}));
    good.push_back(this->pool_.apply_async(size_of, Parcel{Fails::never, {number}}));
  }

  for (auto& result : bad) EXPECT_THROW(result.get(), PicklingError);
  for (auto& result : good) EXPECT_EQ(result.get(), 1);
}

TYPED_TEST(EncodingErrors, AFunctionWhoseStateCannotBeSavedOrLoadedFailsEachItem) {
  const auto first = [](const Parcel& parcel, int number) { return size_of(parcel) + number; };

  for (const Fails fails : {Fails::to_save, Fails::to_load}) {
    const auto outcomes = this->pool_.try_map(partial(first, Parcel{fails}), {1, 2, 3}, 1);
    for (const auto& outcome : outcomes) {
      EXPECT_NE(outcome.template error_as<PicklingError>(), nullptr) << outcome.message();
    }
  }
  EXPECT_EQ(this->pool_.map(partial(first, Parcel{Fails::never, {1}}), {1, 2}), (std::vector{2, 3}));
}

}  // namespace
}  // namespace multiprocessing::tests::encoding_errors_test
