// Patterns over module names: expressions as re.match uses them, wildcards as fnmatch does.

#include <llmcalc/base/name_pattern.hpp>

#include <gtest/gtest.h>

#include <string>

namespace name_pattern_test {

using llmcalc::NamePattern;

bool expression(const char* pattern, const char* name) {
  const auto compiled = NamePattern::expression(pattern);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(name);
}
bool wildcard(const char* pattern, const char* name) {
  const auto compiled = NamePattern::wildcard(pattern);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(name);
}

TEST(NamePattern, ExpressionsFitFromTheStartAndMayEndEarlier) {
  EXPECT_TRUE(expression(".*self_attn.*", "model.layers.3.self_attn.q_proj"));
  EXPECT_TRUE(expression("model", "model.layers.3"));
  EXPECT_FALSE(expression("layers", "model.layers.3"));
  EXPECT_TRUE(expression(R"(.*mlp\.(gate|up|gate_up|down)_proj.*)", "model.layers.0.mlp.gate_up_proj"));
  EXPECT_FALSE(expression(R"(.*mlp\.(gate|up|gate_up|down)_proj.*)", "model.layers.0.mlp.experts.3.gate_proj"));
  EXPECT_TRUE(expression(R"(.*mlp.gate$)", "model.layers.0.mlp.gate"));
  EXPECT_FALSE(expression(R"(.*mlp.gate$)", "model.layers.0.mlp.gate_proj"));
}

TEST(NamePattern, LayerNumbersAreToldApart) {
  const char* first_twenty = R"(model\.layers\.(?:[0-9]|1[0-9])\.mlp)";
  EXPECT_TRUE(expression(first_twenty, "model.layers.7.mlp.up_proj"));
  EXPECT_TRUE(expression(first_twenty, "model.layers.19.mlp"));
  EXPECT_FALSE(expression(first_twenty, "model.layers.20.mlp"));
  EXPECT_TRUE(expression(R"(layers\.\d{2}$)", "layers.12"));
  EXPECT_FALSE(expression(R"(layers\.\d{2}$)", "layers.123"));
  EXPECT_TRUE(expression(R"(^a{2,3}b?$)", "aaab"));
  EXPECT_FALSE(expression(R"(^a{2,3}b?$)", "aaaab"));
}

TEST(NamePattern, LooksAheadAndKnowsTheEdgesOfWords) {
  const char* text_alone = "^(?!.*visual).*(?:q_proj|v_proj).*";
  EXPECT_TRUE(expression(text_alone, "model.layers.3.self_attn.q_proj"));
  EXPECT_FALSE(expression(text_alone, "visual.blocks.3.attn.q_proj"));
  EXPECT_TRUE(expression("model(?=.*mlp)", "model.layers.3.mlp"));
  EXPECT_FALSE(expression("model(?=.*mlp)", "model.layers.3.self_attn"));
  EXPECT_TRUE(expression("a+(?!b)", "aab")) << "one a less is followed by another";
  EXPECT_FALSE(expression("a(?!b)", "ab"));
  EXPECT_TRUE(expression(R"(\bmodel\.layers\.[\d]{1,}\.mlp)", "model.layers.12.mlp.up_proj"));
  EXPECT_TRUE(expression(R"(.*\bmlp\b)", "model.layers.12.mlp.up_proj"));
  EXPECT_FALSE(expression(R"(.*\bmlp\b)", "model.layers.12.mlp_norm"));
}

TEST(NamePattern, WildcardsFitTheWholeNameOrAModuleThatHoldsIt) {
  EXPECT_TRUE(wildcard("*.attn.*", "layers.0.attn.wq_a"));
  EXPECT_TRUE(wildcard("model.layers.*.self_attn", "model.layers.0.self_attn.q_proj"));
  EXPECT_FALSE(wildcard("model.layers.*.self_attn", "model.layers.0.self_attn_norm"));
  EXPECT_FALSE(wildcard("layers.0", "model.layers.0"));
  EXPECT_TRUE(wildcard("layers.[0-3].mlp", "layers.2.mlp"));
  EXPECT_FALSE(wildcard("layers.[!0-3].mlp", "layers.2.mlp"));
}

TEST(NamePattern, WhatIsNotKnownIsRefused) {
  for (const char* text : {"(?<!a)b", "(?P<a>b)", "(?", "(a", "a)", "[a", "*", R"(\Bmlp)", R"((a)\1)",
                           "a{1,100000000}{99}", "b-[z-a]"}) {
    const auto compiled = NamePattern::expression(text);
    // Braces that hold no sensible count stand for themselves, as in Python.
    EXPECT_TRUE(!compiled || std::string(text).find('{') == 1) << text;
  }
  EXPECT_FALSE(NamePattern::expression(std::string(5000, 'a')));
  EXPECT_FALSE(NamePattern::expression("((((a{200}){200}){200}){200})"));
}

TEST(NamePattern, NoPatternTakesLong) {
  const std::string name(2000, 'a');
  EXPECT_FALSE(expression("(a*)*(a*)*(a|a)*b", name.c_str()));
  EXPECT_TRUE(expression("(((a?){50}){20})$", std::string(500, 'a').c_str()));
  EXPECT_FALSE(expression("(a(?!(.*(?!(.*(?!.*b))))))*b", name.c_str()));
}

}  // namespace name_pattern_test
