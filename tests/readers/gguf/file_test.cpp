#include "readers/gguf/file.hpp"

#include "support/gguf_builder.hpp"
#include "support/issues.hpp"

#include <gtest/gtest.h>

namespace llmcalc::io {
namespace gguf_file_test {

using tests::first_issue;
using tests::GgufBuilder;
using tests::has_issue;
using tests::TempFolder;

Result<GgufSet> read(const std::string& head, std::uint64_t hole = 0) {
  const TempFolder folder;
  return read_gguf(folder.write("m.gguf", head, hole));
}
Result<GgufSet> read(const GgufBuilder& file) { return read(file.header(), file.data_bytes()); }

const std::string u32_kind = GgufBuilder::number<std::uint32_t>(4);

TEST(GgufFile, ReadsEveryKindOfMetadata) {
  GgufBuilder file;
  const auto n = [](auto value) { return GgufBuilder::number(value); };
  file.raw("u8", 0, n(std::uint8_t{200})).raw("i8", 1, n(std::uint8_t{0xFF})).raw("u16", 2, n(std::uint16_t{65535}));
  file.raw("i16", 3, n(std::uint16_t{0xFFFE})).u32("u32", 4'000'000'000).raw("i32", 5, n(std::uint32_t{0xFFFFFFFD}));
  file.raw("f32", 6, n(std::uint32_t{0x3FC00000})).flag("bool", true).string("string", "text");
  file.i32_list("list", {8, 0, -1}).raw("u64", 10, n(std::uint64_t{1} << 40)).raw("i64", 11, n(~std::uint64_t{3}));
  file.raw("f64", 12, n(std::uint64_t{0x3FF8000000000000})).string_list("tokens", 3, "ab");
  file.raw("nested", 9,
           n(std::uint32_t{9}) + n(std::uint64_t{2}) + u32_kind + n(std::uint64_t{1}) + "abcd" + u32_kind +
               n(std::uint64_t{0}));
  file.u32("after", 7);
  const auto set = read(file);
  ASSERT_TRUE(set) << first_issue(set);
  const auto value = [&](const char* key) { return find_entry(set->metadata, key)->value; };
  EXPECT_EQ(std::get<std::uint64_t>(value("u8")), 200U);
  EXPECT_EQ(std::get<std::int64_t>(value("i8")), -1);
  EXPECT_EQ(std::get<std::uint64_t>(value("u16")), 65535U);
  EXPECT_EQ(std::get<std::int64_t>(value("i16")), -2);
  EXPECT_EQ(whole_number(set->metadata, "u32"), 4'000'000'000U);
  EXPECT_EQ(std::get<std::int64_t>(value("i32")), -3);
  EXPECT_EQ(std::get<double>(value("f32")), 1.5);
  EXPECT_TRUE(std::get<bool>(value("bool")));
  EXPECT_EQ(text_of(set->metadata, "string"), "text");
  EXPECT_EQ(std::get<GgufList>(value("list")).numbers, (std::vector<std::int64_t>{8, 0, -1}));
  EXPECT_EQ(whole_number(set->metadata, "u64"), std::uint64_t{1} << 40);
  EXPECT_EQ(std::get<std::int64_t>(value("i64")), -4);
  EXPECT_EQ(std::get<double>(value("f64")), 1.5);
  EXPECT_EQ(std::get<GgufList>(value("tokens")).count, 3U);
  EXPECT_EQ(std::get<GgufList>(value("nested")).count, 2U);
  EXPECT_EQ(whole_number(set->metadata, "after"), 7U);
  EXPECT_FALSE(whole_number(set->metadata, "i32"));
}

TEST(GgufFile, SizesEveryGgmlType) {
  GgufBuilder file;
  std::uint64_t expected = 0;
  for (const GgmlTypeRow& row : ggml_types) {
    file.tensor(std::string(row.key), row.id, {512, 3, 2});
    expected += std::uint64_t{512} * 3 * 2 / row.block.elements * row.block.bytes;
  }
  const auto set = read(file);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensor_bytes(), expected);
  EXPECT_TRUE(set->oddities.empty());
  for (const GgufTensorInfo& tensor : set->tensors) EXPECT_EQ(row_of(*tensor.type).key, tensor.name);
}

TEST(GgufFile, ReadsVersion2AndRefusesOthers) {
  EXPECT_TRUE(read(GgufBuilder{}.version(2).tensor("a", GgmlType::F32, {4})));
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.version(1)), "m.gguf", "version 1, which is no longer in use"));
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.version(4)), "m.gguf", "newer than the known ones"));
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.version(0x03000000)), "m.gguf", "big-endian"));
  EXPECT_TRUE(has_issue(read("GGML1234"), "m.gguf", "does not start with GGUF"));
  EXPECT_TRUE(has_issue(read(""), "m.gguf", "does not start with GGUF"));
}

