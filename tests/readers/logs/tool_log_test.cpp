// nvidia-smi and PyTorch, and text that is none of them.

#include "support/figures_of.hpp"

#include <chrono>
#include <random>
#include <string>

namespace llmcalc::io {
namespace tool_log_test {

using tests::figure;
using tests::GiB;
using tests::MiB;

TEST(NvidiaSmi, ReadsTheTable) {
  const auto log = read_log(R"(Thu Aug 15 02:55:11 2024
+---------------------------------------------------------------------------------------+
| NVIDIA-SMI 535.54.03              Driver Version: 535.54.03    CUDA Version: 12.2     |
|-----------------------------------------+----------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
|=========================================+======================+======================|
|   0  NVIDIA GeForce RTX 4090        Off | 00000000:4F:00.0 Off |                  Off |
| 31%   28C    P8              21W / 450W |  21393MiB / 24564MiB |      0%      Default |
|                                         |                      |                  N/A |
+-----------------------------------------+----------------------+----------------------+
|   3  NVIDIA A100-SXM4-80GB          On  | 00000000:56:00.0 Off |                    0 |
| N/A   34C    P0              62W / 400W |  79341MiB / 81920MiB |     12%      Default |
+-----------------------------------------+----------------------+----------------------+
+---------------------------------------------------------------------------------------+
| Processes:                                                                            |
|  GPU   GI   CI        PID   Type   Process name                            GPU Memory |
|=======================================================================================|
|    0   N/A  N/A      2801      G   /usr/lib/xorg/Xorg                           50MiB |
|    0   N/A  N/A    194512      C   python3                                   21330MiB |
+---------------------------------------------------------------------------------------+
)");
  ASSERT_TRUE(log) << log.issues().front().what;
  EXPECT_EQ(log->kind, LogKind::NvidiaSmi);
  EXPECT_EQ(log->version, "535.54.03");
  EXPECT_EQ(figure(*log, Figure::DeviceUsed, "GPU 0"), MiB(21393));
  EXPECT_EQ(figure(*log, Figure::DeviceMemory, "GPU 0"), MiB(24564));
  EXPECT_EQ(figure(*log, Figure::DeviceUsed, "GPU 3"), MiB(79341));
  EXPECT_EQ(log->figures.size(), 4U);
  EXPECT_EQ(log->notes.size(), 1U);
}

TEST(NvidiaSmi, ReadsCsvWithAndWithoutUnits) {
  const auto log = read_log(
      "index, name, memory.total [MiB], memory.used [MiB]\n"
      "0, NVIDIA H100 80GB HBM3, 81559 MiB, 74213 MiB\n"
      "1, NVIDIA H100 80GB HBM3, 81559 MiB, 4 MiB\n");
  ASSERT_TRUE(log);
  EXPECT_EQ(figure(*log, Figure::DeviceUsed, "GPU 0"), MiB(74213));
  EXPECT_EQ(figure(*log, Figure::DeviceUsed, "GPU 1"), MiB(4));
  const auto bare = read_log("memory.used [MiB]\n1234\n");
  ASSERT_TRUE(bare);
  EXPECT_EQ(figure(*bare, Figure::DeviceUsed, "GPU 0"), MiB(1234));
}

TEST(TorchMemory, ReadsTheSummaryByItsPeaks) {
  const auto log = read_log(R"(|===========================================================================|
|                  PyTorch CUDA memory summary, device ID 1                 |
|---------------------------------------------------------------------------|
|            CUDA OOMs: 0            |        cudaMalloc retries: 0         |
|===========================================================================|
|        Metric         | Cur Usage  | Peak Usage | Tot Alloc  | Tot Freed  |
|---------------------------------------------------------------------------|
| Allocated memory      |  30721 MiB |  61442 MiB |   4096 GiB |   4066 GiB |
|       from large pool |  30700 MiB |  61400 MiB |   4000 GiB |   3970 GiB |
|---------------------------------------------------------------------------|
| GPU reserved memory   |  63488 MiB |  65536 MiB |  65536 MiB |   2048 MiB |
)");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->kind, LogKind::Torch);
  EXPECT_EQ(figure(*log, Figure::Allocated, "GPU 1"), MiB(61442));
  EXPECT_EQ(figure(*log, Figure::Reserved, "GPU 1"), MiB(65536));
}

TEST(TorchMemory, ReadsPrintedPeaks) {
  const auto peak = [](const char* line, Figure f) {
    const auto log = read_log(line);
    return log ? figure(*log, f, "GPU 0") : 0;
  };
  EXPECT_EQ(peak("torch.cuda.max_memory_allocated() = 12884901888", Figure::Allocated), 12884901888U);
  EXPECT_EQ(peak("max_memory_allocated: 12.34 GiB", Figure::Allocated), GiB(12.34));
  EXPECT_EQ(peak("Max memory reserved: 13,000 MiB", Figure::Reserved), MiB(13000));
  EXPECT_EQ(peak("peak_memory_reserved (GiB): 20.5", Figure::Reserved), GiB(20.5));
  EXPECT_EQ(peak("step:  10  loss: 7.8012  memory: 30.13GiB(37.86%)  tps: 7,012", Figure::Reserved), GiB(30.13));
  EXPECT_EQ(peak("max_memory_allocated: 12.34", Figure::Allocated), 0U) << "of what?";
  EXPECT_EQ(peak("print(torch.cuda.max_memory_allocated() / 1e9)", Figure::Allocated), 0U) << "code is no result";
}

TEST(ReadLog, RefusesWhatIsNoLog) {
  for (const char* text : {"", "hello", "{\"model_type\": \"llama\"}", "buffer size = huge",
                           "GPU KV cache size: many", "|||||| MiB / ", "memory.used\n", "model buffer size"}) {
    const auto log = read_log(text);
    EXPECT_FALSE(log) << text;
    EXPECT_EQ(log.issues().size(), 1U);
  }
}

TEST(ReadLog, IsBoundedOnAnything) {
  const auto start = std::chrono::steady_clock::now();
  // One endless line, millions of empty ones, millions of devices, absurd numbers.
  EXPECT_FALSE(read_log(std::string(std::size_t{2} << 20, 'x')));
  EXPECT_FALSE(read_log(std::string(std::size_t{2} << 20, '\n')));
  EXPECT_FALSE(read_log(std::string(std::size_t{2} << 20, '|')));
  std::string many;
  for (int i = 0; many.size() < (std::size_t{1} << 19); ++i) {
    many += "load_tensors: DEV" + std::to_string(i) + "x" + std::to_string(i) + " model buffer size = 1.00 MiB\n";
  }
  const auto devices = read_log(many);
  ASSERT_TRUE(devices);
  EXPECT_LE(devices->figures.size(), 1024U);
  const auto absurd = read_log("load_tensors: CUDA0 model buffer size = 99999999999999999999999999999999.99 MiB\n");
  ASSERT_TRUE(absurd);
  EXPECT_GT(figure(*absurd, Figure::Weights, "GPU 0"), Count{1} << 60);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(ReadLog, SurvivesMutations) {
  const std::string good =
      "load_tensors: CUDA0 model buffer size = 4403.49 MiB\n"
      "| Allocated memory | 1 MiB | 2 MiB |\n"
      "INFO Model loading took 14.98 GiB and 3 seconds (Worker_TP0 pid=1)\n"
      "llama_memory_breakdown_print: | - CUDA0 (RTX) | 24080 = 9436 + (14193 = 13169 + 38 + 985) + 451 |\n"
      "|   0  NVIDIA | 00000000:4F:00.0 Off |\n| 31% | 393MiB / 24564MiB |\nKV Cache is allocated. K size: 1 GB\n";
  std::mt19937 random(7);
  std::size_t read = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string bad = good;
    for (int k = 0; k < 12; ++k) {
      const std::size_t at = random() % bad.size();
      switch (random() % 3) {
        case 0: bad[at] = static_cast<char>(random()); break;
        case 1: bad.erase(at, random() % 40); break;
        default: bad.insert(at, bad.substr(random() % bad.size(), random() % 20));
      }
      if (bad.empty()) bad = " ";
    }
    if (const auto log = read_log(bad)) {
      ++read;
      EXPECT_FALSE(log->figures.empty());
    }
  }
  EXPECT_GT(read, 300U);
}

}  // namespace tool_log_test
}  // namespace llmcalc::io
