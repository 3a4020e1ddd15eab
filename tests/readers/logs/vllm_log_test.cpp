// Start-up logs of vLLM and SGLang of several versions.

#include "support/figures_of.hpp"

namespace llmcalc::io {
namespace vllm_log_test {

using tests::figure;
using tests::GiB;
using tests::setting;

TEST(VllmLog, ReadsTheFirstEngine) {
  const auto log = read_log(
      R"(INFO 03-25 21:32:40 llm_engine.py:234] Initializing a V0 LLM engine (v0.7.3) with config: model='meta-llama/Llama-3.1-8B-Instruct', tensor_parallel_size=1, pipeline_parallel_size=1
INFO 03-25 21:32:47 model_runner.py:1116] Loading model weights took 14.9888 GB
INFO 03-25 21:32:48 worker.py:266] Memory profiling takes 0.71 seconds
INFO 03-25 21:32:48 worker.py:266] the current vLLM instance can use total_gpu_memory (22.07GiB) x gpu_memory_utilization (0.90) = 19.86GiB
INFO 03-25 21:32:48 worker.py:266] model weights take 14.99GiB; non_torch_memory takes 0.05GiB; PyTorch activation peak memory takes 1.22GiB; the rest of the memory reserved for KV Cache is 3.60GiB.
INFO 03-25 21:32:48 executor_base.py:108] # CUDA blocks: 1845, # CPU blocks: 2048
INFO 03-25 21:32:48 executor_base.py:113] Maximum concurrency for 8192 tokens per request: 3.60x
INFO 03-25 21:33:10 model_runner.py:1570] Graph capturing finished in 19 secs, took 0.24 GiB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->kind, LogKind::Vllm);
  EXPECT_EQ(log->version, "0.7.3");
  EXPECT_EQ(log->model, "meta-llama/Llama-3.1-8B-Instruct");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), GiB(14.9888)) << "the finer of the two";
  EXPECT_EQ(figure(*log, Figure::NonTorch, "GPU 0"), GiB(0.05));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), GiB(1.22));
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), GiB(3.60));
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 1845U * 16U);
  EXPECT_EQ(figure(*log, Figure::CudaGraphs, "GPU 0"), GiB(0.24));
  EXPECT_EQ(figure(*log, Figure::DeviceMemory, "GPU 0"), GiB(22.07));
  EXPECT_EQ(setting(*log, "parallelism.tensor"), 1U);
}

TEST(VllmLog, ReadsTheSecondEngineWithItsWorkers) {
  const auto log = read_log(
      R"((EngineCore_DP0 pid=700) INFO 09-21 12:28:50 [core.py:74] Initializing a V1 LLM engine (v0.11.0) with config: model='Qwen/Qwen3-32B', tensor_parallel_size=2, pipeline_parallel_size=1
(Worker_TP0 pid=712) INFO 09-21 12:30:37 [gpu_model_runner.py:2653] Model loading took 30.5911 GiB and 74.270197 seconds
(Worker_TP1 pid=713) INFO 09-21 12:30:37 [gpu_model_runner.py:2653] Model loading took 30.5912 GiB and 74.270197 seconds
(Worker_TP1 pid=713) INFO 09-21 12:30:55 [gpu_worker.py:298] Available KV cache memory: 35.41 GiB
(Worker_TP0 pid=712) INFO 09-21 12:30:55 [gpu_worker.py:298] Available KV cache memory: 35.42 GiB
(EngineCore_DP0 pid=700) INFO 09-21 12:30:56 [kv_cache_utils.py:1087] GPU KV cache size: 290,128 tokens
(EngineCore_DP0 pid=700) INFO 09-21 12:30:56 [kv_cache_utils.py:1091] Maximum concurrency for 40,960 tokens per request: 7.08x
(Worker_TP0 pid=712) INFO 09-21 12:31:20 [gpu_model_runner.py:3480] Graph capturing finished in 20 secs, took 0.72 GiB
(Worker_TP1 pid=713) INFO 09-21 12:31:20 [gpu_model_runner.py:3480] Graph capturing finished in 20 secs, took 0.73 GiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->version, "0.11.0");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), GiB(30.5911));
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), GiB(30.5912));
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 1"), GiB(35.41));
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 290128U);
  EXPECT_EQ(figure(*log, Figure::CudaGraphs, "GPU 1"), GiB(0.73));
  EXPECT_EQ(setting(*log, "parallelism.tensor"), 2U);
}

