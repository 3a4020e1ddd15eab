// Start-up logs of llama.cpp of several years.

#include "support/figures_of.hpp"

#include <algorithm>

namespace llmcalc::io {
namespace llama_cpp_log_test {

using tests::figure;
using tests::GiB;
using tests::MiB;
using tests::setting;
using tests::setting_text;

TEST(LlamaCppLog, ReadsEveryBufferByDevice) {
  const auto log = read_log(R"(build: 6403 (1a2b3c4d) with cc (Debian 12.2.0-14) 12.2.0 for x86_64-linux-gnu
llama_model_loader: loaded meta data with 29 key-value pairs and 292 tensors from model.gguf (version GGUF V3 (latest))
llama_model_loader: - kv   2:                               general.name str              = Meta Llama 3.1 8B Instruct
load_tensors: loading model tensors, this can take a while... (mmap = true)
load_tensors: offloading 32 repeating layers to GPU
load_tensors: offloading output layer to GPU
load_tensors: offloaded 33/33 layers to GPU
load_tensors:        CUDA0 model buffer size =  4403.49 MiB
load_tensors:   CPU_Mapped model buffer size =   281.81 MiB
llama_context: constructing llama_context
llama_context: n_seq_max     = 2
llama_context: n_ctx         = 16384
llama_context: n_ctx_per_seq = 8192
llama_context: n_batch       = 2048
llama_context: n_ubatch      = 512
llama_context:  CUDA_Host  output buffer size =     0.98 MiB
llama_kv_cache:      CUDA0 KV buffer size =  2048.00 MiB
llama_kv_cache: size = 2048.00 MiB ( 16384 cells,  32 layers,  2/2 seqs), K (f16): 1024.00 MiB, V (f16): 1024.00 MiB
llama_context:      CUDA0 compute buffer size =   258.50 MiB
llama_context:  CUDA_Host compute buffer size =    40.01 MiB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->kind, LogKind::LlamaCpp);
  EXPECT_EQ(log->version, "b6403");
  EXPECT_EQ(log->model, "Meta Llama 3.1 8B Instruct");
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(4403.49));
  EXPECT_EQ(figure(*log, Figure::Weights, "host"), MiB(281.81));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(2048));
  EXPECT_EQ(figure(*log, Figure::OutputBuffer, "host"), MiB(0.98));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(258.5));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "host"), MiB(40.01));
  EXPECT_EQ(setting(*log, "serving.sequences"), 2U);
  EXPECT_EQ(setting(*log, "serving.context"), 8192U);
  EXPECT_EQ(setting(*log, "serving.batch"), 2048U);
  EXPECT_EQ(setting(*log, "serving.ubatch"), 512U);
  EXPECT_EQ(setting(*log, "serving.gpu_layers"), 0U) << "all of them: not a setting";
  EXPECT_EQ(log->figures.size(), 6U);
}

TEST(LlamaCppLog, ReadsTheWordsOf2024AndSeveralCards) {
  const auto log = read_log(R"(llm_load_tensors: offloaded 30/41 layers to GPU
llm_load_tensors:        CPU buffer size =  1640.62 MiB
llm_load_tensors:      CUDA0 buffer size =  5434.38 MiB
llm_load_tensors:      CUDA1 buffer size = 13989.53 MiB
llama_new_context_with_model: n_ctx      = 4096
llama_new_context_with_model: n_batch    = 2048
llama_new_context_with_model: n_ubatch   = 512
llama_kv_cache_init:      CUDA0 KV buffer size =  1536.00 MiB
llama_kv_cache_init:      CUDA1 KV buffer size =  3584.00 MiB
llama_new_context_with_model: KV self size  = 5120.00 MiB, K (f16): 2560.00 MiB, V (f16): 2560.00 MiB
llama_new_context_with_model:  CUDA_Host  output buffer size =     1.95 MiB
llama_new_context_with_model:      CUDA0 compute buffer size =   672.01 MiB
llama_new_context_with_model:      CUDA1 compute buffer size =   672.02 MiB
llama_new_context_with_model:  CUDA_Host compute buffer size =    48.02 MiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::Weights, "host"), MiB(1640.62));
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), MiB(13989.53));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 1"), MiB(3584));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 1"), MiB(672.02));
  EXPECT_EQ(setting(*log, "serving.gpu_layers"), 30U);
  EXPECT_EQ(setting(*log, "serving.context"), 4096U);
}

