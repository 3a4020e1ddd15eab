#include "readers/gguf/model.hpp"

#include "support/gguf_builder.hpp"
#include "support/issues.hpp"

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/model/gguf_mix.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace llmcalc::io {
namespace model_test {

using tests::first_issue;
using tests::GgufBuilder;
using tests::has_issue;
using tests::TempFolder;

/// Writes layers of common shapes. Widths are small and all different, so that a mixed-up pair shows.
class Writer {
 public:
  explicit Writer(const std::string& architecture, Count layers, const std::string& name = "Test")
      : architecture_(architecture) {
    file_.string("general.architecture", architecture).string("general.name", name);
    u32("block_count", layers).u32("embedding_length", 96).u32("context_length", 4096);
    matrix("token_embd.weight", 96, 1000);
    vector("output_norm.weight", 96);
  }
  Writer& u32(const std::string& key, Count value) {
    return file_.u32(architecture_ + "." + key, static_cast<std::uint32_t>(value)), *this;
  }
  Writer& list(const std::string& key, const std::vector<std::int32_t>& values) {
    return file_.i32_list(architecture_ + "." + key, values), *this;
  }
  Writer& rms() {
    return file_.raw(architecture_ + ".attention.layer_norm_rms_epsilon", 6, std::string(4, '\0')), *this;
  }
  Writer& heads(Count heads, Count kv_heads, Count size) {
    return u32("attention.head_count", heads)
        .u32("attention.head_count_kv", kv_heads)
        .u32("attention.key_length", size)
        .u32("attention.value_length", size);
  }
  Writer& matrix(const std::string& name, Count in, Count out, Count experts = 1) {
    file_.tensor(name, GgmlType::F16,
                 experts > 1 ? std::vector<std::uint64_t>{in, out, experts} : std::vector<std::uint64_t>{in, out});
    return *this;
  }
  Writer& vector(const std::string& name, Count size) { return file_.tensor(name, GgmlType::F32, {size}), *this; }
  Writer& attention(const std::string& b, Count q, Count kv) {
    return matrix(b + "attn_q.weight", 96, q)
        .matrix(b + "attn_k.weight", 96, kv)
        .matrix(b + "attn_v.weight", 96, kv)
        .matrix(b + "attn_output.weight", q, 96);
  }
  Writer& dense(const std::string& b, Count width) {
    return matrix(b + "ffn_gate.weight", 96, width)
        .matrix(b + "ffn_up.weight", 96, width)
        .matrix(b + "ffn_down.weight", width, 96);
  }
  Writer& norms(const std::string& b) { return vector(b + "attn_norm.weight", 96).vector(b + "ffn_norm.weight", 96); }

  Result<Model> model() const {
    const TempFolder folder;
    const auto set = read_gguf(file_.write(folder, "model.gguf"));
    if (!set) return set.issues();
    elements_ = 0;
    for (const GgufTensorInfo& tensor : set->tensors) elements_ += tensor.elements();
    return model_from_gguf(*set, "test");
  }
  /// Elements in the file of the last call of model().
  Count elements() const { return elements_; }

 private:
  std::string architecture_;
  GgufBuilder file_;
  mutable Count elements_ = 0;
};

TEST(GgufModel, ReadsADenseModelWithTiedHeadAndBiases) {
  Writer file("qwen2", 2);
  file.rms().heads(4, 2, 24);
  for (const std::string b : {"blk.0.", "blk.1."}) {
    file.attention(b, 96, 48)
        .dense(b, 200)
        .norms(b)
        .vector(b + "attn_q.bias", 96)
        .vector(b + "attn_k.bias", 48)
        .vector(b + "attn_v.bias", 48);
  }
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->model_type, "qwen2");
  EXPECT_EQ(model->kinds.size(), 1U);
  EXPECT_TRUE(model->tied_head);
  const AttentionShape& a = model->kinds[0].attention;
  EXPECT_EQ(a.kv_heads, 2U);
  EXPECT_EQ(a.head_dim, 24U);
  EXPECT_TRUE(a.query_bias && a.key_bias && a.value_bias && !a.output_bias);
  EXPECT_EQ(parameter_count(*model), file.elements());
  EXPECT_EQ(model->trust, Trust::Exact);
  EXPECT_TRUE(model->notes.empty());
}

TEST(GgufModel, ReadsWindowsNormsAndExpertsOfTheLayersAsTheyAre) {
  Writer file("gemma3", 6);
  file.rms().heads(4, 1, 32).u32("attention.sliding_window", 512);
  for (int i = 0; i < 6; ++i) {
    const std::string b = "blk." + std::to_string(i) + ".";
    file.attention(b, 128, 32)
        .dense(b, 200)
        .norms(b)
        .vector(b + "post_attention_norm.weight", 96)
        .vector(b + "post_ffw_norm.weight", 96);
    file.vector(b + "attn_q_norm.weight", 32).vector(b + "attn_k_norm.weight", 32);
  }
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  ASSERT_EQ(model->kinds.size(), 2U);
  EXPECT_EQ(model->layer(4).attention.window, 512U);
  EXPECT_EQ(model->layer(5).attention.window, 0U);
  EXPECT_EQ(model->layer(0).norms, NormPlacement::Sandwich);
  EXPECT_EQ(model->layer(0).attention.qk_norm, QkNorm::PerHead);
  EXPECT_EQ(parameter_count(*model), file.elements());
}

TEST(GgufModel, APatternInTheFileWinsOverTheArchitectures) {
  Writer file("gemma3", 2);
  file.rms().heads(4, 1, 32).u32("attention.sliding_window", 512).list("attention.sliding_window_pattern", {0, 1});
  for (const std::string b : {"blk.0.", "blk.1."}) file.attention(b, 128, 32).dense(b, 200).norms(b);
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->layer(0).attention.window, 0U);
  EXPECT_EQ(model->layer(1).attention.window, 512U);
}

