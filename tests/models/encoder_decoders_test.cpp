// Encoders with a decoder: totals of released checkpoints and the cache of the encoder's output.

#include "models/config_json.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/model/inventory.hpp>
#include <llmcalc/questions/speed.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace encoder_decoders_test {

using namespace llmcalc;

Model read(const std::string& type, const std::string& fields, const std::string& architecture = "X") {
  const std::string config =
      R"({"model_type":")" + type + R"(","architectures":[")" + architecture + "\"]," + fields + "}";
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << config << ": " << model.issues().front().where << ": " << model.issues().front().what;
  return model ? *model : Model{};
}

Count total(const std::string& type, const std::string& fields, const std::string& architecture = "X") {
  return parameter_count(read(type, fields, architecture));
}

std::string t5(int layers, int hidden, int width, int heads, bool first) {
  return R"("num_layers":)" + std::to_string(layers) + R"(,"d_model":)" + std::to_string(hidden) + R"(,"d_ff":)" +
         std::to_string(width) + R"(,"num_heads":)" + std::to_string(heads) +
         (first ? R"(,"vocab_size":32128)"
                : R"(,"vocab_size":32128,"feed_forward_proj":"gated-gelu","tie_word_embeddings":false)");
}

std::string bart(int layers, int hidden, int width, int heads) {
  std::string fields = R"("d_model":)" + std::to_string(hidden);
  for (const std::string side : {"encoder", "decoder"}) {
    fields += ",\"" + side + "_layers\":" + std::to_string(layers) + ",\"" + side +
              "_ffn_dim\":" + std::to_string(width) + ",\"" + side + "_attention_heads\":" + std::to_string(heads);
  }
  return fields;
}

