#pragma once
// What a model is: not five numbers but a list of layers. Everything that follows (parameters, bytes, caches,
// activations, sharding) is derived from this description and from the tensor inventory built from it (tensors.hpp).

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/gguf_tensor.hpp>
#include <llmcalc/model/tensors.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace llmcalc {

/// How far a number can be trusted.
enum class Trust : std::uint8_t { Exact, Modelled, Assumed };
inline constexpr std::array<EnumRow<Trust>, 3> trusts{{
    {Trust::Exact, "exact", "exact", "arithmetic of what is really allocated"},
    {Trust::Modelled, "modelled", "modelled", "a formula with a measured range"},
    {Trust::Assumed, "assumed", "assumed", "a documented constant or a guess that is named as one"},
}};
static_assert(indexed_by_id(trusts));
constexpr const auto& enum_table(Trust) { return trusts; }

/// What mixes information between tokens in a layer.
enum class Mixer : std::uint8_t {
  None,             ///< feed-forward only (Nemotron-H "-" layers)
  Attention,        ///< multi-head, grouped-query or multi-query attention; a window or chunk makes it local
  LatentAttention,  ///< multi-head latent attention (DeepSeek), with or without an indexer
  CrossAttention,   ///< keys and values come from the vision encoder (Llama 3.2 Vision); the cache does not grow with
                    ///< text
  Mamba1,           ///< selective state space, first version
  Mamba2,           ///< selective state space, second version
  GatedDeltaNet,    ///< Qwen3-Next, Qwen3.5, ...
  KimiDeltaNet,     ///< Kimi Linear, Kimi K3: gated delta rule with a decay per channel
  LightningAttention,  ///< MiniMax-Text-01: linear attention with a d x d state per head
  ShortConvolution,    ///< LFM2
  Recurrence           ///< any other recurrence (RWKV, xLSTM, RG-LRU); its weights are among the extra tensors
};

/// Normalisation of queries and keys.
enum class QkNorm : std::uint8_t {
  None,
  PerHead,       ///< one weight vector of head_dim for all heads (Qwen3, Gemma 3)
  PerHeadApart,  ///< one weight vector of head_dim for every head (Cohere, StableLM)
  Full           ///< as wide as the projections (OLMo 2, OLMoE, MiniMax M2)
};

/// Shape of an attention mixer (Attention, LatentAttention, CrossAttention).
struct AttentionShape {
  Count heads = 0;           ///< query heads
  Count kv_heads = 0;        ///< key and value heads
  Count head_dim = 0;        ///< width of a query and key head
  Count value_head_dim = 0;  ///< width of a value head
  Count window = 0;          ///< tokens a sliding-window layer looks back, itself included; 0: all
  Count chunk = 0;           ///< tokens of an attention chunk (Llama 4); 0: none
  QkNorm qk_norm = QkNorm::None;
  bool query_bias = false;
  bool key_bias = false;
  bool value_bias = false;
  bool output_bias = false;
  bool sinks = false;            ///< one learned logit a head (gpt-oss)
  bool output_gate = false;      ///< the query projection makes a gate of its own width as well (Qwen3-Next)
  bool values_are_keys = false;  ///< no value projection: values are the keys (Gemma 4 full layers)
  bool shares_cache = false;     ///< stores nothing: reads an earlier layer's keys and values (Gemma 3n, Gemma 4 E)
  bool bidirectional = false;    ///< sees the whole text at once, which leaves nothing to cache (BERT)
  bool fused_qkv = false;        ///< one projection for queries, keys and values
  bool expands_latent = false;   ///< latent attention in a GGUF file that caches every head, not the latent
  bool no_kv_weights = false;    ///< has no key and value projections of its own (Gemma 4 E, with shares_cache)
  bool qk_norm_bias = false;     ///< the query and key norms have a bias (LayerNorm)
  Count gate_width = 0;          ///< output features of a separate gate projection (Step 3.5, AFMoE); 0: none
  Count rotary_dim = 0;          ///< rotated part of a head; 0: no rotary embedding
  Count q_lora_rank = 0;         ///< latent attention: rank of the query compression; 0: none
  Count output_lora_rank = 0;    ///< DeepSeek V4: rank of the output projection's first half, one for each group
  Count output_groups = 0;       ///< DeepSeek V4: groups of heads that the first half keeps apart
  Count kv_lora_rank = 0;        ///< latent attention: width of the cached latent
  Count nope_head_dim = 0;       ///< latent attention: part of a head without position
  Count rope_head_dim = 0;       ///< latent attention: part of a head with position
  Count indexer_heads = 0;       ///< sparse-attention indexer (DeepSeek V3.2): heads; 0: none
  Count indexer_head_dim = 0;    ///< width of an indexer head, which is also its cached key
  Count indexer_choices = 0;     ///< tokens, or entries, that the indexer chooses for a query
  Count indexer_pool = 1;    ///< tokens that one cached indexer key stands for (Qwen3.8-Flash-Next, GLM-5.3-Flash)
  Count compress_ratio = 0;  ///< DeepSeek V4: tokens summarised by one cached entry; 0: none
  Count encoder_tokens = 0;  ///< CrossAttention: tokens the encoder gives for one image; in a layer that crosses:
                             ///< what the encoder gives for every input; 0: as many as it reads
  friend bool operator==(const AttentionShape&, const AttentionShape&) = default;