TEST(LlamaCppLog, AddsCachesOfSlidingWindowsAndTakesTheLastReservation) {
  const auto log = read_log(R"(0.00.412.118 I load_tensors:  MTL0_Mapped model buffer size =  6095.00 MiB
0.01.002.100 I llama_kv_cache:       MTL0 KV buffer size =   512.00 MiB
0.01.002.300 I llama_kv_cache:       MTL0 KV buffer size =   274.00 MiB
0.01.003.000 I llama_memory_recurrent:       MTL0 RS buffer size =    49.25 MiB
0.01.004.000 I sched_reserve:       MTL0 compute buffer size =   901.00 MiB
0.01.005.000 I sched_reserve:       MTL0 compute buffer size =   398.25 MiB
0.01.006.000 I alloc_compute_meta:       MTL0 compute buffer size =    88.00 MiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(786));
  EXPECT_EQ(figure(*log, Figure::RecurrentState, "GPU 0"), MiB(49.25));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(398.25)) << "the projector's is not the model's";
  ASSERT_EQ(log->notes.size(), 1U);
  EXPECT_NE(log->notes[0].find("projector"), std::string::npos);
}

TEST(LlamaCppLog, ReadsTheTableOfMemory) {
  const auto log = read_log(
      R"(common_memory_breakdown_print: | memory breakdown [MiB] | total    free     self   model   context   compute    unaccounted |
common_memory_breakdown_print: |   - CUDA0 (RTX 3090)   | 24124 = 23860 + (15946 = 15364 +     411 +     170) +      -15681 |
common_memory_breakdown_print: |   - Host               |                    804 =   682 +       0 +     122                |
common_memory_breakdown_print: | memory breakdown [MiB] | total    free     self   model   context   compute    unaccounted |
common_memory_breakdown_print: |   - CUDA0 (RTX 3090)   | 24124 =  7655 + (15946 = 15364 +     411 +     170) +         523 |
common_memory_breakdown_print: |   - Host               |                    804 =   682 +       0 +     122                |
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(15364));
  EXPECT_EQ(figure(*log, Figure::Context, "GPU 0"), MiB(411));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "host"), MiB(122));
  EXPECT_EQ(figure(*log, Figure::NonTorch, "GPU 0"), MiB(523));
  EXPECT_EQ(figure(*log, Figure::DeviceMemory, "GPU 0"), MiB(24124));
}

TEST(LlamaCppLog, ATableThatWrapsAroundHasNoOverhead) {
  const auto log = read_log(
      R"(llama_memory_breakdown_print: |   - CUDA0 (GTX 1080 Ti) | 11165 = 8702 + (10001 =  9814 +     134 +      51) + 17592186036877 |
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(9814));
  EXPECT_EQ(figure(*log, Figure::NonTorch, "GPU 0"), 0U);
}

TEST(LlamaCppLog, FirstFormOfTheTable) {
  const auto log = read_log(
      R"(llama_print_memory_breakdown: memory breakdown:      total   free     self   model   context   compute    unaccounted
llama_print_memory_breakdown:   - CUDA0 (RTX 4090):  24080 = 9436 + (14193 = 13169 +      38 +     985) +         451
llama_print_memory_breakdown:   - CPU (EPYC 7742):  515628              72 =     0 +      57 +      15
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(13169));
  EXPECT_EQ(figure(*log, Figure::Context, "host"), MiB(57));
}

TEST(LlamaCppLog, ADraftModelIsNotTheModel) {
  const auto log = read_log(R"(llama_model_loader: loaded meta data with 29 key-value pairs
load_tensors:        CUDA0 model buffer size =  9000.00 MiB
llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB
llama_context:      CUDA0 compute buffer size =   300.00 MiB
llama_model_loader: loaded meta data with 29 key-value pairs
load_tensors:        CUDA0 model buffer size =   800.00 MiB
llama_kv_cache:      CUDA0 KV buffer size =    64.00 MiB
llama_context:      CUDA0 compute buffer size =   250.00 MiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(9000));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(1024));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(300));
  EXPECT_FALSE(log->notes.empty());
}

