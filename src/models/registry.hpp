#pragma once
// Which reader understands which model_type. Every group of families lists its own; registry.cpp joins the lists.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace llmcalc::models {

/// Fills a Model from the fields of its config; problems go to the fields' findings.
using ReadModel = void (*)(const Fields&, Model&);

/// One model_type.
struct FamilyRow {
  std::string_view model_type;
  std::string_view family;  ///< publisher's family name for people
  ReadModel read;
  Quirks quirks{};  ///< what other programs do with it alone
};

/// The row of a model_type; null when unknown.
[[nodiscard]] const FamilyRow* find_family(std::string_view model_type);
/// The quirks of a model_type; none when it is unknown.
[[nodiscard]] Quirks quirks_of(std::string_view model_type);
/// All rows, sorted by model_type.
[[nodiscard]] const std::vector<FamilyRow>& families();
/// Reads a config of unknown model_type by its fields.
void read_unknown(const Fields&, Model&);

// The groups, one file each.
[[nodiscard]] std::span<const FamilyRow> llama_like_families();
[[nodiscard]] std::span<const FamilyRow> qwen_families();
[[nodiscard]] std::span<const FamilyRow> glm_families();
[[nodiscard]] std::span<const FamilyRow> normed_llama_families();
[[nodiscard]] std::span<const FamilyRow> qwen_mixture_families();
[[nodiscard]] std::span<const FamilyRow> deepseek_like_families();
[[nodiscard]] std::span<const FamilyRow> large_mixture_families();
[[nodiscard]] std::span<const FamilyRow> uneven_layer_families();
[[nodiscard]] std::span<const FamilyRow> gemma_families();
[[nodiscard]] std::span<const FamilyRow> gpt_like_families();
[[nodiscard]] std::span<const FamilyRow> parallel_families();
[[nodiscard]] std::span<const FamilyRow> mixture_families();
[[nodiscard]] std::span<const FamilyRow> recent_mixture_families();
[[nodiscard]] std::span<const FamilyRow> latent_families();
[[nodiscard]] std::span<const FamilyRow> deepseek_v4_families();
[[nodiscard]] std::span<const FamilyRow> mamba_families();
[[nodiscard]] std::span<const FamilyRow> granite_moe_families();
[[nodiscard]] std::span<const FamilyRow> nemotron_h_families();
[[nodiscard]] std::span<const FamilyRow> zamba_families();
[[nodiscard]] std::span<const FamilyRow> rwkv_families();
[[nodiscard]] std::span<const FamilyRow> unusual_mixture_families();
[[nodiscard]] std::span<const FamilyRow> own_class_families();
[[nodiscard]] std::span<const FamilyRow> muse_families();
[[nodiscard]] std::span<const FamilyRow> inkling_families();
[[nodiscard]] std::span<const FamilyRow> linear_attention_families();
[[nodiscard]] std::span<const FamilyRow> multimodal_families();
[[nodiscard]] std::span<const FamilyRow> more_dense_families();
[[nodiscard]] std::span<const FamilyRow> older_gpt_families();
[[nodiscard]] std::span<const FamilyRow> more_mixture_families();
[[nodiscard]] std::span<const FamilyRow> more_recurrent_families();
[[nodiscard]] std::span<const FamilyRow> encoder_families();

}  // namespace llmcalc::models
