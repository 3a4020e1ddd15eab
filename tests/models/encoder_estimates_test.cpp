// Estimates of encoders: no cache in any runtime, and the training peaks that the transformers documentation
// measured.

#include "readers/scenario_json.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace encoder_estimates_test {

using namespace llmcalc;

Scenario read(const std::string& json) {
  static const io::Resolver resolver = io::default_resolver();
  Result<Scenario> s = io::read_scenario_text(json, resolver);
  if (!s) ADD_FAILURE() << s.issues().front().where << ": " << s.issues().front().what;
  return s ? *s : Scenario{};
}

/// The run of the documentation: BERT large with two classes in fp32 on a V100 with its context measured.
Scenario bert_run(const std::string& training) {
  return read(R"({"model":{"config":{"model_type":"bert","architectures":["BertForSequenceClassification"],
      "hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16}},
    "weights":{"format":"fp32"},
    "training":{"framework":"transformers","version":"4.19","method":"full","sequence":512,"recipe":"fp32",
      "attention":"eager","kernels":"framework","dropout":0.1,)" +
              training + R"(},
    "device":{"memory_bytes":17179869184,"count":1},"include_overhead":true,"measure":"device",
    "overhead":{"context_bytes":1408237568}})");
}

struct MeasuredRun {
  const char* training;
  double mebibytes;
};

// huggingface/transformers docs of 2022-05, perf_train_gpu_one.mdx: "GPU memory occupied". Fragmentation of that
// version's profile comes from the same four runs; the parts that differ between them do not.
TEST(Encoders, BertLargeTrainsInWhatWasMeasuredIn2022) {
  for (const auto& [training, mebibytes] :
       {MeasuredRun{R"("micro_batch":4,"optimizer":"adamw")", 14949},
        MeasuredRun{R"("micro_batch":4,"optimizer":"adafactor")", 12295},
        MeasuredRun{R"("micro_batch":1,"accumulation":4,"optimizer":"adamw")", 8681},
        MeasuredRun{R"("micro_batch":1,"accumulation":4,"optimizer":"adamw","recompute":"full")", 6775}}) {
    const Scenario s = bert_run(training);
    ASSERT_NE(s.model, nullptr);
    const double got = static_cast<double>(evaluate(s).training.breakdown.total().count) / 1048576.0;
    EXPECT_LT(std::abs(got / mebibytes - 1), 0.05) << training << ": " << got << " of " << mebibytes;
  }
}

TEST(Encoders, KeepNoCacheInAnyRuntime) {
  for (const auto& row : runtimes) {
    const Scenario s = read(R"({"model":"bge-m3","serving":{"runtime":")" + std::string(row.key) + "\"}}");
    const Estimate e = evaluate(s);
    EXPECT_EQ(e.inference.breakdown.bytes(Part::KvCache), Bytes{}) << row.key;
    EXPECT_EQ(e.inference.kv_bytes_per_token, Bytes{}) << row.key;
    EXPECT_EQ(e.warnings.empty(), s.serving.runtime == Runtime::Transformers) << row.key;
  }
  Scenario article = read(R"({"model":"bge-m3","method":"article"})");
  EXPECT_EQ(evaluate(article).inference.breakdown.bytes(Part::KvCache), Bytes{});
  EXPECT_EQ(evaluate(article).training.breakdown.bytes(Part::KvCache), Bytes{});
}

/// All weights that a runtime holds, in bytes a parameter.
double weights_of(const char* runtime, const char* format) {
  const Scenario s = read(R"({"model":"bge-m3","include_overhead":false,"weights":{"format":")" +
                          std::string(format) + R"("},"serving":{"runtime":")" + runtime + "\"}}");
  return static_cast<double>(evaluate(s).inference.breakdown.bytes(Part::Weights).count) / 567'754'752.0;
}

TEST(Encoders, ReleasedInFp32AreHalvedByServersOnly) {
  EXPECT_DOUBLE_EQ(weights_of("transformers", "released"), 4);
  EXPECT_DOUBLE_EQ(weights_of("sglang", "released"), 2);
  EXPECT_NEAR(weights_of("vllm", "released"), 2, 0.001);  // 46 rows of padding
  EXPECT_NEAR(weights_of("vllm", "fp32"), 4, 0.001);
  // The token table is there once: no head is made of it.
  EXPECT_NEAR(weights_of("llama.cpp", "released"), 4, 0.01);
}

