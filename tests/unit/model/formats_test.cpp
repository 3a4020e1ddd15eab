// The rows of the number formats.

#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/model/formats.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

namespace llmcalc {
namespace formats_test {

/// What a large matrix takes, per weight.
double stored_bits(const WeightFormatRow& row) {
  const Bytes bytes = matrix_bytes({.format = row.id, .group = row.group}, 4096, 4096);
  return 8.0 * static_cast<double>(bytes.count) / (4096.0 * 4096.0);
}

TEST(WeightFormats, TypicalBitsAreWhatAMatrixTakes) {
  for (const WeightFormatRow& row : weight_formats) {
    if (row.id == WeightFormat::Gguf) continue;  // its bits are those of the mix
    const double most = row.id == WeightFormat::AsReleased ? 0 : 0.51;
    EXPECT_NEAR(stored_bits(row), row.typical_bits, most) << row.key;
  }
}

TEST(WeightFormats, QuantizedOnesSayHowTheirScalesAreLaidOut) {
  for (const WeightFormatRow& row : weight_formats) {
    EXPECT_EQ(row.bits == 0, row.scales == ScaleLayout::None) << row.key;
    EXPECT_EQ(row.scale_block.bytes != 0, row.scales == ScaleLayout::Blocks) << row.key;
  }
}

TEST(GgufMixes, RulesNameTypesOtherThanTheBaseOrStopAtIt) {
  // A rule after one that always holds would never be asked.
  const auto well_formed = [](const TypeRules& rules) {
    bool ended = false;
    for (const TypeRule& rule : rules) {
      if (ended && rule.when != When::Never) return false;
      ended = ended || rule.when == When::Always || rule.when == When::Never;
    }
    return true;
  };
  for (const GgufMixRow& row : gguf_mixes) {
    EXPECT_TRUE(well_formed(row.value)) << row.key;
    EXPECT_TRUE(well_formed(row.down)) << row.key;
    EXPECT_TRUE(well_formed(row.attention_output)) << row.key;
  }
}

TEST(GgmlTypes, FallBackToSmallerBlocks) {
  for (const GgmlTypeRow& row : ggml_types) {
    if (row.block.elements == 1) continue;
    EXPECT_LT(block_of(row.fallback).elements, row.block.elements) << row.key;
  }
}

TEST(KvFormats, AreFoundByLlamaCppsNames) {
  std::set<std::string_view> names;
  for (const KvFormatRow& row : kv_formats) EXPECT_TRUE(names.insert(llama_cpp_name(row.id)).second) << row.key;
  EXPECT_TRUE(names.contains("f16") && names.contains("f32") && names.contains("q8_0"));
}

}  // namespace formats_test
}  // namespace llmcalc