// llama.cpp: set_swa_pattern(4, true) for laguna, (4) for mellum, (8) for plamo3.
TEST(GgufModel, WithoutAPatternWindowsAreWhereTheArchitectureHasThem) {
  const std::vector<std::pair<const char*, std::vector<Count>>> wanted{
      {"laguna", {0, 4}}, {"mellum", {3, 7}}, {"muse-glimmer", {3, 7}}, {"plamo3", {7}}};
  for (const auto& [name, full] : wanted) {
    Writer file(name, 8);
    file.rms().heads(4, 1, 32).u32("attention.sliding_window", 512);
    for (int i = 0; i < 8; ++i) {
      const std::string b = "blk." + std::to_string(i) + ".";
      file.attention(b, 128, 32).dense(b, 200).norms(b);
    }
    const auto model = file.model();
    ASSERT_TRUE(model) << name << first_issue(model);
    std::vector<Count> without;
    for (Count i = 0; i < 8; ++i) {
      if (model->layer(i).attention.window == 0) without.push_back(i);
    }
    EXPECT_EQ(without, full) << name;
    EXPECT_EQ(model->trust, Trust::Exact) << name;
  }
}

TEST(GgufModel, ReadsLatentAttentionAndSharedExperts) {
  Writer file("deepseek2", 2);
  file.rms()
      .u32("attention.head_count", 4)
      .u32("attention.head_count_kv", 1)
      .u32("expert_count", 8)
      .u32("expert_used_count", 2);
  for (const std::string b : {"blk.0.", "blk.1."}) {
    file.matrix(b + "attn_q_a.weight", 96, 40)
        .vector(b + "attn_q_a_norm.weight", 40)
        .matrix(b + "attn_q_b.weight", 40, 4 * 24);
    file.matrix(b + "attn_kv_a_mqa.weight", 96, 64 + 8)
        .vector(b + "attn_kv_a_norm.weight", 64)
        .matrix(b + "attn_k_b.weight", 16, 64, 4);
    file.matrix(b + "attn_v_b.weight", 64, 12, 4).matrix(b + "attn_output.weight", 48, 96).norms(b);
  }
  file.dense("blk.0.", 200)
      .matrix("blk.1.ffn_gate_inp.weight", 96, 8)
      .matrix("blk.1.ffn_gate_exps.weight", 96, 30, 8)
      .matrix("blk.1.ffn_up_exps.weight", 96, 30, 8);
  file.matrix("blk.1.ffn_down_exps.weight", 30, 96, 8)
      .vector("blk.1.exp_probs_b.bias", 8)
      .matrix("blk.1.ffn_gate_shexp.weight", 96, 30);
  file.matrix("blk.1.ffn_up_shexp.weight", 96, 30).matrix("blk.1.ffn_down_shexp.weight", 30, 96);
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->model_type, "deepseek_v3");  // a correction bias came with version 3
  const AttentionShape& a = model->layer(0).attention;
  EXPECT_EQ(a.kv_lora_rank, 64U);
  EXPECT_EQ(a.rope_head_dim, 8U);
  EXPECT_EQ(a.nope_head_dim, 16U);
  EXPECT_EQ(a.value_head_dim, 12U);
  EXPECT_EQ(model->layer(1).feed_forward.experts, 8U);
  EXPECT_EQ(model->layer(1).feed_forward.shared_width, 30U);
  EXPECT_EQ(parameter_count(*model) + 8, file.elements());  // the correction bias is a buffer
  EXPECT_TRUE(model->notes.empty()) << model->notes.front();
}

