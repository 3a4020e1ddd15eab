// Logs of engines with lines of their own: Ollama's, TensorRT-LLM's, MLX's, SGLang's ranks and drafts, what vLLM was given.

#include "support/figures_of.hpp"

namespace llmcalc::io {
namespace engine_log_test {

using tests::figure;
using tests::GiB;
using tests::MiB;
using tests::setting;
using tests::setting_text;

// Lines as in ollama issues 12027 and 12606 (2025).
TEST(OllamaLog, ReadsItsOwnEngine) {
  const auto log = read_log(
      R"(Aug 24 10:34:07 host ollama[10]:   Device 0: NVIDIA GeForce RTX 2080 Ti, compute capability 7.5, VMM: yes, ID: GPU-620f
Aug 24 10:34:07 host ollama[10]: time=2025-08-24T08:34:07.452Z level=INFO source=runner.go:925 msg=load request="{Operation:commit LoraPath:[] Parallel:2 BatchSize:512 FlashAttention:true KvSize:26624 KvCacheType:q4_0 NumThreads:32 GPULayers:33[ID:GPU-620f Layers:33(0..32)] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"
Aug 24 10:34:08 host ollama[10]: time=2025-08-24T08:34:08.100Z level=DEBUG source=ggml.go:784 msg="compute graph" nodes=1325 splits=3
Aug 24 10:34:08 host ollama[10]: time=2025-08-24T08:34:08.110Z level=INFO source=device.go:240 msg="model weights" device=CUDA0 size="4.3 GiB"
Aug 24 10:34:08 host ollama[10]: time=2025-08-24T08:34:08.110Z level=INFO source=device.go:245 msg="model weights" device=CPU size="281.8 MiB"
Aug 24 10:34:08 host ollama[10]: time=2025-08-24T08:34:08.110Z level=INFO source=device.go:251 msg="kv cache" device=CUDA0 size="936.0 MiB"
Aug 24 10:34:08 host ollama[10]: time=2025-08-24T08:34:08.110Z level=INFO source=device.go:262 msg="compute graph" device=CUDA0 size="136.0 MiB"
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->kind, LogKind::Ollama);
  EXPECT_EQ(log->device, "RTX 2080 Ti");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), GiB(4.3));
  EXPECT_EQ(figure(*log, Figure::Weights, "host"), MiB(281.8));
  EXPECT_EQ(figure(*log, Figure::Context, "GPU 0"), MiB(936)) << "states of recurrent layers are in it";
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(136));
  EXPECT_EQ(setting(*log, "serving.context"), 13312U) << "KvSize is that of both sequences";
  EXPECT_EQ(setting(*log, "serving.sequences"), 2U);
  EXPECT_EQ(setting_text(*log, "serving.kv_format"), "q4_0");
}

// Ollama 0.16.1 without a GPU, 2026-02.
TEST(OllamaLog, NamesModelVersionAndLayers) {
  const auto log = read_log(
      R"log(time=2026-02-21T14:13:56.331-06:00 level=INFO source=routes.go:1689 msg="Listening on 127.0.0.1:11434 (version 0.16.1)"
time=2026-02-21T14:14:45.919-06:00 level=INFO source=ggml.go:136 msg="" architecture=qwen3moe file_type=unknown name=Qwen3-Coder-30B-A3B-Instruct description="" num_tensors=579 num_key_values=39
time=2026-02-21T14:14:46.128-06:00 level=INFO source=ggml.go:494 msg="offloaded 0/49 layers to GPU"
time=2026-02-21T14:14:46.128-06:00 level=INFO source=device.go:245 msg="model weights" device=CPU size="10.1 GiB"
time=2026-02-21T14:14:46.128-06:00 level=INFO source=device.go:256 msg="kv cache" device=CPU size="384.0 MiB"
time=2026-02-21T14:14:46.128-06:00 level=INFO source=device.go:267 msg="compute graph" device=CPU size="88.0 MiB"
)log");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->model, "Qwen3-Coder-30B-A3B-Instruct");
  EXPECT_EQ(log->version, "0.16.1");
  EXPECT_EQ(setting(*log, "serving.gpu_layers"), 0U);
}