// llama.cpp pull 23269 (2026-05, Vulkan) and issue 23472, colours as issue 27680 has them: a model of 41 layers with a
// recurrent state per drafted token, then the context of its prediction layer.
TEST(LlamaCppLog, TheSecondContextOfALoadIsTheDrafts) {
  const std::string blue = "\x1b[34m", end = "\x1b[0m";
  std::string text;
  for (const char* line : {
           "0.00.388.562 I   - Vulkan0 : NVIDIA GeForce RTX 4090 (24576 MiB, 24111 MiB free)",
           "[53409] 0.02.001.133 I load_tensors: loading model tensors, this can take a while... (load_mode = mmap)",
           "[53409] 0.18.948.133 I load_tensors: offloaded 42/42 layers to GPU",
           "[53409] 0.18.948.134 I load_tensors:      Vulkan0 model buffer size = 19201.62 MiB",
           "[53409] 0.20.948.130 I llama_context: constructing llama_context",
           "[53409] 0.20.948.131 I llama_context: n_seq_max     = 1",
           "[53409] 0.20.948.132 I llama_context: n_ctx         = 65536",
           "[53409] 0.20.948.133 I llama_context: n_batch       = 2048",
           "[53409] 0.20.948.133 I llama_context: n_ubatch      = 1088",
           "[53409] 0.20.948.134 I llama_context: flash_attn    = enabled",
           "[53409] 0.20.948.135 I llama_context: kv_unified    = true",
           "[53409] 0.20.948.139 I llama_context: n_rs_seq      = 2",
           "[53409] 0.20.948.427 I llama_context: Vulkan_Host  output buffer size =     0.95 MiB",
           "[53409] 0.21.078.524 I llama_kv_cache:    Vulkan0 KV buffer size =  1280.00 MiB",
           "[53409] 0.21.113.202 I llama_kv_cache: size = 1280.00 MiB ( 65536 cells,  10 layers,  1/1 seqs), K "
           "(f16):  640.00 MiB, V (f16):  640.00 MiB",
           "[53409] 0.21.124.397 I llama_memory_recurrent:    Vulkan0 RS buffer size =   188.44 MiB",
           "[53409] 0.21.130.000 I sched_reserve:    Vulkan0 compute buffer size =   300.50 MiB",
           "[53409] 0.22.654.086 I srv    load_model: creating MTP draft context against the target model "
           "'model.gguf'",
           "[53409] 0.22.654.134 I llama_context: constructing llama_context",
           "[53409] 0.22.654.134 I llama_context: n_seq_max     = 1",
           "[53409] 0.22.654.135 I llama_context: n_ctx         = 65536",
           "[53409] 0.22.654.139 I llama_context: n_rs_seq      = 0",
           "[53409] 0.22.656.949 I llama_kv_cache:    Vulkan0 KV buffer size =   128.00 MiB",
           "[53409] 0.22.657.607 I llama_kv_cache: size =  128.00 MiB ( 65536 cells,   1 layers,  1/1 seqs), K "
           "(f16):   64.00 MiB, V (f16):   64.00 MiB",
           "[53409] 0.22.700.000 I sched_reserve:    Vulkan0 compute buffer size =   170.77 MiB",
       }) {
    text.append(blue).append(line).append(end).append("\n");
  }
  const auto log = read_log(text);
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), MiB(19201.62));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(1280));
  EXPECT_EQ(figure(*log, Figure::RecurrentState, "GPU 0"), MiB(188.44));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(300.5));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 0"), MiB(128) + MiB(170.77));
  EXPECT_EQ(setting(*log, "serving.context"), 65536U);
  EXPECT_EQ(setting(*log, "serving.ubatch"), 1088U);
  EXPECT_EQ(setting(*log, "serving.draft_tokens"), 2U);
  EXPECT_EQ(tests::setting_text(*log, "serving.kv_format"), "f16");
  EXPECT_EQ(tests::setting_text(*log, "serving.kv_unified"), "on");
  EXPECT_EQ(log->device, "RTX 4090");
}

