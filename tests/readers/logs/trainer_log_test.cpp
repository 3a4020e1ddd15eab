// What trainers print of PyTorch's peak, and what PyTorch says when memory is out.

#include "support/figures_of.hpp"

namespace llmcalc::io {
namespace trainer_log_test {

using tests::figure;
using tests::GiB;
using tests::MiB;

struct Printed {
  const char* program;
  std::string text;
  Count allocated;
  Count reserved;
};

TEST(TrainerLog, TheLargestOfWhatIsPrintedCounts) {
  const std::vector<Printed> all{
      // axolotl issue 3196
      {"Axolotl",
       "{'loss': 4.75, 'grad_norm': 98.5, 'learning_rate': 5e-06, 'memory/max_mem_active(gib)': 25.45, "
       "'memory/max_mem_allocated(gib)': 25.45, 'memory/device_mem_reserved(gib)': 30.22, 'epoch': 1.0}\n"
       "{'loss': 2.0312, 'memory/max_mem_active(gib)': 34.89, 'memory/max_mem_allocated(gib)': 34.89, "
       "'memory/device_mem_reserved(gib)': 41.26, 'epoch': 2.0}\n"
       "{'loss': 0.8984, 'memory/max_mem_allocated(gib)': 34.89, 'memory/device_mem_reserved(gib)': 41.26}\n",
       GiB(34.89), GiB(41.26)},
      {"Axolotl",
       "{'loss': 1.2, 'memory/max_active (GiB)': 12.11, 'memory/max_allocated (GiB)': 11.98, "
       "'memory/device_reserved (GiB)': 14.5}\n",
       GiB(11.98), GiB(14.5)},
      // Megatron-LM pull 5662, and issue 60 for the older form
      {"Megatron",
       "[Rank 0] (after 20 iterations) memory (MB) | allocated: 3270.16 | max allocated: 5670.39 | reserved: 6406.00 "
       "| "
       "max reserved: 6406.00\n[Rank 4] (after 20 iterations) memory (MB) | allocated: 3270.16 | max allocated: "
       "5170.39 | "
       "reserved: 6000.00 | max reserved: 6000.00\n",
       MiB(5670.39), MiB(6406)},
      {"Megatron",
       "after 5 iterations memory (MB) | allocated: 10250.5693359375 | max allocated: 12606.06201171875 | "
       "reserved: 17482.0 | max reserved: 17482.0\n",
       MiB(12606.06201171875), MiB(17482)},
      {"DeepSpeed",
       "[2026-05-01 10:00:00,000] [INFO] [utils.py:782:see_memory_usage] MA 2.53 GB         Max_MA 12.9 GB  "
       "       CA 14.76 GB         Max_CA 15 GB\n",
       GiB(12.9), GiB(15)},
      {"ms-swift",
       "{'loss': 1.53, 'token_acc': 0.64, 'grad_norm': 5.8, 'learning_rate': 2e-05, 'memory(GiB)': 17.98, "
       "'train_speed(iter/s)': 0.09}\n",
       0, GiB(17.98)},
      {"Unsloth",
       "GPU = NVIDIA L4. Max memory = 22.161 GB.\n5.484 GB of memory reserved.\nPeak reserved memory = 7.521 "
       "GB.\nPeak reserved memory for training = 2.037 GB.\nPeak reserved memory % of max memory = 33.938 %.\n",
       0, GiB(7.521)},
      {"torchtune",
       "INFO:torchtune.utils._logging:Memory stats after model init:\n\tGPU peak memory active: 6.37 GiB\n"
       "Step 1 | loss:1.64 lr:2e-05 tokens_per_second_per_gpu:1000.1 peak_memory_active:18.63 "
       "peak_memory_alloc:18.62 peak_memory_reserved:20.10\n",
       GiB(18.62), GiB(20.10)},
  };
  for (const Printed& printed : all) {
    const auto log = read_log(printed.text);
    ASSERT_TRUE(log) << printed.program << ": " << log.issues().front().what;
    EXPECT_EQ(log->kind, LogKind::Torch) << printed.program;
    EXPECT_EQ(log->program, printed.program);
    // To the byte: fractions of a byte are cut.
    EXPECT_LE(printed.allocated - figure(*log, Figure::Allocated, "GPU 0"), 1U) << printed.program;
    EXPECT_EQ(figure(*log, Figure::Reserved, "GPU 0"), printed.reserved) << printed.program;
  }
}

TEST(TrainerLog, OutOfMemoryIsALowerBoundInBothWordings) {
  const auto older = read_log(
      "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 1; 23.69 GiB total capacity; "
      "20.53 "
      "GiB already allocated; 1.44 GiB free; 20.71 GiB reserved in total by PyTorch) If reserved memory is >> "
      "allocated\n");
  ASSERT_TRUE(older);
  EXPECT_EQ(figure(*older, Figure::Allocated, "GPU 1"), GiB(20.53) + GiB(2));
  EXPECT_EQ(figure(*older, Figure::DeviceMemory, "GPU 1"), GiB(23.69));
  EXPECT_TRUE(older->figures.front().at_least);
  const auto newer = read_log(
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.02 GiB. GPU 0 has a total capacity of 23.65 "
      "GiB of "
      "which 837.44 MiB is free. Including non-PyTorch memory, this process has 22.82 GiB memory in use. Of the "
      "allocated "
      "memory 21.32 GiB is allocated by PyTorch, and 1.03 GiB is reserved by PyTorch but unallocated.\n");
  ASSERT_TRUE(newer);
  EXPECT_EQ(figure(*newer, Figure::Allocated, "GPU 0"), GiB(21.32) + GiB(1.02));
  EXPECT_EQ(figure(*newer, Figure::DeviceMemory, "GPU 0"), GiB(23.65));
  ASSERT_FALSE(newer->notes.empty());
  EXPECT_NE(newer->notes.front().find("ran out of memory"), std::string::npos);
}

}  // namespace trainer_log_test
}  // namespace llmcalc::io
