// State-space models and their hybrids with attention: Mamba, Jamba, Falcon-H1, Bamba, Granite 4, Nemotron-H, Zamba.
// Sources: modeling_zamba.py, modular_zamba2.py of Hugging Face transformers, besides the classes of the others.

#include "models/blocks.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

namespace {

/// Mamba-1 as Mamba and Falcon-Mamba name it.
Layer mamba1_layer(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.mixer = Mixer::Mamba1;
  layer.norms = NormPlacement::MixerOnly;
  RecurrentShape& r = layer.recurrent;
  r.inner = c.count("intermediate_size", range::width, multiply(c.count("expand", {1, 64}, 2), m.hidden));
  r.state = c.count("state_size", range::width, 16);
  r.conv_kernel = c.count("conv_kernel", {1, 64}, 4);
  r.time_step_rank = time_step_rank(c, "time_step_rank", m.hidden);
  r.conv_bias = c.flag("use_conv_bias", true);
  r.projection_bias = c.flag("use_bias", false);
  m.names = name_rules(
      "model.embed_tokens>backbone.embeddings model.layers.>backbone.layers. model.norm>backbone.norm_f "
      ".mamba.>.mixer. input_layernorm>norm");
  return layer;
}

void read_mamba(const Fields& c, Model& m) { add_equal_layers(c, m, mamba1_layer(c, m)); }

/// Falcon-Mamba: norms of B, C and dt without weights.
void read_falcon_mamba(const Fields& c, Model& m) {
  Layer layer = mamba1_layer(c, m);
  layer.recurrent.inner_norms = true;
  layer.recurrent.inner_norm_weights = false;
  add_equal_layers(c, m, layer);
}

/// Mamba-2 (Codestral Mamba).
void read_mamba2(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.mixer = Mixer::Mamba2;
  layer.norms = NormPlacement::MixerOnly;
  layer.recurrent = mamba2_shape(
      c, m,
      {"num_attention_heads", "head_dim", "state_size", "n_groups", "conv_kernel", "use_conv_bias", "use_bias"});
  m.names = name_rules(
      "model.embed_tokens>backbone.embeddings model.layers.>backbone.layers. model.norm>backbone.norm_f "
      ".mamba.>.mixer. input_layernorm>norm");
  add_equal_layers(c, m, layer);
}

/// Jamba: attention and experts each at their own period and offset, Mamba-1 in between, no positions.
std::vector<bool> jamba_mixtures(const MixtureRule&, const Fields& c, Count layers) {
  const Count period = c.count("expert_layer_period", range::layers, 2);
  const Count offset = c.count("expert_layer_offset", range::some_layers, 1);
  const bool any = c.count("num_experts", range::experts, 0) > 1;
  return layers_where(layers, [&](Count i) { return any && i % period == offset; });
}

ChangeLayer vary_jamba(const Fields& c, Model& m, const Layer&, Count n) {
  const Count period = c.count("attn_layer_period", range::layers, 8);
  const Count offset = c.count("attn_layer_offset", range::some_layers, 4);
  RecurrentShape mamba = hybrid_mamba1_shape(c, m);
  mamba.inner_norms = true;
  return recurrent_unless(layers_where(n, [&](Count i) { return i % period == offset; }), Mixer::Mamba1, mamba);
}

/// Falcon-H1: attention and Mamba-2 side by side in every layer.
void adjust_falcon_h1(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  layer.also_recurrent = true;
  RecurrentShape& r = layer.recurrent;
  r = mamba2_shape(c, m, mamba_prefix);
  if (c.has("mamba_d_ssm")) r.inner = c.count("mamba_d_ssm", range::width, r.inner);
  r.gated_norm = c.flag("mamba_rms_norm", false);
  if (c.flag("projectors_bias", false) != r.projection_bias) {
    c.assume("projectors_bias differs from mamba_proj_bias: the output projection's bias is taken like the input's");
  }
}

/// Bamba: attention in the layers of attn_layer_indices, Mamba-2 elsewhere, a dense block in all.
ChangeLayer vary_bamba(const Fields& c, Model& m, const Layer&, Count n) {
  const std::vector<Count> attends = c.counts("attn_layer_indices", range::some_layers);
  return recurrent_unless(layers_where(n, [&](Count i) { return lists(attends, i); }), Mixer::Mamba2,
                          mamba2_shape(c, m, mamba_prefix));
}

/// Granite MoE: experts of intermediate_size and a block of shared_intermediate_size, which stands alone when there
/// are no experts.
void adjust_granite_moe(const Fields& c, Model&, Layer& layer, FeedForward& mixture) {
  FeedForward& dense = layer.feed_forward;
  dense.activation = activation(c);
  dense.fused_gate_up = dense.fused_expert_gate_up = mixture.fused_gate_up = true;
}

void adjust_granite_shared(const Fields& c, Model& m, Layer& layer, FeedForward& mixture) {
  adjust_granite_moe(c, m, layer, mixture);
  layer.feed_forward.width = mixture.shared_width = c.count("shared_intermediate_size", range::optional_width, 0);
}

/// Granite 4: Mamba-2 or attention by layer_types; rotary positions only when the config says so.
void adjust_granite_hybrid(const Fields& c, Model& m, Layer& layer, FeedForward& mixture) {
  adjust_granite_shared(c, m, layer, mixture);
  if (c.text("position_embedding_type", "rope") == "rope") return;
  layer.attention.rotary_dim = 0;
  m.positions = Positions::None;
}

ChangeLayer vary_granite_hybrid(const Fields& c, Model& m, const Layer&, Count n) {
  const auto types = layer_types(c, n, c.has("layer_types") ? "layer_types" : "layers_block_type");
  const std::vector<bool> attends = layers_where(n, [&](Count i) { return !types.empty() && types[i] != "mamba"; });
  if (std::find(attends.begin(), attends.end(), false) == attends.end()) return {};
  return recurrent_unless(attends, Mixer::Mamba2, mamba2_shape(c, m, mamba_prefix));
}

/// One letter a layer: M Mamba-2, * attention, - dense block, E mixture; from the pattern or the list of words.
std::string nemotron_pattern(const Fields& c, std::string_view pattern_key, std::string_view words_key) {
  if (!c.has(words_key)) return c.text(pattern_key, "");
  std::string letters;
  for (const std::string& word : c.texts(words_key)) {
    if (word == "mamba" || word == "mamba2" || word == "M") {
      letters += 'M';
    } else if (word == "attention" || word == "*") {
      letters += '*';
    } else if (word == "moe" || word == "E") {
      letters += 'E';
    } else if (word == "mlp" || word == "-") {
      letters += '-';
    } else {
      letters += '?';
    }
  }
  return letters;
}

/// Nemotron-H: one mixer or one block a layer, each with one norm; ungated blocks with squared ReLU.
class NemotronLayers {
 public:
  NemotronLayers(const Fields& c, const Model& m, std::string_view letters) : c_(c) {
    const auto uses = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
    if (uses('M')) {
      mamba_ = mamba2_shape(c, m,
                            {"mamba_num_heads", "mamba_head_dim", "ssm_state_size", "n_groups", "conv_kernel",
                             "use_conv_bias", "use_bias"});
    }
    if (uses('*')) read_attention(m);
    const bool bias = c.flag("mlp_bias", false);
    if (uses('-')) {
      dense_.width = c.required("intermediate_size", range::width);
      dense_.up_bias = dense_.down_bias = bias;
    }
    if (uses('E')) {
      mixture_ = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
      mixture_.expert_bias = bias;
      mixture_.correction_bias = true;
      mixture_.latent_width = c.count("moe_latent_size", range::optional_width, 0);
      if (c.count("n_shared_experts", range::experts, 0) != 0) {
        mixture_.shared_width = c.required("moe_shared_expert_intermediate_size", range::width);
      }
    }
    dense_.gated = mixture_.gated = false;
    dense_.activation = mixture_.activation = Activation::ReluSquared;
  }

