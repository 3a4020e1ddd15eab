// Encoders with a decoder: the decoder is the model, every layer of it has a second attention over the encoder's
// output; the encoder's tensors stand beside it. Each stack is described as a model of its own, so that both have the
// inventory's tensors.
// Source: modeling_*.py of Hugging Face transformers (main, 2026-08); totals of the released checkpoints in the tests.

#include "models/blocks.hpp"
#include "models/encoder_heads.hpp"
#include "models/registry.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/model/inventory.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::models {

namespace {

/// How the positions of both stacks are told apart.
enum class Places : std::uint8_t {
  Learned,          ///< a table each, also where it is filled with sines and not trained
  Computed,         ///< sines that are no tensor
  Rotary,           ///< inside the attention
  RelativeOnce,     ///< a table of distances in the first layer of each stack
  RelativeInLayers  ///< one in every layer
};

/// What the encoder reads when it is no text.
enum class Sound : std::uint8_t { None, Mels, Waves };

/// Which layers are mixtures of experts, and the keys that say so.
enum class Sparse : std::uint8_t {
  None,
  SoMany,   ///< num_sparse_..._layers of them, spread evenly (Switch Transformers)
  EveryNth  ///< ..._sparse_step (NLLB)
};

/// One model_type.
struct TwoStackRow {
  std::string_view model_type;
  std::string_view family;
  NormKind norm = NormKind::LayerNorm;
  NormPlacement norms = NormPlacement::Pre;  ///< behind the blocks there is no last norm
  bool bias = true;                          ///< of projections and blocks; keys have none with sound
  Places places = Places::Learned;
  Sound sound = Sound::None;
  Count extra_positions = 0;    ///< rows of the tables before the first position
  bool embedding_norm = false;  ///< of both stacks
  bool logits_bias = false;     ///< a buffer as wide as the vocabulary
  bool tied = true;             ///< when tie_word_embeddings is missing
  Sparse sparse = Sparse::None;
  bool long_encoder = false;  ///< Longformer's attention, with a second one for chosen tokens, and a table of its own
};

constexpr TwoStackRow t5(std::string_view type, std::string_view family, Places places, bool tied,
                         Sparse sparse = Sparse::None) {
  return {.model_type = type,
          .family = family,
          .norm = NormKind::Rms,
          .bias = false,
          .places = places,
          .tied = tied,
          .sparse = sparse};
}

// clang-format off
constexpr auto rows = std::to_array<TwoStackRow>({
    {.model_type = "bart", .family = "BART", .norms = NormPlacement::Post, .extra_positions = 2,
     .embedding_norm = true, .logits_bias = true},
    {.model_type = "blenderbot", .family = "Blenderbot", .logits_bias = true},
    {.model_type = "blenderbot-small", .family = "Blenderbot", .norms = NormPlacement::Post, .embedding_norm = true,
     .logits_bias = true},
    {.model_type = "led", .family = "LED", .norms = NormPlacement::Post, .embedding_norm = true, .logits_bias = true,
     .long_encoder = true},
    t5("longt5", "LongT5", Places::RelativeOnce, true),
    {.model_type = "m2m_100", .family = "M2M100 and NLLB", .places = Places::Computed},
    {.model_type = "marian", .family = "Marian", .norms = NormPlacement::Post, .logits_bias = true},
    {.model_type = "mbart", .family = "mBART", .extra_positions = 2, .embedding_norm = true, .logits_bias = true},
    {.model_type = "moonshine", .family = "Moonshine", .norm = NormKind::LayerNormNoBias, .places = Places::Rotary,
     .sound = Sound::Waves},
    t5("mt5", "mT5", Places::RelativeOnce, false),
    {.model_type = "mvp", .family = "MVP", .norms = NormPlacement::Post, .extra_positions = 2, .embedding_norm = true,
     .logits_bias = true},
    {.model_type = "nllb-moe", .family = "M2M100 and NLLB", .places = Places::Computed, .sparse = Sparse::EveryNth},
    {.model_type = "pegasus", .family = "PEGASUS", .logits_bias = true},
    {.model_type = "plbart", .family = "PLBART", .norms = NormPlacement::Post, .extra_positions = 2,
     .embedding_norm = true, .logits_bias = true},
    t5("switch_transformers", "Switch Transformers", Places::RelativeOnce, true, Sparse::SoMany),
    t5("t5", "T5", Places::RelativeOnce, true),
    {.model_type = "t5gemma", .family = "T5Gemma", .norm = NormKind::RmsPlusOne, .norms = NormPlacement::Sandwich,
     .places = Places::Rotary},
    t5("umt5", "UMT5", Places::RelativeInLayers, false),
    {.model_type = "whisper", .family = "Whisper", .sound = Sound::Mels},
});
// clang-format on

/// Which stack.
enum class Side : std::uint8_t { Encoder, Decoder };

/// Llama's names and those of this family's stack; `cross` those of the attention over the encoder's output.
std::vector<NameRule> names_of(const TwoStackRow& row, Side side, bool cross) {
  const std::string stack = side == Side::Encoder ? "encoder" : "decoder";
  if (row.norm == NormKind::Rms) {
    const std::string attention = cross ? "layer.1.EncDecAttention." : "layer.0.SelfAttention.";
    const std::string block = side == Side::Encoder ? "layer.1." : "layer.2.";
    const std::string dense = block + (row.sparse == Sparse::None ? "DenseReluDense." : "mlp.");
    const std::string expert = block + "mlp.experts.expert_{}.";
    return name_rules(
        "model.layers.{}.>@.block.{}. model.embed_tokens>shared model.norm>@.final_layer_norm "
        "self_attn.q_proj>" +
            attention + "q self_attn.k_proj>" + attention + "k self_attn.v_proj>" + attention +
            "v self_attn.o_proj>" + attention + "o mlp.gate.>" + block +
            "mlp.router.classifier. mlp.experts.{}.up_proj>" + expert + "wi mlp.experts.{}.down_proj>" + expert +
            "wo mlp.gate_proj>" + dense + "wi_0 mlp.up_proj>" + dense + "wi_1 mlp.down_proj>" + dense +
            "wo input_layernorm>" + (cross ? "layer.1.layer_norm" : "layer.0.layer_norm") +
            " post_attention_layernorm>" + block + "layer_norm",
        stack);
  }
  if (row.norms == NormPlacement::Sandwich) {
    const std::string word = cross ? "cross" : "self";
    return name_rules("model.>model.@. self_attn>" + word + "_attn input_layernorm>pre_" + word +
                          "_attn_layernorm post_attention_layernorm>post_" + word + "_attn_layernorm",
                      stack);
  }
  if (row.sound == Sound::Waves) {
    const std::string norms = side == Side::Encoder
                                  ? "model.norm>model.layer_norm post_attention_layernorm>post_attention_layernorm"
                                  : "model.norm>model.norm post_attention_layernorm>final_layernorm";
    return name_rules(norms + " model.>model.@. mlp.gate_up_proj>mlp.fc1 mlp.up_proj>mlp.fc1 mlp.down_proj>mlp.fc2 " +
                          (cross ? "self_attn>encoder_attn input_layernorm>post_attention_layernorm"
                                 : "self_attn>self_attn input_layernorm>input_layernorm"),
                      stack);
  }
  const std::string word = cross ? "encoder" : "self";
  if (row.sparse == Sparse::EveryNth) {
    return name_rules(
        "model.layers.{}.>model.@.layers.{}. model.embed_tokens>model.shared model.norm>model.@.layer_norm "
        "self_attn.o_proj>self_attn.out_proj mlp.gate.>ffn.router.classifier. "
        "mlp.experts.{}.up_proj>ffn.experts.expert_{}.fc1 "
        "mlp.experts.{}.down_proj>ffn.experts.expert_{}.fc2 mlp.up_proj>ffn.fc1 mlp.down_proj>ffn.fc2 "
        "post_attention_layernorm>ff_layer_norm " +
            std::string(cross ? "self_attn.>cross_attention. input_layernorm>cross_attention_layer_norm"
                              : "input_layernorm>self_attn_layer_norm"),
        stack);
  }
  const std::string projections =
      row.long_encoder && side == Side::Encoder
          ? " self_attn.o_proj>self_attn.output self_attn.q_proj>self_attn.longformer_self_attn.query "
            "self_attn.k_proj>self_attn.longformer_self_attn.key "
            "self_attn.v_proj>self_attn.longformer_self_attn.value "
          : " self_attn.o_proj>self_attn.out_proj ";
  return name_rules("model.layers.{}.>model.@.layers.{}. model.embed_tokens>" +
                        std::string(row.sound == Sound::None ? "model.shared" : "model.decoder.embed_tokens") +
                        " model.embed_positions>model.@.embed_positions model.embed_norm>model.@.layernorm_embedding "
                        "model.norm>model.@.layer_norm" +
                        projections + "mlp.up_proj>fc1 mlp.down_proj>fc2 input_layernorm>" + word +
                        "_attn_layer_norm post_attention_layernorm>" +
                        (row.norms == NormPlacement::Post ? "self_attn_layer_norm" : "final_layer_norm") +
                        " post_feedforward_layernorm>final_layer_norm self_attn.>" + word + "_attn.",
                    stack);
}

/// Heads and widths of a stack's layer and how many there are. T5's keys are those of a decoder, both stacks share
/// them; the others begin with the stack's name.
Layer stack_layer(const TwoStackRow& row, const Fields& c, const Model& m, Side side, Count& layers) {
  const std::string stack = side == Side::Encoder ? "encoder_" : "decoder_";
  Layer layer;
  AttentionShape& a = layer.attention;
  FeedForward& f = layer.feed_forward;
  layer.norms = row.norms;
  f.gated = false;
  if (row.norm == NormKind::Rms) {
    layers = layer_count(c);
    if (side == Side::Decoder) layers = c.count("num_decoder_layers", range::layers, layers);
    a.heads = a.kv_heads = c.required("num_attention_heads", range::heads);
    a.head_dim = c.count("d_kv", range::width, 64);
    f.width = c.required("d_ff", range::width);
    const std::string projection = c.text(row.sparse == Sparse::None ? "feed_forward_proj" : "dense_act_fn", "relu");
    f.gated = projection.starts_with("gated");
    f.activation = projection == "relu" ? Activation::Relu : Activation::GeluPython;
  } else if (row.places == Places::Rotary) {
    layers = c.required(stack + "num_hidden_layers", range::layers);
    a.heads = c.required(stack + "num_attention_heads", range::heads);
    a.kv_heads = c.count(stack + "num_key_value_heads", range::heads, a.heads);
    f.width = c.required("intermediate_size", range::width);
    f.gated = f.fused_gate_up = side == Side::Decoder;
  } else {
    static_cast<void>(c.find("num_hidden_layers"));  // repeats encoder_layers
    if (c.count("decoder_vocab_size", range::vocabulary, m.vocabulary) != m.vocabulary) {
      c.complain("decoder_vocab_size", "must be vocab_size: two vocabularies are not read");
    }
    layers = c.required(stack + "layers", range::layers);
    a.heads = a.kv_heads = c.required(stack + "attention_heads", range::heads);
    f.width = c.required(stack + "ffn_dim", range::width);
    f.activation = activation(c, Activation::Gelu);
  }
  const bool projects = row.bias && (row.places != Places::Rotary || c.flag("attention_bias", false));
  if (a.head_dim == 0 && a.heads != 0) a.head_dim = m.hidden / a.heads;
  a.value_head_dim = a.head_dim;
  a.query_bias = a.value_bias = a.output_bias = projects;
  a.key_bias = projects && row.sound != Sound::Mels;
  if (row.places == Places::Rotary) a.rotary_dim = rotary_width(c, a.head_dim);
  f.up_bias = f.down_bias = row.bias;
  check_heads(c, a);
  return layer;
}

/// The experts of a stack's mixtures, as wide as its dense block, and which layers are mixtures.
FeedForward mixture_of_stack(const TwoStackRow& row, const Fields& c, Side side, FeedForward dense, Count layers,
                             std::vector<bool>& sparse) {
  const std::string stack = side == Side::Encoder ? "encoder_" : "decoder_";
  sparse.assign(layers, false);
  if (row.sparse == Sparse::None) return dense;
  const bool spread = row.sparse == Sparse::SoMany;
  const Count many = spread ? c.count("num_sparse_" + stack + "layers", {0, layers}, 0) : 0;
  const Count step = !spread ? c.count(stack + "sparse_step", range::some_layers, 0) : many == 0 ? 0 : layers / many;
  // Of every group the second layer (Switch) or the last (NLLB).
  sparse = layers_where(
      layers, [&](Count i) { return step != 0 && (step == 1 || (spread ? i % step == 1 : (i + 1) % step == 0)); });
  dense.experts = c.required("num_experts", {1, range::experts.high});
  dense.experts_per_token = spread ? 1 : std::min<Count>(2, dense.experts);
  dense.expert_width = dense.width;
  dense.width = 0;
  dense.expert_bias = row.bias;
  dense.router_bias = c.flag("router_bias", false);
  return dense;
}

/// Longformer's layers have queries, keys and values of their own for tokens that see the whole text.
void add_global_attention(Model& m) {
  const AttentionShape& a = m.kinds.front().attention;
  const std::size_t before = m.extra_tensors.size();
  add_tensors(m, R"(
      query model.encoder.layers.{}.self_attn.longformer_self_attn.query_global. : values x hidden +
      key model.encoder.layers.{}.self_attn.longformer_self_attn.key_global. : values x hidden +
      value model.encoder.layers.{}.self_attn.longformer_self_attn.value_global. : values x hidden +)",
              {{"values", multiply(a.heads, a.head_dim)}});
  for (std::size_t i = before; i < m.extra_tensors.size(); ++i) m.extra_tensors[i].count = m.layer_count();
}