  /// True when keys and values of its own are stored for the tokens to come.
  [[nodiscard]] constexpr bool caches() const { return !shares_cache && !bidirectional; }
};

/// Shape of a recurrent mixer (Mamba1, Mamba2, GatedDeltaNet, KimiDeltaNet, LightningAttention, ShortConvolution,
/// Recurrence).
struct RecurrentShape {
  Count inner = 0;           ///< d_inner: width of the inner stream; delta nets: value width
  Count state = 0;           ///< d_state; delta nets: key head width
  Count heads = 0;           ///< heads (Mamba-2, delta nets: value heads, lightning attention)
  Count head_dim = 0;        ///< inner / heads; delta nets: value head width
  Count groups = 0;          ///< Mamba-2: B and C groups; delta nets: key heads
  Count conv_kernel = 0;     ///< columns of the causal convolution
  Count time_step_rank = 0;  ///< Mamba-1: rank of dt
  Count words_state = 0;     ///< values kept for the convolution of hashed words beside the mixer (Qwen4-Exp)
  bool conv_bias = false;
  bool projection_bias = false;      ///< in and out projections have a bias
  bool gated_norm = true;            ///< Mamba-2: a norm of width `inner` before the output projection
  bool inner_norms = false;          ///< Mamba-1 of Jamba and Falcon-Mamba: norms of dt, B and C
  bool inner_norm_weights = true;    ///< those norms have weights (Falcon-Mamba's do not)
  bool full_rank_gate = false;       ///< Kimi K3: the output gate is one matrix, not a bottleneck
  bool full_rank_decay = false;      ///< Ling 3: so is the decay
  bool split_in_projection = false;  ///< delta nets: qkv, z, b and a are four matrices (Qwen3.5), not two
  friend bool operator==(const RecurrentShape&, const RecurrentShape&) = default;
};

/// Activation function of a feed-forward block; how it is written decides what autograd keeps.
enum class Activation : std::uint8_t { Silu, GeluTanh, Gelu, GeluPython, Relu, ReluSquared };

/// Feed-forward block of a layer.
struct FeedForward {
  Count width = 0;             ///< inner width of the dense block; 0: no dense block
  bool gated = true;           ///< gate and up (SwiGLU, GeGLU) instead of up alone
  bool fused_gate_up = false;  ///< gate and up are one matrix
  bool up_bias = false;        ///< gate and up have a bias
  bool down_bias = false;
  Activation activation = Activation::Silu;
  Count experts = 0;            ///< routed experts; 0: dense
  Count experts_per_token = 0;  ///< top-k
  Count expert_width = 0;
  bool expert_bias = false;           ///< biases in every expert (gpt-oss)
  Count shared_width = 0;             ///< total inner width of shared experts; 0: none
  bool shared_gate = false;           ///< a sigmoid gate of width 1 for the shared expert (Qwen)
  bool fused_expert_gate_up = false;  ///< gate and up of all experts are one tensor (gpt-oss, Llama 4)
  bool router_bias = false;           ///< trained bias of the router (gpt-oss)
  bool correction_bias = false;       ///< expert-selection bias kept as a buffer (DeepSeek V3)
  bool latent_norm = false;           ///< a norm of the latent width behind the routed experts (Kimi K3)
  Count latent_width = 0;             ///< width routed experts see (Nemotron 3, Kimi K3); 0: the hidden size
  friend bool operator==(const FeedForward&, const FeedForward&) = default;
};

