#include "readers/gguf/layers.hpp"

#include <algorithm>

namespace llmcalc::io {

namespace {

/// Length of a row (input features) and number of rows (output features) of a tensor; 0 when it is absent.
Count inputs(const GgufTensorInfo* tensor) { return tensor == nullptr ? 0 : tensor->sizes[0]; }
Count outputs(const GgufTensorInfo* tensor) { return tensor == nullptr ? 0 : tensor->sizes[1]; }

class LayerReader {
 public:
  LayerReader(const GgufView& view, const GgufArchitecture& architecture, const Model& model, Count i,
              std::vector<std::string>& notes)
      : view_(view), architecture_(architecture), model_(model), i_(i), notes_(notes) {}

  Layer read() {
    const bool latent = get("attn_kv_a_mqa.weight") != nullptr;
    const bool delta = has("ssm_conv1d_q.weight");  // Kimi's delta net uses attention's names
    const bool attends = !delta && (latent || has("attn_output.weight"));
    const bool recurs = delta || has("ssm_conv1d.weight") || has("ssm_in.weight") || has("shortconv.conv.weight");
    if (recurs) read_recurrent();
    if (latent) {
      layer_.mixer = Mixer::LatentAttention;
      read_latent();
    } else if (attends) {
      layer_.also_recurrent = recurs;
      layer_.mixer = Mixer::Attention;
      read_attention();
    } else if (!recurs) {
      layer_.mixer = Mixer::None;
      if (has("time_mix_w1.weight") || has("time_mix_key.weight")) {
        notes_.emplace_back("RWKV layers: parameters are counted, their state is not");
      }
    }
    read_feed_forward();
    read_norms();
    return layer_;
  }

 private:
  const GgufTensorInfo* get(std::string_view name) const { return view_.tensor(i_, name); }
  bool has(std::string_view name) const { return get(name) != nullptr; }
  Count number(std::string_view key, Count otherwise = 0) const { return view_.number(key, i_).value_or(otherwise); }

  /// Window of this layer, from the file's pattern or the architecture's.
  Count window() const {
    const Count window = number("attention.sliding_window");
    if (window == 0) return 0;
    const GgufEntry* pattern = view_.entry("attention.sliding_window_pattern");
    const auto* list = pattern == nullptr ? nullptr : std::get_if<GgufList>(&pattern->value);
    if (list != nullptr) return number("attention.sliding_window_pattern") != 0 ? window : 0;
    const Count period = pattern == nullptr ? architecture_.window_period
                                            : view_.number("attention.sliding_window_pattern").value_or(0);
    if (period == 0) return 0;
    if (period == 1) return window;
    const bool full = architecture_.full_first ? i_ % period == 0 : i_ % period == period - 1;
    return full ? 0 : window;
  }

  /// A key's number, of the variant for windowed layers when there is one.
  Count by_window(const std::string& key, Count otherwise) const {
    const bool windowed = layer_.attention.window > 0;
    if (windowed && view_.entry(key + "_swa") != nullptr) return number(key + "_swa", otherwise);
    return number(key, otherwise);
  }