// The numbers of the checkpoints' Hugging Face pages.
TEST(EncoderDecoders, T5HasItsPublishedTotals) {
  EXPECT_EQ(total("t5", t5(6, 512, 2048, 8, true)), 60'506'624U);
  EXPECT_EQ(total("t5", t5(12, 768, 3072, 12, true)), 222'903'552U);
  EXPECT_EQ(total("t5", t5(24, 1024, 4096, 16, true)), 737'668'096U);
  EXPECT_EQ(total("t5", t5(8, 512, 1024, 6, false)), 76'961'152U);        // flan-t5-small
  EXPECT_EQ(total("t5", t5(12, 768, 2048, 12, false)), 247'577'856U);     // flan-t5-base
  EXPECT_EQ(total("t5", t5(24, 1024, 2816, 16, false)), 783'150'080U);    // flan-t5-large
  EXPECT_EQ(total("t5", t5(24, 2048, 5120, 32, false)), 2'849'757'184U);  // flan-t5-xl
  EXPECT_EQ(total("t5", t5(24, 4096, 10240, 64, false)), 11'135'332'352U);
  EXPECT_EQ(total("mt5", R"("vocab_size":250112)"), 300'176'768U);  // mt5-small
}

TEST(EncoderDecoders, LongT5sEncoderHasANormAndATableForItsMeansOfBlocks) {
  const std::string fields = t5(12, 768, 2048, 12, false);
  // Local attention has T5's tensors under another name.
  EXPECT_EQ(total("longt5", fields), 247'577'856U);
  // A norm in every layer and a table of 32 distances for 12 heads.
  EXPECT_EQ(total("longt5", fields + R"(,"encoder_attention_type":"transient-global")"),
            247'577'856U + 12 * 768 + 32 * 12);
  const Model model = read("longt5", fields + R"(,"encoder_attention_type":"transient-global")");
  EXPECT_EQ(model.trust, Trust::Modelled);
  const auto has = [tensors = inventory(model)](std::string_view name) {
    return std::ranges::any_of(tensors, [&](const Tensor& t) { return t.name == name; });
  };
  EXPECT_TRUE(has("encoder.block.{}.layer.0.TransientGlobalSelfAttention.q.weight"));
  EXPECT_TRUE(has("decoder.block.{}.layer.0.SelfAttention.q.weight"));
}

TEST(EncoderDecoders, TheTextEncodersOfImageModelsAreTheFirstHalf) {
  // The second text encoder of Stable Diffusion 3 and FLUX.
  const Model xxl = read("t5", t5(24, 4096, 10240, 64, false), "T5EncoderModel");
  EXPECT_EQ(parameter_count(xxl), 4'762'310'656U);
  EXPECT_EQ(xxl.output, Output::States);
  EXPECT_FALSE(xxl.has_encoder());
}

TEST(EncoderDecoders, BartAndTheModelsBuiltLikeIt) {
  EXPECT_EQ(total("bart", bart(6, 768, 3072, 12) + R"(,"vocab_size":50265)", "BartModel"), 139'420'416U);
  EXPECT_EQ(total("bart", bart(12, 1024, 4096, 16) + R"(,"vocab_size":50265)"), 406'291'456U);
  // facebook/bart-large-mnli: three classes.
  EXPECT_EQ(total("bart", bart(12, 1024, 4096, 16) + R"(,"vocab_size":50265,"num_labels":3)",
                  "BartForSequenceClassification"),
            406'291'456U + 1024 * 1024 + 1024 + 3 * 1024 + 3);
  EXPECT_EQ(total("mbart", bart(12, 1024, 4096, 16) + R"(,"vocab_size":250054)"), 610'879'488U);
  // facebook/nllb-200-distilled-600M.
  EXPECT_EQ(total("m2m_100", bart(12, 1024, 4096, 16) + R"(,"vocab_size":256206)"), 615'073'792U);
}

TEST(EncoderDecoders, LedIsBartWithALongerEncoder) {
  // allenai/led-base-16384: three more matrices with biases in every layer of the encoder, tables of their own lengths.
  const std::string fields = bart(6, 768, 3072, 12) + R"(,"vocab_size":50265)";
  const Model led = read("led", fields + R"(,"attention_window":[1024,1024,1024,1024,1024,1024])");
  EXPECT_EQ(parameter_count(led), total("bart", fields) + 6 * 3 * (768 * 768 + 768) + (16384 - 1026) * 768 - 2 * 768);
  EXPECT_EQ(led.trust, Trust::Modelled) << "the encoder's windows are counted as if they reached the whole text";
  const auto names = inventory(led);
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(names, [&](const Tensor& t) { return t.name == name; });
  };
  EXPECT_TRUE(has("model.encoder.layers.{}.self_attn.longformer_self_attn.query.weight"));
  EXPECT_TRUE(has("model.encoder.layers.{}.self_attn.longformer_self_attn.query_global.bias"));
  EXPECT_TRUE(has("model.encoder.layers.{}.self_attn.output.weight"));
  EXPECT_TRUE(has("model.decoder.layers.{}.self_attn.out_proj.weight"));
  // uclanlp/plbart-base and RUCAIBox/mvp are BART by other names.
  EXPECT_EQ(total("plbart", fields), total("bart", fields));
  EXPECT_EQ(total("mvp", fields), total("bart", fields));
}

TEST(EncoderDecoders, MixturesInBothStacks) {
  // google/switch-base-8: every other block of T5 is eight, with a router.
  const Model base = read("switch_transformers", t5(12, 768, 3072, 12, true) +
                                                     R"(,"num_experts":8,"num_sparse_encoder_layers":6,
                                                        "num_sparse_decoder_layers":6,"expert_capacity":64)");
  constexpr Count block = Count{2} * 768 * 3072;
  EXPECT_EQ(parameter_count(base), 222'903'552U + 12 * (7 * block + 8 * 768));
  EXPECT_EQ(active_parameter_count(base), 222'903'552U + 12 * 8 * 768) << "one expert of eight, in both stacks";
  EXPECT_EQ(base.trust, Trust::Modelled) << "its config names no format";
  EXPECT_EQ(base.kinds.size(), 2U);
  const auto names = inventory(base);
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(names, [&](const Tensor& t) { return t.name == name; });
  };
  EXPECT_TRUE(has("encoder.block.{}.layer.1.mlp.router.classifier.weight"));
  EXPECT_TRUE(has("decoder.block.{}.layer.2.mlp.experts.expert_{}.wi.weight"));
  EXPECT_TRUE(has("decoder.block.{}.layer.2.mlp.wi.weight"));
  // facebook/nllb-moe-54b: every fourth block is 128 of which a token sees two; 54.5 billion.
  const std::string nllb = bart(24, 2048, 8192, 16) + R"(,"vocab_size":256206,"torch_dtype":"float32")";
  const Model moe = read("nllb-moe", nllb);
  EXPECT_EQ(parameter_count(moe),
            total("m2m_100", nllb) + 12 * (127 * (Count{2} * 2048 * 8192 + 8192 + 2048) + 2048 * 128));
  EXPECT_NEAR(static_cast<double>(parameter_count(moe)), 54.5e9, 0.05e9);
  EXPECT_EQ(moe.trust, Trust::Exact);
}

TEST(EncoderDecoders, Whisper) {
  const auto whisper = [](int layers, int hidden, int heads) { return bart(layers, hidden, 4 * hidden, heads); };
  EXPECT_EQ(total("whisper", whisper(4, 384, 6)), 37'760'640U);
  EXPECT_EQ(total("whisper", whisper(6, 512, 8)), 72'593'920U);
  EXPECT_EQ(total("whisper", whisper(12, 768, 12)), 241'734'912U);
  EXPECT_EQ(total("whisper", whisper(24, 1024, 16)), 763'857'920U);
  EXPECT_EQ(total("whisper", whisper(32, 1280, 20)), 1'543'304'960U);
  const std::string third = whisper(32, 1280, 20) + R"(,"vocab_size":51866,"num_mel_bins":128)";
  EXPECT_EQ(total("whisper", third), 1'543'490'560U);
  EXPECT_EQ(total("whisper", third + R"(,"decoder_layers":4)"), 808'878'080U);  // large-v3-turbo
}

TEST(EncoderDecoders, Moonshine) {
  EXPECT_EQ(total("moonshine", R"("vocab_size":32768)"), 27'092'736U);  // UsefulSensors/moonshine-tiny
}

TEST(EncoderDecoders, T5GemmaIsGemmaTwiceWithAnAttentionBetween) {
  const Count gemma = total("gemma2", R"("vocab_size":256000)");
  constexpr Count across = Count{26} * (2304 * (8 + 4 + 4) * 256 + 8 * 256 * 2304 + 2 * 2304);
  EXPECT_EQ(total("t5gemma", R"("encoder":{"vocab_size":256000},"decoder":{"vocab_size":256000})"),
            2 * gemma + across);
}

TEST(EncoderDecoders, ReleasedConfigsLeaveNothingUnread) {
  // Helsinki-NLP/opus-mt-en-de, google/pegasus-xsum.
  const Model marian = read("marian", bart(6, 512, 2048, 8) + R"(,"vocab_size":58101,"max_position_embeddings":512,
    "num_hidden_layers":6,"num_beams":6,"decoder_vocab_size":58101,"extra_pos_embeddings":0,"torch_dtype":"float16")");
  EXPECT_EQ(parameter_count(marian), 74'410'496U);
  EXPECT_EQ(marian.trust, Trust::Exact);
  EXPECT_EQ(marian.notes.size(), 1U);
  EXPECT_EQ(total("pegasus", bart(16, 1024, 4096, 16) + R"(,"vocab_size":96103,"max_position_embeddings":512)"),
            569'748'480U);
}

TEST(EncoderDecoders, ClassesWithOneStackAreNotGuessed) {
  const auto one = model_from_config_text(R"({"model_type":"bart","architectures":["BartForCausalLM"]})", "test");
  ASSERT_FALSE(one);
  EXPECT_EQ(one.issues().front().where, "/architectures");
}

Scenario scenario_of(Model model) {
  Scenario s;
  s.model = std::make_shared<const Model>(std::move(model));
  s.serving.runtime = Runtime::Transformers;
  s.serving.context = 512;
  return s;
}

TEST(EncoderDecoders, EveryLayerKeepsKeysAndValuesOfTheEncodersOutput) {
  Scenario s = scenario_of(read("t5", t5(6, 512, 2048, 8, true)));
  constexpr Count per_token = Count{6} * 2 * 512 * 2;
  // Without a prompt the encoder reads as much as the decoder writes.
  EXPECT_EQ(evaluate_inference(s).breakdown.bytes(Part::KvCache).count, (512 + 512) * per_token);
  s.serving.prompt = 500;
  EXPECT_EQ(evaluate_inference(s).breakdown.bytes(Part::KvCache).count, (500 + 12) * per_token);
  s.serving.sequences = 4;
  const InferenceEstimate four = evaluate_inference(s);
  EXPECT_EQ(four.breakdown.bytes(Part::KvCache).count, 4 * (500 + 12) * per_token);
  EXPECT_EQ(four.breakdown.find(Part::KvCache)->trust, Trust::Assumed) << "no run was compared";
  EXPECT_EQ(four.breakdown.find(Part::ComputeBuffer)->trust, Trust::Assumed);
}

TEST(EncoderDecoders, WhisperReadsThirtySecondsWhateverIsSaid) {
  Scenario s = scenario_of(read("whisper", bart(4, 384, 1536, 6)));
  s.serving.context = 448;
  constexpr Count per_token = Count{4} * 2 * 384 * 2;
  EXPECT_EQ(evaluate_inference(s).breakdown.bytes(Part::KvCache).count, (448 + 1500) * per_token);
}

TEST(EncoderDecoders, WhatIsNotComputedIsSaidAndNotExact) {
  Scenario s = scenario_of(read("t5", t5(6, 512, 2048, 8, true)));
  EXPECT_FALSE(inference_speed(s, evaluate_inference(s)));
  EXPECT_FALSE(training_speed(s));
  s.serving.runtime = Runtime::Vllm;
  const Estimate e = evaluate(s);
  const auto said = [&](std::string_view words) {
    for (const std::string& w : e.warnings) {
      if (w.find(words) != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(said("computed for Transformers"));
  EXPECT_TRUE(said("Training of an encoder-decoder model"));
  for (const Breakdown* b : {&e.inference.breakdown, &e.training.breakdown}) {
    for (const Component& c : b->components) {
      const bool whole = c.part == Part::Weights || c.part == Part::Gradients || c.part == Part::OptimizerStates;
      EXPECT_TRUE(whole || c.trust == Trust::Assumed) << label_of(c.part);
    }
  }
  // Both stacks are trained.
  EXPECT_EQ(e.training.trainable_parameters, 60'506'624U);
}

}  // namespace encoder_decoders_test