// Build 9849 with --log-verbosity 4 (2026-09): few lines say what a context is, and the integrated GPU holds nothing.
TEST(LlamaCppLog, ShortLogsTellContextsSequencesAndDrafts) {
  const auto log = read_log(
      R"(# argv: C:\llama\llama-server.exe --model C:\models\Some-27B-Q5_K_M.gguf --ubatch-size 2048 --spec-draft-n-max 2
0.03.296.605 I load_tensors: offloaded 64/66 layers to GPU
0.03.296.612 I load_tensors:      Vulkan1 model buffer size = 18163.06 MiB
0.08.021.436 I llama_context: n_ctx         = 8192
0.08.032.922 I llama_kv_cache:    Vulkan1 KV buffer size =   512.00 MiB
0.08.078.411 I llama_memory_recurrent:    Vulkan1 RS buffer size =   448.88 MiB
0.08.078.425 I llama_memory_recurrent: size =  448.88 MiB (     1 cells,  64 layers,  1 seqs  2 rs_seq), R (f32):   16.88 MiB, S (f32):  432.00 MiB
0.08.162.110 I sched_reserve:    Vulkan1 compute buffer size =   568.18 MiB
0.08.242.340 I srv    load_model: creating MTP draft context against the target model 'some-27b.gguf'
0.08.242.368 I llama_context: n_ctx         = 8192
0.08.245.919 I llama_kv_cache:    Vulkan1 KV buffer size =    32.00 MiB
0.08.306.824 I sched_reserve:    Vulkan1 compute buffer size =   520.06 MiB
0.08.407.215 I srv    load_model: initializing, n_slots = 1, n_ctx_slot = 8192, kv_unified = 'false'
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(512));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(568.18));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 0"), MiB(32) + MiB(520.06));
  EXPECT_EQ(setting(*log, "serving.sequences"), 1U);
  EXPECT_EQ(setting(*log, "serving.draft_tokens"), 2U);
  EXPECT_EQ(setting(*log, "serving.gpu_layers"), 64U);
  EXPECT_EQ(log->command,
            "llama-server --model C:/models/Some-27B-Q5_K_M.gguf --ubatch-size 2048 --spec-draft-n-max 2");
}

TEST(LlamaCppLog, ADraftModelThatIsNamedIsCounted) {
  const auto log = read_log(R"(llama_model_loader: loaded meta data with 29 key-value pairs
load_tensors:        CUDA0 model buffer size =  9000.00 MiB
llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB
llama_context:      CUDA0 compute buffer size =   300.00 MiB
srv    load_model: loading draft model 'draft.gguf'
llama_model_loader: loaded meta data with 29 key-value pairs
load_tensors:        CUDA0 model buffer size =   800.00 MiB
llama_kv_cache:      CUDA0 KV buffer size =    64.00 MiB
llama_context:      CUDA0 compute buffer size =   250.00 MiB
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(1024));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 0"), MiB(800) + MiB(64) + MiB(250));
}

// ik_llama.cpp pull 344 (2025-04): a line that nobody else prints says whose log it is.
TEST(LlamaCppLog, KnowsTheForkByItsOwnLines) {
  const auto log = read_log(R"(llama_new_context_with_model: n_ctx      = 5120
llama_new_context_with_model: n_batch    = 2048
llama_new_context_with_model: n_ubatch   = 512
llama_new_context_with_model: flash_attn = 1
llama_new_context_with_model: mla_attn   = 0
llama_new_context_with_model: attn_max_b = 0
llama_kv_cache_init:        CPU KV buffer size =   162.03 MiB
llama_new_context_with_model: KV self size  =  162.03 MiB, K (q8_0):   81.02 MiB, V (q8_0):   81.02 MiB
llama_new_context_with_model:        CPU compute buffer size =   308.00 MiB
)");
  ASSERT_TRUE(log);
  const auto runtime = std::find_if(log->settings.begin(), log->settings.end(),
                                    [](const LogSetting& s) { return s.path == "serving.runtime"; });
  ASSERT_NE(runtime, log->settings.end());
  EXPECT_EQ(runtime->text, "ik_llama.cpp");
}

