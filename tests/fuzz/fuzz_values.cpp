// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/archive.hpp>

#include <complex>
#include <limits>
#include <valarray>

#include "fuzz/allocation_meter.hpp"
#include "fuzz/fuzz_target.hpp"

namespace multiprocessing::tests {
namespace {

using namespace multiprocessing::detail;

struct Empty {};
enum class Colour : std::uint16_t { red, green };
struct Point {
  double x = 0;
  std::string name;
  std::optional<int> number;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(x, name, number);
  }
};
struct Tree {
  int value = 0;
  std::vector<Tree> children;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value, children);
  }
};
struct Chain {
  std::unique_ptr<Chain> next;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(next);
  }
};
using Wide = std::array<double, 500>;
struct Animal {
  virtual ~Animal() = default;
  virtual int legs() const = 0;
};
struct Dog : Animal {
  int legs() const override { return 4; }
  std::string name;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name);
  }
};
struct Puppy : Dog {
  std::shared_ptr<Animal> mother;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Dog>(this), mother);
  }
};
struct Stone {
  virtual ~Stone() = default;
  std::vector<long> weights;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(weights);
  }
};

}  // namespace
}  // namespace multiprocessing::tests

CEREAL_REGISTER_TYPE_WITH_NAME(multiprocessing::tests::Dog, "dog")
CEREAL_REGISTER_TYPE_WITH_NAME(multiprocessing::tests::Puppy, "puppy")
CEREAL_REGISTER_TYPE_WITH_NAME(multiprocessing::tests::Stone, "stone")
CEREAL_REGISTER_POLYMORPHIC_RELATION(multiprocessing::tests::Animal, multiprocessing::tests::Dog)