  /// The layer a letter stands for.
  [[nodiscard]] Layer layer(char letter) const {
    Layer layer;
    layer.norms = NormPlacement::MixerOnly;
    layer.mixer = Mixer::None;
    switch (letter) {
      case 'M':
        layer.mixer = Mixer::Mamba2;
        layer.recurrent = mamba_;
        break;
      case '*':
        layer.mixer = Mixer::Attention;
        layer.attention = attention_;
        break;
      case 'E': layer.feed_forward = mixture_; break;
      case '-': layer.feed_forward = dense_; break;
      default:
        c_.complain(c_.has("layers_block_type") ? "layers_block_type" : "hybrid_override_pattern",
                    "may only hold M (Mamba), * (attention), - (dense block), E (experts)");
        break;
    }
    return layer;
  }

 private:
  void read_attention(const Model& m) {
    attention_.heads = c_.required("num_attention_heads", range::heads);
    attention_.kv_heads = c_.count("num_key_value_heads", range::heads, attention_.heads);
    const char* key = c_.has("attention_head_dim") ? "attention_head_dim" : "head_dim";
    attention_.head_dim = c_.count(key, range::width, m.hidden / attention_.heads);
    attention_.value_head_dim = attention_.head_dim;
    const bool bias = c_.flag("attention_bias", false);
    attention_.query_bias = attention_.key_bias = attention_.value_bias = attention_.output_bias = bias;
    check_heads(c_, attention_);
  }