/// Where a layer's norms stand.
enum class NormPlacement : std::uint8_t {
  Pre,          ///< before the mixer and before the feed-forward block
  Sandwich,     ///< before and after both (Gemma 2, 3, 4; GLM-4)
  Post,         ///< after both (OLMo 2, EXAONE 4)
  ParallelOne,  ///< one norm, attention and feed-forward side by side (Falcon-7B, GPT-J, Phi-2, Cohere)
  ParallelTwo,  ///< two norms, side by side (GPT-NeoX, Falcon-40B)
  MixerOnly     ///< one norm, one block (Mamba, Nemotron-H)
};

/// Kind of norm; decides its parameters and what autograd keeps.
enum class NormKind : std::uint8_t {
  Rms,         ///< weight only
  RmsPlusOne,  ///< weight only, product in fp32 with 1 + weight (Gemma)
  LayerNorm,   ///< weight and bias
  LayerNormNoBias,
  LayerNormNoWeight  ///< no parameters (OLMo 1)
};

/// One kind of layer. Layers of the same kind have equal shapes.
struct Layer {
  Mixer mixer = Mixer::Attention;
  AttentionShape attention;     ///< when the mixer is an attention, or `also_recurrent`'s partner
  RecurrentShape recurrent;     ///< when the mixer is recurrent, or beside attention with `also_recurrent`
  bool also_recurrent = false;  ///< attention and a state space in one layer (Falcon-H1, Zamba)
  bool crosses = false;         ///< a second attention of the same shape over an encoder's output (T5, Whisper); its
                                ///< tensors are among the extra ones
  bool shared_block = false;    ///< its attention and block are counted once elsewhere (Zamba, HRM-Text)
  FeedForward feed_forward;
  NormPlacement norms = NormPlacement::Pre;
  friend bool operator==(const Layer&, const Layer&) = default;

  /// True when the layer computes attention.
  [[nodiscard]] constexpr bool attends() const {
    return mixer == Mixer::Attention || mixer == Mixer::LatentAttention || mixer == Mixer::CrossAttention;
  }
  /// True when the layer stores keys and values of its own, which grow with the context (or up to a window).
  [[nodiscard]] constexpr bool caches() const { return attends() && attention.caches(); }
  /// True when the layer keeps a state of fixed size per sequence.
  [[nodiscard]] constexpr bool recurs() const { return also_recurrent || (mixer != Mixer::None && !attends()); }
  /// The recurrent mixer, beside attention or alone. Only Mamba-1 has a rank of its time step.
  [[nodiscard]] constexpr Mixer recurrent_mixer() const {
    if (!also_recurrent) return mixer;
    return recurrent.time_step_rank != 0 ? Mixer::Mamba1 : Mixer::Mamba2;
  }
  [[nodiscard]] constexpr bool is_moe() const { return feed_forward.experts > 0; }
};

/// Replaces a part of the Llama names that the inventory uses: "self_attn.q_proj" by "attn.c_attn".
struct NameRule {
  std::string from;
  std::string to;
};

/// How positions are encoded.
enum class Positions : std::uint8_t { Rotary, Learned, Alibi, None };

/// What stands behind the last layer.
enum class Output : std::uint8_t {
  NextToken,     ///< logits over the vocabulary: every decoder
  MaskedTokens,  ///< an encoder's logits over the vocabulary, at every position
  Classes,       ///< an encoder's scores of a whole text
  TokenClasses,  ///< an encoder's scores of every position
  States         ///< an encoder's hidden states themselves (embedding models)
};

/// A graph of llama.cpp: how it builds the layers of a model. engines/llama_cpp/architecture.hpp has one row for each.
enum class LlamaGraph : std::uint8_t {
  Unknown,  ///< taken for Llama's
  Llama,
  Qwen2,
  Qwen3,
  Qwen3Moe,
  Gemma,
  Gemma2,
  Gemma3,
  Gemma3n,
  Gemma4,
  Phi2,
  Phi3,
  CommandR,
  Cohere2,
  DeepSeek2,        ///< DeepSeek V2: experts are chosen without a correction bias
  DeepSeek2Biased,  ///< DeepSeek V3
  DeepSeek2Later,   ///< families built like DeepSeek V3 whose graph was not compared
  Glm4Moe,
  GptOss,
  Exaone4,
  Olmo2,
  Llama4,
  Mimo2,
  Mamba,
  Mamba2,
  FalconMamba,
  Jamba,
  FalconH1,
  GraniteHybrid,
  NemotronH,
  Qwen3Next,
  Qwen35,
  Qwen35Moe,
  Qwen4Exp
};
inline constexpr std::size_t llama_graph_count = static_cast<std::size_t>(LlamaGraph::Qwen4Exp) + 1;

