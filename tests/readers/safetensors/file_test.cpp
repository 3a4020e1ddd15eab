#include "readers/safetensors/file.hpp"

#include "readers/problems.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace llmcalc::io {
namespace safetensors_file_test {

namespace fs = std::filesystem;
using tests::first_issue;
using tests::has_issue;
using tests::safetensors_header;
using tests::SafetensorsBuilder;
using tests::TempFolder;

Result<SafetensorsSet> read_one(const std::string& json, std::uint64_t data_bytes) {
  const TempFolder folder;
  return read_safetensors(folder.write("model.safetensors", safetensors_header(json), data_bytes));
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[)" + shape + R"(],"data_offsets":[)" + offsets +
         "]}";
}

TEST(SafetensorsFile, ReadsNamesTypesShapesAndPlaces) {
  const TempFolder folder;
  const fs::path file = SafetensorsBuilder{}
                            .bf16("a", {2, 3})
                            .add("b", "F8_E4M3", {5}, 8)
                            .add("c", "F4", {2, 4}, 4)
                            .write(folder, "m.safetensors");
  const Result<SafetensorsSet> set = read_safetensors(file);
  ASSERT_TRUE(set) << first_issue(set);
  ASSERT_EQ(set->tensors.size(), 3U);
  EXPECT_EQ(set->tensors[0].name, "a");
  EXPECT_EQ(set->tensors[0].shape, (Shape{2, 3}));
  EXPECT_EQ(set->tensors[0].bytes, 12U);
  EXPECT_EQ(set->tensors[1].type, StoredType::F8E4M3);
  EXPECT_EQ(set->tensors[1].begin, 12U);
  EXPECT_EQ(set->tensors[2].bytes, 4U);
  EXPECT_TRUE(set->oddities.empty());
}

TEST(SafetensorsFile, KeepsMetadataAndScalars) {
  const Result<SafetensorsSet> set =
      read_one(R"({"__metadata__":{"format":"pt"},)" + tensor("x", "F32", "", "0,4") + "}   ", 4);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->metadata.front(), (std::pair<std::string, std::string>("format", "pt")));
  EXPECT_EQ(set->tensors[0].shape.elements(), 1U);
}

TEST(SafetensorsFile, RefusesATruncatedFileAndSaysHowMuchIsMissing) {
  const auto set = read_one("{" + tensor("x", "F32", "10", "0,40") + "}", 30);
  EXPECT_TRUE(has_issue(set, "", "10 missing"));
  EXPECT_TRUE(has_issue(set, "x", "outside the file"));
}

TEST(SafetensorsFile, RefusesAFileShorterThanItsLength) {
  const TempFolder folder;
  EXPECT_TRUE(has_issue(read_safetensors(folder.write("a.safetensors", "1234")), "a.safetensors", "too short"));
  EXPECT_TRUE(has_issue(read_safetensors(folder.write("b.safetensors", "")), "b.safetensors", "too short"));
}