// Ollama 0.17.0 on an M4, 2026-02: what it says before llama.cpp's lines is a prediction.
TEST(OllamaLog, ReadsLlamaCppsLinesWhereItRunsLlamaCpp) {
  const auto log = read_log(
      R"log(time=2026-02-25T18:14:34.258+08:00 level=INFO source=server.go:431 msg="starting runner" cmd="/opt/homebrew/Cellar/ollama/0.17.0/bin/ollama runner --model /blobs/sha256-8164 --port 54686"
time=2026-02-25T18:14:34.262+08:00 level=INFO source=device.go:240 msg="model weights" device=Metal size="4.7 GiB"
time=2026-02-25T18:14:34.262+08:00 level=INFO source=device.go:251 msg="kv cache" device=Metal size="1.2 GiB"
time=2026-02-25T18:14:34.262+08:00 level=INFO source=device.go:262 msg="compute graph" device=Metal size="2.1 GiB"
load_tensors:   CPU_Mapped model buffer size =   333.00 MiB
load_tensors: Metal_Mapped model buffer size =  4863.84 MiB
llama_context: n_seq_max     = 1
llama_context: n_ctx         = 32768
llama_kv_cache:      Metal KV buffer size =  1280.00 MiB
llama_context:      Metal compute buffer size =   304.00 MiB
)log");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(304));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(1280));
  EXPECT_EQ(setting_text(*log, "serving.runtime"), "ollama");
  EXPECT_EQ(log->version, "0.17.0");
}

TEST(TensorRtLlmLog, ReadsEngineContextAndPool) {
  // Shapes as in TensorRT-LLM issues 1400, 2398 and 2693.
  const auto log = read_log(
      R"([TensorRT-LLM] TensorRT-LLM version: 0.15.0.dev2024101500
[TensorRT-LLM][INFO] Rank 1 is using GPU 1
[TensorRT-LLM][INFO] Loaded engine size: 3122 MiB
[TensorRT-LLM][INFO] [MemUsageChange] Allocated 1158.88 MiB for execution context memory.
[TensorRT-LLM][INFO] [MemUsageChange] TensorRT-managed allocation in IExecutionContext creation: CPU +0, GPU +0, now: CPU 0, GPU 6683 (MiB)
[TensorRT-LLM][INFO] [MemUsageChange] Allocated 64.75 GiB for max tokens in paged KV cache (132608).
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->kind, LogKind::TensorRtLlm);
  EXPECT_EQ(log->version, "0.15.0.dev2024101500");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(3122));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(1158.88));
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), GiB(64.75));
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 132'608U);
}

TEST(TensorRtLlmLog, ReadsTheOlderWordsOfItsPool) {
  const auto log = read_log(
      R"([TensorRT-LLM][INFO] [MemUsageChange] TensorRT-managed allocation in IExecutionContext creation: CPU +0, GPU +0, now: CPU 0, GPU 6683 (MiB)
[TensorRT-LLM][INFO] Allocate 69524783104 bytes for k/v cache.
[TensorRT-LLM][INFO] Using 132608 tokens in paged KV cache.
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), 69'524'783'104U);
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 132'608U);
}

TEST(MlxLog, ItsGigabytesAreDecimalAndTheLargestCounts) {
  // mlx-examples issue 724.
  const auto log = read_log(
      "Iter 860: Train loss 0.413, Learning Rate 1.000e-06, It/sec 0.247, Tokens/sec 159.343, Trained Tokens 473342, "
      "Peak mem 100.759 GB\nIter 870: Train loss 0.271, Learning Rate 1.000e-06, It/sec 0.319, Tokens/sec 144.595, "
      "Trained "
      "Tokens 477870, Peak mem 100.159 GB\n");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->kind, LogKind::Mlx);
  EXPECT_EQ(figure(*log, Figure::Allocated, "GPU 0"), 100'759'000'000U);
  const auto generated = read_log("Prompt: 10 tokens, 50.1 tokens-per-sec\nPeak memory: 4.512 GB\n");
  ASSERT_TRUE(generated);
  EXPECT_EQ(figure(*generated, Figure::Allocated, "GPU 0"), 4'512'000'000U);
}

TEST(SglangLog, KeepsEveryRankAndTheDraftApart) {
  // Shapes as in sglang issue 40558 (2026-09): two ranks, a prediction model after the model, state pools.
  const auto log = read_log(
      R"(sglang-1  | [2026-09-21 13:37:52] server_args=ServerArgs(model_path='some/Model-8B', tp_size=2, context_length=None)
sglang-1  | [2026-09-21 13:38:10 TP0] Load weight end. elapsed=3.86 s, type=Qwen3_5ForConditionalGeneration, avail mem=60.18 GB, mem usage=15.27 GB.
sglang-1  | [2026-09-21 13:38:10 TP1] Load weight end. elapsed=3.86 s, type=Qwen3_5ForConditionalGeneration, avail mem=60.18 GB, mem usage=15.28 GB.
sglang-1  | [2026-09-21 13:38:18 TP0] Load weight end. elapsed=3.86 s, type=Qwen3_5ForConditionalGenerationNextN, avail mem=16.18 GB, mem usage=2.39 GB.
sglang-1  | [2026-09-21 13:38:18 TP1] Load weight end. elapsed=3.96 s, type=Qwen3_5ForConditionalGenerationNextN, avail mem=16.20 GB, mem usage=2.39 GB.
sglang-1  | [2026-09-21 13:38:19 TP0] Mamba Cache is allocated. max_mamba_cache_size: 232, conv_state size: 0.30GB, ssm_state size: 12.01GB
sglang-1  | [2026-09-21 13:38:19 TP1] Mamba Cache is allocated. max_mamba_cache_size: 232, conv_state size: 0.30GB, ssm_state size: 12.01GB
sglang-1  | [2026-09-21 13:38:19 TP0] KV Cache is allocated. #tokens: 367404, K size: 8.23 GB, V size: 8.23 GB
sglang-1  | [2026-09-21 13:38:19 TP1] KV Cache is allocated. #tokens: 367404, K size: 8.23 GB, V size: 8.23 GB
sglang-1  | [2026-09-21 13:38:20 TP0] KV Cache is allocated. #tokens: 367404, K size: 0.51 GB, V size: 0.51 GB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  for (const char* gpu : {"GPU 0", "GPU 1"}) {
    EXPECT_EQ(figure(*log, Figure::KvPool, gpu), 2 * GiB(8.23)) << gpu;
    EXPECT_EQ(figure(*log, Figure::KvPoolTokens, gpu), 367'404U) << gpu;
    EXPECT_EQ(figure(*log, Figure::RecurrentState, gpu), GiB(0.30) + GiB(12.01)) << gpu;
  }
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), GiB(15.28));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 0"), GiB(2.39) + 2 * GiB(0.51));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 1"), GiB(2.39));
  EXPECT_EQ(log->model, "some/Model-8B");
  EXPECT_EQ(setting(*log, "parallelism.tensor"), 2U);
}

