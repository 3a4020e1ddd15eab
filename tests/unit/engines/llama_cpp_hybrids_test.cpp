// llama.cpp's recurrent and hybrid graphs, and experts in host memory: buffers of its own dry run (build 10573).

#include <llmcalc/engines/llama_cpp/estimate.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>

namespace llmcalc::llama_cpp {
namespace llama_cpp_hybrids_test {

/// Jamba v0.1: attention in layers 4, 12, 20, 28, experts in every second layer.
Model jamba() {
  Model m;
  m.quirks = LlamaGraph::Jamba;
  m.hidden = 4096;
  m.vocabulary = m.head_vocabulary = 65536;
  Layer dense;
  dense.mixer = Mixer::Mamba1;
  dense.recurrent = {.inner = 8192, .state = 16, .conv_kernel = 4, .time_step_rank = 256, .inner_norms = true};
  dense.feed_forward.width = 14336;
  Layer experts = dense;
  experts.feed_forward = {.experts = 16, .experts_per_token = 2, .expert_width = 14336};
  Layer attention = dense;
  attention.mixer = Mixer::Attention;
  attention.recurrent = {};
  attention.attention = {.heads = 32, .kv_heads = 8, .head_dim = 128, .value_head_dim = 128};
  m.kinds = {dense, experts, attention};
  for (std::uint16_t i = 0; i < 32; ++i) m.layers.push_back(i % 8 == 4 ? 2 : i % 2);
  return m;
}

/// Nemotron Nano 9B v2: one block a layer.
Model nemotron() {
  Model m;
  m.quirks = LlamaGraph::NemotronH;
  m.hidden = 4480;
  m.vocabulary = m.head_vocabulary = 131072;
  Layer mamba;
  mamba.mixer = Mixer::Mamba2;
  mamba.recurrent = {.inner = 10240, .state = 128, .heads = 128, .head_dim = 80, .groups = 8, .conv_kernel = 4};
  Layer dense;
  dense.mixer = Mixer::None;
  dense.feed_forward = {.width = 15680, .gated = false, .activation = Activation::ReluSquared};
  Layer attention;
  attention.attention = {.heads = 40, .kv_heads = 8, .head_dim = 128, .value_head_dim = 128};
  m.kinds = {mamba, dense, attention};
  constexpr std::string_view pattern = "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-";
  for (const char c : pattern) m.layers.push_back(c == 'M' ? 0 : c == '-' ? 1 : 2);
  return m;
}

/// Qwen3-Next 80B-A3B: three gated delta nets, then attention with an output gate.
Model qwen3_next() {
  Model m;
  m.quirks = LlamaGraph::Qwen3Next;
  m.hidden = 2048;
  m.vocabulary = m.head_vocabulary = 151936;
  Layer delta;
  delta.mixer = Mixer::GatedDeltaNet;
  delta.recurrent = {.inner = 4096, .state = 128, .heads = 32, .head_dim = 128, .groups = 16, .conv_kernel = 4};
  delta.feed_forward = {
      .experts = 512, .experts_per_token = 10, .expert_width = 512, .shared_width = 512, .shared_gate = true};
  Layer attention = delta;
  attention.mixer = Mixer::Attention;
  attention.recurrent = {};
  attention.attention = {.heads = 16,
                         .kv_heads = 2,
                         .head_dim = 256,
                         .value_head_dim = 256,
                         .qk_norm = QkNorm::PerHead,
                         .output_gate = true};
  m.kinds = {delta, attention};
  for (int i = 0; i < 48; ++i) m.layers.push_back((i + 1) % 4 == 0 ? 1 : 0);
  return m;
}

/// A run of llama.cpp with its compute buffer.
struct Run {
  Count context = 4096;
  Count ubatch = 512;
  Count sequences = 1;
  bool unified = true;
  KvFormat format = KvFormat::Fp16;
  AttentionKernel attention = AttentionKernel::Flash;
  Logits logits = Logits::All;
  bool on_device = true;
};

Serving serving_of(const Run& run) {
  Serving s;
  s.runtime = Runtime::LlamaCpp;
  s.sequences = run.sequences;
  s.context = run.context / run.sequences;
  s.ubatch = run.ubatch;
  s.kv_unified = run.unified;
  s.key_format = s.value_format = run.format;
  s.attention = run.attention;
  s.logits = run.logits;
  return s;
}

Count compute(const Model& m, const Run& run, const HostSide* side = nullptr) {
  const Serving serving = serving_of(run);
  Replay replay{.model = &m, .serving = &serving, .sizes = sizes_of(serving, architecture_of(m.quirks.graph()))};
  replay.on_device = run.on_device;
  replay.host_side = side;
  return compute_buffers(replay).device.count;
}

TEST(LlamaCppHybrids, JambaGathersTheNextStateBehindItsExperts) {
  const Model m = jamba();
  EXPECT_EQ(compute(m, {.context = 512}), 193'542'272U);
  EXPECT_EQ(compute(m, {.context = 8192, .ubatch = 2048}), 805'625'984U);
  EXPECT_EQ(compute(m, {.context = 10000, .sequences = 8, .unified = false}), 194'328'704U);
  EXPECT_EQ(compute(m, {.context = 4096, .on_device = false}), 205'602'848U);
  EXPECT_EQ(compute(m, {.context = 32768, .sequences = 4, .format = KvFormat::Q8_0, .logits = Logits::Last}),
            226'652'416U);
}

TEST(LlamaCppHybrids, NemotronGathersTheNextStateBeforeItTurnsTheValuesBack) {
  EXPECT_EQ(compute(nemotron(), {.context = 32768, .format = KvFormat::Q8_0}), 286'785'664U);
}

TEST(LlamaCppHybrids, AGatedAttentionTakesOverWhatIsNotReadThroughViews) {
  const Model m = qwen3_next();
  EXPECT_EQ(compute(m, {.context = 8192, .format = KvFormat::Q4_0}), 323'747'840U);
  EXPECT_EQ(compute(m, {.context = 32768, .format = KvFormat::Q8_0, .on_device = false}), 357'595'168U);
  EXPECT_EQ(compute(m, {.context = 4096, .attention = AttentionKernel::Eager}), 319'553'536U);
  EXPECT_EQ(compute(m, {.context = 4096, .attention = AttentionKernel::Eager, .on_device = false}), 330'049'568U);
}

/// Routed experts in host memory, Q4_K_M: the down projections of some layers have more bits than the rest.
HostSide experts_on_host(const Model& m) {
  HostSide side;
  const Count layers = m.layer_count();
  side.matrices.resize(layers * matrix_count);
  for (Count i = 0; i < layers; ++i) {
    const bool more = i < layers / 8 || i >= 7 * layers / 8 || (i - layers / 8) % 3 == 2;
    Bytes* own = &side.matrices[i * matrix_count];
    own[static_cast<std::size_t>(Matrix::Gate)] = own[static_cast<std::size_t>(Matrix::Up)] = Bytes{301'989'888};
    own[static_cast<std::size_t>(Matrix::Down)] = more ? Bytes{440'401'920} : Bytes{301'989'888};
  }
  return side;
}

TEST(LlamaCppHybrids, InputsAreCopiedWhereTheyAreReadFirst) {
  // The first attention is in layer 3, so its mask is copied behind an expert matrix and cuts the room for the next.
  const Model m = qwen3_next();
  const HostSide side = experts_on_host(m);
  EXPECT_EQ(compute(m, {.context = 8192}, &side), 910'164'096U);
  EXPECT_EQ(compute(m, {.context = 32768, .logits = Logits::Last}, &side), 935'329'920U);
  EXPECT_EQ(compute(m, {.context = 32768, .ubatch = 2048, .logits = Logits::Last}, &side), 1'098'907'776U);
}

TEST(LlamaCppHybrids, RwkvKeepsTwoTokensAndAMatrixForEveryHead) {
  // llama-hparams.cpp: token_shift_count x n_embd, and n_embd x wkv_head_size.
  Model m;
  m.model_type = "rwkv7";
  m.hidden = 4096;
  m.vocabulary = m.head_vocabulary = 65536;
  Layer layer;
  layer.mixer = Mixer::Recurrence;
  layer.recurrent = {.inner = 4096, .state = 64, .heads = 64, .head_dim = 64, .conv_kernel = 2};
  m.kinds = {layer};
  m.layers.assign(32, 0);
  Bytes states;
  for (const Summand& s : state_summands(m.kinds, {32}, 3)) states += s.result;
  EXPECT_EQ(states, Bytes{4} * (3 * 32 * (2 * 4096 + 4096 * 64)));
}

}  // namespace llama_cpp_hybrids_test
}  // namespace llmcalc::llama_cpp
