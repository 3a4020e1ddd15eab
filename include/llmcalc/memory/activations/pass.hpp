#pragma once
// How a forward pass runs: everything apart from the layer's shapes that decides what autograd keeps.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Conditions of a forward pass through one kind of layer on one rank.
struct TrainingPass {
  Count hidden = 0;
  NormKind norm = NormKind::Rms;
  Count compute = 2;            ///< bytes of what matrix products read and write
  Count stream = 2;             ///< bytes of the residual stream: 4 under autocast
  bool autocast = false;        ///< every linear makes its own 16-bit copy of its input
  bool fused = false;           ///< fused norm and activation kernels (Liger, Transformer Engine)
  bool norms_in_steps = false;  ///< the family's norms are written step by step in fp32
  bool attention_softcap = false;
  bool softmax_fp32 = true;         ///< eager attention computes probabilities in fp32 (all classes but GPT-2)
  bool narrow_attention = false;    ///< flash attention takes 16-bit copies of a 32-bit stream
  bool native_window = false;       ///< the attention kernel knows windows: no mask tensor, no repeated keys
  bool experts_index_pair = false;  ///< Mixtral's router keeps 2 bytes more a chosen expert
  AttentionKernel attention = AttentionKernel::Flash;  ///< of this kind of layer
  ExpertKernel experts = ExpertKernel::GroupedMm;
  bool routed_fp32_sum = false;  ///< outputs of routed experts are kept in fp32 for their weighted sum
  bool clamped_experts = false;  ///< gate and up of experts are interleaved, clamped and combined step by step
  bool attention_dropout = false;
  bool residual_dropout = false;
  bool trained = true;      ///< the layer's own weights get gradients
  bool input_grad = true;   ///< something before this layer is trained
  bool adapters = false;    ///< LoRA alongside the frozen weights
  Count adapter_bytes = 4;  ///< bytes of an adapter's numbers
  Count adapter_rank = 0;
  bool casts_adapters = false;  ///< autocast casts the input of every adapter
  bool adapter_dropout = false;
  bool expert_adapters = false;    ///< routed experts have adapters that are modules of their own
  bool gathered_adapters = false;  ///< adapters read their input gathered from all sequence-parallel ranks
  LoraTargets targets;
  Count mlp_tiles = 1;           ///< pieces of the sequence in a dense feed-forward block
  bool adapter_kernels = false;  ///< Unsloth: adapters fused with their base, inputs shared, the rest recomputed
  bool masked = false;           ///< batches of unequal texts: every layer gets an attention mask
  bool float8 = false;           ///< Transformer Engine keeps the inputs of trained linears in 8 bits
  Count expert_load = 1000;      ///< per mille: tokens of the busiest expert rank over the average
  bool gathered_inputs = false;  ///< projections keep the input gathered from all sequence-parallel ranks
  Count sequence = 0;            ///< tokens of one sequence, to tell whether a window is shorter
};

}  // namespace llmcalc
