#pragma once
// What a weight format costs in quality: the rise of the perplexity over the 16-bit model, as others measured it.
//
//   loss in per cent = 100 (perplexity / perplexity of the unquantized model - 1)
//
// Range of validity: one figure for one model each, named in its row. Small models lose more, large and older ones less
// (Q4_K_M: 2.8 % on Llama 3 8B, 1.4 % on Llama 2 7B); perplexity is no score of answers. A format without a published
// figure is placed between the K-quants by its bits per weight, and says so. Not counted: what calibration data,
// importance matrices of other texts or later training change.

#include <llmcalc/base/text.hpp>
#include <llmcalc/model/formats.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmcalc {

/// A loss in a word, from what nobody notices to what everybody does.
enum class LossClass : std::uint8_t { None, Negligible, Small, Noticeable, Large };
inline constexpr std::array<EnumRow<LossClass>, 5> loss_classes{{
    {LossClass::None, "none", "no quality loss", "as the publisher ships it"},
    {LossClass::Negligible, "negligible", "negligible quality loss", "perplexity up by less than 0.5 %"},
    {LossClass::Small, "small", "small quality loss", "perplexity up by 0.5 to 5 %"},
    {LossClass::Noticeable, "noticeable", "noticeable quality loss", "perplexity up by 5 to 15 %"},
    {LossClass::Large, "large", "large quality loss", "perplexity up by more than 15 %"},
}};
static_assert(indexed_by_id(loss_classes));
constexpr const auto& enum_table(LossClass) { return loss_classes; }

/// A measurement that figures come from.
struct LossSource {
  std::string_view model;    ///< that was measured
  std::string_view measure;  ///< what was compared
  std::string_view where;
};
namespace loss_sources {
inline constexpr LossSource llama_cpp{
    .model = "Llama 3 8B",
    .measure = "perplexity on Wikitext-2 test, 512 tokens, against f16",
    .where = "llama.cpp tools/perplexity/README.md, LLaMA 3 8b Scoreboard (revision f364eb6f)"};
inline constexpr LossSource torchao{
    .model = "Llama 3.1 8B",
    .measure = "word perplexity on Wikitext, weights and activations rounded to nearest",
    .where = "pytorch/ao pull request 3394 (2025-11)"};
inline constexpr LossSource torchao_awq{.model = "Llama 3 8B Instruct",
                                        .measure = "word perplexity on Wikitext, groups of 128",
                                        .where = "pytorch/ao torchao/prototype/awq/README.md (pull request 1036)"};
inline constexpr LossSource gptq{.model = "Llama 2 7B",
                                 .measure = "word perplexity on Wikitext, groups of 128, desc_act",
                                 .where = "model card of smpanaro/Llama-2-7b-NuGPTQ on Hugging Face"};
inline constexpr LossSource mlx{.model = "a 30B model",
                                .measure = "perplexity on tulu-3-sft-mixture against 8-bit MLX",
                                .where = "shoemoney/mlx-quant-ladder-findings on Hugging Face (2026)"};
}  // namespace loss_sources

/// What a format costs.
struct FormatLoss {
  double percent = 0;         ///< rise of the perplexity
  double divergence = 0;      ///< mean Kullback-Leibler divergence from the unquantized model; 0: not published
  bool interpolated = false;  ///< no figure of this format: placed by its bits per weight
  LossSource source{};        ///< empty when nothing is lost

  /// The loss in a word.
  [[nodiscard]] constexpr LossClass in_words() const {
    if (source.model.empty()) return LossClass::None;
    if (percent < 0.5) return LossClass::Negligible;
    if (percent < 5) return LossClass::Small;
    return percent < 15 ? LossClass::Noticeable : LossClass::Large;
  }
};

