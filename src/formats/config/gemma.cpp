// Gemma: (1 + weight) norms, a scaled embedding, sliding windows; 3n and 4 add per-layer embeddings, shared caches,
// and layers of two shapes.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <array>

namespace llmcalc::config {

namespace {

/// What all Gemmas have.
Layer gemma_layer(const Fields& c, Model& m) {
  m.norm = NormKind::RmsPlusOne;
  m.scaled_embedding = true;
  return llama_layer(c, m);
}

void read_gemma(const Fields& c, Model& m) { add_equal_layers(c, m, gemma_layer(c, m)); }

/// Gemma 2 and 3: four norms; every `pattern`-th layer sees the whole context, the others a window.
void read_sliding_gemma(const Fields& c, Model& m, Layer layer, Count pattern) {
  m.attention_softcap = c.number("attn_logit_softcapping", 0) > 0;
  m.final_softcap = c.number("final_logit_softcapping", 0) > 0;
  layer.norms = NormPlacement::Sandwich;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), pattern);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

void read_gemma2(const Fields& c, Model& m) { read_sliding_gemma(c, m, gemma_layer(c, m), 2); }

void read_gemma3(const Fields& c, Model& m) {
  Layer layer = gemma_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  read_sliding_gemma(c, m, layer, c.count("sliding_window_pattern", range::layers, 6));
}

/// VaultGemma: Gemma 2 with two norms.
void read_vault_gemma(const Fields& c, Model& m) {
  read_sliding_gemma(c, m, gemma_layer(c, m), 2);
  for (Layer& layer : m.kinds) layer.norms = NormPlacement::Pre;
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"gemma", "Gemma", read_gemma},
    {"gemma2", "Gemma", read_gemma2},
    {"gemma3_text", "Gemma", read_gemma3},
    {"vaultgemma", "Gemma", read_vault_gemma},
});

}  // namespace

std::span<const FamilyRow> gemma_families() { return rows; }

}  // namespace llmcalc::config
