#pragma once
// llama.cpp as an engine: what it reads and stores, what it refuses, what it makes of a scenario, and its memory with the
// device context that its own breakdown leaves out. What it allocates is in estimate.hpp, builds are rows of builds.hpp.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::llama_cpp {

/// llama.cpp's own breakdown leaves out the device context: 749 MiB on an RTX PRO 6000 (llama.cpp issue 27953).
inline constexpr Range context_size = mebibytes(522, 300, 750);

/// Adds a device's context to what llama.cpp counts itself; Metal and the processor have none to speak of.
[[nodiscard]] inline InferenceEstimate with_context(InferenceEstimate e, const Scenario& s) {
  Component context{.part = Part::Overhead, .source = "llama.cpp issue 27953; pytorch issues 20532, 107667"};
  const Device* device = s.devices.smallest();
  if (s.context_bytes || !device || device->vendor != Vendor::Apple) {
    add_context(context, s, context_size);
  }
  if (context.bytes.count == 0) return e;
  for (DeviceUse& use : e.devices) {
    if (use.is_host()) continue;
    use.breakdown.add(context);
    e.breakdown.add(context);
  }
  return e;
}

/// What llama.cpp and the device's context hold.
[[nodiscard]] inline InferenceEstimate estimate_with_context(const Scenario& s) {
  return with_context(estimate(s), s);
}

/// Without a cache there is nothing that its format could change. Encoders compute a text in one graph, and texts that
/// fit are computed together. Nothing when the scenario is so already.
[[nodiscard]] inline std::optional<Scenario> served(const Scenario& s) {
  const bool cached = s.model->keeps_cache();
  if (cached && !s.model->encodes()) return std::nullopt;
  Serving v = s.serving;
  if (!cached) v.key_format = v.value_format = Serving{}.key_format;
  if (s.model->encodes()) {
    v.ubatch = std::max(v.ubatch, v.context);
    v.batch = std::max(v.batch, v.ubatch);
    v.context = std::min(v.ubatch, multiply(v.sequences, v.context));
    v.sequences = 1;
  }
  if (v == s.serving) return std::nullopt;
  Scenario changed = s;
  changed.serving = std::move(v);
  return changed;
}

/// True when a cache format stores values in blocks.
[[nodiscard]] constexpr bool is_block_format(KvFormat f) { return block_of(f).elements > 1 && f != KvFormat::Int4; }

/// What llama.cpp refuses about a cache (llama-context.cpp).
inline void add_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  if (const NearestMix file = file_type(s); !file.exact) {
    out.push_back(std::string(label_of(s.serving.runtime)) +
                  " loads GGUF files: " + std::string(row_of(s.weight_format()).label) + " weights are counted as " +
                  std::string(row_of(file.mix).key) + ", the nearest of them.");
  }
  if (v.split_mode == SplitMode::Tensor && s.devices.count() > 1) {
    if (v.attention == AttentionKernel::Eager)
      out.emplace_back("llama.cpp refuses this: dividing every layer among GPUs requires flash attention.");
    if (!std::all_of(s.model->kinds.begin(), s.model->kinds.end(), divides))
      out.emplace_back("llama.cpp refuses this: it cannot divide layers of this architecture among GPUs.");
  }
  if (is_block_format(v.value_format) && v.attention == AttentionKernel::Eager) {
    out.emplace_back("llama.cpp refuses this: \"V cache quantization requires flash_attn\".");
  }
  if (!v.tensor_split.empty() && shares_of(v.tensor_split).empty()) {
    out.emplace_back("“Tensor split” is not a list of numbers such as 3,1: layers are divided by memory.");
  }
  if (const auto devices = static_cast<std::int32_t>(std::min<Count>(s.devices.count(), 1024));
      !tensor_places(v.override_tensor, devices)) {
    out.emplace_back(
        "“Tensor overrides” is not a list of PATTERN=DEVICE with valid regular expressions and existing devices: "
        "tensors stay with their layers.");
  }
  const bool towers = s.model->has_towers();
  if (!v.mmproj.empty() && !towers) out.emplace_back("An image projector is set, but the model has no towers.");
  if (!v.mmproj.empty() && v.mmproj != "released" && towers) {
    out.emplace_back("The projector file is not read: it is counted as the model's towers in 16 bits.");
  }
  bool latent = false;
  Count odd_key = 0, odd_value = 0;
  for (const Layer& kind : s.model->kinds) {
    latent = latent || absorbs(kind);
    if (kind.mixer != Mixer::Attention) continue;
    if (kind.attention.head_dim % block_of(v.key_format).elements != 0) odd_key = kind.attention.head_dim;
    if (kind.attention.value_head_dim % block_of(v.value_format).elements != 0) {
      odd_value = kind.attention.value_head_dim;
    }
  }
  if (latent && v.key_format != v.value_format) {
    out.emplace_back(
        "llama.cpp refuses this: with latent attention keys and values share one cache and need one format.");
  }
  const auto does_not_divide = [&](std::string_view which, KvFormat format, Count width) {
    if (width == 0) return;
    out.push_back("llama.cpp refuses this: \"" + std::string(which) + " cache type " +
                  std::string(row_of(format).key) + " with block size " + std::to_string(block_of(format).elements) +
                  " does not divide n_embd_head_" + (which == "K" ? "k" : "v") + "=" + std::to_string(width) + "\".");
  };
  does_not_divide("K", v.key_format, odd_key);
  does_not_divide("V", v.value_format, odd_value);
}

inline constexpr std::array weight_choices{
    FormatChoice{WeightFormat::Gguf, GgufMix::BF16},   FormatChoice{WeightFormat::Gguf, GgufMix::Q8_0},
    FormatChoice{WeightFormat::Gguf, GgufMix::Q6_K},   FormatChoice{WeightFormat::Gguf, GgufMix::Q5_K_M},
    FormatChoice{WeightFormat::Gguf, GgufMix::Q4_K_M}, FormatChoice{WeightFormat::Gguf, GgufMix::IQ4_XS},
    FormatChoice{WeightFormat::Gguf, GgufMix::Q3_K_M}, FormatChoice{WeightFormat::Gguf, GgufMix::Q2_K}};
inline constexpr std::array cache_choices{KvFormat::Fp16, KvFormat::Q8_0, KvFormat::Q4_0};

/// Sources: llama.cpp common/arg.cpp, llama-context.cpp, llama-model.cpp. MLX weights are taken as the GGUF file type
/// next to them, as every other format is.
inline constexpr Engine engine{
    .id = Runtime::LlamaCpp,
    .program = "llama-server -m",
    .versions = versions,
    .weight_choices = weight_choices,
    .gguf = GgufReading::Packed,
    .reads_mlx = true,
    .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Q8_0, KvFormat::Q5_1,
                                   KvFormat::Q5_0, KvFormat::Q4_1, KvFormat::Q4_0, KvFormat::Iq4Nl),
    .cache_choices = cache_choices,
    .separate_kv_formats = true,
    .beams = BeamSearch::NotCounted,
    .encoders = EncoderSupport::NotMeasured,
    .sharing = DeviceSharing::DealsLayers,
    .embedding_on_host = true,
    .reads = {"serving.batch serving.ubatch serving.kv_unified serving.swa_full",
              "serving.gpu_layers serving.moe_layers_on_cpu serving.override_tensor serving.split_mode "
              "serving.tensor_split serving.mmproj"},
    .estimate = estimate_with_context,
    .add_warnings = add_warnings,
    .served = served};

}  // namespace llmcalc::llama_cpp
