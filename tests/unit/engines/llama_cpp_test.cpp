// llama.cpp: figures its own logs and dry runs print, and laws that hold for every model.

#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/engines/llama_cpp/relatives.hpp>
#include <llmcalc/estimate/explain.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace llmcalc::llama_cpp {
namespace llama_cpp_test {

Layer llama_layer(Count heads, Count kv_heads, Count head_dim, Count width) {
  Layer layer;
  layer.attention.heads = heads;
  layer.attention.kv_heads = kv_heads;
  layer.attention.head_dim = layer.attention.value_head_dim = layer.attention.rotary_dim = head_dim;
  layer.feed_forward.width = width;
  return layer;
}

/// A dense model of the Llama architecture, as its GGUF file without rotary factors.
Model llama(Count layers, Count hidden, Count vocabulary, const Layer& layer) {
  Model m;
  m.quirks = {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}};
  m.hidden = hidden;
  m.vocabulary = m.head_vocabulary = vocabulary;
  m.kinds = {layer};
  m.layers.assign(layers, 0);
  return m;
}

Model llama_3_1_8b() { return llama(32, 4096, 128256, llama_layer(32, 8, 128, 14336)); }
Model llama_2_7b() { return llama(32, 4096, 32000, llama_layer(32, 32, 128, 11008)); }

Scenario scenario(Model model, Count devices = 1) {
  auto device = std::make_shared<Device>();
  device->memory = 80_GiB;
  Scenario s;
  s.model = std::make_shared<const Model>(std::move(model));
  s.weights = {.format = WeightFormat::Gguf, .mix = GgufMix::Q4_K_M};
  s.serving.runtime = Runtime::LlamaCpp;
  s.serving.logits = Logits::All;
  s.devices.groups = {{device, devices}};
  return s;
}

Bytes file_bytes(const Model& m, GgufMix mix, bool imatrix = false) { return gguf_bytes(gguf_mix(m, mix, imatrix)); }

const Breakdown& use_of(const InferenceEstimate& e, std::string_view name) {
  for (const DeviceUse& use : e.devices) {
    if (use.name == name) return use.breakdown;
  }
  ADD_FAILURE() << "no device " << name;
  return e.breakdown;
}

TEST(LlamaCpp, ContextIsRoundedUpPerStream) {
  const Architecture plain{.name = "llama"};
  Serving serving;
  serving.context = 8192;
  EXPECT_EQ(sizes_of(serving, plain).cells, 8192U);
  serving.context = 8193;
  EXPECT_EQ(sizes_of(serving, plain).cells, 8448U);
  serving.context = 1000;
  serving.sequences = 4;
  EXPECT_EQ(sizes_of(serving, plain).cells, 4096U);
  serving.kv_unified = false;
  EXPECT_EQ(sizes_of(serving, plain).cells, 1024U);
  EXPECT_EQ(sizes_of(serving, plain).streams, 4U);
}

static_assert(cached_tensor(1024, 8192, block_of(KvFormat::Q8_0), true).count == 8192 * 1088);

TEST(LlamaCpp, FilesOfLlama31HaveThePublishedSizes) {
  const Model m = llama_3_1_8b();
  // Tensor bytes of llama-quantize --dry-run; tools/quantize/README.md gives the same in GiB to two digits.
  EXPECT_EQ(file_bytes(m, GgufMix::F16).count, 16'061'054'976U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q8_0).count, 8'532'934'656U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q6_K).count, 6'588'170'240U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q5_K_M).count, 5'725'151'232U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q4_K_M).count, 4'912'898'048U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q4_K_S).count, 4'684'832'768U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q3_K_M).count, 4'011'081'728U);
  EXPECT_EQ(file_bytes(m, GgufMix::Q2_K).count, 3'171'295'232U);
}

TEST(LlamaCpp, ARowThatDoesNotDivideFallsBackToSmallerBlocks) {
  // Rows of 2880 (gpt-oss) do not divide by 256.
  const Model m = llama(2, 2880, 1000, llama_layer(64, 8, 64, 2880));
  for (const GgufTensor& t : gguf_mix(m, GgufMix::Q4_K_M, false)) {
    if (t.role == GgufRole::Gate) {
      EXPECT_EQ(t.type, GgmlType::Q5_0);
    }
    if (t.role == GgufRole::Output) {
      EXPECT_EQ(t.type, GgmlType::Q8_0);
    }
    if (t.role == GgufRole::KeptF32) {
      EXPECT_EQ(t.type, GgmlType::F32);
    }
  }
}