// llama.cpp issue 27680 (2026-08, DeepSeek V4), with its colours and time stamps: no cache without windows, one of
// windows, and the states of three compressors.
TEST(LlamaCppLog, StatesOfCompressorsAreStates) {
  const std::string blue = "\x1b[34m", green = "\x1b[32m", end = "\x1b[0m";
  std::string text;
  for (const auto& [time, line] : std::initializer_list<std::pair<std::string, std::string>>{
           {"1.14.608.512", "llama_context: n_ctx_seq (64000) < n_ctx_train (1048576)"},
           {"1.14.608.918", "llama_context:  CUDA_Host  output buffer size =     0.49 MiB"},
           {"1.14.608.945", "llama_kv_cache_dsv4: creating DSV4 raw KV cache"},
           {"1.14.610.021", "llama_kv_cache:      CUDA0 KV buffer size =   182.75 MiB"},
           {"1.16.674.767", "llama_dsv4_comp_state:      CUDA0 DSV4 csa state buffer size =     1.31 MiB"},
           {"1.16.674.771",
            "llama_dsv4_comp_state: csa ratio = 4, state = 8 x 1024, layers = 21, size =    1.31 MiB"},
           {"1.16.676.000", "llama_dsv4_comp_state:      CUDA0 DSV4 hca state buffer size =    10.00 MiB"},
           {"1.16.676.081", "llama_dsv4_comp_state:      CUDA0 DSV4 lid state buffer size =     0.33 MiB"},
       }) {
    text += blue + time + end + " " + green + "I " + end + line + "\n";
  }
  const auto log = read_log(text);
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(182.75));
  EXPECT_EQ(figure(*log, Figure::RecurrentState, "GPU 0"), MiB(1.31) + MiB(10) + MiB(0.33));
  EXPECT_EQ(figure(*log, Figure::OutputBuffer, "host"), MiB(0.49));
}

