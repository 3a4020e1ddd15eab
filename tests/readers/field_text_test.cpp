#include "readers/field_text.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace llmcalc::io {
namespace field_text_test {

using nlohmann::json;

json value(std::string_view path, std::string_view text) { return value_of_text(*find_field(path), text); }

TEST(FieldText, ReadsNumbersWithAndWithoutSeparators) {
  EXPECT_EQ(value("serving.context", "8192"), 8192);
  EXPECT_EQ(value("serving.context", "8,192"), 8192);
  EXPECT_EQ(value("serving.context", "131_072"), 131072);
  EXPECT_EQ(value("serving.context", "-3"), -3);
  EXPECT_EQ(value("serving.context", "many"), "many");
  EXPECT_EQ(value("serving.gpu_memory_utilization", "0.95"), 0.95);
}

TEST(FieldText, ReadsAmountsOnlyWhereBytesAreMeant) {
  EXPECT_EQ(value("serving.kv_cache_memory_bytes", "2GiB"), 2147483648);
  EXPECT_EQ(value("overhead.context_bytes", "500 MB"), 500000000);
  EXPECT_EQ(value("serving.context", "2GiB"), "2GiB");
}

TEST(FieldText, ReadsSwitches) {
  for (const char* on : {"true", "ON", "yes", "1", ""}) EXPECT_EQ(value("weights.imatrix", on), true) << on;
  for (const char* off : {"false", "off", "No", "0"}) EXPECT_EQ(value("weights.imatrix", off), false) << off;
  EXPECT_EQ(value("weights.imatrix", "perhaps"), "perhaps");
}

TEST(FieldText, ReadsNothing) {
  EXPECT_EQ(value("serving.prompt", "none"), nullptr);
  EXPECT_EQ(value("serving.gpu_layers", "all"), nullptr);
  EXPECT_EQ(value("serving.draft_model", "none"), nullptr);
}

TEST(FieldText, TellsPresetsFromFiles) {
  EXPECT_EQ(value("model", "llama-3.1-8b"), "llama-3.1-8b");
  EXPECT_EQ(value("model", "./llama"), json({{"file", "./llama"}}));
  EXPECT_EQ(value("model", "x.gguf"), json({{"file", "x.gguf"}}));
  EXPECT_EQ(value("model", R"({"custom": {"layers": 2}})"), json({{"custom", {{"layers", 2}}}}));
}

TEST(FieldText, ReadsDevices) {
  EXPECT_EQ(value("device", "rtx-4090"), json({{"id", "rtx-4090"}}));
  EXPECT_EQ(value("device", "rtx-4090:2"), json({{"id", "rtx-4090"}, {"count", 2}}));
  EXPECT_EQ(value("device", "24GiB:4"), json({{"memory_bytes", 25769803776}, {"count", 4}}));
  EXPECT_EQ(value("device", "rtx-4090:2,12GiB"),
            json::array({{{"id", "rtx-4090"}, {"count", 2}}, {{"memory_bytes", 12884901888}}}));
}

TEST(FieldText, ReadsDevicesAsPeopleWriteThem) {
  const json unequal = json::array({{{"id", "rtx-3090"}, {"count", 1}}, {{"id", "rtx-3060"}, {"count", 1}}});
  EXPECT_EQ(value("device", "1 x rtx-3090 + 1 x rtx-3060"), unequal);
  EXPECT_EQ(value("device", "1 × rtx-3090, 1x rtx-3060"), unequal);
  EXPECT_EQ(value("device", "2 x 24GiB"), json({{"memory_bytes", 25769803776}, {"count", 2}}));
  EXPECT_EQ(value("device", "24GiB@1008GB/s"),
            json({{"memory_bytes", 25769803776}, {"bandwidth_bytes_per_second", 1008e9}}));
  EXPECT_EQ(value("device", "a+b"), json({{"id", "a+b"}})) << "an id may hold a plus sign";
  EXPECT_EQ(value("device", "3x"), json({{"id", "3x"}}));
}

TEST(FieldText, ReadsLengthsInThousandsOfTwoToTheTenth) {
  EXPECT_EQ(value("serving.context", "8k"), 8192);
  EXPECT_EQ(value("serving.context", "128K"), 131072);
  EXPECT_EQ(value("training.sequence", "1M"), 1048576);
  EXPECT_EQ(value("serving.context", "1.5k"), 1536);
  EXPECT_EQ(value("serving.sequences", "8k"), "8k") << "only tokens are counted so";
  EXPECT_EQ(value("serving.context", "k"), "k");
}

TEST(FieldText, ReadsWordsInAnyCase) {
  EXPECT_EQ(value("serving.runtime", "VLLM"), "vllm");
  EXPECT_EQ(value("serving.kv_format", "Q8_0"), "q8_0");
  EXPECT_EQ(value("weights.format", "q4_k_m"), "gguf:Q4_K_M");
  EXPECT_EQ(value("weights.format", "perhaps"), "perhaps");
}

TEST(FieldText, ACardSoldAs24GbHas24Gib) {
  EXPECT_EQ(value("device", "24GB"), json({{"memory_bytes", 25769803776}}));
  EXPECT_EQ(value("device", "2x24gb"), json({{"memory_bytes", 25769803776}, {"count", 2}}));
  EXPECT_EQ(value("device", "2x3090"), json({{"id", "3090"}, {"count", 2}}));
  EXPECT_EQ(value("device", "two 3090s"), json({{"id", "3090"}, {"count", 2}}));
  EXPECT_EQ(value("device", "Dual RTX 4090"), json({{"id", "RTX 4090"}, {"count", 2}}));
  EXPECT_EQ(value("device", "3090 x2"), json({{"id", "3090"}, {"count", 2}}));
  EXPECT_EQ(value("device", "7900 xtx"), json({{"id", "7900 xtx"}}));
}

TEST(FieldText, ARepositoryIsNoFolder) {
  EXPECT_EQ(value("model", "meta-llama/Llama-3.1-8B"), "meta-llama/Llama-3.1-8B");
  EXPECT_EQ(value("model", "https://huggingface.co/a/b"), "https://huggingface.co/a/b");
}

TEST(BytesOfText, TellsGibFromGb) {
  EXPECT_EQ(bytes_of_text("24GiB"), 24_GiB);
  EXPECT_EQ(bytes_of_text("24 gb"), 24_GB);
  EXPECT_EQ(bytes_of_text("1.5 MiB"), Bytes{1572864});
  EXPECT_EQ(bytes_of_text("1,000"), Bytes{1000});
  for (const char* none : {"", "GiB", "-1GB", "x GiB", "1e40 GiB", "nan GB"}) {
    EXPECT_EQ(bytes_of_text(none), std::nullopt) << none;
  }
}

}  // namespace field_text_test
}  // namespace llmcalc::io