// The form of DeepSeek's files of before April 2025, which Ollama's library still has.
TEST(GgufModel, LatentAttentionThatIsNotAbsorbedCachesEveryHead) {
  Writer file("deepseek2", 1);
  file.rms().u32("attention.head_count", 4).u32("attention.head_count_kv", 4).u32("attention.key_length", 24);
  file.matrix("blk.0.attn_q.weight", 96, 4 * 24)
      .matrix("blk.0.attn_kv_a_mqa.weight", 96, 64 + 8)
      .vector("blk.0.attn_kv_a_norm.weight", 64)
      .matrix("blk.0.attn_kv_b.weight", 64, 4 * (16 + 12))
      .matrix("blk.0.attn_output.weight", 48, 96)
      .norms("blk.0.")
      .dense("blk.0.", 200);
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  const AttentionShape& a = model->layer(0).attention;
  EXPECT_TRUE(a.expands_latent);
  EXPECT_EQ(a.head_dim, 24U);
  EXPECT_EQ(a.value_head_dim, 12U);
  EXPECT_EQ(parameter_count(*model), file.elements());
  EXPECT_EQ(model->notes.size(), 1U);
}

TEST(GgufModel, ReadsHybridsLayerByLayer) {
  Writer file("falcon-h1", 2);
  file.rms()
      .heads(4, 2, 24)
      .u32("ssm.conv_kernel", 4)
      .u32("ssm.inner_size", 64)
      .u32("ssm.state_size", 16)
      .u32("ssm.time_step_rank", 8)
      .u32("ssm.group_count", 1);
  for (const std::string b : {"blk.0.", "blk.1."}) {
    file.attention(b, 96, 48)
        .dense(b, 200)
        .norms(b)
        .matrix(b + "ssm_in.weight", 96, 64 + 96 + 8)
        .matrix(b + "ssm_conv1d.weight", 4, 96)
        .vector(b + "ssm_conv1d.bias", 96);
    file.vector(b + "ssm_dt.bias", 8)
        .matrix(b + "ssm_a", 1, 8)
        .matrix(b + "ssm_d", 1, 8)
        .matrix(b + "ssm_out.weight", 64, 96);
  }
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_TRUE(model->layer(0).also_recurrent);
  EXPECT_EQ(model->layer(0).recurrent.inner, 64U);
  EXPECT_EQ(parameter_count(*model), file.elements());
}

