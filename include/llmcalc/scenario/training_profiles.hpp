#pragma once
// Training frameworks as data: one row a framework and version range, each constant with its source. A row holds from
// the version `from` until the framework's next row.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

/// What a framework's "selective" recomputation recomputes.
enum class SelectiveKind : std::uint8_t {
  CoreAttention,     ///< the attention operation: drops the scores (Megatron; nothing to gain with flash)
  EverySecondMatmul  ///< keeps every second matrix product and the attention output (torchtitan "op")
};

/// Constants of a framework that change memory.
struct TrainingProfile {
  TrainingFramework framework = TrainingFramework::Transformers;
  std::string_view from;        ///< first version of this row
  bool native_window = false;   ///< attention kernels know windows and grouped heads: no mask, no repeated keys
  bool fused_qkv = false;       ///< always one projection for queries, keys and values
  bool quantizes_head = false;  ///< a quantized base includes the output head
  bool keeps_quantized_inputs = false;  ///< bitsandbytes up to about 0.42: a 4-bit linear keeps its input
  Count extra_stream = 0;               ///< bytes a token, layer and hidden unit beside a 4-bit base
  Count dequantized_head = 0;           ///< bytes a weight of the head while it is used, when quantized
  bool loss_in_place = false;           ///< vocabulary-parallel cross-entropy works in place
  bool loss_parallel = false;           ///< cross-entropy over vocabulary shards with torch's DTensor
  bool gathered_inputs = false;         ///< sequence parallelism: projections keep the gathered input, not the shard
  bool persistent_gradients = false;    ///< gradient buffers are allocated once and never freed
  bool fused_step = false;              ///< AdamW's step works in place
  bool pads_vocabulary = false;         ///< vocabulary padded to a multiple of 128 x tensor parallel ranks
  bool hidden_dropout = false;          ///< dropout also acts on the residual stream of every model
  bool bucket_copy = false;             ///< data parallelism copies gradients into buckets
  bool fused_kernels = false;           ///< norms and feed-forward blocks are always fused
  bool adapter_kernels = false;         ///< adapters are fused with their base
  bool logits_in_place = false;         ///< cross-entropy writes the gradient over the logits
  bool float8_copies = false;           ///< 8-bit products: copies of the weights are kept, inputs stored in 8 bits
  bool states_at_start = false;         ///< optimizer states exist before the first step
  bool updates_together = false;        ///< PPO: policy and value model run backward in one pass
  SelectiveKind selective = SelectiveKind::CoreAttention;
  Count fragmentation_per_mille = 1060;  ///< reserved / allocated of what comes and goes
  Count fragmentation_eager = 1060;      ///< the same without torch.compile
  Count fragmentation_low = 1020;
  Count fragmentation_high = 1150;
  std::string_view source;
};

/// Sources: see each row. Fragmentation: torchtitan's tables of reserved memory of 2024-12 against what is allocated
/// (1.06 compiled, 1.10 to 1.15 eager); elsewhere 1.04 to 1.06 with sequences of one length, 1.15 with varying
/// lengths.
inline constexpr std::array<TrainingProfile, 9> training_profiles{{
    {.framework = TrainingFramework::Transformers,
     .from = "3",
     .persistent_gradients = true,
     .fused_step = true,
     .bucket_copy = true,
     .updates_together = true,
     .fragmentation_per_mille = 1140,
     .fragmentation_eager = 1140,
     .fragmentation_low = 1060,
     .fragmentation_high = 1200,
     .source =
         "transformers 4.19 with torch 1.11 (2022-05): zero_grad() keeps the gradients, adamw_hf steps tensor by "
         "tensor; fragmentation 1.14 from the docs' BERT-large runs on a V100"},
    {.framework = TrainingFramework::Transformers,
     .from = "4.30",
     .bucket_copy = true,
     .updates_together = true,
     .source = "transformers 4.57 and 5.12 Trainer: saved-tensor hooks on the real classes; torch DDP defaults"},
    {.framework = TrainingFramework::Torchtitan,
     .from = "0",
     .native_window = true,
     .loss_parallel = true,
     .gathered_inputs = true,
     .fused_step = true,
     .selective = SelectiveKind::EverySecondMatmul,
     .fragmentation_eager = 1120,
     .source = "torchtitan 9dec370 (2024-12): parallelize_llama.py, benchmarks/llama3_h100_202412"},
    {.framework = TrainingFramework::Torchtune,
     .from = "0",
     .fused_step = true,
     .source = "torchtune 0.4 to 0.6: recipes' defaults (fused AdamW, chunked loss)"},
    {.framework = TrainingFramework::LitGpt,
     .from = "0",
     .native_window = true,
     .fused_qkv = true,
     .quantizes_head = true,
     .keeps_quantized_inputs = true,
     .dequantized_head = 2,
     .source = "LitGPT tutorials/resource-tables.md of 2023-10 (bitsandbytes 0.41.1)"},
    {.framework = TrainingFramework::LitGpt,
     .from = "2024",
     .native_window = true,
     .fused_qkv = true,
     .quantizes_head = true,
     .keeps_quantized_inputs = true,
     .extra_stream = 16,
     .dequantized_head = 4,
     .source = "LitGPT config_hub/finetune/README.md of 2024: as if what is not quantized ran in fp32"},
    {.framework = TrainingFramework::Megatron,
     .from = "0",
     .native_window = true,
     .loss_in_place = true,
     .persistent_gradients = true,
     .fused_step = true,
     .pads_vocabulary = true,
     .hidden_dropout = true,
     .float8_copies = true,
     .states_at_start = true,
     .source = "Megatron-Core 2026-08: param_and_grad_buffer, tensor_parallel/cross_entropy, Transformer Engine"},
    {.framework = TrainingFramework::DeepSpeed,
     .from = "0",
     .fused_step = true,
     .states_at_start = true,
     .source = "DeepSpeed runtime/zero: stage_1_and_2, stage3, config"},
    {.framework = TrainingFramework::Unsloth,
     .from = "0",
     .native_window = true,
     .fused_kernels = true,
     .adapter_kernels = true,
     .logits_in_place = true,
     .updates_together = true,
     .source = "Unsloth kernels: rms_layernorm, swiglu, fast_lora, cross_entropy_loss (from source, not measured)"},
}};

/// The row for a framework and version. Without a number ("main") or with one older than all rows (another
/// program's): the newest.
[[nodiscard]] constexpr const TrainingProfile& training_profile(TrainingFramework framework,
                                                                std::string_view version) {
  const TrainingProfile* found = nullptr;
  const TrainingProfile* newest = training_profiles.data();
  const Version wanted = parse_version(version);
  for (const TrainingProfile& row : training_profiles) {
    if (row.framework != framework) continue;
    newest = &row;
    if (wanted != Version{} && parse_version(row.from) <= wanted) found = &row;
  }
  return found != nullptr ? *found : *newest;
}
static_assert(training_profile(TrainingFramework::Transformers, "4.19").persistent_gradients);
static_assert(!training_profile(TrainingFramework::Transformers, "").persistent_gradients);
static_assert(!training_profile(TrainingFramework::Transformers, "main").persistent_gradients);
static_assert(!training_profile(TrainingFramework::Transformers, "trl 0.20").persistent_gradients);
static_assert(training_profile(TrainingFramework::LitGpt, "2023-10").extra_stream == 0);
static_assert(training_profile(TrainingFramework::LitGpt, "").extra_stream == 16);
static_assert(training_profile(TrainingFramework::Megatron, "core 2026-08").loss_in_place);

}  // namespace llmcalc