TEST(GgufFile, RefusesEveryTruncationOfTheHeader) {
  GgufBuilder file;
  file.string("general.architecture", "llama")
      .i32_list("list", {1, 2})
      .string_list("tokens", 2, "x")
      .tensor("a", GgmlType::F32, {8, 8});
  const std::string head = file.header();
  ASSERT_TRUE(read(head, file.data_bytes()));
  for (std::size_t length = 0; length < head.size(); ++length) EXPECT_FALSE(read(head.substr(0, length))) << length;
}

TEST(GgufFile, RefusesTruncatedTensorData) {
  GgufBuilder file;
  file.tensor("a", GgmlType::Q4_K, {256, 4}).tensor("b", GgmlType::Q4_K, {256, 4});
  EXPECT_TRUE(has_issue(read(file.header(), file.data_bytes() - 1), "m.gguf: b",
                        "ends at byte 1152 of the tensor data, the file holds 1151"));
}

TEST(GgufFile, RefusesHugeCountsWithoutReservingMemory) {
  const auto n = [](std::uint64_t value) { return GgufBuilder::number(value); };
  const std::string start = "GGUF" + GgufBuilder::number<std::uint32_t>(3);
  EXPECT_TRUE(has_issue(read(start + n(UINT64_MAX) + n(0)), "m.gguf", "18446744073709551615 tensors"));
  EXPECT_TRUE(has_issue(read(start + n(0) + n(UINT64_MAX)), "m.gguf", "18446744073709551615 metadata entries"));
  EXPECT_TRUE(has_issue(read(start + n(0) + n(1) + n(UINT64_MAX - 7), 100), "metadata entry 1",
                        "a text is 18446744073709551608 bytes"));
  GgufBuilder list;
  list.raw("x", 9, GgufBuilder::number<std::uint32_t>(10) + n(UINT64_MAX / 8));
  EXPECT_TRUE(has_issue(read(list), "x", "a list of 2305843009213693951"));
  GgufBuilder text_list;
  text_list.raw("x", 9, GgufBuilder::number<std::uint32_t>(8) + n(1) + n(UINT64_MAX));
  EXPECT_TRUE(has_issue(read(text_list.header(), 64), "x", "18446744073709551615 bytes long"));
}

TEST(GgufFile, StopsWalkingAListInAHoleOfAHugeFile) {
  GgufBuilder file;  // 12 billion empty texts: all zeros, which a sparse file gives for nothing
  file.raw("tokens", 9, GgufBuilder::number<std::uint32_t>(8) + GgufBuilder::number<std::uint64_t>(12'000'000'000));
  EXPECT_TRUE(has_issue(read(file.header(), 100'000'000'000), "tokens", "longer than"));
}

TEST(GgufFile, RefusesDeepNesting) {
  std::string value;
  for (int i = 0; i < 100'000; ++i)
    value += GgufBuilder::number<std::uint32_t>(9) + GgufBuilder::number<std::uint64_t>(1);
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.raw("x", 9, value)), "x", "nested deeper"));
}

TEST(GgufFile, RefusesUnknownKindsAndTooManyDimensions) {
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.raw("x", 13, "")), "x", "unknown kind, 13"));
  EXPECT_TRUE(
      has_issue(read(GgufBuilder{}.raw("x", 9, GgufBuilder::number<std::uint32_t>(99) + std::string(8, '\0'))), "x",
                "list of an unknown kind"));
  EXPECT_TRUE(
      has_issue(read(GgufBuilder{}.raw_tensor("t", {1, 1, 1, 1, 1}, 0, 0).header(), 64), "t", "has 5 dimensions"));
}

