// Values of a config that speak of sizes and that no reader looked at.

#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace llmcalc::models {

namespace {

using nlohmann::json;

/// Parts of keys that speak of sizes.
constexpr auto size_words = std::to_array<std::string_view>(
    {"layer", "head",   "hidden", "size", "dim",   "width", "rank",  "expert", "channel", "depth", "vocab",
     "inner", "kernel", "ngram",  "n_em", "d_mod", "d_sta", "d_con", "expand", "latent",  "block", "quer",
     "num_",  "loop",   "state",  "lora", "conv",  "tower", "embed", "groups", "count",   "neck",  "positions"});

/// Keys without a say in any size. What chooses among experts, cuts texts or images into pieces, was used in training,
/// or repeats another key.
// clang-format off
constexpr auto harmless = std::to_array<std::string_view>({
    // choices of a router
    "n_group", "topk_group", "num_expert_group", "num_expert_groups", "num_limited_groups", "index_topk",
    "num_groups", "topk_groups", "expert_group_size", "moe_group_size", "group_norm_size", "expert_capacity",
    // how attention and rotary positions go about it
    "original_max_position_embeddings", "max_window_layers", "attention_block_size", "attention_chunk_size",
    "mamba_chunk_size", "qk_head_dim", "index_block_size", "sparse_block_size", "sparse_topk_blocks", "block_size",
    "num_key_value_groups", "nope_layer_interval", "layer_switch", "attention_window_size", "hc_sinkhorn_iters",
    "chunk_size", "window_size", "attn_res_block_size", "rotary_dim",
    // how images and sounds are cut
    "image_size", "force_image_size", "tile_size", "encoder_patch_size", "audio_segment_size",
    "visual_token_window_size", "image_dim_out",
    // how text is generated and sounds are cut
    "num_beams", "num_beam_groups", "num_return_sequences", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
    "extra_pos_embeddings", "median_filter_width", "classifier_proj_size", "mask_feature_min_masks",
    // training, and how a checkpoint is stored
    "quantization_bits", "tensor_parallel_size", "ep_size", "split_ngram_parts", "num_target_layers",
    // repeated elsewhere, or of a part that published checkpoints leave out
    "num_attention_layers", "dim_model_base", "mup_base_width", "mup_denominator", "block_dim", "conv_dim",
    "conv_dim_out", "expert_hidden_dim", "num_mtp_modules", "vocab_size_per_layer_input", "unpadded_vocab_size",
    "num_labels", "_num_labels",
});
// clang-format on

/// Keys that a family with another shape leaves unused: a mixture in every layer has no dense block, latent attention no
/// plain heads. They matter only where the family is not known.
constexpr auto unused_by_some = std::to_array<std::string_view>(
    {"intermediate_size", "moe_intermediate_size", "mlp_intermediate_size", "head_dim", "num_key_value_heads",
     "time_step_rank", "mamba_d_conv", "mamba_d_head", "mamba_d_state", "mamba_expand", "mamba_n_heads"});

/// Keys of the classes of CLIP and SigLIP for texts and for comparing, which their vision models leave unused.
constexpr auto unused_by_some_towers = std::to_array<std::string_view>({"projection_dim", "vocab_size"});

/// Names that publishers give the number of routed experts; a config may have several of them with one value.
constexpr auto names_of_experts =
    std::to_array<std::string_view>({"num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts"});

/// Parts of keys that change no tensor of a tower, whose heads are as wide together as the tower.
constexpr auto harmless_in_towers =
    std::to_array<std::string_view>({"head", "pooling", "position", "text_hidden", "mm_hidden", "image_size",
                                     "merge_size", "patch_size", "channels", "query_groups", "chunksize"});

/// Objects that describe no tensors.
constexpr auto harmless_objects = std::to_array<std::string_view>(
    {"quantization_config", "quantization", "rope_scaling", "rope_parameters", "id2label", "label2id", "auto_map",
     "sparse_config", "task_specific_params", "generation_config", "tokenizer_config", "compression_config",
     "hf_quant_config", "img_token_compression_config", "llama_4_scaling", "yarn", "speculators_config"});

template <class List>
bool holds(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool speaks_of_size(std::string_view key) {
  static constexpr std::string_view other_ends[] = {"_id",     "_ids",        "_index",  "_token",   "_tokens",
                                                    "_scalar", "_multiplier", "_length", "_dropout", "_eps"};
  for (const std::string_view end : other_ends) {
    if (key.ends_with(end)) return false;
  }
  return std::ranges::any_of(size_words,
                             [&](std::string_view word) { return key.find(word) != std::string_view::npos; });
}

class Walk {
 public:
  Walk(const Findings& findings, Trust trust) : read_(findings.read), known_(trust == Trust::Exact) {}

  void object(const json& values, const std::string& pointer, const std::string& shown, int depth) {
    for (const auto& [key, value] : values.items()) {
      if (names_.size() >= 12 || key.size() > 60) return;
      const std::string at = pointer + '/' + key;
      if (value.is_object()) {
        inner(value, at, shown + key, key, depth);
      } else if (is_size(value) && matters(key, shown) && !was_read(values, pointer, key) &&
                 !repeats(values, pointer, key)) {
        names_.push_back(shown + key);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> names() && { return std::move(names_); }

 private:
  /// A number of more than one, or, where the family is not known, a list with such a number (heads of every layer).
  [[nodiscard]] bool is_size(const json& value) const {
    const auto large = [](const json& v) { return v.is_number_integer() && v > 1; };
    return large(value) || (!known_ && value.is_array() && std::ranges::any_of(value, large));
  }

  void inner(const json& values, const std::string& pointer, const std::string& shown, std::string_view key,
             int depth) {
    if (depth > 2 || holds(harmless_objects, key)) return;
    if (!touched(pointer)) {
      // Nothing of it was looked at: its name says enough.
      if (sizes_in(values)) names_.push_back(shown);
      return;
    }
    object(values, pointer, shown + ".", depth + 1);
  }

  [[nodiscard]] bool matters(std::string_view key, std::string_view shown) const {
    if (!speaks_of_size(key) || holds(harmless, key)) return false;
    if (known_ && holds(unused_by_some, key)) return false;
    const bool tower = shown.find("vis") != std::string_view::npos || shown.find("audio") != std::string_view::npos;
    if (tower && known_ && holds(unused_by_some_towers, key)) return false;
    return !tower || std::ranges::none_of(harmless_in_towers, [&](std::string_view part) {
      return key.find(part) != std::string_view::npos;
    });
  }

  [[nodiscard]] static bool sizes_in(const json& values) {
    return std::ranges::any_of(values.items(), [](const auto& item) {
      return item.value().is_number_integer() && item.value() > 1 && speaks_of_size(item.key());
    });
  }

  [[nodiscard]] bool touched(const std::string& pointer) const {
    const auto next = read_.lower_bound(pointer + '/');
    return next != read_.end() && next->starts_with(pointer + '/');
  }

  /// This key, or another name of the same thing.
  [[nodiscard]] bool was_read(const json& values, const std::string& pointer, std::string_view key) const {
    if (read_.contains(pointer + '/' + std::string(key))) return true;
    const std::string_view common = common_name(key);
    const bool experts = holds(names_of_experts, key);
    for (const auto& [other, value] : values.items()) {
      const bool same = common_name(other) == common ||
                        (experts && holds(names_of_experts, other) && value == values.at(std::string(key)));
      if (same && read_.contains(pointer + '/' + other)) return true;
    }
    return false;
  }

  /// The same key in an object of these, where it was read: the top level repeats its text model's.
  [[nodiscard]] bool repeats(const json& values, const std::string& pointer, const std::string& key) const {
    return std::ranges::any_of(values.items(), [&](const auto& item) {
      return item.value().is_object() && read_.contains(pointer + '/' + item.key() + '/' + key);
    });
  }

  const std::set<std::string, std::less<>>& read_;
  bool known_;  ///< every field of this family was understood
  std::vector<std::string> names_;
};

}  // namespace

std::vector<std::string> unread_sizes(const json& config, const Findings& findings, Trust trust) {
  if (!config.is_object()) return {};
  Walk walk(findings, trust);
  walk.object(config, {}, {}, 0);
  return std::move(walk).names();
}

void note_unread_sizes(const json& config, Findings& findings, Model& m) {
  const std::vector<std::string> names = unread_sizes(config, findings, m.trust);
  if (names.empty()) return;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  findings.notes.push_back("not read, though it may be a size: " + list);
  if (m.trust == Trust::Exact) m.trust = Trust::Modelled;
}

}  // namespace llmcalc::models
