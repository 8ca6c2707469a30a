// SPDX-License-Identifier: MIT
#include "pool/answer_table.hpp"

#include <gtest/gtest.h>

namespace multiprocessing::detail::answer_table_test {
namespace {

ByteAnswer text(const std::string& value) {
  ByteAnswer answer{.kind = ByteAnswer::Kind::value};
  answer.bytes.append(reinterpret_cast<const std::byte*>(value.data()), value.size());
  return answer;
}

std::string text_of(const ByteAnswer& answer) {
  std::string value(answer.bytes.size_bytes(), '\0');
  BytesSource(answer.bytes).read(reinterpret_cast<std::byte*>(value.data()), value.size());
  return value;
}

std::exception_ptr error(const char* what) { return std::make_exception_ptr(std::runtime_error(what)); }

std::string what_of(const ByteAnswer& answer) {
  try {
    if (answer.error) std::rethrow_exception(answer.error);
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
  return "no error";
}

void put_long(AnswerTable& table, std::size_t index, long value) {
  std::memcpy(table.places(index, 1).values, &value, sizeof value);
  table.wrote_fixed(1);
}

TEST(AnswerTable, ValuesOfFixedSizeComeToWhereTheCallerWantsThem) {
  const auto values = std::make_shared<std::vector<long>>(3);
  AnswerTable table(Keep::all, sizeof(long));
  table.put_fixed_into(values, values->data(), values->size());
  table.expect(3);
  EXPECT_EQ(table.places(1, 100).count, 2U);
  for (const std::size_t index : {2U, 0U, 1U}) put_long(table, index, static_cast<long>(index) + 10);
  EXPECT_EQ(*values, (std::vector<long>{10, 11, 12}));
  long value = 0;
  EXPECT_TRUE(table.take_fixed(2, &value));
  EXPECT_EQ(value, 12);
}

TEST(AnswerTable, MoreItemsThanThereArePlacesForAreRefused) {
  const auto values = std::make_shared<std::vector<long>>(3);
  AnswerTable table(Keep::all, sizeof(long));
  table.put_fixed_into(values, values->data(), values->size());
  EXPECT_THROW(table.expect(4), std::length_error);
  EXPECT_EQ(table.expected(), 0U);
}

TEST(AnswerTable, AnswersAreTakenInOrderWheneverTheyCame) {
  AnswerTable table(Keep::in_order, 0);
  table.expect(3);
  table.put(2, text("two"));
  EXPECT_FALSE(table.has(0));
  table.put(0, text("zero"));
  EXPECT_TRUE(table.has(0));
  EXPECT_EQ(text_of(table.take(0)), "zero");
  EXPECT_FALSE(table.has(1));
  table.put(1, text("one"));
  EXPECT_EQ(text_of(table.take(1)), "one");
  EXPECT_EQ(text_of(table.take(2)), "two");
  EXPECT_EQ(table.ended(), 3U);
  EXPECT_FALSE(table.failed());
}

TEST(AnswerTable, AnswersThatAreKeptAsTheyComeSayWhichItemTheyAreOf) {
  AnswerTable table(Keep::as_they_come, 0);
  table.expect(3);
  EXPECT_FALSE(table.has_next());
  table.put(2, text("two"));
  table.put_failures(0, 2, error("the rest"));
  std::vector<std::size_t> order;
  std::vector<std::string> answers;
  while (table.has_next()) {
    order.push_back(table.next());
    const ByteAnswer answer = table.take(table.next());
    answers.push_back(answer.kind == ByteAnswer::Kind::value ? text_of(answer) : what_of(answer));
  }
  EXPECT_EQ(order, (std::vector<std::size_t>{2, 0, 1}));
  EXPECT_EQ(answers, (std::vector<std::string>{"two", "the rest", "the rest"}));
  EXPECT_TRUE(table.failed());
}

TEST(AnswerTable, ValuesOfFixedSizeAreCopiedAsOneHoweverManyThereAre) {
  for (const std::size_t count : {1UL, 2UL, 3UL, (1UL << 16) + 2, (1UL << 17) + 3}) {
    AnswerTable table(Keep::all, sizeof(long));
    for (std::size_t first = 0; first < count; first += 1000) table.expect(std::min(first + 1000, count));
    for (std::size_t index = count; index-- != 0;) put_long(table, index, static_cast<long>(3 * index));
    std::vector<long> values(count);
    ASSERT_TRUE(table.copy_all_fixed(values.data()));
    for (std::size_t index = 0; index != count; ++index) ASSERT_EQ(values[index], static_cast<long>(3 * index));
    long last = 0;
    ASSERT_TRUE(table.take_fixed(count - 1, &last));
    EXPECT_EQ(last, static_cast<long>(3 * (count - 1)));
  }
}

TEST(AnswerTable, AmongValuesOfFixedSizeEachErrorIsThatOfItsOwnItem) {
  AnswerTable table(Keep::all, sizeof(long));
  table.expect(10);
  for (const std::size_t index : {0UL, 1UL, 5UL, 9UL}) put_long(table, index, static_cast<long>(index));
  table.put_failures(2, 3, error("two to four"));
  table.put_failures(6, 2, error("six and seven"));
  table.put(8, {.kind = ByteAnswer::Kind::exception, .bytes = text("encoded").bytes});
  EXPECT_EQ(table.ended(), 10U);

  std::vector<long> values(10);
  EXPECT_FALSE(table.copy_all_fixed(values.data()));
  long value = 0;
  for (const std::size_t index : {2UL, 3UL, 4UL, 6UL, 7UL, 8UL}) EXPECT_FALSE(table.take_fixed(index, &value));
  for (const std::size_t index : {0UL, 1UL, 5UL, 9UL}) {
    ASSERT_TRUE(table.take_fixed(index, &value));
    EXPECT_EQ(value, static_cast<long>(index));
  }
  EXPECT_EQ(what_of(table.take(3)), "two to four");
  EXPECT_EQ(what_of(table.take(7)), "six and seven");
  const ByteAnswer encoded = table.take(8);
  EXPECT_EQ(encoded.kind, ByteAnswer::Kind::exception);
  EXPECT_EQ(text_of(encoded), "encoded");
}

}  // namespace
}  // namespace multiprocessing::detail::answer_table_test