  void read_attention() {
    AttentionShape& a = layer_.attention;
    a.bidirectional = architecture_.diffuses;
    const GgufTensorInfo *query = get("attn_q.weight"), *key = get("attn_k.weight"), *value = get("attn_v.weight"),
                         *fused = get("attn_qkv.weight");
    const GgufTensorInfo* output = get("attn_output.weight");
    if (architecture_.chunk == 0) {
      a.window = window();
    } else if (architecture_.window_period > 0 &&
               i_ % architecture_.window_period != architecture_.window_period - 1) {
      a.chunk = architecture_.chunk;
    }
    a.heads = number("attention.head_count");
    a.kv_heads = number("attention.head_count_kv", a.heads);
    a.head_dim = by_window("attention.key_length", a.heads == 0 ? 0 : model_.hidden / a.heads);
    a.value_head_dim = by_window("attention.value_length", a.head_dim);
    a.fused_qkv = fused != nullptr;
    if (key != nullptr && a.kv_heads > 0 && outputs(key) % a.kv_heads == 0) a.head_dim = outputs(key) / a.kv_heads;
    if (value != nullptr && a.kv_heads > 0 && outputs(value) % a.kv_heads == 0)
      a.value_head_dim = outputs(value) / a.kv_heads;
    if (fused != nullptr && a.heads > 0 && inputs(output) % a.heads == 0) a.value_head_dim = inputs(output) / a.heads;
    a.no_kv_weights = !a.fused_qkv && key == nullptr;
    a.values_are_keys = key != nullptr && value == nullptr;
    if (a.values_are_keys) a.value_head_dim = a.head_dim;
    a.output_gate = query != nullptr && a.heads > 0 && outputs(query) == product(2, a.heads, a.head_dim);
    const Count shared = view_.number("attention.shared_kv_layers").value_or(0);
    a.shares_cache = a.no_kv_weights || (shared > 0 && i_ + shared >= view_.number("block_count").value_or(0));
    a.query_bias = has("attn_q.bias") || has("attn_qkv.bias");
    a.key_bias = has("attn_k.bias") || (a.fused_qkv && a.query_bias);
    a.value_bias = has("attn_v.bias") || (a.fused_qkv && a.query_bias);
    a.output_bias = has("attn_output.bias");
    if (const GgufTensorInfo* index_keys = get("indexer.k_proj.weight")) a.indexer_head_dim = outputs(index_keys);
    a.sinks = has("attn_sinks.weight") || has("attn_sinks");
    a.gate_width = outputs(get("attn_gate.weight"));
    a.rotary_dim = architecture_.positions == Positions::Rotary ? by_window("rope.dimension_count", a.head_dim) : 0;
    read_query_norm(a);
  }

  void read_query_norm(AttentionShape& a) const {
    const GgufTensorInfo *norm = get("attn_q_norm.weight"), *key_norm = get("attn_k_norm.weight");
    a.qk_norm_bias = has("attn_q_norm.bias") && has("attn_k_norm.bias");
    if (norm == nullptr || (key_norm == nullptr && !a.no_kv_weights)) return;
    if (norm->sizes[1] > 1) {
      a.qk_norm = QkNorm::PerHeadApart;
    } else {
      a.qk_norm = norm->sizes[0] == a.head_dim ? QkNorm::PerHead : QkNorm::Full;
    }
  }

  void read_latent() {
    AttentionShape& a = layer_.attention;
    const GgufTensorInfo *down = get("attn_kv_a_mqa.weight"), *norm = get("attn_kv_a_norm.weight"),
                         *keys = get("attn_k_b.weight");
    const GgufTensorInfo *values = get("attn_v_b.weight"), *both = get("attn_kv_b.weight"),
                         *query_down = get("attn_q_a.weight");
    get("attn_q_a_norm.weight"), get("attn_q.weight"), get("attn_q_b.weight");
    const Count output = inputs(get("attn_output.weight"));
    a.heads = a.kv_heads = number("attention.head_count");
    a.kv_lora_rank = norm != nullptr ? norm->sizes[0] : number("attention.kv_lora_rank");
    a.rope_head_dim = subtract(outputs(down), a.kv_lora_rank);
    a.q_lora_rank = outputs(query_down);
    a.value_head_dim = a.heads > 0 ? output / a.heads : 0;
    if (keys != nullptr) {
      a.nope_head_dim = keys->sizes[0];
    } else if (both != nullptr && a.heads > 0) {
      a.nope_head_dim = subtract(outputs(both) / a.heads, a.value_head_dim);
    } else {
      a.nope_head_dim = subtract(number("attention.key_length_mla", number("attention.key_length")), a.rope_head_dim);
    }
    if (values != nullptr) a.value_head_dim = values->sizes[1];
    a.expands_latent = keys == nullptr && both != nullptr && number("attention.key_length_mla") == 0;
    if (a.expands_latent) {
      notes_.emplace_back(
          "a file of before April 2025: llama.cpp caches keys and values of every head, not the latent; a newly "
          "converted file needs far less");
    }
    a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
    a.rotary_dim = a.rope_head_dim;
    a.output_bias = has("attn_output.bias");
    a.gate_width = outputs(get("attn_gate.weight"));
    const GgufTensorInfo* index_keys = get("indexer.attn_k.weight");
    if (index_keys != nullptr) {
      a.indexer_head_dim = outputs(index_keys);
      a.indexer_heads = number("attention.indexer.head_count");
      for (const char* name :
           {"indexer.attn_q_b.weight", "indexer.proj.weight", "indexer.k_norm.weight", "indexer.k_norm.bias"})
        get(name);
    }
  }