namespace loss_detail {

/// A GGUF file type as llama.cpp's scoreboard has it: rise of the perplexity and divergence, without and with an
/// importance matrix; 0: not measured.
struct GgufLossRow {
  GgufMix mix;
  double rise = 0;
  double divergence = 0;
  double rise_imatrix = 0;
  double divergence_imatrix = 0;
};

/// Source: loss_sources::llama_cpp; with an importance matrix of 10 million tokens of Wikitext.
inline constexpr std::array<GgufLossRow, 25> gguf_losses{{
    {.mix = GgufMix::Q8_0, .rise = 0.002650, .divergence = 0.001355},
    {.mix = GgufMix::Q6_K, .rise = 0.021748, .divergence = 0.005452},
    {.mix = GgufMix::Q5_K_M, .rise = 0.056974, .divergence = 0.010762},
    {.mix = GgufMix::Q5_K_S, .rise = 0.104964, .divergence = 0.016595},
    {.mix = GgufMix::Q5_1, .rise = 0.106223, .divergence = 0.018045},
    {.mix = GgufMix::Q5_0, .rise = 0.131591, .divergence = 0.022239},
    {.mix = GgufMix::Q4_K_M,
     .rise = 0.175482,
     .divergence = 0.031273,
     .rise_imatrix = 0.151303,
     .divergence_imatrix = 0.028152},
    {.mix = GgufMix::Q4_K_S,
     .rise = 0.268895,
     .divergence = 0.043136,
     .rise_imatrix = 0.178064,
     .divergence_imatrix = 0.031951},
    {.mix = GgufMix::IQ4_NL, .rise_imatrix = 0.223959, .divergence_imatrix = 0.035742},
    {.mix = GgufMix::IQ4_XS, .rise_imatrix = 0.228071, .divergence_imatrix = 0.036334},
    {.mix = GgufMix::Q4_1, .rise = 0.451103, .divergence = 0.071683},
    {.mix = GgufMix::Q4_0, .rise = 0.468514, .divergence = 0.071940},
    {.mix = GgufMix::Q3_K_L,
     .rise = 0.556242,
     .divergence = 0.087176,
     .rise_imatrix = 0.439590,
     .divergence_imatrix = 0.073077},
    {.mix = GgufMix::Q3_K_M,
     .rise = 0.656864,
     .divergence = 0.101913,
     .rise_imatrix = 0.502622,
     .divergence_imatrix = 0.084358},
    {.mix = GgufMix::Q3_K_S,
     .rise = 1.632152,
     .divergence = 0.228217,
     .rise_imatrix = 1.371244,
     .divergence_imatrix = 0.199821},
    {.mix = GgufMix::IQ3_M, .rise_imatrix = 0.666694, .divergence_imatrix = 0.102534},
    {.mix = GgufMix::IQ3_S, .rise_imatrix = 0.733867, .divergence_imatrix = 0.111278},
    {.mix = GgufMix::IQ3_XS, .rise_imatrix = 0.931409, .divergence_imatrix = 0.138693},
    {.mix = GgufMix::IQ3_XXS, .rise_imatrix = 1.226803, .divergence_imatrix = 0.183625},
    {.mix = GgufMix::Q2_K,
     .rise = 3.519934,
     .divergence = 0.445132,
     .rise_imatrix = 2.416191,
     .divergence_imatrix = 0.332223},
    {.mix = GgufMix::Q2_K_S, .rise_imatrix = 3.092145, .divergence_imatrix = 0.403360},
    {.mix = GgufMix::IQ2_M, .rise_imatrix = 2.369166, .divergence_imatrix = 0.325989},
    {.mix = GgufMix::IQ2_S, .rise_imatrix = 3.419148, .divergence_imatrix = 0.439197},
    {.mix = GgufMix::IQ2_XS, .rise_imatrix = 4.529791, .divergence_imatrix = 0.546290},
    {.mix = GgufMix::IQ2_XXS, .rise_imatrix = 7.860148, .divergence_imatrix = 0.812022},
}};
/// The unquantized model's perplexity: Q8_0's less its rise.
inline constexpr double llama_3_perplexity = 6.234284 - 0.002650;

/// A format of another tool.
struct FormatLossRow {
  WeightFormat format;
  double perplexity = 0;
  double unquantized = 1;
  LossSource source;
};
inline constexpr std::array<FormatLossRow, 9> format_losses{{
    {WeightFormat::Fp8, 7.62, 7.5472, loss_sources::torchao},
    {WeightFormat::Mxfp8, 7.60, 7.5472, loss_sources::torchao},
    {WeightFormat::Nvfp4, 8.44, 7.5472, loss_sources::torchao},
    {WeightFormat::AwqInt4, 11.409, 10.936, loss_sources::torchao_awq},
    {WeightFormat::GptqInt4, 9.4686, 8.7071, loss_sources::gptq},
    {WeightFormat::MlxQ4, 7.300, 7.242, loss_sources::mlx},
    {WeightFormat::MlxQ5, 7.306, 7.242, loss_sources::mlx},
    {WeightFormat::MlxQ6, 7.284, 7.242, loss_sources::mlx},
    {WeightFormat::Mxfp4, 7.545, 7.242, loss_sources::mlx},
}};

constexpr double percent_of(double rise) { return 100 * rise / llama_3_perplexity; }

/// The loss of a GGUF file type; one that was measured with an importance matrix only has that figure.
constexpr std::optional<FormatLoss> gguf_loss(GgufMix mix, bool imatrix) {
  for (const GgufLossRow& row : gguf_losses) {
    if (row.mix != mix) continue;
    const bool with = row.rise == 0 || (imatrix && row.rise_imatrix != 0);
    return FormatLoss{.percent = percent_of(with ? row.rise_imatrix : row.rise),
                      .divergence = with ? row.divergence_imatrix : row.divergence,
                      .source = loss_sources::llama_cpp};
  }
  return std::nullopt;
}

/// Between the K-quants, along the logarithm of the loss over bits per weight.
inline FormatLoss interpolated_loss(double bits) {
  struct Point {
    double bits, percent;
  };
  std::array<Point, 6> line{};
  std::size_t n = 0;
  for (const GgufMix mix :
       {GgufMix::Q8_0, GgufMix::Q6_K, GgufMix::Q5_K_M, GgufMix::Q4_K_M, GgufMix::Q3_K_M, GgufMix::Q2_K}) {
    line[n++] = {typical_bits({WeightFormat::Gguf, mix}), gguf_loss(mix, false)->percent};
  }
  FormatLoss loss{.interpolated = true, .source = loss_sources::llama_cpp};
  std::size_t i = 1;
  while (i + 1 < line.size() && bits < line[i].bits) ++i;
  const double share = (line[i - 1].bits - bits) / (line[i - 1].bits - line[i].bits);
  loss.percent = std::exp(std::log(line[i - 1].percent) + share * std::log(line[i].percent / line[i - 1].percent));
  return loss;
}

}  // namespace loss_detail