  const Fields& c_;
  RecurrentShape mamba_;
  AttentionShape attention_;
  FeedForward dense_;
  FeedForward mixture_;
};

void read_nemotron_h(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  const std::string letters = nemotron_pattern(c, "hybrid_override_pattern", "layers_block_type");
  if (letters.empty()) c.complain("hybrid_override_pattern", "is missing: one letter per layer is needed");
  if (letters.size() > range::layers.high) {
    c.complain("hybrid_override_pattern", "must name at most " + std::to_string(range::layers.high) + " layers");
    return;
  }
  if (c.given("num_hidden_layers") && layer_count(c) != letters.size() && !letters.empty()) {
    c.complain("num_hidden_layers",
               "must be the number of layers in the pattern (" + std::to_string(letters.size()) + ")");
  }
  const Count prediction = c.count("num_nextn_predict_layers", range::some_layers, 0);
  const std::string mtp =
      prediction == 0 ? "" : nemotron_pattern(c, "mtp_hybrid_override_pattern", "mtp_layers_block_type");
  const NemotronLayers layers(c, m, letters + mtp);
  m.names = name_rules(
      "model.>backbone. embed_tokens>embeddings backbone.norm>backbone.norm_f input_layernorm>norm "
      ".mamba.>.mixer. .self_attn.>.mixer. .mlp.>.mixer. latent_down_proj>fc1_latent_proj "
      "latent_up_proj>fc2_latent_proj");
  add_layers(m, letters.size(), [&](Count i) { return layers.layer(letters[i]); });
  // One module, whose embedding and state are joined once, has several layers.
  m.mtp_modules = mtp.empty() ? 0 : prediction;
  for (Count i = 0; i < prediction; ++i) {
    for (const char letter : mtp) add_mtp_layers(m, 1, layers.layer(letter));
    if (m.mtp_layers.size() > range::layers.high) break;
  }
}

/// PLaMo 2: Mamba between attentions; B, C and dt come from one matrix behind the convolution and are normed.
void adjust_plamo2(const Fields& c, Model& m, Layer& layer, FeedForward&) {
  AttentionShape& a = layer.attention;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("hidden_size_per_head", range::width, a.head_dim);
  check_heads(c, a);
  if (!c.flag("mamba_enabled", true)) return;
  layer.recurrent.heads = c.count("mamba_num_heads", range::heads, 64);
  layer.recurrent.head_dim = a.head_dim;
  layer.recurrent.inner = multiply(layer.recurrent.heads, a.head_dim);
  layer.recurrent.state = c.count("mamba_d_state", range::width, 64);
  layer.recurrent.conv_kernel = c.count("mamba_d_conv", {1, 64}, 4);
  layer.recurrent.time_step_rank = std::max<Count>(64, m.hidden / 16);
  c.assume("attention caches every token, as engines do; the class itself keeps a window of attention_window_size");
}

ChangeLayer vary_plamo2(const Fields& c, Model&, const Layer& layer, Count n) {
  const Count step = c.count("mamba_step", {2, 64}, 2);
  const bool any = c.flag("mamba_enabled", true);
  const RecurrentShape mamba = layer.recurrent;
  const auto attends =
      layers_where(n, [&](Count i) { return !any || (n <= step / 2 ? i + 1 == n : i % step == step / 2); });
  return [change = recurrent_unless(attends, Mixer::Recurrence, mamba)](Count i, Layer& l) {
    l.recurrent = {};
    change(i, l);
  };
}

void finish_plamo2(const Fields&, Model& m) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (m.kinds[k].mixer != Mixer::Recurrence) continue;
    const RecurrentShape r = m.kinds[k].recurrent;
    add_layer_tensors(m, k, R"(
        in mixer.in_proj. : 2*inner x hidden; convolution mixer.conv1d. : inner x kernel
        in mixer.bcdt_proj. : 2*state+rank x inner; in mixer.dt_proj. : heads x rank; out mixer.out_proj. : hidden x inner
        small mixer.dt_bias mixer.A_log mixer.D : heads
        small mixer.dt_norm_weight : rank; small mixer.B_norm_weight mixer.C_norm_weight : state)",
                      {{"inner", r.inner},
                       {"kernel", r.conv_kernel},
                       {"state", r.state},
                       {"rank", r.time_step_rank},
                       {"heads", r.heads}});
  }
}