// Lines as in lmstudio-bug-tracker issues 1454 (2026-01) and 297: llama.cpp's, several behind one time stamp.
TEST(LlamaCppLog, KnowsLmStudioByItsOwnLines) {
  const auto log = read_log(R"(2026-01-30 22:05:02 [DEBUG]
 LlamaV4::load called with model path: C:\Users\name\.lmstudio\models\some\Model-R1-GGUF\Model-R1-Q4_K_M.gguf
LlamaV4::load config: n_parallel=1 n_ctx=16384 kv_unified=false
2026-01-30 22:05:02 [DEBUG]
 ggml_cuda_init: found 1 CUDA devices:
  Device 0: NVIDIA GeForce RTX 3080, compute capability 8.6, VMM: yes
2026-01-30 22:09:40 [DEBUG]
 llama_context: constructing llama_context
llama_context: n_seq_max     = 1
llama_context: n_ctx         = 16384
llama_context: n_batch       = 1024
llama_context: n_ubatch      = 512
llama_context: flash_attn    = auto
llama_context: kv_unified    = false
2026-01-30 22:09:40 [DEBUG]
 llama_context:  CUDA_Host  output buffer size =     0.49 MiB
2026-01-30 22:09:40 [DEBUG]
 llama_kv_cache:        CPU KV buffer size = 78080.00 MiB
2026-01-30 22:10:30 [DEBUG]
 llama_kv_cache: size = 78080.00 MiB ( 16384 cells,  61 layers,  1/1 seqs), K (f16): 46848.00 MiB, V (f16): 31232.00 MiB
sched_reserve: reserving ...
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(tests::setting_text(*log, "serving.runtime"), "lmstudio");
  EXPECT_EQ(log->device, "RTX 3080");
  EXPECT_EQ(figure(*log, Figure::KvCache, "host"), MiB(78080));
  EXPECT_EQ(figure(*log, Figure::OutputBuffer, "host"), MiB(0.49));
  EXPECT_EQ(setting(*log, "serving.context"), 16384U);
  EXPECT_EQ(setting(*log, "serving.batch"), 1024U);
}

// A log of 2026 that a public test of another project copies; KoboldCpp's first lines as it prints them.
TEST(LlamaCppLog, KnowsKoboldCppAndItsLongerCache) {
  const auto log = read_log(R"(***
Welcome to KoboldCpp - Version 1.119
load_tensors: offloaded 29/29 layers to GPU
load_tensors:        CUDA0 model buffer size =  1918.35 MiB
load_tensors:    CUDA_Host model buffer size =   308.23 MiB
llama_context: n_seq_max     = 3
llama_context: n_ctx         = 4352
llama_context:  CUDA_Host  output buffer size =     1.47 MiB
llama_kv_cache:      CUDA0 KV buffer size =   476.00 MiB
sched_reserve:      CUDA0 compute buffer size =   278.79 MiB
sched_reserve:  CUDA_Host compute buffer size =    16.30 MiB
Load Text Model OK: True
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(tests::setting_text(*log, "serving.runtime"), "koboldcpp");
  EXPECT_EQ(log->version, "1.119");
  EXPECT_EQ(figure(*log, Figure::Weights, "host"), MiB(308.23));
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(476));
  EXPECT_EQ(setting(*log, "serving.sequences"), 3U);
  EXPECT_EQ(setting(*log, "serving.context"), 1407U) << "three times that and 128 cells, rounded up";
}

// ik_llama.cpp pull 1087 (2025-12): what is split over all GPUs is printed as one buffer.
TEST(LlamaCppLog, AllGpusAsOneDeviceAreReadAsTheFirst) {
  // Lines of a router's log of 2026-08: four GPUs with --split-mode tensor, a prediction context without settings.
  const auto log = read_log(
      R"(data: [33899] 0.14.275.751 I load_tensors:   CPU_Mapped model buffer size =  1288.28 MiB
data: [33899] 0.14.275.753 I load_tensors:       Meta() model buffer size =  7252.51 MiB
data: [33899] 0.16.135.880 I llama_kv_cache:     Meta() KV buffer size =  4096.00 MiB
data: [33899] 0.16.135.888 I llama_kv_cache: size = 16384.00 MiB (262144 cells,  16 layers,  4/1 seqs), K (f16): 8192.00 MiB, V (f16): 8192.00 MiB
data: [33899] 0.16.162.940 I llama_memory_recurrent:     Meta() RS buffer size =   448.88 MiB
data: [33899] 0.16.260.662 I sched_reserve:     Meta() compute buffer size =   384.95 MiB
data: [33899] 0.16.260.669 I sched_reserve:  ROCm_Host compute buffer size =   276.02 MiB
data: [33899] 0.17.752.569 I llama_context:  ROCm_Host  output buffer size =     3.79 MiB
data: [33899] 0.17.783.489 I llama_kv_cache:     Meta() KV buffer size =   256.00 MiB
data: [33899] 0.17.873.961 I sched_reserve:     Meta() compute buffer size =   324.02 MiB
data: [33899] 0.17.873.969 I sched_reserve:  ROCm_Host compute buffer size =   276.02 MiB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(figure(*log, Figure::KvCache, "GPU 0"), MiB(4096));
  EXPECT_EQ(figure(*log, Figure::ComputeBuffer, "GPU 0"), MiB(384.95));
  EXPECT_EQ(figure(*log, Figure::DraftModel, "GPU 0"), MiB(256) + MiB(324.02))
      << "caches behind a graph are another's";
  EXPECT_EQ(setting_text(*log, "serving.split_mode"), "tensor");
  EXPECT_EQ(setting(*log, "serving.context"), 65536U) << "the cache says how long it is where nothing else does";
  EXPECT_EQ(setting(*log, "serving.sequences"), 4U);
}

TEST(LlamaCppLog, AMappedFileIsNotCountedTwice) {
  // Apple M5, build 8164, gpt-oss 20B: both buffers are parts of one file and overlap.
  const auto log = read_log(
      R"(print_info: file size   = 11.27 GiB (4.63 BPW)
load_tensors: offloaded 25/25 layers to GPU
load_tensors:   CPU_Mapped model buffer size =   586.82 MiB
load_tensors:  MTL0_Mapped model buffer size = 11536.18 MiB
llama_context: n_seq_max     = 1
llama_context: n_ctx         = 131072
llama_kv_cache:       MTL0 KV buffer size =  3072.00 MiB
sched_reserve:       MTL0 compute buffer size =   420.08 MiB
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), GiB(11.27) - MiB(586.82));
  EXPECT_EQ(figure(*log, Figure::Weights, "host"), MiB(586.82));
}

TEST(LlamaCppLog, SplitBuffersAreOfAllGpusTogether) {
  const auto log = read_log(R"(llm_load_tensors: offloaded 94/94 layers to GPU
llm_load_tensors:        CPU buffer size = 45717.85 MiB
llm_load_tensors: CUDA_Split buffer size = 11344.79 MiB
llm_load_tensors:      CUDA1 buffer size =   607.05 MiB
llama_new_context_with_model: n_ctx         = 4096
llama_new_context_with_model: n_batch       = 4096
llama_new_context_with_model: n_ubatch      = 4096
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::Weights, std::string(all_gpus)), MiB(11344.79));
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 1"), MiB(607.05));
  EXPECT_EQ(figure(*log, Figure::Weights, "GPU 0"), 0U);
}

}  // namespace llama_cpp_log_test
}  // namespace llmcalc::io
