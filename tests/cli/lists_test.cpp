#include "called.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace llmcalc::cli {
namespace lists_test {

using nlohmann::json;
using testing::HasSubstr;

TEST(ModelsCommand, ListsAndFilters) {
  const json all = json::parse(call({"models", "--format", "json"}).out);
  EXPECT_GE(all.size(), 180U);
  const json some = json::parse(call({"models", "LLAMA 3.1", "--format", "json"}).out);
  EXPECT_LT(some.size(), all.size());
  EXPECT_GE(some.size(), 3U);
  EXPECT_THAT(call({"models", "llama-3.1-8b"}).out, HasSubstr("8.03 B"));
}

TEST(DevicesCommand, ListsAndFilters) {
  const json all = json::parse(call({"devices", "--format", "json"}).out);
  EXPECT_GE(all.size(), 200U);
  const json one = json::parse(call({"devices", "rtx-4090", "--format", "json"}).out);
  EXPECT_EQ(one.at(0)["memory_bytes"], 25769803776);
}

TEST(FormatsCommand, ListsEveryFormatUnderTheKeyThatScenariosTake) {
  const json all = json::parse(call({"formats", "--format", "json"}).out);
  std::size_t weights = 0;
  for (const json& row : all) {
    if (row["use"] != "weights") continue;
    ++weights;
    const Called c = call({"estimate", "--model", "llama-3.2-1b", "--runtime", "transformers", "--weights",
                           row["key"].get<std::string>(), "--method", "article", "--format", "json"});
    EXPECT_EQ(c.status, 0) << row["key"] << c.errors;
  }
  EXPECT_EQ(weights, weight_formats.size() - 1 + gguf_mixes.size());
}

TEST(FrameworksCommand, ListsTheDefaultsOfEveryVersion) {
  const json all = json::parse(call({"frameworks", "--format", "json"}).out);
  std::size_t versions = 0;
  for (const FrameworkRow& row : training_frameworks) versions += row.versions.size();
  EXPECT_EQ(all.size(), versions);
  const auto trl = std::find_if(all.begin(), all.end(),
                                [](const json& row) { return row["framework"] == "trl" && row["from"] == "1.13"; });
  ASSERT_NE(trl, all.end());
  EXPECT_EQ((*trl)["loss"], "chunked-linear");
  EXPECT_EQ((*trl)["recomputation"], "full");
  const json trainer = json::parse(call({"frameworks", "trainer", "--format", "json"}).out);
  const auto row = [&](const char* from) {
    return *std::find_if(trainer.begin(), trainer.end(),
                         [&](const json& r) { return r["framework"] == "trainer" && r["from"] == from; });
  };
  EXPECT_EQ(row("5.4")["optimizer"], "adamw-fused");
  EXPECT_EQ(row("5.4")["batch"], "8");
  EXPECT_EQ(row("3")["optimizer"], "adamw");
  EXPECT_EQ(row("3")["attention"], "eager");
  EXPECT_EQ(json::parse(call({"frameworks", "nemo", "--format", "json"}).out).size(), 2U);
}

TEST(DefaultsCommand, PrintsAScenarioThatCanBeEvaluated) {
  const Called defaults = call({"defaults", "--format", "json"});
  ASSERT_EQ(defaults.status, 0) << defaults.errors;
  const Called given = call({"estimate", "--scenario", "-"}, defaults.out);
  ASSERT_EQ(given.status, 0) << given.errors;
  const Called plain = call({"estimate", "--format", "json"});
  EXPECT_EQ(json::parse(given.out), json::parse(plain.out));
}

TEST(DefaultsCommand, NamesEverySetting) {
  const Called c = call({"defaults"});
  for (const Field& field : fields) EXPECT_THAT(c.out, HasSubstr(std::string(field.path)));
}

TEST(VerifyCommand, ScoresTheShippedCases) {
  const Called c = call({"verify", "--file", "article"});
  EXPECT_EQ(c.status, 0) << c.errors;
  EXPECT_THAT(c.out, HasSubstr("inference.components.weights"));
  EXPECT_EQ(call({"verify", "--folder", "/does/not/exist"}).status, 2);
}

TEST(Lists, HaveEveryForm) {
  for (const char* list : {"models", "devices", "formats", "frameworks", "defaults"}) {
    for (const char* form : {"table", "json", "csv", "markdown"}) {
      const Called c = call({list, "--format", form});
      EXPECT_EQ(c.status, 0) << list << form << c.errors;
      EXPECT_FALSE(c.out.empty()) << list << form;
    }
  }
}

TEST(Lists, CheckNamesWhatWasReadBefore) {
  const json none = json::parse(call({"models", "--check", "1990-01-01", "--format", "json"}).out);
  for (const json& row : none) EXPECT_EQ(row.at("read"), "") << row;
  const json all = json::parse(call({"models", "--check", "2999-01-01", "--format", "json"}).out);
  EXPECT_GT(all.size(), 250U);
  const json tiny = json::parse(call({"models", "ling-3.0-tiny", "--check", "2026-12", "--format", "json"}).out);
  ASSERT_EQ(tiny.size(), 1U);
  EXPECT_EQ(tiny.at(0).at("read"), "2026-11-30");
  EXPECT_EQ(call({"models", "--check", "yesterday"}).status, 2);
}

TEST(Lists, SayThatLlmcalcPresetsNamesNoFolder) {
  setenv("LLMCALC_PRESETS", "/gone/presets", 1);
  for (const char* list : {"models", "devices"}) {
    const Called c = call({list});
    EXPECT_EQ(c.status, bad_input) << list;
    EXPECT_NE(c.errors.find("names no folder: /gone/presets"), std::string::npos) << c.errors;
  }
  unsetenv("LLMCALC_PRESETS");
}

}  // namespace lists_test
}  // namespace llmcalc::cli