/// Writes what belongs to the shared blocks: `copies` of them. Names begin behind "model.shared_transformer.".
void add_shared_tensors(Model& m, Count copies, const std::string& statements, const Sizes& sizes) {
  const std::size_t first = m.extra_tensors.size();
  add_tensors(m, statements, sizes);
  for (std::size_t i = first; i < m.extra_tensors.size(); ++i) {
    m.extra_tensors[i].name.insert(0, "model.shared_transformer.");
    m.extra_tensors[i].copies = copies;
  }
}

/// The attention of the shared blocks: it reads the stream and the embedding side by side, so its input is twice as
/// wide as the hidden size, and so are all its heads together.
AttentionShape shared_attention(const Fields& c, const Model& m) {
  AttentionShape a;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.count("num_key_value_heads", range::heads, a.heads);
  a.head_dim = a.value_head_dim = c.count("attention_head_dim", range::width, multiply(2, m.hidden) / a.heads);
  check_heads(c, a);
  return a;
}

void add_shared_attention(Model& m, Count copies, const AttentionShape& a) {
  add_shared_tensors(m, copies, R"(
      query self_attn.q_proj. : heads x 2*hidden; key self_attn.k_proj. : keys x 2*hidden
      value self_attn.v_proj. : keys x 2*hidden; output self_attn.o_proj. : hidden x heads
      norm input_layernorm. : 2*hidden; norm pre_ff_layernorm. : hidden)",
                     {{"heads", multiply(a.heads, a.head_dim)}, {"keys", multiply(a.kv_heads, a.head_dim)}});
}

/// The layers; `hybrid` says which of them run a shared block and have a projection behind it.
Count add_zamba_layers(Model& m, const std::vector<bool>& hybrid, Layer layer, const RecurrentShape& mamba,
                       Mixer alone) {
  layer.recurrent = mamba;
  layer.also_recurrent = layer.shared_block = true;
  Layer plain;
  plain.mixer = alone;
  plain.norms = NormPlacement::MixerOnly;
  plain.recurrent = mamba;
  add_layers(m, hybrid.size(), [&](Count i) { return hybrid[i] ? layer : plain; });
  m.names = name_rules("model.norm>model.final_layernorm");
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (!m.kinds[k].shared_block) continue;
    add_layer_tensor(m, k, "linear.weight", m.hidden, m.hidden, TensorRole::Other, ModelPart::Other);
  }
  return static_cast<Count>(std::count(hybrid.begin(), hybrid.end(), true));
}

/// layers_block_type when it is given; a word other than mamba is a layer with a shared block.
std::vector<bool> given_hybrids(const Fields& c, Count layers) {
  std::vector<bool> hybrid;
  for (const std::string& type : layer_types(c, layers, "layers_block_type")) hybrid.push_back(type != "mamba");
  return hybrid;
}

/// Zamba 1: Mamba-1 with several heads, one shared block; the third layer is the first that runs it.
void read_zamba(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  Layer layer;
  layer.attention = shared_attention(c, m);
  layer.feed_forward = dense_block(c);
  const Count n = layer_count(c);
  const Count period = c.count("attn_layer_period", range::layers, 6);
  const Count offset = c.count("attn_layer_offset", range::some_layers, 4);
  std::vector<bool> hybrid = given_hybrids(c, n);
  for (Count i = hybrid.size(); i < n; ++i) hybrid.push_back(i == 2 || (i > 2 && (i - 3) % period == offset));
  add_zamba_layers(m, hybrid, layer, hybrid_mamba1_shape(c, m), Mixer::Mamba1);
  add_shared_attention(m, 1, layer.attention);
  add_shared_tensors(m, 1, R"(
      gate feed_forward.gate_proj. : width x hidden; up feed_forward.up_proj. : width x hidden
      down feed_forward.down_proj. : hidden x width)",
                     {{"width", layer.feed_forward.width}});
}