TEST(Encoders, AreComputedInOneGraphByLlamaCpp) {
  const auto buffer = [](const char* length) {
    const Scenario s =
        read(R"({"model":"bge-m3","serving":{"runtime":"llama.cpp","context":)" + std::string(length) + "}}");
    return evaluate(s).inference.breakdown.bytes(Part::ComputeBuffer);
  };
  EXPECT_GT(buffer("8192"), buffer("512") * 10);
}

TEST(Encoders, CannotBeDraftsOrGenerate) {
  static const io::Resolver resolver = io::default_resolver();
  const auto place = [](const char* json) {
    const auto s = io::read_scenario_text(json, resolver);
    return s ? std::string() : s.issues().front().where;
  };
  EXPECT_EQ(place(R"({"model":"llama-3.1-8b","serving":{"draft_model":"bge-m3"}})"), "/serving/draft_model");
  EXPECT_EQ(place(R"({"model":"bge-m3","serving":{"draft_model":"llama-3.2-1b"}})"), "/serving/draft_model");
  for (const char* objective : {"dpo", "ppo", "grpo"}) {
    EXPECT_EQ(place((R"({"model":"bge-m3","training":{"objective":")" + std::string(objective) + "\"}}").c_str()),
              "/training/objective");
  }
  EXPECT_EQ(place(R"({"model":"bge-m3","training":{"objective":"reward"}})"), "");
}

TEST(Encoders, AreNoLongerThanTheirPositions) {
  const auto longest =
      solve(read(R"({"model":"bert-base-uncased","serving":{"runtime":"transformers"},"device":"h100-sxm-80gb"})"),
            "serving.context");
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->value, 512U);
}

TEST(Encoders, HavePoolersOnTheLastStage) {
  const auto on_device = [](std::size_t i) {
    const Scenario s = read(R"({"model":"bge-m3","include_overhead":false,"serving":{"runtime":"transformers"},
      "device":{"id":"h100-sxm-80gb","count":2},"parallelism":{"pipeline":2}})");
    return evaluate(s).inference.devices[i].breakdown.bytes(Part::Weights);
  };
  // Tables and their norm on the first; half of the layers and the pooler on the second.
  constexpr Count layers = 24 * (4 * (1024 * 1024 + 1024) + 2 * 1024 * 4096 + 4096 + 1024 + 4 * 1024);
  EXPECT_EQ(on_device(1), Bytes{4 * (layers / 2 + 1024 * 1024 + 1024)});
}

TEST(Encoders, ReadTheWholeTextAtOnce) {
  const auto with_prompt = [](const std::string& prompt) {
    return read(R"({"model":"bge-m3","serving":{"runtime":"transformers","context":4096)" + prompt + "}}");
  };
  const Scenario s = with_prompt("");
  EXPECT_EQ(with_prompt(",\"prompt\":16").prompt(), s.prompt());
  const auto speed = inference_speed(s, evaluate(s).inference);
  ASSERT_TRUE(speed);
  // 4,096 tokens in one pass, not one after the other.
  EXPECT_NEAR(speed->tokens_per_second.typical, 4096 / speed->first_token_seconds.typical,
              speed->tokens_per_second.typical * 0.01);
}

TEST(Encoders, MaskedWordsHaveLogitsAtEveryPosition) {
  const auto peak = [](const char* architecture) {
    const Scenario s =
        read(R"({"model":{"config":{"model_type":"bert","architectures":[")" + std::string(architecture) +
             R"("]}},"serving":{"runtime":"transformers","context":512,"sequences":32}})");
    return evaluate(s).inference.breakdown.bytes(Part::ComputeBuffer);
  };
  EXPECT_GE(peak("BertForMaskedLM"), Bytes{Count{32} * 512 * 30522 * 2});
  EXPECT_LT(peak("BertModel"), Bytes{Count{32} * 512 * 30522 * 2});
}

}  // namespace encoder_estimates_test
