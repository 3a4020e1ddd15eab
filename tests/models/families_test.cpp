// The table of families: what its rows refer to exists, and what they spell out can be read.

#include "models/blocks.hpp"
#include "models/fields.hpp"
#include "models/registry.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace families_test {

using namespace llmcalc;
using namespace llmcalc::models;

TEST(Families, EveryModelTypeHasOneRow) {
  const auto& rows = families();
  ASSERT_FALSE(rows.empty());
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i - 1].model_type, rows[i].model_type);
}

TEST(Families, RowsThatAreLikeAnotherNameOneThatIsNot) {
  for (const FamilyRow& row : families()) {
    if (row.like.empty()) continue;
    const FamilyRow* other = find_family(row.like);
    ASSERT_NE(other, nullptr) << row.model_type;
    EXPECT_TRUE(other->like.empty()) << row.model_type;
  }
}

TEST(Families, NamesAreRulesFromLlamasToTheFamilys) {
  for (const FamilyRow& row : families()) {
    for (const NameRule& rule : name_rules(row.names)) {
      EXPECT_FALSE(rule.from.empty()) << row.model_type;
      EXPECT_FALSE(rule.to.empty()) << row.model_type;
      EXPECT_NE(rule.from, rule.to) << row.model_type;
      EXPECT_EQ((rule.from + rule.to).find_first_of("> "), std::string::npos) << row.model_type << ' ' << rule.from;
    }
  }
}

TEST(Families, QuirksAreThoseOfTheRow) {
  EXPECT_EQ(quirks_of("qwen2").graph(), LlamaGraph::Qwen2);
  EXPECT_TRUE(quirks_of("qwen2").has(Quirk::Called70b));
  EXPECT_FALSE(quirks_of("qwen2").has(Quirk::Fp32States));
  EXPECT_EQ(quirks_of("no such type").graph(), LlamaGraph::Unknown);
}

TEST(Families, DefaultsAreFoundByModelType) {
  EXPECT_EQ(class_defaults("llama").at("num_hidden_layers"), 32);
  EXPECT_TRUE(class_defaults("no such type").empty());
  EXPECT_TRUE(class_defaults("").empty());
}

}  // namespace families_test
