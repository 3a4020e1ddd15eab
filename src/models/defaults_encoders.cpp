// Defaults of the classes of encoders. Source: configuration_*.py of Hugging Face transformers (main, 2026-08).

#include "models/defaults.hpp"

#include <array>

namespace llmcalc::models {

namespace {

// clang-format off
constexpr auto rows = std::to_array<DefaultsRow>({
    {"bert",
     R"({"vocab_size":30522,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":512,"type_vocab_size":2})"},
    {"camembert",
     R"({"vocab_size":30522,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":512,"type_vocab_size":2})"},
    {"distilbert",
     R"({"vocab_size":30522,"dim":768,"hidden_dim":3072,"num_hidden_layers":6,"num_attention_heads":12,
      "hidden_act":"gelu","max_position_embeddings":512})"},
    {"electra",
     R"({"vocab_size":30522,"embedding_size":128,"hidden_size":256,"intermediate_size":1024,"num_hidden_layers":12,
      "num_attention_heads":4,"hidden_act":"gelu","max_position_embeddings":512,"type_vocab_size":2})"},
    {"eurobert",
     R"({"vocab_size":128256,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"silu","max_position_embeddings":8192,"tie_word_embeddings":false})"},
    {"modernbert",
     R"({"vocab_size":50368,"hidden_size":768,"intermediate_size":1152,"num_hidden_layers":22,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":8192,"global_attn_every_n_layers":3,
      "local_attention":128})"},
    {"mpnet",
     R"({"vocab_size":30527,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":512,
      "relative_attention_num_buckets":32})"},
    {"roberta",
     R"({"vocab_size":50265,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":512,"type_vocab_size":2})"},
    {"xlm-roberta",
     R"({"vocab_size":30522,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":512,"type_vocab_size":2})"},
});
// clang-format on

}  // namespace

std::span<const DefaultsRow> encoder_defaults() { return rows; }

}  // namespace llmcalc::models
