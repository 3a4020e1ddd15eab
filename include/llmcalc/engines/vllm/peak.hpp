#pragma once
// What vLLM's profiling run sees as the peak of its activations.
//
// Profiled peak, S = min(max_num_seqs, T), T = max_num_batched_tokens, b = bytes of an activation:
//   0.7 (V0)  T (3 b f / t + 5.25 b h)                                                2 logs, within 5 %
//   to 0.16   max(forward, 38.3 S V + 2 T h)                                          7 logs, residual < 0.7 %
//   from 0.17 max((12.5 + b) S V + b T h + 40 MB + X; T (3 b f / t + 4.25 b h) [+ T f / t with 8-bit activations]),
//             X = b T K (max(2 f_e / t, h) + max(f_e / t, h)), none for MXFP4          48 logs, 46 within 5 %
//   a stage that does not sample: its forward term + 2 b T h + 40 MB
// Models with images hold those of one dummy batch meanwhile: T / image tokens of them (at least one), their pixels
// and what the encoder made of them, b (pixel values + image tokens x h) each (four logs, within 0.9 %). Towers for images
// of any size are profiled with one of the largest, 16,384 tokens: 3 b x patches x their inner width / t instead (Qwen3.6 and
// 3.8 27B on RTX 5090: 2.84, 2.21 and, with t = 2, 1.59 GiB; within 16 %). Range of validity: models on CUDA, the versions of
// versions.hpp. Source: start-up logs named there, vllm issue 52872, club-3090 issue 1087. Not counted: towers of neither
// kind. Bad input saturates.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/vllm/versions.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace llmcalc::vllm {

/// Whether a format computes with 8-bit activations.
[[nodiscard]] constexpr bool eight_bit_activations(WeightFormat f) {
  const Arithmetic a = row_of(f).arithmetic;
  return a == Arithmetic::Fp8 || a == Arithmetic::Int8;
}

/// Workspaces of the fused expert kernels, which stay allocated; none for MXFP4.
[[nodiscard]] inline Summand expert_workspace(const Scenario& s, const RankLayout& l, Count tokens, Count bytes) {
  Summand largest;
  if (s.weight_format() == WeightFormat::Mxfp4) return largest;
  for (const Layer& kind : s.model->kinds) {
    const FeedForward& f = kind.feed_forward;
    if (f.experts == 0) continue;
    const Count width = ceil_divide(f.expert_width, l.expert_tensor);
    const Count h = f.latent_width != 0 ? f.latent_width : s.model->hidden;
    const Count both = add(std::max(2 * width, h), std::max(width, h));
    const Summand of_kind = summand("expert workspaces",
                                    {{"tokens", tokens}, {"experts per token", f.experts_per_token}, {"width", both}},
                                    element_block(bytes));
    if (of_kind.result > largest.result) largest = of_kind;
  }
  return largest;
}

/// Activations of the widest feed-forward block in a profiling pass: 3 copies of its width (and a fp8 or int8 one),
/// 4.25 of the hidden state.
[[nodiscard]] inline std::vector<Summand> forward_term(const Scenario& s, const RankLayout& l, Count tokens,
                                                       Count bytes) {
  const Count eight_bit = eight_bit_activations(s.weight_format()) ? 1 : 0;
  return {summand("feed-forward activations", {{"tokens", tokens}, {"width", widest_feed_forward(*s.model)}},
                  element_block(3 * bytes + eight_bit), l.tensor),
          summand("hidden states of a layer", {{"tokens", tokens}, {"hidden", s.model->hidden}},
                  {4, static_cast<std::uint32_t>(17 * bytes)})};
}