/// What LongT5 writes before the name of its encoder's attention, which sees its neighbours and, by the second kind, a
/// mean of every block of tokens; the other T5 models nothing.
std::string encoder_reach(const Fields& c) {
  if (c.model_type() != "longt5") return {};
  static_cast<void>(c.find("local_radius")), static_cast<void>(c.find("global_block_size"));
  const std::string type = c.text("encoder_attention_type", "local");
  if (type != "local" && type != "transient-global") {
    c.complain("encoder_attention_type", "must be \"local\" or \"transient-global\"");
  }
  return type == "local" ? "Local" : "TransientGlobal";
}

/// Reads one stack: the stream, the positions, equal layers.
void read_stack(const TwoStackRow& row, const Fields& c, Model& m, Side side) {
  read_stream(c, m);
  m.tied_head = c.flag("tie_word_embeddings", row.tied);
  m.norm = row.norm;
  m.final_norm = row.norms == NormPlacement::Pre;
  m.embedding_norm = row.embedding_norm;
  m.positions = Positions::None;
  m.names = names_of(row, side, false);
  Count layers = 0;
  Layer layer = stack_layer(row, c, m, side, layers);
  std::vector<bool> sparse;
  const FeedForward dense = layer.feed_forward;
  const FeedForward mixture = mixture_of_stack(row, c, side, dense, layers, sparse);
  add_layers(m, layers, [&](Count i) {
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  const bool encoder = side == Side::Encoder;
  const std::string reach = encoder ? encoder_reach(c) : "";
  for (NameRule& rule : m.names) {
    if (rule.to.ends_with(".wi_1") && !dense.gated) rule.to.resize(rule.to.size() - 2);
    if (const auto at = rule.to.find("SelfAttention."); at != std::string::npos) rule.to.insert(at, reach);
  }
  switch (row.places) {
    case Places::Learned:
      if (row.sound == Sound::Mels) {
        m.max_context = c.required(encoder ? "max_source_positions" : "max_target_positions", range::tokens);
      } else if (row.long_encoder) {
        m.max_context = c.required(encoder ? "max_encoder_position_embeddings" : "max_decoder_position_embeddings",
                                   range::tokens);
        static_cast<void>(c.find("attention_window"));
      }
      learned_positions(m, row.extra_positions);
      if (encoder && row.long_encoder) add_global_attention(m);
      break;
    case Places::RelativeOnce:
    case Places::RelativeInLayers: {
      const bool once = row.places == Places::RelativeOnce;
      const auto add_table = [&](std::string_view block, std::string_view name) {
        add_tensor(m,
                   std::string(encoder ? "encoder.block." : "decoder.block.") + std::string(block) + ".layer.0." +
                       reach + "SelfAttention." + std::string(name) + ".weight",
                   c.count("relative_attention_num_buckets", range::width, 32), layer.attention.heads,
                   TensorRole::PositionTable, ModelPart::Attention);
      };
      add_table(once ? "0" : "{}", "relative_attention_bias");
      if (reach == "TransientGlobal") {
        add_table("0", "global_relative_attention_bias");
        add_tensor(m, "encoder.block.{}.layer.0.TransientGlobalSelfAttention.global_input_layer_norm.weight",
                   m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
        m.extra_tensors.back().count = layers;
      }
      if (once) break;
      m.extra_tensors.back().count = layers;
      if (!encoder) m.extra_tensors.back().kind = 0;
      break;
    }
    case Places::Rotary: m.positions = Positions::Rotary; break;
    case Places::Computed: break;
  }
}

/// The convolutions before the encoder: Whisper's two, Moonshine's three with a norm of groups.
void add_convolutions(Sound sound, const Fields& c, Model& m) {
  const auto convolution = [&](std::string_view name, Count out, Count in, bool bias) {
    const std::string at = "model.encoder." + std::string(name);
    add_tensor(m, at + ".weight", out, in, TensorRole::Convolution, ModelPart::Embedding);
    if (bias) add_tensor(m, at + ".bias", out, 1, TensorRole::Bias, ModelPart::Embedding);
  };
  const Count h = m.hidden;
  if (sound == Sound::Mels) {
    convolution("conv1", h, multiply(3, c.required("num_mel_bins", range::width)), true);
    convolution("conv2", h, multiply(3, h), true);
  } else if (sound == Sound::Waves) {
    convolution("conv1", h, 127, false);
    convolution("conv2", multiply(2, h), multiply(7, h), true);
    convolution("conv3", h, product(3, 2, h), true);
    add_norm(m, "model.encoder.groupnorm", h);
  }
}

/// Puts the encoder's tensors beside the decoder's; its own embedding only where the two are not shared.
void add_encoder(Model& m, const Model& encoder, bool own_embedding) {
  for (Tensor t : inventory(encoder)) {
    if (t.role == TensorRole::Embedding && !own_embedding) continue;
    t.kind = -1;
    m.extra_tensors.push_back(std::move(t));
  }
}

/// Gives every layer of the decoder its second attention with the norms around it; keys and values are made of the
/// encoder's output, `source` wide.
void add_cross_attention(const TwoStackRow& row, Model& m, Count source) {
  for (Layer& kind : m.kinds) kind.crosses = true;
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    Model one;
    one.hidden = m.hidden;
    one.norm = m.norm;
    one.names = names_of(row, Side::Decoder, true);
    Layer& layer = one.kinds.emplace_back();
    layer.attention = m.kinds[k].attention;
    layer.norms = NormPlacement::MixerOnly;
    one.layers.assign(m.layers_of_kind(k), 0);
    for (Tensor t : inventory(one)) {
      if (t.kind < 0) continue;
      t.kind = static_cast<std::int32_t>(k);
      if ((t.role == TensorRole::Key || t.role == TensorRole::Value)) t.columns = source;
      m.extra_tensors.push_back(t);
      if (t.role != TensorRole::Norm || row.norms != NormPlacement::Sandwich) continue;
      m.extra_tensors.back().name.replace(t.name.find("pre_"), 4, "post_");
      m.extra_tensors.push_back(std::move(t));
    }
  }
}

/// Both stacks of T5Gemma are Gemma 2's.
void read_gemma_stack(const Fields& c, Model& m, const TwoStackRow& row, Side side) {
  const FamilyRow& gemma = *find_family("gemma2");
  gemma.read(c.object(side == Side::Encoder ? "encoder" : "decoder").with_defaults_of(gemma.model_type), m);
  m.tied_head = c.flag("tie_word_embeddings", true);
  m.names = names_of(row, side, false);
}

void read_encoder_decoder(const Fields& c, Model& m) {
  if (!c.has("torch_dtype")) {
    // The first of these were released in 32 bits, by configs that say nothing.
    c.assume("torch_dtype is missing: the weights are counted in 16 bits, they may be stored in 32");
    m.trust = Trust::Modelled;
  }
  const TwoStackRow& row = *std::ranges::find(rows, c.model_type(), &TwoStackRow::model_type);
  const bool gemma = row.norms == NormPlacement::Sandwich;
  const auto read = [&](Model& stack, Side side) {
    gemma ? read_gemma_stack(c, stack, row, side) : read_stack(row, c, stack, side);
    if (side == Side::Decoder) return;
    add_convolutions(row.sound, c, stack);
    stack.output = Output::States;
    for (Layer& kind : stack.kinds) kind.attention.bidirectional = true;
  };
  if (c.flag("use_prompt", false)) c.complain("use_prompt", "prompts in front of every layer are not read");
  static_cast<void>(c.find("prompt_mid_dim"));
  if (c.model_type() == "longt5" || row.long_encoder) {
    c.assume(
        "the encoder's attention, of which each token reaches a window, is counted as if it reached the whole text");
    m.trust = Trust::Modelled;
  }
  // Text encoders of image models are the first half alone.
  if (built_for(c, "EncoderModel")) return read(m, Side::Encoder);
  for (const std::string_view other : {"ForCausalLM", "ForAudioClassification", "ForTokenClassification"}) {
    if (!built_for(c, other)) continue;
    c.complain("architectures", "names a class with one of the two stacks or another head, which is not read");
  }
  Model encoder;
  read(encoder, Side::Encoder);
  read(m, Side::Decoder);
  add_cross_attention(row, m, encoder.hidden);
  add_encoder(m, encoder, gemma);
  if (row.sound == Sound::Mels) {
    for (Layer& kind : m.kinds) kind.attention.encoder_tokens = encoder.max_context;
    c.assume("an encoder-decoder model: it reads " + grouped(encoder.max_context) +
             " audio positions whatever their content; prompt and context are the decoder's text");
  } else {
    c.assume(
        "an encoder-decoder model: the prompt is what the encoder reads, the rest of the context what the decoder "
        "writes; without a prompt each is as long as the context");
  }
  if (row.logits_bias) {
    add_tensor(m, "final_logits_bias", m.vocabulary, 1, TensorRole::Bias, ModelPart::Head);
    m.extra_tensors.back().buffer = true;
  }
  if (built_for(c, "ForSequenceClassification")) {
    m.output = Output::Classes;
    m.classes = label_count(c);
    add_projection(m, "classification_head.dense", m.hidden, m.hidden);
    add_projection(m, "classification_head.out_proj", m.classes, m.hidden);
  } else if (built_for(c, "ForQuestionAnswering")) {
    m.output = Output::TokenClasses;
    m.classes = 2;
    add_classifier(c, m, "qa_outputs");
  }
}

}  // namespace

bool is_encoder_decoder(std::string_view model_type) {
  return std::ranges::find(rows, model_type, &TwoStackRow::model_type) != rows.end();
}

std::span<const FamilyRow> encoder_decoder_families() {
  static const auto all = [] {
    std::array<FamilyRow, rows.size()> families{};
    std::ranges::transform(rows, families.begin(), [](const TwoStackRow& row) {
      return FamilyRow{.model_type = row.model_type, .family = row.family, .reader = read_encoder_decoder};
    });
    return families;
  }();
  return all;
}

}  // namespace llmcalc::models
