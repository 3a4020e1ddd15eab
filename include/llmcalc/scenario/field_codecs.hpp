#pragma once
// Text forms of the settings that are more than a number or one row of a table.

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/field.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::field_rows {

/// The whole text as a number, or nothing.
[[nodiscard]] inline std::optional<Count> number_in(std::string_view text) {
  Count n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

/// Weight format: a key of `weight_formats`, or "gguf:NAME".
[[nodiscard]] inline std::optional<FormatChoice> format_in(std::string_view text) {
  if (text.starts_with(gguf_prefix)) {
    const auto mix = from_key<GgufMix>(text.substr(gguf_prefix.size()));
    return mix ? std::optional(FormatChoice{WeightFormat::Gguf, *mix}) : std::nullopt;
  }
  const auto format = from_key<WeightFormat>(text);
  return format && *format != WeightFormat::Gguf ? std::optional(FormatChoice{*format}) : std::nullopt;
}
[[nodiscard]] inline std::vector<std::string> format_texts() {
  std::vector<std::string> all;
  for (const auto& row : weight_formats) {
    if (row.id != WeightFormat::Gguf) all.emplace_back(row.key);
  }
  for (const auto& row : gguf_mixes) all.push_back(std::string(gguf_prefix).append(row.key));
  return all;
}
inline constexpr CodedAccess weight_format{[](const Scenario& s) {
                                             return format_text({s.weights.format, s.weights.mix});
                                           },
                                           [](Scenario& s, std::string_view text) {
                                             const auto choice = format_in(text);
                                             if (!choice) return false;
                                             s.weights.format = choice->format;
                                             if (choice->format == WeightFormat::Gguf) s.weights.mix = choice->mix;
                                             return true;
                                           },
                                           format_texts, CodedShape::Plain};

/// Format of the routed experts; "released": what the weight format gives them.
inline constexpr CodedAccess expert_format{
    [](const Scenario& s) { return format_text(s.weights.experts.value_or(FormatChoice{WeightFormat::AsReleased})); },
    [](Scenario& s, std::string_view text) {
      const auto choice = format_in(text);
      if (!choice) return false;
      s.weights.experts = choice->format == WeightFormat::AsReleased ? std::nullopt : choice;
      return true;
    },
    format_texts, CodedShape::Plain};

/// What other programs call a KV format: vLLM config/cache.py CacheDType, SGLang --kv-cache-dtype. The two kinds of FP8
/// take the same room; "auto" is the model's own 16 bits.
struct KvAlias {
  std::string_view name;
  KvFormat format;
};
inline constexpr std::array<KvAlias, 7> kv_aliases{{{"fp8_e4m3", KvFormat::Fp8},
                                                    {"fp8_e5m2", KvFormat::Fp8},
                                                    {"fp8_inc", KvFormat::Fp8},
                                                    {"fp8_ds_mla", KvFormat::Fp8},
                                                    {"float16", KvFormat::Fp16},
                                                    {"bfloat16", KvFormat::Bf16},
                                                    {"auto", KvFormat::Fp16}}};

/// A KV format by its key, by llama.cpp's name for it or by a server's.
[[nodiscard]] inline std::optional<KvFormat> kv_format_in(std::string_view text) {
  for (const KvAlias& alias : kv_aliases) {
    if (alias.name == text) return alias.format;
  }
  for (const KvFormatRow& row : kv_formats) {
    if (row.key == text || llama_cpp_name(row.id) == text) return row.id;
  }
  return std::nullopt;
}

/// Formats of keys and values: "q8_0" for both, "q8_0/fp16" for keys/values.
inline constexpr CodedAccess kv_format{
    [](const Scenario& s) {
      std::string text{key_of(s.serving.key_format)};
      if (s.serving.value_format != s.serving.key_format) text.append("/").append(key_of(s.serving.value_format));
      return text;
    },
    [](Scenario& s, std::string_view text) {
      const std::size_t slash = text.find('/');
      const auto keys = kv_format_in(text.substr(0, slash));
      const auto values = slash == std::string_view::npos ? keys : kv_format_in(text.substr(slash + 1));
      if (!keys || !values) return false;
      s.serving.key_format = *keys;
      s.serving.value_format = *values;
      return true;
    },
    [] {
      std::vector<std::string> all;
      all.reserve(kv_formats.size());
      for (const auto& row : kv_formats) all.emplace_back(row.key);
      return all;
    },
    CodedShape::KeyValue};

/// Text of a coded setting that is not given; null in JSON.
inline constexpr std::string_view not_given = "default";

/// Format of a draft model's cache: a format of both sides, or "default".
inline constexpr CodedAccess draft_kv_format{
    [](const Scenario& s) {
      return std::string(s.serving.draft_kv_format ? key_of(*s.serving.draft_kv_format) : not_given);
    },
    [](Scenario& s, std::string_view text) {
      const auto format = kv_format_in(text);
      if (!format && text != not_given) return false;
      s.serving.draft_kv_format = format;
      return true;
    },
    [] {
      std::vector<std::string> all{std::string(not_given)};
      for (const auto& row : kv_formats) all.emplace_back(row.key);
      return all;
    },
    CodedShape::Plain};

/// LoRA targets: "all-linear" or a list "q,k,v,o".
inline constexpr std::string_view all_linear = "all-linear";
inline constexpr CodedAccess lora_target_set{[](const Scenario& s) {
                                               const LoraTargets targets = s.training.lora.targets;
                                               if (targets.is_all_linear()) return std::string(all_linear);
                                               std::string text;
                                               for (const auto& row : lora_targets) {
                                                 if (targets.has(row.id))
                                                   text.append(text.empty() ? "" : ",").append(row.key);
                                               }
                                               return text;
                                             },
                                             [](Scenario& s, std::string_view text) {
                                               LoraTargets targets;
                                               if (text != all_linear) {
                                                 targets.bits = 0;
                                                 while (!text.empty()) {
                                                   const std::size_t comma = std::min(text.find(','), text.size());
                                                   const auto target = from_key<LoraTarget>(text.substr(0, comma));
                                                   if (!target) return false;
                                                   targets.set(*target, true);
                                                   text.remove_prefix(std::min(comma + 1, text.size()));
                                                 }
                                                 if (targets.bits == 0) return false;
                                               }
                                               s.training.lora.targets = targets;
                                               return true;
                                             },
                                             [] {
                                               std::vector<std::string> all{std::string(all_linear)};
                                               for (const auto& row : lora_targets) all.emplace_back(row.key);
                                               return all;
                                             },
                                             CodedShape::List};

/// Words of a switch that may be left to the program.
inline constexpr std::string_view automatic = "auto";
inline constexpr std::string_view switched_on = "on";
inline constexpr std::string_view switched_off = "off";

/// A switch with a third position, "auto": what the program does by itself.
template <auto... Members>
inline constexpr CodedAccess automatic_flag{
    [](const Scenario& s) {
      const std::optional<bool>& on = member<Members...>(s);
      return std::string(!on ? automatic : *on ? switched_on : switched_off);
    },
    [](Scenario& s, std::string_view text) {
      std::optional<bool>& on = member<Members...>(s);
      if (text == automatic) {
        on = std::nullopt;
      } else if (text == switched_on || text == "true" || text == switched_off || text == "false") {
        on = text == switched_on || text == "true";
      } else {
        return false;
      }
      return true;
    },
    [] {
      return std::vector<std::string>{std::string(automatic), std::string(switched_on), std::string(switched_off)};
    },
    CodedShape::Value};

/// Attention in training: one kernel, or one each for full and for sliding layers.
inline constexpr CodedAccess training_attention{
    [](const Scenario& s) {
      const std::string_view full = key_of(s.training.attention);
      if (!s.training.sliding_attention) return std::string(full);
      return std::string("full:").append(full).append(",sliding:").append(key_of(*s.training.sliding_attention));
    },
    [](Scenario& s, std::string_view text) {
      if (const auto kernel = from_key<AttentionKernel>(text)) {
        s.training.attention = *kernel;
        s.training.sliding_attention = std::nullopt;
        return true;
      }
      std::optional<AttentionKernel> full, sliding;
      while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::size_t colon = text.substr(0, comma).find(':');
        if (colon == std::string_view::npos) return false;
        const auto kernel = from_key<AttentionKernel>(text.substr(colon + 1, comma - colon - 1));
        std::optional<AttentionKernel>& place = text.substr(0, colon) == "full" ? full : sliding;
        if (!kernel || place || (&place == &sliding && text.substr(0, colon) != "sliding")) return false;
        place = kernel;
        text.remove_prefix(std::min(comma + 1, text.size()));
      }
      if (!full || !sliding) return false;
      s.training.attention = *full;
      s.training.sliding_attention = sliding;
      return true;
    },
    [] {
      std::vector<std::string> all;
      for (const auto& row : attention_kernels) all.emplace_back(row.key);
      all.emplace_back("full:sdpa,sliding:flash");
      return all;
    },
    CodedShape::Pairs, true};

/// The article's share of trained parameters: a number from 0 to 1, or "auto".
inline constexpr CodedAccess trainable_share{
    [](const Scenario& s) {
      return s.training.trainable_share ? shortest(*s.training.trainable_share) : std::string(automatic);
    },
    [](Scenario& s, std::string_view text) {
      if (text == automatic) {
        s.training.trainable_share = std::nullopt;
        return true;
      }
      const std::optional<double> share = real_of_text(text);
      if (!share || !(*share >= 0 && *share <= 1)) return false;
      s.training.trainable_share = share;
      return true;
    },
    [] {
      return std::vector<std::string>{std::string(automatic), "0.01", "0.1", "0.5", "1"};
    },
    CodedShape::Value, true};

/// Layers of every pipeline stage: "15,16,16,14", or "auto".
inline constexpr CodedAccess layers_per_stage{
    [](const Scenario& s) {
      std::string text;
      for (const Count n : s.parallelism.layers_per_stage) {
        text.append(text.empty() ? "" : ",").append(std::to_string(n));
      }
      return text.empty() ? std::string(automatic) : text;
    },
    [](Scenario& s, std::string_view text) {
      constexpr std::size_t most_stages = 1024;
      if (text.empty()) return false;
      std::vector<Count> layers;
      while (text != automatic && !text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const auto n = number_in(text.substr(0, comma));
        if (!n || layers.size() == most_stages) return false;
        layers.push_back(*n);
        text.remove_prefix(std::min(comma + 1, text.size()));
      }
      s.parallelism.layers_per_stage = std::move(layers);
      return true;
    },
    [] {
      return std::vector<std::string>{std::string(automatic), "15,16,16,14"};
    },
    CodedShape::Value, true};

inline constexpr Count most_layers_between = 10'000;

/// Recomputation: "none", "selective", "full", "every:n" (or "uniform:n"), "block:n", "one-of:n".
inline constexpr CodedAccess recompute{
    [](const Scenario& s) {
      const RecomputeRow& row = row_of(s.training.recompute);
      std::string text(row.key);
      if (row.counted) text.append(":").append(std::to_string(s.training.recompute_every));
      return text;
    },
    [](Scenario& s, std::string_view text) {
      const std::size_t colon = text.find(':');
      const std::string_view word = text.substr(0, colon);
      for (const RecomputeRow& row : recompute_kinds) {
        if (!row.counted || (word != row.key && word != row.alias)) continue;
        if (colon == std::string_view::npos) return false;
        const auto n = number_in(text.substr(colon + 1));
        if (!n || *n == 0 || *n > most_layers_between) return false;
        s.training.recompute = row.id;
        s.training.recompute_every = *n;
        return true;
      }
      const auto kind = from_key<RecomputeKind>(text);
      if (!kind) return false;
      s.training.recompute = *kind;
      return true;
    },
    [] { return std::vector<std::string>{"none", "selective", "full", "every:2", "every:4", "block:8", "one-of:2"}; },
    CodedShape::Counted, true};

}  // namespace llmcalc::field_rows