/// The loss of a format over 16 bits. Nothing is lost as released and in 16 bits or more.
[[nodiscard]] inline FormatLoss format_loss(FormatChoice choice, bool imatrix = false) {
  if (choice.format == WeightFormat::AsReleased || typical_bits(choice) >= 16) return {};
  if (choice.format == WeightFormat::Gguf) {
    if (const auto known = loss_detail::gguf_loss(choice.mix, imatrix)) return *known;
    return loss_detail::interpolated_loss(typical_bits(choice));
  }
  for (const auto& row : loss_detail::format_losses) {
    if (row.format != choice.format) continue;
    return {.percent = 100 * (row.perplexity / row.unquantized - 1), .source = row.source};
  }
  return loss_detail::interpolated_loss(typical_bits(choice));
}

/// "small quality loss (perplexity +2.8 % on Llama 3 8B)"; an interpolated figure is "about".
[[nodiscard]] inline std::string loss_words(const FormatLoss& loss) {
  std::string out(label_of(loss.in_words()));
  if (loss.in_words() == LossClass::None) return out;
  const int decimals = loss.percent < 0.1 ? 2 : loss.percent < 10 ? 1 : 0;
  return out + " (perplexity " + (loss.interpolated ? "about " : "") + "+" + fixed(loss.percent, decimals) +
         " % on " + std::string(loss.source.model) + ")";
}

}  // namespace llmcalc