/// Which layers of Zamba 2 run a shared block when the config does not list them: the class's 54 layers.
std::vector<bool> zamba2_hybrids(const Fields& c, Count layers) {
  std::vector<bool> hybrid = given_hybrids(c, layers);
  if (!hybrid.empty()) return hybrid;
  const std::vector<Count> ids = c.counts("hybrid_layer_ids", range::some_layers);
  const bool listed = c.has("hybrid_layer_ids");
  for (Count i = 0; i < layers; ++i) {
    const bool by_class = (i != 0 && i <= 42 && i % 6 == 0) || i == 47 || i == 51;
    hybrid.push_back(listed ? std::find(ids.begin(), ids.end(), i) != ids.end() : by_class);
  }
  return hybrid;
}

/// Low-rank pairs of every layer with a shared block: one behind gate and up, and, when asked for, one each behind
/// queries, keys and values.
void add_adapters(const Fields& c, Model& m, const Layer& layer, Count layers) {
  const Count rank = c.count("adapter_rank", range::width, 128);
  const Sizes sizes{{"rank", rank}, {"width", layer.feed_forward.width}};
  add_shared_tensors(m, layers, R"(
      gate_up feed_forward.gate_up_proj_adapter_list.{}.0. : rank x hidden
      gate_up feed_forward.gate_up_proj_adapter_list.{}.1. : 2*width x rank)",
                     sizes);
  if (!c.flag("use_shared_attention_adapter", false)) return;
  add_shared_tensors(m, layers, R"(
      query self_attn.linear_q_adapter_list.{}.0. : rank x 2*hidden
      query self_attn.linear_q_adapter_list.{}.1. : 2*hidden x rank
      key self_attn.linear_k_adapter_list.{}.0. : rank x 2*hidden
      key self_attn.linear_k_adapter_list.{}.1. : 2*hidden x rank
      value self_attn.linear_v_adapter_list.{}.0. : rank x 2*hidden
      value self_attn.linear_v_adapter_list.{}.1. : 2*hidden x rank)",
                     sizes);
}

/// Zamba 2: Mamba-2, num_mem_blocks shared blocks in turn, each layer that runs one with its own adapters.
void read_zamba2(const Fields& c, Model& m) {
  read_stream(c, m);
  const bool bias = c.flag("add_bias_linear", false);
  Layer layer;
  layer.attention = shared_attention(c, m);
  if (c.flag("use_mem_rope", false)) {
    layer.attention.rotary_dim = layer.attention.head_dim;
  } else {
    m.positions = Positions::None;
  }
  FeedForward& f = layer.feed_forward;
  f.width = c.count("intermediate_size", range::width, multiply(4, m.hidden));
  f.activation = activation(c, Activation::Gelu);
  f.fused_gate_up = true;
  if (c.flag("use_long_context", false)) m.max_context = 16384;
  RecurrentShape mamba = mamba2_shape(c, m,
                                      {"n_mamba_heads", "mamba_headdim", "mamba_d_state", "mamba_ngroups",
                                       "mamba_d_conv", "mamba_conv_bias", "add_bias_linear"});
  const Count hybrids = add_zamba_layers(m, zamba2_hybrids(c, layer_count(c)), layer, mamba, Mixer::Mamba2);
  const Count copies = c.count("num_mem_blocks", {1, 64}, 1);
  const std::string plus = bias ? " +" : "";
  add_shared_attention(m, copies, layer.attention);
  add_shared_tensors(m, copies,
                     "gate_up feed_forward.gate_up_proj. : 2*width x hidden" + plus +
                         "; down feed_forward.down_proj. : hidden x width" + plus,
                     {{"width", f.width}});
  add_adapters(c, m, layer, hybrids);
}

constexpr std::string_view jamba_names =
    "mlp.gate.>feed_forward.router. mlp.>feed_forward. post_attention_layernorm>pre_ff_layernorm "
    "model.norm>model.final_layernorm";