  void read_recurrent() {
    RecurrentShape& r = layer_.recurrent;
    const GgufTensorInfo *in = get("ssm_in.weight"), *x = get("ssm_x.weight"), *a = get("ssm_a"),
                         *dt = get("ssm_dt.weight"), *conv = get("ssm_conv1d.weight");
    r.conv_kernel = inputs(conv);
    r.conv_bias = has("ssm_conv1d.bias");
    r.inner = number("ssm.inner_size");
    r.state = number("ssm.state_size");
    r.heads = number("ssm.time_step_rank");
    r.groups = number("ssm.group_count");
    get("ssm_out.weight"), get("ssm_d"), get("ssm_dt.bias");
    if (const GgufTensorInfo* short_conv = get("shortconv.conv.weight")) {
      layer_.mixer = Mixer::ShortConvolution;
      r.inner = inputs(get("shortconv.out_proj.weight"));
      r.conv_kernel = inputs(short_conv);
      get("shortconv.in_proj.weight");
    } else if (x != nullptr) {
      layer_.mixer = Mixer::Mamba1;
      r.inner = outputs(in) / 2;
      r.state = inputs(a);
      r.time_step_rank = inputs(dt);
      r.inner_norms = has("ssm_dt_norm.weight") || view_.flag("ssm.dt_b_c_rms").value_or(false);
      r.inner_norm_weights = has("ssm_dt_norm.weight");
      get("ssm_b_norm.weight"), get("ssm_c_norm.weight");
    } else if (in != nullptr && !has("ssm_ba.weight") && !has("ssm_beta.weight")) {
      layer_.mixer = Mixer::Mamba2;
      r.gated_norm = has("ssm_norm.weight");
    } else if (has("ssm_conv1d_q.weight")) {
      read_kimi_delta_net(r);
    } else {
      layer_.mixer = Mixer::GatedDeltaNet;
      r.split_in_projection = has("ssm_beta.weight");
      r.head_dim = inputs(get("ssm_norm.weight"));
      for (const char* name :
           {"attn_qkv.weight", "attn_gate.weight", "ssm_ba.weight", "ssm_alpha.weight", "ssm_in.weight"})
        get(name);
    }
    if (r.head_dim == 0 && r.heads > 0) r.head_dim = r.inner / r.heads;
  }

  void read_kimi_delta_net(RecurrentShape& r) {
    layer_.mixer = Mixer::KimiDeltaNet;
    r.conv_kernel = inputs(get("ssm_conv1d_q.weight"));
    r.heads = r.groups = number("attention.head_count");
    r.inner = outputs(get("attn_v.weight"));
    r.head_dim = r.heads > 0 ? r.inner / r.heads : 0;
    r.state = r.heads > 0 ? outputs(get("attn_k.weight")) / r.heads : 0;
    r.full_rank_decay = !has("ssm_f_b.weight");
    r.full_rank_gate = !has("ssm_g_b.weight");
    for (const char* name :
         {"attn_q.weight", "ssm_conv1d_k.weight", "ssm_conv1d_v.weight", "ssm_f_a.weight", "ssm_beta.weight",
          "ssm_g_a.weight", "ssm_norm.weight", "attn_output.weight", "ssm_dt_b"}) {
      get(name);
    }
  }

