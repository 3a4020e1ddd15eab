#include "readers/safetensors/packed_companions.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace llmcalc::io {

namespace {

/// A companion's ending, and the ending its main tensor has in its place.
struct Ending {
  std::string_view companion, main;
};

// Tried from the top; the first main tensor that exists wins.
constexpr std::array endings{
    Ending{".absmax", ""},
    Ending{".quant_map", ""},
    Ending{".nested_absmax", ""},
    Ending{".nested_quant_map", ""},
    Ending{".quant_state.bitsandbytes__nf4", ""},
    Ending{".quant_state.bitsandbytes__fp4", ""},
    Ending{".SCB", ".weight"},
    Ending{".weight_format", ".weight"},
    Ending{".qzeros", ".qweight"},
    Ending{".scales", ".qweight"},
    Ending{".g_idx", ".qweight"},
    Ending{".weight_scale_inv", ".weight"},
    Ending{"_scale_inv", ""},
    Ending{"_scale_2", ""},
    Ending{"_scale", "_packed"},
    Ending{"_scale", ""},
    Ending{".weight_scales", ".weight"},
    Ending{"_zero_point", "_packed"},
    Ending{"_zero_point", ""},
    Ending{"_global_scale", "_packed"},
    Ending{"_global_scale", ""},
    Ending{"_shape", "_packed"},
    Ending{"_g_idx", "_packed"},
    Ending{".input_scale", ".weight"},
    Ending{".input_scale", ".weight_packed"},
    Ending{".input_global_scale", ".weight_packed"},
    Ending{".input_global_scale", ".weight"},
    Ending{".input_zero_point", ".weight"},
    Ending{".output_scale", ".weight"},
    Ending{"_input_scale", ""},
    Ending{"_scales", "_blocks"},
    Ending{".scale", ".weight"},
    Ending{".scales", ".weight"},
    Ending{".biases", ".weight"},
    Ending{"_scales", ""},
    Ending{"_biases", ""},
    Ending{".q_scale", ".q_weight"},
    Ending{".q_scale_max", ".q_weight"},
    Ending{".q_groups", ".q_weight"},
    Ending{".q_invperm", ".q_weight"},
    Ending{".q_perm", ".q_weight"},
    Ending{".q_group_map", ".q_weight"},
    Ending{".suh", ".trellis"},
    Ending{".svh", ".trellis"},
    Ending{".su", ".trellis"},
    Ending{".sv", ".trellis"},
    Ending{".mcg", ".trellis"},
    Ending{".mul1", ".trellis"},
    Ending{".scale", ".W_q"},
    Ending{".zero", ".W_q"},
    Ending{".nbits", ".W_q"},
    Ending{".group_size", ".W_q"},
    Ending{".axis", ".W_q"},
    Ending{".shape", ".W_q"},
    Ending{".view_as_float", ".W_q"},
    Ending{".packing", ".W_q"},
    Ending{".unpack_view_dtype", ".W_q"},
    Ending{".compute_dtype", ".W_q"},
    Ending{".quant_scale", ".W_q"},
    Ending{".quant_zero", ".W_q"},
    Ending{".offload_meta", ".W_q"},
    Ending{".round_zeros", ".W_q"},
    Ending{".stores_quant_config", ".W_q"},
    Ending{".channel_wise", ".W_q"},
    Ending{".encoded_state_dict", ".W_q"},
    Ending{".optimize", ".W_q"},
};

/// Cheap first look: only names that could be companions are looked up.
bool could_be_companion(std::string_view name, const Ending& ending) {
  return name.size() > ending.companion.size() && name.ends_with(ending.companion);
}

}  // namespace

const StoredTensor* CompanionList::ending(std::string_view suffix) const {
  for (const std::uint32_t i : indices) {
    if (stored[i].name.ends_with(suffix)) return &stored[i];
  }
  return nullptr;
}

Companions::Companions(std::span<const StoredTensor> stored)
    : stored_(stored), main_of_(stored.size(), none), starts_(stored.size() + 1, 0) {
  std::unordered_map<std::string_view, std::uint32_t> by_name;
  by_name.reserve(stored.size());
  for (std::uint32_t i = 0; i < stored.size(); ++i) by_name.emplace(stored[i].name, i);
  std::string main;
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    const std::string_view name = stored[i].name;
    if (name.ends_with("weight")) continue;  // by far the most, and never a companion
    for (const Ending& ending : endings) {
      if (!could_be_companion(name, ending)) continue;
      main.assign(name.substr(0, name.size() - ending.companion.size())).append(ending.main);
      const auto found = by_name.find(main);
      if (found == by_name.end()) continue;
      main_of_[i] = found->second;
      break;
    }
  }
  // A companion of a companion (nested scales) belongs to the main tensor; names get shorter on the way, so this
  // ends.
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    for (int steps = 0; main_of_[i] != none && main_of_[main_of_[i]] != none && steps < 8; ++steps)
      main_of_[i] = main_of_[main_of_[i]];
  }
  for (const std::uint32_t main_index : main_of_) {
    if (main_index != none) ++starts_[main_index + 1];
  }
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  members_.resize(starts_.back());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    if (main_of_[i] != none) members_[next[main_of_[i]]++] = i;
  }
}

CompanionList Companions::of(std::size_t i) const {
  return {stored_, std::span(members_).subspan(starts_[i], starts_[i + 1] - starts_[i])};
}

bool is_scale_alone(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{".k_scale",    ".v_scale",     ".q_scale",
                                                  ".prob_scale", ".input_scale", ".output_scale"};
  return std::ranges::any_of(names, [&](std::string_view n) { return name.ends_with(n); });
}

}  // namespace llmcalc::io