TEST(GgufFile, RefusesBadSizesOffsetsAndTypesAllAtOnce) {
  GgufBuilder file;
  file.raw_tensor("wide", {std::uint64_t{1} << 40, std::uint64_t{1} << 40}, 0, 0);
  file.raw_tensor("odd", {33}, 2, 0)
      .raw_tensor("unaligned", {1}, 0, 7)
      .raw_tensor("far", {1}, 0, std::uint64_t{1} << 63);
  file.raw_tensor("old", {32}, 31, 0)
      .raw_tensor("first", {16}, 0, 0)
      .raw_tensor("second", {16}, 0, 32)
      .raw_tensor("second", {1}, 0, 128);
  const auto set = read(file.header(), 256);
  EXPECT_TRUE(has_issue(set, "wide", "too large to be real"));
  EXPECT_TRUE(has_issue(set, "odd", "do not divide into blocks of 32 (Q4_0)"));
  EXPECT_TRUE(has_issue(set, "unaligned", "not a multiple of the alignment 32"));
  EXPECT_TRUE(has_issue(set, "far", "outside the file"));
  EXPECT_TRUE(has_issue(set, "old", "Q4_0_4_4 (31), which GGML no longer has"));
  EXPECT_TRUE(has_issue(set, "second", "overlaps 'first'"));
  EXPECT_TRUE(has_issue(set, "second", "described twice"));
}

TEST(GgufFile, MeasuresTensorsOfUnknownTypes) {
  GgufBuilder file;
  file.raw_tensor("a", {256}, 139, 0).raw_tensor("b", {256}, 139, 160).raw_tensor("c", {8}, 0, 320);
  const auto set = read(file.header(), 352);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors[0].bytes, 160U);
  EXPECT_EQ(set->tensors[1].bytes, 160U);
  EXPECT_FALSE(set->tensors[0].type);
  EXPECT_EQ(set->oddities.size(), 1U);
}

TEST(GgufFile, HonoursTheAlignmentAndRefusesBadOnes) {
  GgufBuilder file;
  file.alignment(4096).tensor("a", GgmlType::F32, {1}).tensor("b", GgmlType::F32, {1});
  const auto set = read(file);
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensors[1].offset, 4096U);
  for (const std::uint32_t bad : {0U, 3U, 24U, 1U << 21}) {
    EXPECT_TRUE(has_issue(read(GgufBuilder{}.u32("general.alignment", bad)), "general.alignment", "power of two"))
        << bad;
  }
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.string("general.alignment", "x")), "general.alignment", "power of two"));
}

TEST(GgufFile, RefusesAKeyGivenTwice) {
  EXPECT_TRUE(has_issue(read(GgufBuilder{}.u32("x", 1).u32("x", 2)), "x", "given twice"));
}

TEST(GgufFile, ShowsBrokenNamesHarmlessly) {
  const auto set = read(GgufBuilder{}.raw_tensor("\x1B[2J\xFF", {33}, 2, 0).header(), 64);
  EXPECT_TRUE(has_issue(set, "\\x1B[2J\\xFF", "do not divide"));
}

TEST(GgufFile, ReadsAFileWithoutExtension) {
  const TempFolder folder;
  const auto set = read_gguf(GgufBuilder{}.tensor("a", GgmlType::F16, {8}).write(folder, "sha256-0123456789abcdef"));
  ASSERT_TRUE(set) << first_issue(set);
  EXPECT_EQ(set->tensor_bytes(), 16U);
}

}  // namespace gguf_file_test
}  // namespace llmcalc::io