TEST(GgufModel, KeepsTheFilesOwnTypes) {
  Writer file("llama", 1);
  file.rms().heads(4, 2, 24).attention("blk.0.", 96, 48).dense("blk.0.", 200).norms("blk.0.");
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  Bytes bytes;
  for (const GgufTensor& tensor : model->gguf) bytes += tensor.bytes();
  EXPECT_EQ(bytes.count, 2 * (file.elements() - 3 * 96) + 4 * 3 * 96);
  Bytes measured;
  for (const Tensor& tensor : model->tensors) measured += tensor.measured;
  EXPECT_EQ(measured, bytes);
  EXPECT_EQ(model->gguf[0].role, GgufRole::TokenEmbedding);
  EXPECT_TRUE(model->gguf[0].input);
  EXPECT_EQ(model->gguf[2].role, GgufRole::Query);
  EXPECT_EQ(model->gguf[2].layer, 0);
}

TEST(GgufModel, CountsWhatItDoesNotUnderstand) {
  Writer file("new-thing", 1);
  file.rms()
      .heads(4, 2, 24)
      .attention("blk.0.", 96, 48)
      .dense("blk.0.", 200)
      .norms("blk.0.")
      .matrix("blk.0.mystery.weight", 10, 11)
      .vector("strange", 5);
  const auto model = file.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(parameter_count(*model), file.elements());
  EXPECT_EQ(model->trust, Trust::Modelled);
  EXPECT_EQ(model->notes.size(), 2U);
}

TEST(GgufModel, CleansNamesSoThatTheyCanBePrinted) {
  const auto model = Writer("x\xFF\n", 1, "Bad \xC0 name")
                         .rms()
                         .heads(4, 2, 24)
                         .attention("blk.0.", 96, 48)
                         .matrix("\x1B[2J", 3, 4)
                         .model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->name, "Bad \\xC0 name");
  EXPECT_EQ(model->model_type, "x\\xFF\\x0A");
  EXPECT_EQ(model->extra_tensors.at(0).name, "\\x1B[2J");
}

TEST(GgufModel, RefusesWhatIsNoLanguageModel) {
  EXPECT_TRUE(has_issue(Writer("clip", 1).model(), "general.architecture", "image projector"));
  EXPECT_TRUE(has_issue(Writer("bert", 1).model(), "general.architecture", "encoder"));
  EXPECT_TRUE(has_issue(Writer("", 1).model(), "general.architecture", "is missing"));
  struct Named {
    const char* type;
    const char* words;
  };
  for (const Named& n : {Named{"adapter", "LoRA adapter for a model of the architecture 'llama'"},
                         Named{"mmproj", "projector (mmproj)"}, Named{"imatrix", "importance matrix"}}) {
    const TempFolder folder;
    GgufBuilder file;
    file.string("general.architecture", "llama").string("general.type", n.type);
    file.tensor("a", GgmlType::F32, {1}).write(folder, "a.gguf");
    const auto set = read_gguf(folder / "a.gguf");
    ASSERT_TRUE(set) << first_issue(set);
    EXPECT_TRUE(has_issue(model_from_gguf(*set, "a"), "general.type", n.words)) << n.type;
  }
}