/// What other programs do with one family and with no other.
enum class Quirk : std::uint8_t {
  NarrowSoftmax,         ///< eager attention of its class computes probabilities in the type of the stream (GPT-2)
  DropsBlocks,           ///< its class drops out the outputs of attention and feed-forward block
  KeepsEmbedding,        ///< its class has no dropout behind the embedding
  IndexPairs,            ///< its router keeps 2 bytes more for each chosen expert
  Fp32States,            ///< its configuration asks for recurrent states in fp32
  PredictionInGguf,      ///< llama.cpp's converter writes its prediction layers into the file
  Called70b,             ///< llama.cpp's quantizer calls every model of 80 layers "70B"
  Called70bWhenGrouped,  ///< the same, but only with grouped queries
  ClampedGlu,            ///< experts with interleaved gate and up, clamped, which transformers computes step by step
  NormsInSteps,          ///< Megatron Bridge writes its norms step by step in fp32 (Gemma 4)
  WindowPool,            ///< SGLang keeps a pool of its own for its layers with windows
  UncomparedCache,  ///< engines' caches of it were read in their source only, no log was compared (DeepSeek V4.1)
  OwnLoss,          ///< its class computed the loss itself until transformers 4.50, without the 16-bit logits
  HostTables,       ///< vLLM keeps its tables of hashed words in host memory (Engram, PLE)
  OwnChoices,       ///< in vLLM every sparse layer keeps the tokens that it chose; elsewhere one buffer serves all
};

/// The quirks of a family. Its row sets them (src/models); engines and training ask for them, never for a name.
class Quirks {
 public:
  constexpr Quirks() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): rows of families are written in braces
  constexpr Quirks(LlamaGraph graph, std::initializer_list<Quirk> quirks = {}) : graph_(graph) {
    for (const Quirk q : quirks) bits_ = static_cast<std::uint16_t>(bits_ | 1U << static_cast<unsigned>(q));
  }
  /// How llama.cpp builds the family.
  [[nodiscard]] constexpr LlamaGraph graph() const { return graph_; }
  [[nodiscard]] constexpr bool has(Quirk q) const { return ((bits_ >> static_cast<unsigned>(q)) & 1U) != 0; }

 private:
  LlamaGraph graph_ = LlamaGraph::Unknown;
  std::uint16_t bits_ = 0;
};

/// A language model. Immutable once built; shared by scenarios.
struct Model {
  std::string id;                  ///< preset id, or a name made from the file
  std::string name;                ///< name for people
  std::string model_type;          ///< config.json's model_type, "" when set by hand
  std::string family;              ///< publisher's family name for grouping
  Quirks quirks;                   ///< what other programs do with this family alone
  Trust trust = Trust::Exact;      ///< Modelled or Assumed when something in the config was not understood
  std::vector<std::string> notes;  ///< what was assumed, in words

  Count hidden = 0;           ///< width of the residual stream
  Count vocabulary = 0;       ///< rows of the embedding
  Count head_vocabulary = 0;  ///< rows of the output head (mostly = vocabulary)
  bool tied_head = false;     ///< the output head is the embedding
  bool head_bias = false;
  Output output = Output::NextToken;
  Count classes = 0;      ///< scores of an encoder's text or position
  Count max_context = 0;  ///< max_position_embeddings; 0: unknown
  Positions positions = Positions::Rotary;
  Count position_rows = 0;        ///< rows of a learned position table
  Count rope_factor_values = 0;   ///< rotary frequency factors in one tensor of a GGUF file; 0: none
  Count rope_factor_tensors = 1;  ///< longrope has two such tensors, for short and long contexts
  NormKind norm = NormKind::Rms;
  bool final_norm = true;
  bool embedding_norm = false;     ///< a norm after the embedding (BLOOM)
  bool scaled_embedding = false;   ///< the embedding is multiplied by a constant (Gemma)
  bool attention_softcap = false;  ///< tanh cap on attention scores (Gemma 2)
  bool final_softcap = false;      ///< tanh cap on logits (Gemma 2, 3n)
  Count per_layer_width = 0;   ///< width of the embedding that every layer gets for itself (Gemma 3n, 4 E); 0: none
  Count residual_streams = 1;  ///< copies of the residual stream (DeepSeek V4's hyper-connections, AltUp)
  Count embedding_width = 0;   ///< width of the embedding when it is not `hidden` (projected); 0: hidden