TEST(SafetensorsFile, RefusesAnAbsurdHeaderLengthWithoutReadingIt) {
  const TempFolder folder;
  const std::string huge(8, '\xFF');
  EXPECT_TRUE(has_issue(read_safetensors(folder.write("a.safetensors", huge + "{}")), "a.safetensors",
                        "18446744073709551615 bytes long"));
  const std::string four_gigabytes("\0\0\0\0\x01\0\0\0{", 9);
  EXPECT_TRUE(has_issue(read_safetensors(folder.write("b.safetensors", four_gigabytes, 5'000'000'000)),
                        "b.safetensors", "at most 100000000"));
}

TEST(SafetensorsFile, RefusesOverlapsRangesAndOverflow) {
  EXPECT_TRUE(
      has_issue(read_one("{" + tensor("a", "U8", "8", "0,8") + "," + tensor("b", "U8", "8", "4,12") + "}", 12), "b",
                "overlaps 'a'"));
  EXPECT_TRUE(has_issue(read_one("{" + tensor("a", "U8", "8", "8,0") + "}", 8), "a", "backwards"));
  EXPECT_TRUE(
      has_issue(read_one("{" + tensor("a", "F16", "8", "0,8") + "}", 8), "a", "need 16 bytes, data_offsets give 8"));
  EXPECT_TRUE(
      has_issue(read_one("{" + tensor("a", "F64", "4294967296,4294967296", "0,8") + "}", 8), "a", "too large"));
  EXPECT_TRUE(has_issue(read_one("{" + tensor("a", "F64", "2305843009213693952", "0,0") + "}", 8), "a", "too large"));
  EXPECT_TRUE(has_issue(read_one("{" + tensor("a", "U8", "1", "18446744073709551614,18446744073709551615") + "}", 8),
                        "a", "outside"));
  EXPECT_TRUE(has_issue(read_one("{" + tensor("a", "F4", "3", "0,1") + "}", 8), "a", "whole byte"));
}

TEST(SafetensorsFile, AcceptsAZeroSizeBesideAHugeOne) {
  const auto set = read_one(
      "{" + tensor("a", "F64", "0,18446744073709551615,9", "0,0") + "," + tensor("b", "U8", "1", "0,1") + "}", 1);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors[0].shape.elements(), 0U);
}

TEST(SafetensorsFile, RefusesDuplicateNamesAndKeys) {
  EXPECT_TRUE(has_issue(read_one("{" + tensor("a", "U8", "1", "0,1") + "," + tensor("a", "U8", "1", "1,2") + "}", 2),
                        "a", "twice"));
  EXPECT_TRUE(has_issue(read_one(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1), "a",
                        "'dtype' twice"));
}

TEST(SafetensorsFile, RefusesTextThatIsNotUtf8AndShowsItHarmlessly) {
  const auto broken = read_one("{\"a\xFF\":{}}", 1);
  EXPECT_TRUE(has_issue(broken, "", "not valid JSON"));
  const auto control = read_one(R"({"\u001b[31m":7})", 1);
  EXPECT_TRUE(has_issue(control, "\\x1B[31m", "must be an object"));
}

TEST(SafetensorsFile, RefusesDeepNestingWithoutRecursion) {
  EXPECT_TRUE(has_issue(read_one(R"({"a":{"x":)" + std::string(1'000'000, '['), 1), "", "nested deeper"));
  EXPECT_TRUE(has_issue(read_one(std::string(1'000'000, '['), 1), "", "must be a JSON object"));
}

TEST(SafetensorsFile, NamesEveryFieldThatIsWrong) {
  const auto set = read_one(
      R"({"a":7,"b":{},"c":{"dtype":"X9","shape":[-1],"data_offsets":[0]},"d":{"dtype":1,"shape":{},"data_offsets":[0,1.5]},
                              "e":[1],"__metadata__":{"k":[1]}})",
      9);
  EXPECT_TRUE(has_issue(set, "a", "must be an object"));
  EXPECT_TRUE(has_issue(set, "b", "has no dtype"));
  EXPECT_TRUE(has_issue(set, "b", "has no shape"));
  EXPECT_TRUE(has_issue(set, "b", "has no data_offsets"));
  EXPECT_TRUE(has_issue(set, "c", "unknown dtype 'X9'"));
  EXPECT_TRUE(has_issue(set, "c", "shape holds a negative number"));
  EXPECT_TRUE(has_issue(set, "d", "dtype holds a number"));
  EXPECT_TRUE(has_issue(set, "d", "an object where a value"));
  EXPECT_TRUE(has_issue(set, "e", "is a list"));
  EXPECT_TRUE(has_issue(set, "__metadata__", "must hold text only"));
}

TEST(SafetensorsFile, KeepsTheNumberOfIssuesSmall) {
  std::string json = "{";
  for (int i = 0; i < 10'000; ++i) json += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  const auto set = read_one(json + "}", 1);
  ASSERT_FALSE(set);
  EXPECT_EQ(set.issues().size(), Problems::kept + 1);
  EXPECT_NE(set.issues().back().what.find("9968 more"), std::string::npos);
}

TEST(SafetensorsFile, CountsBytesThatBelongToNoTensor) {
  const auto set = read_one("{" + tensor("a", "U8", "8", "8,16") + "}", 20);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->parts[0].unused_bytes, 12U);
  EXPECT_EQ(set->oddities.size(), 1U);
}

TEST(SafetensorsFile, MultipliesSizesPastTheSixthTogether) {
  const auto set = read_one("{" + tensor("a", "U8", "1,1,1,1,1,2,3,4", "0,24") + "}", 24);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors[0].shape.rank(), 6U);
  EXPECT_EQ(set->tensors[0].shape.back(), 24U);
}

}  // namespace safetensors_file_test
}  // namespace llmcalc::io
