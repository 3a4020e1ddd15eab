#include "models/registry.hpp"

#include <algorithm>

namespace llmcalc::models {

const std::vector<FamilyRow>& families() {
  static const std::vector<FamilyRow> all = [] {
    std::vector<FamilyRow> rows;
    for (const auto group : {llama_like_families(),
                             qwen_families(),
                             glm_families(),
                             normed_llama_families(),
                             qwen_mixture_families(),
                             deepseek_like_families(),
                             large_mixture_families(),
                             uneven_layer_families(),
                             gemma_families(),
                             gpt_like_families(),
                             parallel_families(),
                             mixture_families(),
                             recent_mixture_families(),
                             latent_families(),
                             deepseek_v4_families(),
                             mamba_families(),
                             granite_moe_families(),
                             nemotron_h_families(),
                             zamba_families(),
                             rwkv_families(),
                             unusual_mixture_families(),
                             own_class_families(),
                             muse_families(),
                             inkling_families(),
                             linear_attention_families(),
                             multimodal_families(),
                             more_dense_families(),
                             older_gpt_families(),
                             more_mixture_families(),
                             more_recurrent_families(),
                             encoder_families()}) {
      rows.insert(rows.end(), group.begin(), group.end());
    }
    std::sort(rows.begin(), rows.end(),
              [](const FamilyRow& a, const FamilyRow& b) { return a.model_type < b.model_type; });
    return rows;
  }();
  return all;
}

Quirks quirks_of(std::string_view model_type) {
  const FamilyRow* row = find_family(model_type);
  return row == nullptr ? Quirks{} : row->quirks;
}

const FamilyRow* find_family(std::string_view model_type) {
  const auto& all = families();
  const auto found = std::lower_bound(all.begin(), all.end(), model_type,
                                      [](const FamilyRow& r, std::string_view t) { return r.model_type < t; });
  return found == all.end() || found->model_type != model_type ? nullptr : &*found;
}

}  // namespace llmcalc::models