TEST(LlamaCpp, WeightsLandWhereTheLogSaysTheyDo) {
  // Log of Llama 3.1 8B Q4_K_M: CPU 281.81 MiB, CUDA0 4403.49 MiB.
  const InferenceEstimate e = estimate(scenario(llama_3_1_8b()));
  const auto mib = [](Bytes b) { return static_cast<double>(b.count) / 1048576.0; };
  EXPECT_NEAR(mib(use_of(e, "host").bytes(Part::Weights)), 281.81, 0.005);
  EXPECT_NEAR(mib(use_of(e, "GPU 0").bytes(Part::Weights)), 4403.49, 0.005);
}

TEST(LlamaCpp, ComputeBufferIsWhatTheDryRunSays) {
  Scenario s = scenario(llama_3_1_8b());
  s.serving.context = 512;
  EXPECT_EQ(use_of(estimate(s), "GPU 0").bytes(Part::ComputeBuffer).count, 271'056'896U);
  // Server rows at 8192 tokens: what is left without the logits of every token.
  s.serving.context = 4096;
  s.serving.logits = Logits::Last;
  EXPECT_LT(use_of(estimate(s), "GPU 0").bytes(Part::ComputeBuffer), 115_MiB);
}

TEST(LlamaCpp, FiguresAreExplainedByTheirFactors) {
  Scenario s = scenario(llama_3_1_8b());
  s.serving.logits = Logits::Last;
  const InferenceEstimate e = estimate(s);
  const auto text = [&](std::string_view device, Part part) {
    const Component* c = use_of(e, device).find(part);
    return c ? formula_text(*c) : std::string();
  };
  EXPECT_EQ(text("host", Part::Weights), "(Q4_K) 525,336,576 parameters × 144 B / 256");
  EXPECT_EQ(
      text("GPU 0", Part::KvCache),
      "(full attention) 1 sequence × 32 layers × 8,192 tokens × 8 KV heads × 128 head width × 2 keys and values "
      "× 2 B");
  // Gate, up and their product are in use at once.
  EXPECT_EQ(text("GPU 0", Part::ComputeBuffer),
            "(feed-forward activations) 3 tensors × 512 tokens × 14,336 feed-forward width × 4 B + (attention mask) "
            "512 tokens × 8,192 cells × 2 B + (hidden states) 512 tokens × 4,096 hidden × 4 B + (smaller tensors) "
            "10,244 B + (padding, and blocks free at the peak) 16,777,340 B");
}

TEST(LlamaCpp, TwoDevicesHoldWhatTheDryRunSays) {
  Scenario s = scenario(llama_3_1_8b(), 2);
  const InferenceEstimate e = estimate(s);
  EXPECT_EQ(use_of(e, "GPU 0").bytes(Part::ComputeBuffer).count, 180'396'032U);
  EXPECT_EQ(use_of(e, "GPU 1").bytes(Part::ComputeBuffer).count, 371'769'344U);
  EXPECT_EQ(use_of(e, "GPU 0").bytes(Part::KvCache).count, 570'425'344U);
  EXPECT_EQ(use_of(e, "GPU 1").bytes(Part::KvCache).count, 503'316'480U);
  EXPECT_EQ(use_of(e, "host").bytes(Part::ComputeBuffer).count, 50'388'992U);
}

TEST(LlamaCpp, OlderBuildsReserveWhatTheirLogsPrint) {
  Scenario s = scenario(llama_2_7b());
  s.serving.version = "b5000";
  s.serving.attention = AttentionKernel::Eager;
  s.serving.context = 2048;
  EXPECT_EQ(use_of(estimate(s), "GPU 0").bytes(Part::ComputeBuffer), 164_MiB);
  s = scenario(llama_3_1_8b());
  s.serving.version = "b5000";
  s.serving.attention = AttentionKernel::Eager;
  EXPECT_EQ(use_of(estimate(s), "GPU 0").bytes(Part::ComputeBuffer), 560_MiB);
}