namespace multiprocessing::tests {
namespace {

Input contents(const Bytes& bytes) {
  Input input(bytes.size_bytes());
  BytesSource(bytes).read(input.data(), input.size());
  return input;
}

template <class T>
Input encoded(const T& value) {
  Bytes bytes;
  BytesSink sink(bytes);
  encode(sink, value);
  sink.finish();
  return contents(bytes);
}

// The bytes in many segments, as answers that came in pieces lie.
Bytes in_segments(std::span<const std::byte> input) {
  Bytes bytes;
  for (const std::byte& byte : input) bytes.append(&byte, 1);
  return bytes;
}

// A value, or an error that the caller of the task sees; never one that says how much was asked of the memory.
template <class T>
bool decodes(ByteSource& source, T& value, std::size_t size_bytes) {
  const AllocationMeter meter;
  bool whole = true;
  try {
    decode_into(source, value);
  } catch (const std::length_error& error) {
    throw Finding(std::string("a length was believed: ") + error.what());
  } catch (const std::bad_alloc& error) {
    throw Finding(std::string("a length was believed: ") + error.what());
  } catch (const std::exception&) {
    whole = false;
  }
  meter.expect_for(size_bytes, 64, 40960);
  return whole;
}

// What encoding it once more does not touch: an object that has been written already.
using SharedTwo = std::tuple<std::shared_ptr<int>, std::shared_ptr<std::string>>;
template <class T>
void look_at(const T&) {}
void look_at(const SharedTwo& value) {
  const auto& text = std::get<1>(value);
  if (text) require(std::string(*text).size() == text->size(), "a text is not as long as it says");
}

template <class T>
void decode_both_ways(std::span<const std::byte> input) {
  T value{};
  BytesSource source(input.data(), input.size());
  const bool whole = decodes(source, value, input.size());

  T again{};
  const Bytes bytes = in_segments(input);
  BytesSource pieces(bytes);
  require(decodes(pieces, again, input.size()) == whole, "it depends on the segments whether it is a value");
  require(!whole || source.remaining_bytes() == pieces.remaining_bytes(), "it depends on the segments how long it is");
  if (!whole) return;
  look_at(value);
  require(encoded(value) == encoded(again), "it depends on the segments which value it is");
}

// A type that the decoders of a program may be made for: the first byte of the input chooses it.
struct Case {
  void (*run)(std::span<const std::byte>);
  std::vector<Input> samples;
};
template <class T>
void add(std::vector<Case>& cases, const std::vector<T>& values) {
  Case one{decode_both_ways<T>, {}};
  for (const T& value : values) one.samples.push_back(encoded(value));
  cases.push_back(std::move(one));
}
template <class T>
void add_one(std::vector<Case>& cases, const T& value) {
  cases.push_back({decode_both_ways<T>, {encoded(value)}});
}

// A pointer to a base with one to its own type: the same object, or refused.
using Animals =
    std::tuple<std::shared_ptr<Animal>, std::shared_ptr<Dog>, std::unique_ptr<Animal>, std::shared_ptr<Stone>>;
void look_at(const Animals& animals) {
  const auto& [animal, dog, only, stone] = animals;
  require(!animal || animal->legs() == 4, "an animal is none");
  require(!dog || std::string(dog->name).size() == dog->name.size(), "a name is not as long as it says");
  require(!only || only->legs() == 4, "an animal is none");
  const Stone* const found = stone.get();
  require(found == nullptr || typeid(*found) == typeid(Stone), "a stone is none");
}

std::shared_ptr<std::string> text(const char* content) { return std::make_shared<std::string>(content); }

// At the end, as the files of the corpus know them by number.
std::vector<Case> make_cases() {
  std::vector<Case> cases;
  add<int>(cases, {0, -1});
  add<std::string>(cases, {"", "text", std::string(100, 'x')});
  add<std::vector<int>>(cases, {{}, {1, 2, 3}, std::vector<int>(1500, 7)});
  add<std::vector<std::string>>(cases, {{}, {"a", "", std::string(50, 'b')}});
  add<std::tuple<bool, Colour, std::string, long double>>(cases, {{true, Colour::green, "text", 1}});
  add<std::map<std::string, std::vector<int>>>(cases, {{{"a", {1}}, {"b", {}}}});
  add<std::optional<std::string>>(cases, {std::nullopt, "text"});
  add<std::variant<int, std::string, std::vector<double>>>(cases, {7, "text", std::vector<double>{1, 2}});
  add<std::vector<bool>>(cases, {{}, {true, false, true}});
  add<std::vector<Empty>>(cases, {std::vector<Empty>(9)});
  add<std::vector<Point>>(cases, {{{1, "a", 2}, {3, "b", std::nullopt}}});
  add<Tree>(cases, {{1, {{2, {}}, {3, {{4, {}}}}}}});
  add<std::vector<Wide>>(cases, {{Wide{}}});
  add<std::list<std::pair<int, std::string>>>(cases, {{{1, "a"}, {2, "b"}}});
  add<std::deque<std::string>>(cases, {{"a", "b"}});
  add<std::forward_list<long>>(cases, {{1, 2, 3}});
  add<std::set<std::string>>(cases, {{"a", "b"}});
  add<std::multimap<int, char>>(cases, {{{1, 'a'}, {1, 'b'}}});
  add<std::vector<std::shared_ptr<std::string>>>(cases, {{text("a"), nullptr, text("b")}});
  add<SharedTwo>(cases, {{std::make_shared<int>(7), text("a")}});
  add<std::bitset<40>>(cases, {std::bitset<40>(77)});
  add<std::valarray<double>>(cases, {{1, 2, 3}});
  add<std::filesystem::path>(cases, {"/a/b"});
  add<std::complex<double>>(cases, {{1, 2}});
  add<std::queue<int>>(cases, {std::queue<int>({1, 2})});
  add<std::vector<std::vector<std::vector<std::string>>>>(cases, {{{{"a"}, {}}, {{"b", "c"}}}});
  add<std::chrono::steady_clock::duration>(cases, {std::chrono::steady_clock::duration(7)});
  add<std::unordered_map<int, int>>(cases, {{{1, 2}}});
  add<std::vector<double>>(cases, {{1, std::numeric_limits<double>::quiet_NaN()}});
  Chain chain;
  for (int link = 0; link != 3; ++link) chain.next = std::make_unique<Chain>(Chain{std::move(chain.next)});
  add_one(cases, chain);
  const auto puppy = std::make_shared<Puppy>();
  puppy->name = "a";
  puppy->mother = std::make_shared<Dog>();
  add_one(cases, Animals(puppy, puppy, std::make_unique<Dog>(), std::make_shared<Stone>()));
  add<std::vector<std::exception_ptr>>(cases, {{std::make_exception_ptr(std::range_error("r")), nullptr}});
  add<std::tuple<std::error_code, std::error_condition>>(cases, {{std::make_error_code(std::errc::timed_out), {}}});
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = make_cases();
  return all;
}

std::vector<Input> samples() {
  std::vector<Input> all;
  for (std::size_t number = 0; number != cases().size(); ++number) {
    for (const Input& sample : cases()[number].samples) {
      all.push_back({static_cast<std::byte>(number)});
      all.back().insert(all.back().end(), sample.begin(), sample.end());
    }
  }
  return all;
}

void fuzz_value(std::span<const std::byte> input) {
  if (input.empty()) return;
  cases()[static_cast<std::size_t>(input[0]) % cases().size()].run(input.subspan(1));
}

}  // namespace

const FuzzTarget value_target{"value", fuzz_value, samples};

}  // namespace multiprocessing::tests