  void read_feed_forward() {
    FeedForward& f = layer_.feed_forward;
    f.activation = architecture_.activation;
    const GgufTensorInfo *up = get("ffn_up.weight"), *down = get("ffn_down.weight"), *gate = get("ffn_gate.weight");
    if (down != nullptr) {
      f.width = inputs(down);
      f.fused_gate_up = gate == nullptr && outputs(up) == multiply(2, f.width);
      f.gated = gate != nullptr || f.fused_gate_up;
      f.up_bias = has("ffn_up.bias");
      f.down_bias = has("ffn_down.bias");
      has("ffn_gate.bias");
    }
    if (has("ffn_gate_inp.weight")) read_experts(f);
  }

  void read_experts(FeedForward& f) {
    const GgufTensorInfo *up = get("ffn_up_exps.weight"), *down = get("ffn_down_exps.weight"),
                         *both = get("ffn_gate_up_exps.weight");
    f.experts = number("expert_count");
    f.experts_per_token = number("expert_used_count");
    f.expert_width = inputs(down);
    if (down != nullptr) {
      f.experts = down->sizes[2];
    } else {
      read_separate_experts(f);
    }
    f.fused_expert_gate_up = both != nullptr;
    f.gated = both != nullptr || has("ffn_gate_exps.weight") || has("ffn_gate.0.weight");
    f.expert_bias = has("ffn_up_exps.bias") || has("ffn_gate_up_exps.bias");
    has("ffn_gate_exps.bias"), has("ffn_down_exps.bias");
    f.router_bias = has("ffn_gate_inp.bias");
    f.correction_bias = has("exp_probs_b.bias") || has("exp_probs_b");
    f.shared_width = inputs(get("ffn_down_shexp.weight"));
    f.shared_gate = has("ffn_gate_inp_shexp.weight");
    has("ffn_up_shexp.weight"), has("ffn_gate_shexp.weight");
    const Count inner = up != nullptr ? inputs(up) : inputs(both);
    if (inner != 0 && inner != model_.hidden) {
      f.latent_width = inner;
      has("ffn_latent_down.weight"), has("ffn_latent_up.weight");
    }
  }

  /// Files of early 2024 store every expert's matrices apart.
  void read_separate_experts(FeedForward& f) {
    for (Count e = 0; e < f.experts && e < 4096; ++e) {
      const std::string number = std::to_string(e);
      const GgufTensorInfo* down = get("ffn_down." + number + ".weight");
      if (down == nullptr) return;
      f.expert_width = inputs(down);
      get("ffn_up." + number + ".weight"), get("ffn_gate." + number + ".weight");
    }
  }

  void read_norms() {
    const bool before = has("attn_norm.weight"), second = has("attn_norm_2.weight"),
               after = has("post_attention_norm.weight") || has("attn_post_norm.weight");
    const bool ffn_before = has("ffn_norm.weight") || has("ffn_norm"),
               ffn_after = has("post_ffw_norm.weight") || has("ffn_post_norm.weight");
    for (const char* name :
         {"attn_norm.bias", "attn_norm_2.bias", "ffn_norm.bias", "post_attention_norm.bias", "post_ffw_norm.bias"})
      has(name);
    const bool feeds = layer_.feed_forward.width > 0 || layer_.feed_forward.experts > 0;
    if (before && after && ffn_before && ffn_after) {
      layer_.norms = NormPlacement::Sandwich;
    } else if (!before && after && ffn_after) {
      layer_.norms = NormPlacement::Post;
    } else if (second) {
      layer_.norms = NormPlacement::ParallelTwo;
    } else if (ffn_before || after) {
      layer_.norms =
          view_.flag("use_parallel_residual").value_or(false) ? NormPlacement::ParallelTwo : NormPlacement::Pre;
    } else if (before) {
      layer_.norms = feeds && layer_.mixer != Mixer::None ? NormPlacement::ParallelOne : NormPlacement::MixerOnly;
    }
  }

  const GgufView& view_;
  const GgufArchitecture& architecture_;
  const Model& model_;
  Count i_;
  std::vector<std::string>& notes_;
  Layer layer_;
};

}  // namespace

Layer read_gguf_layer(const GgufView& view, const GgufArchitecture& architecture, const Model& model, Count i,
                      std::vector<std::string>& notes) {
  return LayerReader(view, architecture, model, i, notes).read();
}

}  // namespace llmcalc::io