  std::vector<Layer> kinds;               ///< distinct kinds of layers
  std::vector<std::uint16_t> layers;      ///< for every layer the index of its kind
  std::vector<std::uint16_t> mtp_layers;  ///< multi-token-prediction layers: kinds; not part of `parameters`
  Count mtp_modules = 0;                  ///< modules of several such layers each (Nemotron-H); 0: one a layer
  bool draft = false;                     ///< a draft: guesses tokens for a target whose states it reads

  Count encoder_parameters = 0;  ///< vision and audio towers with projector (also in the inventory)
  Count image_tokens = 0;        ///< positions the largest image takes in the sequence; 0: no images, or unknown
  Count image_values = 0;        ///< numbers of that image's pixel tensor
  Count image_work = 0;          ///< numbers a tower for images of any size holds at once for the largest; 0: none
  Count other_parameters = 0;  ///< parameters that the inventory does not explain (a given total minus the inventory)
  WeightFormat released_format = WeightFormat::Bf16;         ///< format the publisher ships
  WeightFormat released_experts = WeightFormat::AsReleased;  ///< of the routed experts; AsReleased: the model's
  bool gguf_of_master = false;   ///< a GGUF file is made from a 16-bit master, whatever was released
  std::string released_mix;      ///< shares of formats in words, where modules have different ones; "": one format
  bool unlisted_mix = false;     ///< released in a format that leaves some modules alone, and nothing says which
  double quantization_bits = 0;  ///< bits of a value as released (EXL2: on average); 0: the format's
  Count quantization_group = 0;  ///< group size of the released quantization; 0: the format's default

  bool transposed_weights = false;    ///< matrices inside layers are stored [in, out] (GPT-2's Conv1D)
  std::vector<NameRule> names;        ///< how this family's tensor names differ from Llama's
  std::vector<Tensor> extra_tensors;  ///< tensors that no field above implies: towers, per-layer embeddings, ...
  std::vector<Tensor> tensors;        ///< inventory, filled by build_inventory() (inventory.hpp)
  std::vector<GgufTensor> gguf;       ///< tensors with their types as measured in a GGUF file; empty: not from one

  /// Number of layers.
  [[nodiscard]] Count layer_count() const { return layers.size(); }
  /// The i-th layer.
  [[nodiscard]] const Layer& layer(std::size_t i) const { return kinds[layers[i]]; }
  /// How many layers are of kind k.
  [[nodiscard]] Count layers_of_kind(std::size_t k) const {
    Count n = 0;
    for (const auto index : layers) n += index == k ? 1 : 0;
    return n;
  }
  /// True when some layer keeps keys and values: BERT, which reads a whole text at once, leaves none.
  [[nodiscard]] bool keeps_cache() const {
    for (const Layer& kind : kinds) {
      if (kind.caches()) return true;
    }
    return false;
  }
  /// True for an encoder with a decoder (T5, BART, Whisper).
  [[nodiscard]] bool has_encoder() const {
    for (const Layer& kind : kinds) {
      if (kind.crosses) return true;
    }
    return false;
  }
  /// True for a model with vision or audio towers.
  [[nodiscard]] bool has_towers() const { return encoder_parameters != 0; }
  /// True for a model that reads whole texts and generates none (BERT).
  [[nodiscard]] bool encodes() const { return output != Output::NextToken; }
  /// True when what stands behind the last layer is as wide as the vocabulary.
  [[nodiscard]] bool has_logits() const { return output == Output::NextToken || output == Output::MaskedTokens; }
  /// Logits of one position where a decoder's engine makes them: none of an encoder.
  [[nodiscard]] Count next_token_logits() const { return encodes() ? 0 : head_vocabulary; }
  /// True when the output head is the embedding.
  [[nodiscard]] bool ties_head() const { return tied_head && has_logits(); }
  /// True for a table of hashed words (Engram, PLE), which has more rows than there are words.
  [[nodiscard]] bool hashes_words(const Tensor& t) const {
    return t.role == TensorRole::Embedding && vocabulary != 0 && t.rows > vocabulary;
  }
  /// Embedding width actually used.
  [[nodiscard]] Count embedding_columns() const { return embedding_width != 0 ? embedding_width : hidden; }
};

/// Shared, immutable model.
using ModelPtr = std::shared_ptr<const Model>;

}  // namespace llmcalc
