#pragma once
// What one layer of mlx-lm holds during the last step of a prompt, where that is more than fused kernels need.
//
//   latent attention   2 heads x queries x keys x b + keys x heads x (key width + value width) x b + 2 queries x hidden x b
//   wide attention     2.4 bytes x heads x queries x keys: MLX fuses prefill attention for heads of 64, 80 and 128 only
//   Mamba-2            20 x 4 bytes x heads x queries x chunk: the scan's matrices, of all tokens of a step before mlx-lm had
//                      chunks
//
// b: bytes of an activation; queries: tokens of a step. Sources: mlx-lm pull 839 after its change (DeepSeek V3 in 4 bits: 388.34 GB at 8,192
// tokens, 398.61 GB at 16,384, within 0.4 %); mlx-lm pull 1781 (Qwen3.8 27B at 128k: 39.78, 32.26, 28.54 and 26.52 GB with
// steps of 2048 to 256: 2.3 to 2.5 bytes a score); mlx-lm pull 525 (Granite 4.0 H Small in 4 bits, a prompt of 2048: 61.3 GB
// before chunks, 23.5 GB with them). Range of validity: prompts that are not batched with answers. Not counted: masks.
// Other layers give nothing.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/workspace.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace llmcalc::mlx {

/// Latent layers: heads are expanded, and the rotary part is added as a mask, which is there twice.
[[nodiscard]] inline std::vector<Summand> latent_attention(const Scenario& s, const RankLayout& l, const Pass& pass) {
  std::vector<Summand> largest;
  for (const Layer& kind : s.model->kinds) {
    if (kind.mixer != Mixer::LatentAttention) continue;
    const AttentionShape& a = kind.attention;
    const Term heads{"heads", ceil_divide(a.heads, l.tensor)};
    const Term keys{"keys", s.prompt()};
    std::vector<Summand> here{
        summand("rotary scores as a mask, twice", {heads, {"queries", pass.tokens}, keys, {"copies", 2}},
                element_block(pass.activation_bytes)),
        summand("expanded keys and values", {heads, keys, {"widths", add(a.nope_head_dim, a.value_head_dim)}},
                element_block(pass.activation_bytes)),
        summand("hidden states", {{"tokens", pass.tokens}, {"hidden", s.model->hidden}, {"copies", 2}},
                element_block(pass.activation_bytes))};
    if (sum_of(here) > sum_of(largest)) largest = std::move(here);
  }
  return largest;
}

/// Layers whose heads are too wide for the fused kernel: the scores of all of a step's queries.
[[nodiscard]] inline std::vector<Summand> wide_attention(const Scenario& s, const RankLayout& l, const Pass& pass) {
  Summand largest;
  for (const Layer& kind : s.model->kinds) {
    const AttentionShape& a = kind.attention;
    if (kind.mixer != Mixer::Attention || a.head_dim == 64 || a.head_dim == 80 || a.head_dim == 128) continue;
    const Count reach = a.window != 0 ? std::min(s.prompt(), add(a.window, pass.tokens)) : s.prompt();
    const Summand scores =
        summand("scores of heads without a fused kernel",
                {{"heads", ceil_divide(a.heads, l.tensor)}, {"queries", pass.tokens}, {"keys", reach}}, {5, 12});
    if (scores.result > largest.result) largest = scores;
  }
  if (largest.result.count == 0) return {};
  return {largest};
}

/// Mamba-2 layers: the matrices of the scan.
[[nodiscard]] inline std::vector<Summand> scan(const Scenario& s, const RankLayout& l, const Pass& pass,
                                               Count chunk) {
  Count heads = 0;
  for (const Layer& kind : s.model->kinds) {
    if (kind.recurs() && kind.recurrent_mixer() == Mixer::Mamba2) heads = std::max(heads, kind.recurrent.heads);
  }
  if (heads == 0) return {};
  return {summand("matrices of the scan",
                  {{"heads", ceil_divide(heads, l.tensor)},
                   {"tokens", pass.tokens},
                   {"tokens of a chunk", std::min(chunk, pass.tokens)},
                   {"matrices", 20}},
                  {1, 4})};
}

}  // namespace llmcalc::mlx