TEST(GgufModel, RefusesNumbersThatCannotBe) {
  EXPECT_TRUE(has_issue(Writer("llama", 0).model(), "llama.block_count", "must be 1 to 10000, is 0"));
  EXPECT_TRUE(has_issue(Writer("llama", 4'000'000'000).model(), "llama.block_count", "is 4000000000"));
  EXPECT_TRUE(has_issue(Writer("llama", 3).model(), "blk.2", "has no tensors"));
  Writer headless("llama", 1);
  headless.attention("blk.0.", 96, 48);
  EXPECT_TRUE(has_issue(headless.model(), "blk.0", "no number of heads"));
  Writer wide("llama", 1);
  wide.heads(1 << 20, 2, 24).attention("blk.0.", 96, 48);
  EXPECT_TRUE(has_issue(wide.model(), "blk.0", "number of heads is 1048576"));
}

TEST(GgufModel, AnArchitectureWithCompressedEntriesIsReadByItsFamily) {
  // DeepSeek V4: two layers with a window alone, a finely and a heavily compressed one. A list that is longer than the
  // layers belongs to prediction layers.
  Writer w("deepseek4", 4);
  w.rms().heads(4, 1, 32).u32("attention.q_lora_rank", 48).u32("attention.output_lora_rank", 16);
  w.u32("attention.output_group_count", 2).u32("rope.dimension_count", 8).u32("attention.sliding_window", 64);
  w.u32("attention.indexer.head_count", 2).u32("attention.indexer.key_length", 16);
  w.list("attention.compress_ratios", {0, 0, 4, 128, 0}).u32("expert_count", 8).u32("expert_used_count", 2);
  w.u32("expert_shared_count", 1).u32("expert_feed_forward_length", 40).u32("hyper_connection.count", 4);
  for (int i = 0; i < 4; ++i) w.matrix("blk." + std::to_string(i) + ".attn_q_a.weight", 96, 48);
  const auto model = w.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->model_type, "deepseek_v4");
  ASSERT_EQ(model->layer_count(), 4U);
  EXPECT_EQ(model->layer(1).attention.compress_ratio, 0U);
  EXPECT_EQ(model->layer(2).attention.compress_ratio, 4U);
  EXPECT_EQ(model->layer(2).attention.indexer_head_dim, 16U);
  EXPECT_EQ(model->layer(3).attention.compress_ratio, 128U);
  EXPECT_EQ(model->layer(3).attention.window, 64U);
  // Most of its tensors are missing here, which must not be called exact.
  EXPECT_NE(model->trust, Trust::Exact);
}

TEST(GgufModel, LayersWithoutKeyHeadsKeepAState) {
  for (const char* name : {"glm5-next", "glm5next"}) {
    Writer w(name, 3);
    w.u32("attention.head_count", 4).u32("attention.q_lora_rank", 48).u32("attention.kv_lora_rank", 24);
    w.list("attention.head_count_kv", {0, 0, 1}).u32("attention.key_length_mla", 32).u32("kda.head_dim", 16);
    w.u32("attention.value_length_mla", 32).u32("attention.indexer.head_count", 2).u32("attention.indexer.kpool", 4);
    w.u32("attention.indexer.key_length", 16).u32("leading_dense_block_count", 1).u32("feed_forward_length", 64);
    w.u32("expert_count", 8).u32("expert_used_count", 2).u32("expert_feed_forward_length", 40);
    for (int i = 0; i < 3; ++i) w.norms("blk." + std::to_string(i) + ".");
    const auto model = w.model();
    ASSERT_TRUE(model) << first_issue(model);
    EXPECT_EQ(model->layer(0).mixer, Mixer::KimiDeltaNet);
    EXPECT_EQ(model->layer(0).recurrent.heads, 4U);
    EXPECT_EQ(model->layer(2).mixer, Mixer::LatentAttention);
    EXPECT_EQ(model->layer(2).attention.indexer_pool, 4U);
    EXPECT_EQ(model->layer(2).feed_forward.experts, 8U);
  }
}

TEST(GgufModel, Ling3HasDeltaNetsOfFullRankAndLatents) {
  Writer w("bailingmoe3", 2);
  w.rms().u32("attention.head_count", 4).list("attention.head_count_kv", {0, 4}).u32("attention.kv_lora_rank", 24);
  w.u32("attention.key_length_mla", 40).u32("attention.value_length_mla", 32).u32("rope.dimension_count", 8);
  w.u32("kda.head_dim", 16).u32("ssm.conv_kernel", 4);
  for (const std::string b : {"blk.0.", "blk.1."}) w.dense(b, 200).norms(b);
  w.attention("blk.0.", 64, 64);
  for (const char* name : {"q", "k", "v"}) w.matrix("blk.0.ssm_conv1d_" + std::string(name) + ".weight", 4, 64);
  for (const char* name : {"ssm_f_a", "ssm_g_a"}) w.matrix("blk.0." + std::string(name) + ".weight", 96, 64);
  w.matrix("blk.0.ssm_beta.weight", 96, 4).matrix("blk.0.ssm_a", 1, 4);
  w.vector("blk.0.ssm_dt.bias", 64).vector("blk.0.ssm_norm.weight", 16);
  w.matrix("blk.1.attn_q.weight", 96, 4 * 40).matrix("blk.1.attn_kv_a_mqa.weight", 96, 32);
  w.vector("blk.1.attn_kv_a_norm.weight", 24).matrix("blk.1.attn_k_b.weight", 32, 24, 4);
  w.matrix("blk.1.attn_v_b.weight", 24, 32, 4).matrix("blk.1.attn_gate.weight", 96, 4);
  w.matrix("blk.1.attn_output.weight", 128, 96);
  const auto model = w.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_EQ(model->layer(0).mixer, Mixer::KimiDeltaNet);
  EXPECT_EQ(model->layer(0).recurrent.head_dim, 16U);
  EXPECT_EQ(model->layer(1).mixer, Mixer::LatentAttention);
  EXPECT_EQ(model->layer(1).attention.gate_width, 4U);
  EXPECT_EQ(parameter_count(*model), w.elements());
  EXPECT_EQ(model->trust, Trust::Exact) << (model->notes.empty() ? "" : model->notes.front());
}

TEST(GgufModel, DiffusionModelsKeepNothing) {
  for (const char* name : {"dream", "llada", "llada-moe", "rnd1"}) {
    Writer w(name, 1);
    w.rms().heads(4, 2, 24).attention("blk.0.", 96, 48).dense("blk.0.", 200).norms("blk.0.");
    const auto model = w.model();
    ASSERT_TRUE(model) << first_issue(model);
    EXPECT_FALSE(model->keeps_cache()) << name;
    EXPECT_EQ(model->trust, Trust::Exact) << name;
  }
}

TEST(GgufModel, ReadsBothStacksOfT5) {
  Writer w("t5", 1);
  w.heads(4, 4, 16).u32("feed_forward_length", 128).u32("decoder_block_count", 2).rms();
  w.u32("attention.relative_buckets_count", 32);
  const auto stack = [&](const std::string& b, bool crosses) {
    for (const std::string& at :
         crosses ? std::vector<std::string>{"attn", "cross_attn"} : std::vector<std::string>{"attn"}) {
      for (const char* part : {"_q.weight", "_k.weight", "_v.weight"}) w.matrix(b + at + part, 96, 64);
      w.matrix(b + at + "_o.weight", 64, 96).vector(b + at + "_norm.weight", 96);
    }
    w.dense(b, 128).vector(b + "ffn_norm.weight", 96);
  };
  stack("enc.blk.0.", false);
  stack("dec.blk.0.", true);
  stack("dec.blk.1.", true);
  w.matrix("enc.blk.0.attn_rel_b.weight", 4, 32).matrix("dec.blk.0.attn_rel_b.weight", 4, 32);
  w.vector("enc.output_norm.weight", 96);
  const auto model = w.model();
  ASSERT_TRUE(model) << first_issue(model);
  EXPECT_TRUE(model->has_encoder());
  EXPECT_EQ(model->layer_count(), 2U);
  EXPECT_TRUE(model->tied_head);
  EXPECT_EQ(parameter_count(*model), w.elements());
  EXPECT_EQ(model->trust, Trust::Exact) << (model->notes.empty() ? "" : model->notes.front());
}

}  // namespace model_test
}  // namespace llmcalc::io