constexpr std::string_view plamo_names =
    "model.layers.>model.layers.layers. self_attn.>mixer. input_layernorm>pre_mixer_norm "
    "post_attention_layernorm>post_mixer_norm pre_feedforward_layernorm>pre_mlp_norm "
    "post_feedforward_layernorm>post_mlp_norm";
constexpr std::string_view bamba_names =
    "mlp.>feed_forward. post_attention_layernorm>pre_ff_layernorm model.norm>model.final_layernorm";
constexpr std::string_view granite_names =
    "mlp.gate_up_proj>shared_mlp.input_linear mlp.down_proj>shared_mlp.output_linear "
    "mlp.gate.>block_sparse_moe.router.layer. mlp.experts.gate_up_proj>block_sparse_moe.input_linear "
    "mlp.experts.down_proj>block_sparse_moe.output_linear mlp.shared_experts.>shared_mlp.";
constexpr MixtureRule granite_experts{
    .experts = "num_local_experts", .width = "intermediate_size", .fused = true, .optional = true};

// clang-format off
constexpr FamilyRow rows[] = {
    {.model_type = "mamba", .family = "Mamba", .reader = read_mamba, .quirks = LlamaGraph::Mamba},
    {.model_type = "mamba2", .family = "Mamba", .reader = read_mamba2, .quirks = LlamaGraph::Mamba2},
    {.model_type = "falcon_mamba", .family = "Falcon", .reader = read_falcon_mamba,
     .quirks = LlamaGraph::FalconMamba},
    {.model_type = "jamba", .family = "Jamba", .quirks = LlamaGraph::Jamba,
     .mixture = {.experts = "num_experts", .width = "intermediate_size", .where = jamba_mixtures},
     .positions = Positions::None, .names = jamba_names, .vary = vary_jamba},
    {.model_type = "falcon_h1", .family = "Falcon", .quirks = LlamaGraph::FalconH1, .names = bamba_names,
     .adjust = adjust_falcon_h1},
    {.model_type = "bamba", .family = "Bamba", .names = bamba_names, .vary = vary_bamba},
    {.model_type = "granitemoe", .family = "Granite", .mixture = granite_experts, .only_mixture = true,
     .names = granite_names, .adjust = adjust_granite_moe},
    {.model_type = "granitemoeshared", .family = "Granite", .mixture = granite_experts, .only_mixture = true,
     .names = granite_names, .adjust = adjust_granite_shared},
    {.model_type = "granitemoe_swa", .family = "Granite", .sinks = true,
     .windows = {.layers = Windows::ButFirstOfFour}, .mixture = granite_experts, .only_mixture = true,
     .names = granite_names, .adjust = adjust_granite_shared},
    {.model_type = "granitemoehybrid", .family = "Granite", .quirks = LlamaGraph::GraniteHybrid,
     .mixture = granite_experts, .only_mixture = true, .names = granite_names, .adjust = adjust_granite_hybrid,
     .vary = vary_granite_hybrid},
    {.model_type = "nemotron_h", .family = "Nemotron", .reader = read_nemotron_h,
     .quirks = {LlamaGraph::NemotronH, {Quirk::Fp32States}}},
    {.model_type = "plamo2", .family = "PLaMo", .norm = NormKind::RmsPlusOne, .norms = NormPlacement::Sandwich,
     .qk_norm = QkNorm::PerHeadApart, .fused_qkv = true, .fused_gate_up = true, .names = plamo_names,
     .adjust = adjust_plamo2, .vary = vary_plamo2, .finish = finish_plamo2},
    // PLaMo 3 has attention alone.
    {.model_type = "plamo3", .family = "PLaMo", .norm = NormKind::RmsPlusOne, .norms = NormPlacement::Sandwich,
     .qk_norm = QkNorm::PerHead, .fused_qkv = true, .fused_gate_up = true,
     .windows = {.layers = Windows::ButEveryNth, .size = {"window_size", 2048},
                 .period = {"sliding_window_pattern", 8}},
     .names = plamo_names},
    {.model_type = "zamba", .family = "Zamba", .reader = read_zamba},
    {.model_type = "zamba2", .family = "Zamba", .reader = read_zamba2},
};
// clang-format on

}  // namespace

std::span<const FamilyRow> state_space_families() { return rows; }

}  // namespace llmcalc::models