/// The peak up to 0.16: the sampler's sort, or the forward pass.
[[nodiscard]] inline std::vector<Summand> sampler_peak(const Scenario& s, const RankLayout& l, StepLimits limits,
                                                       bool samples) {
  const Model& m = *s.model;
  const Count bytes = activation_bytes(s);
  const Count tokens = limits.tokens;
  const Count rows = std::min(limits.sequences, tokens);
  std::vector<Summand> forward = fused_forward_summands(
      m, {.tokens = tokens, .tensor = l.tensor, .expert_tensor = l.expert_tensor, .activation_bytes = bytes});
  if (!samples) return forward;
  forward.push_back(summand("logits, 16 and 32 bits",
                            {{"rows", rows}, {"vocabulary", ceil_divide(m.head_vocabulary, l.tensor)}},
                            element_block(bytes + 4)));
  std::vector<Summand> sampler{summand("sampler", {{"rows", rows}, {"vocabulary", m.head_vocabulary}}, {10, 383}),
                               summand("hidden states", {{"tokens", tokens}, {"hidden", m.hidden}}, {1, 2})};
  return sum_of(forward) > sum_of(sampler) ? forward : sampler;
}

/// The peak from 0.17 on.
[[nodiscard]] inline std::vector<Summand> compiled_peak(const Scenario& s, const RankLayout& l, StepLimits limits,
                                                        bool samples) {
  const Model& m = *s.model;
  const Count bytes = activation_bytes(s);
  const Count tokens = limits.tokens;
  const Count rows = std::min(limits.sequences, tokens);
  std::vector<Summand> forward = forward_term(s, l, tokens, bytes);
  const Summand hidden =
      summand("hidden states", {{"tokens", tokens}, {"hidden", m.hidden}, {"copies", samples ? Count{1} : Count{2}}},
              element_block(bytes));
  const Summand fixed = amount("fixed buffers", Bytes{40'000'000});
  if (!samples) {
    forward.push_back(hidden);
    forward.push_back(fixed);
    return forward;
  }
  std::vector<Summand> sampling{summand("logits and sampler", {{"rows", rows}, {"vocabulary", m.head_vocabulary}},
                                        {2, 25 + 2 * static_cast<std::uint32_t>(bytes)}),
                                hidden, fixed};
  if (const Summand experts = expert_workspace(s, l, tokens, bytes); experts.result.count != 0) {
    sampling.push_back(experts);
  }
  return sum_of(forward) > sum_of(sampling) ? forward : sampling;
}

/// Images of the dummy batch that stay allocated while the language model is profiled (v1/worker/gpu_model_runner.py
/// profile_run, which caches the encoder's outputs). Image sizes of a model that are not known count nothing.
inline void add_images(std::vector<Summand>& out, const Scenario& s, const RankLayout& l, Count step) {
  const Model& m = *s.model;
  const Block element = element_block(activation_bytes(s));
  if (m.image_work != 0) {
    out.push_back(summand("a tower's blocks over the largest image", {{"values", m.image_work}}, element, l.tensor));
    return;
  }
  if (m.image_tokens == 0) return;
  const Term images{"images", std::max<Count>(1, step / m.image_tokens)};
  out.push_back(summand("pixels of a batch of images", {images, {"values", m.image_values}}, element));
  out.push_back(summand("encoded images", {images, {"tokens", m.image_tokens}, {"hidden", m.hidden}}, element));
}

/// The profiled peak of a stage, with how far off it may be.
[[nodiscard]] inline Component profiled_peak(const Scenario& s, const RankLayout& l, const Profile& profile,
                                             StepLimits limits, const Stage& stage) {
  std::vector<Summand> peak;
  switch (profile.peak) {
    case ProfiledPeak::Forward:
      peak = forward_term(s, l, limits.tokens, activation_bytes(s));
      peak.push_back(summand("hidden states", {{"tokens", limits.tokens}, {"hidden", s.model->hidden}},
                             element_block(activation_bytes(s))));
      break;
    case ProfiledPeak::Sampler: peak = sampler_peak(s, l, limits, stage.last); break;
    case ProfiledPeak::Compiled: peak = compiled_peak(s, l, limits, stage.last); break;
  }
  const bool images = stage.first && !s.serving.text_only;
  if (images) add_images(peak, s, l, limits.tokens);
  const bool any_size = images && s.model->image_work != 0;
  return with_range(component(Part::ComputeBuffer, std::move(peak), profile.source), Trust::Modelled,
                    any_size ? 850 : 950, any_size ? 1200 : 1050);
}

}  // namespace llmcalc::vllm