// A log of 2025-12 inside Ollama (Llama 3.2 3B, 131,072 cells): a mask of 32 bits and its copy in 16 lie there at once,
// and the last rows of logits are those of every token.
TEST(LlamaCpp, BuildsOfWideMasksHoldTheCopyBesideTheMask) {
  Scenario s = scenario(llama(28, 3072, 128256, llama_layer(24, 8, 128, 8192)));
  s.serving.version = "b7000";
  s.serving.context = 131'072;
  const InferenceEstimate e = estimate(s);
  EXPECT_NEAR(static_cast<double>(use_of(e, "GPU 0").bytes(Part::ComputeBuffer).count) / 1'048'576, 408.01, 0.005);
  EXPECT_NEAR(static_cast<double>(use_of(e, "host").bytes(Part::ComputeBuffer).count) / 1'048'576, 262.01, 0.005);
  EXPECT_NE(use_of(e, "GPU 0").find(Part::ComputeBuffer)->trust, Trust::Exact);
  s.serving.version = "b8000";  // raw embeddings got an input of their own in 2026-01
  EXPECT_EQ(use_of(estimate(s), "host").bytes(Part::ComputeBuffer),
            use_of(e, "host").bytes(Part::ComputeBuffer) + 6_MiB);
}

TEST(LlamaCpp, WindowsOfAGraphThatIsNotKnownAreAssumed) {
  Model m = llama(2, 1024, 32000, llama_layer(8, 2, 128, 4096));
  m.kinds.push_back(m.kinds[0]);
  m.kinds[1].attention.window = 2048;
  m.layers = {0, 1};
  m.quirks = LlamaGraph::Unknown;
  Scenario s = scenario(m);
  s.serving.context = 32'768;
  const Component cache = *use_of(estimate(s), "GPU 0").find(Part::KvCache);
  EXPECT_EQ(cache.bytes, Bytes{1024} * (32'768 + 2560));
  EXPECT_EQ(cache.high, Bytes{1024} * 2 * 32'768);
  EXPECT_EQ(cache.trust, Trust::Assumed);
  // Where every layer has the same window it is ignored.
  m.kinds[0] = m.kinds[1];
  s.model = std::make_shared<const Model>(m);
  EXPECT_EQ(use_of(estimate(s), "GPU 0").bytes(Part::KvCache), Bytes{1024} * 2 * 32'768);
}

TEST(LlamaCpp, ShardsAddUpToTheWhole) {
  const InferenceEstimate one = estimate(scenario(llama_3_1_8b()));
  for (Count devices = 2; devices <= 5; ++devices) {
    const InferenceEstimate many = estimate(scenario(llama_3_1_8b(), devices));
    EXPECT_EQ(many.breakdown.bytes(Part::Weights), one.breakdown.bytes(Part::Weights)) << devices;
    EXPECT_EQ(many.breakdown.bytes(Part::KvCache), one.breakdown.bytes(Part::KvCache)) << devices;
    Bytes sum;
    for (const DeviceUse& use : many.devices) sum += use.breakdown.total();
    EXPECT_EQ(sum, many.breakdown.total()) << devices;
  }
}

TEST(LlamaCpp, EveryOffloadedLayerMovesFromHostToDevice) {
  Scenario s = scenario(llama_3_1_8b());
  Bytes last_device;
  for (Count n = 0; n <= 33; ++n) {
    s.serving.gpu_layers = n;
    const InferenceEstimate e = estimate(s);
    const Bytes device = use_of(e, "GPU 0").bytes(Part::Weights);
    EXPECT_TRUE(n == 0 ? device.count == 0 : device > last_device) << n;
    EXPECT_EQ(e.breakdown.bytes(Part::KvCache), 1_GiB) << n;
    last_device = device;
  }
}

TEST(LlamaCpp, ExpertsOfTheFirstLayersCanStayOnTheHost) {
  Layer layer = llama_layer(32, 4, 128, 0);
  layer.feed_forward.experts = 128;
  layer.feed_forward.experts_per_token = 8;
  layer.feed_forward.expert_width = 768;
  Model m = llama(48, 2048, 151936, layer);
  m.quirks = LlamaGraph::Qwen3Moe;
  Scenario s = scenario(m);
  const Bytes all = use_of(estimate(s), "GPU 0").bytes(Part::Weights);
  s.serving.moe_layers_on_cpu = 48;
  const InferenceEstimate none = estimate(s);
  s.serving.moe_layers_on_cpu = 24;
  const Bytes half = use_of(estimate(s), "GPU 0").bytes(Part::Weights);
  EXPECT_LT(use_of(none, "GPU 0").bytes(Part::Weights), 1_GiB);
  EXPECT_GT(half, use_of(none, "GPU 0").bytes(Part::Weights));
  EXPECT_LT(half, all);
}

TEST(LlamaCpp, TheCacheGrowsWithTheContextAndNeverShrinks) {
  Scenario s = scenario(llama_3_1_8b());
  Bytes last;
  for (Count context = 1; context < 300'000; context = context * 3 / 2 + 7) {
    s.serving.context = context;
    const Bytes now = estimate(s).breakdown.bytes(Part::KvCache);
    EXPECT_GE(now, last) << context;
    EXPECT_EQ(now.count % (131072 * cell_multiple), 0U) << context;
    last = now;
  }
}

TEST(LlamaCpp, AbsurdInputSaturatesInsteadOfWrapping) {
  Scenario s = scenario(llama_3_1_8b());
  s.serving.context = saturated / 4;
  s.serving.sequences = 1000;
  EXPECT_EQ(estimate(s).breakdown.bytes(Part::KvCache).count, saturated);
}

TEST(Allocator, UsesTheSmallestBlockThatFits) {
  Allocator a(1);
  const auto big = a.take(100), keep1 = a.take(1), small = a.take(10), keep2 = a.take(1);
  a.give(big);
  a.give(small);
  EXPECT_EQ(a.take(10).offset, small.offset);
  EXPECT_EQ(a.take(60).offset, big.offset);
  EXPECT_EQ(a.peak(), 112U);
  EXPECT_LT(keep1.offset, keep2.offset);
}

TEST(Allocator, JoinsFreedNeighbours) {
  Allocator a(1);
  const auto first = a.take(10), second = a.take(10), third = a.take(10), end = a.take(1);
  a.give(first);
  a.give(third);
  a.give(second);
  EXPECT_EQ(a.take(30).offset, first.offset);
  EXPECT_EQ(end.offset, 30U);
}

TEST(Graph, AnElementWiseNodeTakesOverItsOnlyReadersBlock) {
  Graph g;
  const Node a = g.add(128);
  g.keep(g.in_place(128, {a}));
  EXPECT_EQ(g.replay(128).bytes.count, 128U);
  Graph shared;
  const Node b = shared.add(128);
  const Node c = shared.in_place(128, {b});
  shared.use({b, c});
  EXPECT_EQ(shared.replay(128).bytes.count, 256U);
}

TEST(LlamaCpp, SharesOfTheGpusDivideTheLayers) {
  EXPECT_EQ(shares_of("3,1"), (std::vector<double>{3, 1}));
  EXPECT_EQ(shares_of("60/40"), (std::vector<double>{60, 40}));
  for (const char* bad : {"", "a,b", "0,0", "-1,2", "1,,2", "nan,1", "inf"})
    EXPECT_TRUE(shares_of(bad).empty()) << bad;
  Scenario s = scenario(llama_3_1_8b(), 2);
  s.serving.tensor_split = "3,1";
  const Placement p = place(s);
  // 33 with the output: three quarters are 24.75.
  EXPECT_EQ(std::count(p.layers.begin(), p.layers.end(), 0), 25);
  EXPECT_EQ(p.output, 1);
  s.serving.tensor_split = "1";
  EXPECT_FALSE(place(s).uses(1)) << "a GPU without a share holds nothing";
  s.serving.tensor_split = "no";
  EXPECT_EQ(place(s).layers, place(scenario(llama_3_1_8b(), 2)).layers);
}

TEST(LlamaCpp, EveryLayerIsDividedInWholeGroupsOfHeads) {
  Scenario s = scenario(llama_3_1_8b(), 3);
  s.serving.split_mode = SplitMode::Tensor;
  const std::vector<GgufTensor> tensors = gguf_mix(*s.model, s.weights, s.weights.mix);
  for (const char* shares : {"", "1,1,1", "5,2,1", "1,0,0"}) {
    s.serving.tensor_split = shares;
    const TensorParallel divided(s, tensors, 3);
    for (const GgufTensor& t : tensors) {
      Count cut = 0, whole = 0;
      for (Count d = 0; d < 3; ++d) {
        const GgufTensor part = divided.part(t, d);
        whole += part.ne0 == t.ne0 && part.rows == t.rows ? 1U : 0U;
        cut += part.ne0 * part.rows;
      }
      const Count all = t.ne0 * t.rows;
      EXPECT_TRUE(cut == all || whole == 3) << shares << ": layer " << t.layer;
    }
    for (Count layer = 0; layer < s.model->layers.size(); ++layer) {
      Count heads = 0;
      for (Count d = 0; d < 3; ++d) heads += divided.part(layer, d).attention.kv_heads;
      EXPECT_EQ(heads, s.model->layer(layer).attention.kv_heads) << shares;
    }
  }
  // Eight heads are 2, 3 and 3, and another GPU has the 2 in the next layer.
  s.serving.tensor_split.clear();
  const TensorParallel divided(s, tensors, 3);
  EXPECT_EQ(divided.part(0, 0).attention.kv_heads, 2U);
  EXPECT_EQ(divided.part(1, 0).attention.kv_heads, 3U);
  EXPECT_EQ(divided.part(1, 1).attention.kv_heads, 2U);
}

TEST(LlamaCpp, SharedLayersAreComputedOnEveryGpuAsOnOne) {
  Scenario s = scenario(llama_3_1_8b(), 1);
  const InferenceEstimate one = estimate(s);
  s = scenario(llama_3_1_8b(), 2);
  s.serving.split_mode = SplitMode::Tensor;
  const InferenceEstimate two = estimate(s);
  Bytes weights;
  for (const char* gpu : {"GPU 0", "GPU 1"}) {
    EXPECT_EQ(use_of(two, gpu).bytes(Part::ComputeBuffer), use_of(one, "GPU 0").bytes(Part::ComputeBuffer)) << gpu;
    EXPECT_EQ(2U * use_of(two, gpu).bytes(Part::KvCache), use_of(one, "GPU 0").bytes(Part::KvCache)) << gpu;
    weights += use_of(two, gpu).bytes(Part::Weights);
  }
  // Only norms are on both.
  const Bytes alone = use_of(one, "GPU 0").bytes(Part::Weights);
  EXPECT_GT(weights, alone);
  EXPECT_LT(weights - alone, 2_MiB);
  EXPECT_EQ(use_of(two, "host").bytes(Part::ComputeBuffer), use_of(one, "host").bytes(Part::ComputeBuffer));
}

TEST(LlamaCpp, AProjectorIsOnTheFirstDevice) {
  Model m = llama_3_1_8b();
  m.tensors.push_back({.name = "tower", .rows = 1000, .columns = 4096, .count = 10, .part = ModelPart::Encoder});
  Scenario s = scenario(std::move(m), 2);
  const InferenceEstimate without = estimate(s);
  s.serving.mmproj = "released";
  const InferenceEstimate with = estimate(s);
  EXPECT_EQ(use_of(with, "GPU 0").bytes(Part::Weights),
            use_of(without, "GPU 0").bytes(Part::Weights) + Bytes{81'920'000});
  EXPECT_EQ(use_of(with, "GPU 1").bytes(Part::Weights), use_of(without, "GPU 1").bytes(Part::Weights));
  EXPECT_NE(use_of(with, "GPU 0").find(Part::Weights)->trust, Trust::Exact);
}

// kvcache/recurrent.go of Ollama up to 0.24: 24 states to go back to beside the one in use; llama-server since 0.30.
TEST(LlamaCpp, OllamasOwnEngineKeptStates) {
  Layer net = llama_layer(16, 2, 128, 2048);
  net.mixer = Mixer::GatedDeltaNet;
  net.recurrent = {.inner = 4096, .state = 128, .heads = 32, .head_dim = 128, .groups = 16, .conv_kernel = 4};
  Model m = llama(4, 2048, 32000, net);
  m.quirks = {LlamaGraph::Qwen3Next, {}};
  Scenario s = scenario(m);
  const auto states = [&](const char* version) {
    s.serving.version = version;
    return estimate_inside<ollama_releases>(s).breakdown.bytes(Part::RecurrentState);
  };
  const Bytes one = states("0.32.15");
  EXPECT_GT(one, 8_MiB);
  EXPECT_EQ(states("0.17.4"), one * 25);
  EXPECT_EQ(states("0.15.4"), one) << "ported in 0.15.5";
  EXPECT_EQ(states(""), one);
  EXPECT_EQ(states("b10488"), one) << "a build of llama.cpp stands for itself";
}

// A log of Ollama 0.11 (gpt-oss 120B, 8,192 tokens: 450 MiB of keys and values): 18 windows of 4,096 tokens and a batch.
TEST(LlamaCpp, OllamasOwnEngineKeptLongerWindows) {
  Model m = llama(36, 2880, 201'088, llama_layer(64, 8, 64, 2880));
  m.quirks = {LlamaGraph::GptOss, {}};
  m.kinds.push_back(m.kinds[0]);
  m.kinds[0].attention.window = 128;
  for (std::size_t i = 0; i < m.layers.size(); ++i) m.layers[i] = static_cast<std::uint16_t>(i % 2);
  Scenario s = scenario(m);
  s.serving.context = 8192;
  const auto cache = [&](const char* version) {
    s.serving.version = version;
    return estimate_inside<ollama_releases>(s).breakdown.bytes(Part::KvCache);
  };
  EXPECT_EQ(cache("0.11.10"), 450_MiB);
  EXPECT_EQ(cache("0.32.15"), 288_MiB + Bytes{2048} * 18 * 768);
}

Model windowed() {
  Model m = llama(2, 1024, 32000, llama_layer(8, 4, 128, 4096));
  m.quirks = {LlamaGraph::Gemma3, {}};
  m.kinds.push_back(m.kinds[0]);
  m.kinds[1].attention.window = 512;
  m.layers = {0, 1, 1, 1};
  return m;
}

// KoboldCpp issue 2235: windows are cached in full up to 1.113. 128 cells besides the context, rounded up to 256: a log
// of 1.11x has 476 MiB for 4,096 tokens of Llama 3.2 3B, which are 4,352 cells.
TEST(LlamaCpp, KoboldCppCachedWindowsInFull) {
  Scenario s = scenario(windowed());
  s.serving.context = 32'768;
  const auto cache = [&](const char* version) {
    s.serving.version = version;
    return estimate_inside<koboldcpp_releases>(s).breakdown.bytes(Part::KvCache);
  };
  EXPECT_EQ(cache("1.113.2"), Bytes{4 * (32'768 + 256)} * (2 * 2 * 4 * 128));
  EXPECT_LT(cache("1.114") * 3, cache("1.113.2"));
  EXPECT_EQ(cache(""), cache("1.121"));
  const auto compute = [&](Logits logits) {
    s.serving.logits = logits;
    return estimate_inside<koboldcpp_releases>(s).breakdown.bytes(Part::ComputeBuffer);
  };
  EXPECT_EQ(compute(Logits::Last), compute(Logits::All)) << "it does not say how many rows it reads";
}

TEST(LlamaCpp, SaysWhichFileStandsForAFormatThatItDoesNotLoad) {
  Scenario s = scenario(windowed());
  const auto warned = [&](WeightFormat format) {
    s.weights.format = format;
    std::vector<std::string> said;
    add_warnings(s, said);
    return said.empty() ? std::string() : said.front();
  };
  EXPECT_EQ(warned(WeightFormat::Fp8),
            "llama.cpp loads GGUF files: FP8 weights are counted as Q8_0, the nearest of them.");
  EXPECT_EQ(warned(WeightFormat::Bf16), "");
  EXPECT_EQ(warned(WeightFormat::Gguf), "");
}

// llama-kv-cache.cpp: "the V embeddings have different sizes across layers and FA is not enabled - padding V cache".
TEST(LlamaCpp, TransposedValuesAreAsWideAsTheWidest) {
  Model m = windowed();
  m.kinds[0].attention.kv_heads = 2;
  m.kinds[0].attention.head_dim = m.kinds[0].attention.value_head_dim = 128;
  Scenario s = scenario(m);
  s.serving.context = 8192;
  s.serving.swa_full = true;
  const Bytes row = Bytes{8192} * (2 * 128);  // of one head
  EXPECT_EQ(estimate(s).breakdown.bytes(Part::KvCache), row * (2 * 2 + 3 * 2 * 4));
  s.serving.attention = AttentionKernel::Eager;
  EXPECT_EQ(estimate(s).breakdown.bytes(Part::KvCache), row * (2 + 4 + 3 * 2 * 4));
  m.kinds[0].attention.kv_heads = 3;
  s.model = std::make_shared<const Model>(std::move(m));
  EXPECT_EQ(estimate(s).breakdown.bytes(Part::KvCache), row * (3 + 4 + 3 * 2 * 4)) << "4 heads are no multiple of 3";
}

}  // namespace llama_cpp_test
}  // namespace llmcalc::llama_cpp
