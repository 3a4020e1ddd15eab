#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

namespace transformers_test {

using namespace llmcalc;

Scenario llama_8b(Count prompt, Count context) {
  static const ModelPtr m = [] {
    Model built = *model_from_numbers({.kv_heads = 8});
    for (Layer& kind : built.kinds) kind.attention.rotary_dim = kind.attention.head_dim;
    return std::make_shared<const Model>(std::move(built));
  }();
  Scenario s;
  s.model = m;
  s.serving.runtime = Runtime::Transformers;
  s.serving.prompt = prompt;
  s.serving.context = context;
  s.include_overhead = false;
  return s;
}

TEST(Transformers, PrefillHoldsWhatTheRealClassHolds) {
  const InferenceEstimate e = estimate_inference(llama_8b(8192, 8192));
  EXPECT_EQ(e.breakdown.bytes(Part::KvCache), Bytes{1'073'741'824});
  EXPECT_EQ(e.kv_bytes_per_token, Bytes{131'072});
  EXPECT_EQ(e.breakdown.bytes(Part::ComputeBuffer), Bytes{977'338'368});  // measured, flash, last logits
}

TEST(Transformers, AllLogitsCanOutweighTheLayers) {
  Scenario s = llama_8b(8192, 8192);
  s.serving.logits = Logits::All;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::ComputeBuffer), Bytes{2'168'455'168});  // measured
}

TEST(Transformers, EagerAttentionGrowsWithTheSquare) {
  Scenario s = llama_8b(4096, 4096);
  s.serving.attention = AttentionKernel::Eager;
  const double bytes = static_cast<double>(estimate_inference(s).breakdown.bytes(Part::ComputeBuffer).count);
  EXPECT_NEAR(bytes, 5'605'720'064.0, 0.001 * 5'605'720'064.0);  // measured
}

TEST(Transformers, TotalIsTheLargerOfPrefillAndDecoding) {
  const Bytes whole = estimate_inference(llama_8b(8192, 8192)).breakdown.total();
  const Bytes grown = estimate_inference(llama_8b(8192, 8200)).breakdown.total();
  EXPECT_EQ(grown, whole);  // eight more tokens weigh less than the prefill's workspace
  EXPECT_GT(estimate_inference(llama_8b(1, 8192)).breakdown.bytes(Part::KvCache),
            estimate_inference(llama_8b(1, 8192)).breakdown.bytes(Part::ComputeBuffer));
}

TEST(Transformers, ComponentsAddUpToTheTotal) {
  for (const Count prompt : {Count{1}, Count{100}, Count{4096}}) {
    const InferenceEstimate e = estimate_inference(llama_8b(prompt, 4096));
    for (const Component& c : e.breakdown.components) {
      Bytes sum;
      for (const Summand& part : c.summands) sum = part.negative ? sum - part.result : sum + part.result;
      EXPECT_EQ(sum, c.bytes) << key_of(c.part);
    }
  }
}

}  // namespace transformers_test
