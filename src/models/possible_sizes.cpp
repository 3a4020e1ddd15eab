#include "models/possible_sizes.hpp"

#include <algorithm>

namespace llmcalc::models {

Issues impossible_sizes(const Layer& layer, const std::string& where) {
  const AttentionShape& a = layer.attention;
  const FeedForward& f = layer.feed_forward;
  const RecurrentShape& r = layer.recurrent;
  Issues issues;
  const auto limit = [&](const char* what, Count value, Count most) {
    if (value > most) {
      issues.push_back(
          {where, std::string(what) + " is " + std::to_string(value) + ", more than " + std::to_string(most)});
    }
  };
  if (layer.attends() && (a.heads == 0 || a.head_dim == 0)) {
    issues.push_back({where, "has attention, but no number of heads or no head size is given"});
  }
  limit("the number of heads", a.heads, 1 << 16);
  limit("the number of KV heads", a.kv_heads, 1 << 16);
  limit("the head size", std::max(a.head_dim, a.value_head_dim), 1 << 16);
  limit("the latent width", std::max(a.kv_lora_rank, a.q_lora_rank), widest);
  limit("the feed-forward width", std::max({f.width, f.expert_width, f.shared_width, f.latent_width}), widest);
  limit("the number of experts", std::max(f.experts, f.experts_per_token), 1 << 16);
  limit("the recurrent width",
        std::max({r.inner, r.state, r.heads, r.groups, r.conv_kernel, r.time_step_rank, r.head_dim}), widest);
  return issues;
}

}  // namespace llmcalc::models