TEST(VllmLog, ReadsWhatTheConfigurationDecided) {
  const auto log = read_log(
      R"(INFO 08-25 09:11:02 [core.py:114] Initializing a V1 LLM engine (v0.26.0) with config: model='Qwen/Qwen3.8-27B-FP8', speculative_config=SpeculativeConfig(method='mtp', model='Qwen/Qwen3.8-27B-FP8', num_spec_tokens=3), dtype=torch.bfloat16, max_seq_len=8192, tensor_parallel_size=1, enforce_eager=True, kv_cache_dtype=fp8, enable_prefix_caching=False, enable_chunked_prefill=True
INFO 08-25 09:12:31 [gpu_worker.py:298] Available KV cache memory: 35.41 GiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(tests::setting_text(*log, "serving.prefix_caching"), "off");
  EXPECT_EQ(tests::setting_text(*log, "serving.kv_format"), "fp8");
  EXPECT_EQ(tests::setting_text(*log, "serving.cuda_graphs"), "off");
  EXPECT_EQ(setting(*log, "serving.max_model_len"), 8192U);
  EXPECT_EQ(setting(*log, "serving.draft_tokens"), 3U);
}

TEST(VllmLog, ReadsTheSummariesOfUse) {
  const auto old = read_log(
      R"(DEBUG 10-02 08:00:00 [gpu_worker.py:391] Free memory on device (23.21/23.64 GiB) on startup. Desired GPU memory utilization is (0.9, 21.28 GiB). Actual usage is 14.99 GiB for weight, 1.23 GiB for peak activation, 0.07 GiB for non-torch memory, and 0.52 GiB for CUDAGraph memory. Replace gpu_memory_utilization config with `--kv-cache-memory=4812345678` (4.48 GiB) to fit into requested memory. Current kv cache memory in use is 4.99 GiB.
)");
  ASSERT_TRUE(old);
  EXPECT_EQ(figure(*old, Figure::Weights, "GPU 0"), GiB(14.99));
  EXPECT_EQ(figure(*old, Figure::ComputeBuffer, "GPU 0"), GiB(1.23));
  EXPECT_EQ(figure(*old, Figure::NonTorch, "GPU 0"), GiB(0.07));
  EXPECT_EQ(figure(*old, Figure::CudaGraphs, "GPU 0"), GiB(0.52));
  EXPECT_EQ(figure(*old, Figure::KvPool, "GPU 0"), GiB(4.99));
  EXPECT_EQ(figure(*old, Figure::DeviceMemory, "GPU 0"), GiB(23.64));
  EXPECT_EQ(tests::setting_text(*old, "serving.gpu_memory_utilization"), "0.9");
  const auto newer = read_log(
      R"(INFO 08-14 14:07:20 [gpu_model_runner.py:4879] Model loading took 19.07 GiB memory and 58.2 seconds
INFO 08-14 14:07:22 [gpu_model_runner.py:6806] Estimated CUDA graph memory: 0.36 GiB total
INFO 08-14 14:07:32 [gpu_worker.py:804] Actual usage is 24.58 GiB for consumed memory (weights + non-torch), 1.46 GiB for peak activation, and 0.49 GiB for CUDAGraph memory.
INFO 08-14 14:07:33 [gpu_worker.py:621] CUDA graph pool memory: 0.49 GiB (actual), 0.36 GiB (estimated), difference: 0.13 GiB (26.5%).
)");
  ASSERT_TRUE(newer);
  EXPECT_EQ(figure(*newer, Figure::Weights, "GPU 0"), GiB(19.07));
  EXPECT_EQ(figure(*newer, Figure::WeightsAndNonTorch, "GPU 0"), GiB(24.58));
  EXPECT_EQ(figure(*newer, Figure::CudaGraphs, "GPU 0"), GiB(0.49));
}

// gpustack/runner pull 251 (2026-08, vLLM 0.27.1 on two cards), as a terminal shows it behind docker compose.
TEST(VllmLog, ReadsTwoRanksThroughColoursAndPrefixes) {
  std::string text;
  for (const std::string rank : {"0", "1"}) {
    const std::string head =
        "vllm-1  | \x1b[0;36m(Worker_TP" + rank + " pid=" + (rank == "0" ? "447" : "448") + ")\x1b[0;0m INFO 08-14 ";
    text += head + "14:07:20 [gpu_model_runner.py:6681] Profiling CUDA graph memory: PIECEWISE=16 (largest=16)\n";
    text += head + "14:07:22 [gpu_model_runner.py:6806] Estimated CUDA graph memory: 0.36 GiB total\n";
    text +=
        head + "14:07:22 [gpu_worker.py:563] Available KV cache memory: 6.8" + (rank == "0" ? "7" : "6") + " GiB\n";
    text += head + "14:07:33 [gpu_worker.py:621] CUDA graph pool memory: 0.49 GiB (actual), 0.36 GiB (estimated)\n";
  }
  const auto log = read_log(text);
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), GiB(6.87));
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 1"), GiB(6.86));
  EXPECT_EQ(figure(*log, Figure::CudaGraphs, "GPU 1"), GiB(0.49));
}

TEST(VllmLog, ANegativePoolIsNothingAndSaidSo) {
  const auto log = read_log(
      "INFO worker.py:266] model weights take 5.43GiB; PyTorch activation peak memory takes 1.42GiB; the rest of the "
      "memory reserved for KV Cache is -0.94GiB.\n");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), 0U);
  ASSERT_FALSE(log->notes.empty());
  EXPECT_NE(log->notes[0].find("negative"), std::string::npos);
}

TEST(SglangLog, ReadsWeightsPoolAndGraphs) {
  const auto log = read_log(
      R"([2026-08-18 10:00:00 TP0] Load weight end. type=Qwen3ForCausalLM, dtype=torch.bfloat16, avail mem=62.97 GB, mem usage=15.27 GB.
[2026-08-18 10:00:01 TP1] Load weight end. type=Qwen3ForCausalLM, dtype=torch.bfloat16, avail mem=62.97 GB, mem usage=15.28 GB.
[2026-08-18 10:00:02 TP0] KV Cache is allocated. #tokens: 367404, K size: 8.23 GB, V size: 8.23 GB
[2026-08-18 10:00:09 TP0] Capture cuda graph end. Time elapsed: 6.35 s. mem usage=0.21 GB. avail mem=1.20 GB.
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->kind, LogKind::Sglang);
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), GiB(15.28));
  EXPECT_EQ(figure(*log, Figure::KvPool, "GPU 0"), 2 * GiB(8.23));
  EXPECT_EQ(figure(*log, Figure::KvPoolTokens, "GPU 0"), 367404U);
  EXPECT_EQ(figure(*log, Figure::CudaGraphs, "GPU 0"), GiB(0.21));
}

}  // namespace vllm_log_test
}  // namespace llmcalc::io