TEST(SglangLog, APoolOfWindowsIsTheModels) {
  // DiffusionGemma on a DGX Spark, 2026: the pool of windows is printed first.
  const auto log = read_log(
      R"(Load weight end. elapsed=367.45 s, type=DiffusionGemmaForBlockDiffusion, avail mem=62.35 GB, mem usage=49.18 GB.
KV Cache is allocated. dtype: torch.bfloat16, #tokens: 56320, K size: 5.40 GB, V size: 5.40 GB
KV Cache is allocated. dtype: torch.bfloat16, #tokens: 70656, K size: 0.68 GB, V size: 0.68 GB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), 2 * GiB(5.40) + 2 * GiB(0.68));
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 70'656U);
  EXPECT_TRUE(std::none_of(log->figures.begin(), log->figures.end(),
                           [](const MeasuredFigure& f) { return f.figure == Figure::DraftModel; }));
}

TEST(VllmLog, TakesWhatTheServerWasGiven) {
  const auto log = read_log(
      R"((APIServer pid=1) INFO 08-22 10:00:00 [utils.py:253] non-default args: {'model_tag': 'some/Model-27B-FP8', 'max_model_len': 131072, 'tensor_parallel_size': 2, 'gpu_memory_utilization': 0.92, 'kv_cache_dtype': 'fp8', 'enable_prefix_caching': True, 'max_num_seqs': 16, 'speculative_config': {'method': 'mtp', 'num_speculative_tokens': 3}, 'enforce_eager': True}
(EngineCore pid=9) (Worker_TP0 pid=10) INFO 08-22 10:00:30 [gpu_model_runner.py:1] Model loading took 13.28 GiB memory and 20.1 seconds
(EngineCore pid=9) (Worker_TP1 pid=11) INFO 08-22 10:00:30 [gpu_model_runner.py:1] Model loading took 13.30 GiB memory and 20.1 seconds
(EngineCore pid=9) (Worker_TP0 pid=10) WARNING [fused_moe.py:1] Using default config. Config file not found at configs/E=128,N=768,device_name=NVIDIA_A100-SXM4-80GB.json
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->model, "some/Model-27B-FP8");
  EXPECT_EQ(log->device, "A100-SXM4-80GB");
  EXPECT_EQ(setting(*log, "serving.max_model_len"), 131'072U);
  EXPECT_EQ(setting(*log, "parallelism.tensor"), 2U);
  EXPECT_EQ(setting(*log, "serving.max_num_seqs"), 16U);
  EXPECT_EQ(setting(*log, "serving.draft_tokens"), 3U);
  EXPECT_EQ(setting_text(*log, "serving.gpu_memory_utilization"), "0.92");
  EXPECT_EQ(setting_text(*log, "serving.kv_format"), "fp8");
  EXPECT_EQ(setting_text(*log, "serving.cuda_graphs"), "off");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), GiB(13.30));
}

}  // namespace engine_log_test
}  // namespace llmcalc::io
