#pragma once
// Settings of how the work is divided among devices. Part of the table in fields.hpp.

#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/fields_serving.hpp>
#include <llmcalc/scenario/fields_training.hpp>

#include <array>

namespace llmcalc::field_rows {

// What decides whether a setting matters.
constexpr bool splits_context(const Scenario& s) { return s.parallelism.context > 1; }
constexpr bool shards_states(const Scenario& s) {
  return s.parallelism.zero >= 1 && (s.parallelism.data > 1 || s.parallelism.context > 1);
}
constexpr bool has_buckets(const Scenario& s) {
  return row_of(s.training.framework).limits.bucket != 0 && shards_states(s);
}
constexpr bool gathers_ahead(const Scenario& s) { return has_buckets(s) && s.parallelism.zero >= 3; }
constexpr bool splits_tensors(const Scenario& s) { return s.parallelism.tensor > 1; }
constexpr bool has_stages(const Scenario& s) { return s.parallelism.pipeline > 1; }
constexpr bool shards_weights(const Scenario& s) { return s.parallelism.zero >= 3 && shards_states(s); }
constexpr bool shards(const Scenario& s) { return s.parallelism.zero >= 2; }

constexpr bool repeats_experts(const Scenario& s) { return shards_states(s) && has_experts(s); }

inline constexpr auto parallelism_member = &Scenario::parallelism;

inline constexpr std::array parallelism_fields{
    whole<parallelism_member, &Parallelism::data>({"parallelism.data", "--data-parallel", "Data parallel", "ranks",
                                                   "replicas of the model; ZeRO shards states over them"},
                                                  {1, most_ranks}, logarithmic(1, 1024)),
    whole<parallelism_member, &Parallelism::zero>(
        {"parallelism.zero", "--zero", "ZeRO stage", "",
         "1: optimizer states sharded; 2: gradients too; 3 (FSDP): weights too"},
        {0, 3}, linear(0, 3)),
    whole<parallelism_member, &Parallelism::tensor>(
        {"parallelism.tensor", "--tensor-parallel", "Tensor parallel", "ranks", "ranks that share every layer"},
        {1, most_ranks}, logarithmic(1, 16)),
    only(splits_tensors, flag<parallelism_member, &Parallelism::sequence_parallel>(
                             {"parallelism.sequence_parallel", "--sequence-parallel", "Sequence parallel", "",
                              "norms and dropouts are also split over the tensor-parallel ranks"})),
    whole<parallelism_member, &Parallelism::pipeline>({"parallelism.pipeline", "--pipeline-parallel",
                                                       "Pipeline stages", "stages", "groups of layers, one per rank"},
                                                      {1, most_ranks}, logarithmic(1, 64)),
    only(has_stages, choice<parallelism_member, &Parallelism::schedule>(
                         {"parallelism.schedule", "--schedule", "Pipeline schedule", "",
                          "order of the passes; decides how many micro-batches are in flight"})),
    only(has_stages, whole<parallelism_member, &Parallelism::virtual_stages>(
                         {"parallelism.virtual_stages", "--virtual-stages", "Virtual stages", "",
                          "model chunks per rank in the interleaved schedule"},
                         {1, 1024}, linear(1, 16))),
    only(has_stages, field({"parallelism.layers_per_stage", "--layers-per-stage", "Layers per stage", "",
                            "layers of every pipeline stage, comma-separated [default: as equal as possible]"},
                           layers_per_stage)),
    whole<parallelism_member, &Parallelism::context>(
        {"parallelism.context", "--context-parallel", "Context parallel", "ranks", "ranks that share a sequence"},
        {1, most_ranks}, logarithmic(1, 64)),
    only(splits_context, choice<parallelism_member, &Parallelism::context_kind>(
                             {"parallelism.context_kind", "--context-kind", "Context-parallel exchange", "",
                              "how keys and values are exchanged between context-parallel ranks"})),
    only(any_experts, whole<parallelism_member, &Parallelism::expert>(
                          {"parallelism.expert", "--expert-parallel", "Expert parallel", "ranks",
                           "ranks that share the routed experts"},
                          {1, most_ranks}, logarithmic(1, 256))),
    only(any_experts, whole<parallelism_member, &Parallelism::expert_tensor>(
                          {"parallelism.expert_tensor", "--expert-tensor-parallel", "Expert tensor parallel", "ranks",
                           "ranks that share one expert"},
                          {1, most_ranks}, logarithmic(1, 16))),
    only(repeats_experts, flag<parallelism_member, &Parallelism::replicated_experts>(
                              {"parallelism.replicated_experts", "--replicated-experts", "Replicated experts", "",
                               "ranks with the same experts hold whole ones each instead of shards of them"})),
    only(splits_tensors, by_engine(whole<parallelism_member, &Parallelism::decode_context>(
                             {"parallelism.decode_context", "--decode-context-parallel", "Decode context parallel",
                              "ranks", "vLLM: tensor-parallel ranks that share a sequence's keys and values"},
                             {1, 1024}, logarithmic(1, 16)))),
    only(shards_weights, whole<parallelism_member, &Parallelism::fsdp>(
                             {"parallelism.fsdp", "--fsdp", "FSDP version", "",
                              "version of FSDP that shards the weights; 1 keeps what its hooks hold until the "
                              "backward pass ends"},
                             {1, 2}, linear(1, 2))),
    only(shards, flag<parallelism_member, &Parallelism::reshard_after_forward>(
                     {"parallelism.reshard_after_forward", "--reshard-after-forward", "Reshard after forward", "",
                      "gathered weights are dropped after the forward pass"})),
    only(shards_states, whole<parallelism_member, &Parallelism::shard_group>(
                            {"parallelism.shard_group", "--shard-group", "Shard group", "ranks",
                             "ranks that share one set of shards (HSDP) [default: all data-parallel ranks]"},
                            {1, most_ranks}, logarithmic(1, 64), "all")),
    only(has_buckets, whole<parallelism_member, &Parallelism::bucket>(
                          {"parallelism.bucket", "--bucket", "Reduce bucket", "elements",
                           "elements reduced at once [default: 500,000,000, the framework's]"},
                          {1, 1e12}, logarithmic(1e6, 1e9))),
    only(gathers_ahead, whole<parallelism_member, &Parallelism::prefetch>(
                            {"parallelism.prefetch", "--prefetch", "Prefetch bucket", "elements",
                             "weights gathered ahead [default: 50,000,000, the framework's]"},
                            {0, 1e12}, logarithmic(1e6, 1e9))),
    only(gathers_ahead, whole<parallelism_member, &Parallelism::max_live>(
                            {"parallelism.max_live", "--max-live", "Max live parameters", "elements",
                             "weights that stay gathered [default: 1,000,000,000, the framework's]"},
                            {0, 1e12}, logarithmic(1e6, 1e10))),
};

}  // namespace llmcalc::field_rows
