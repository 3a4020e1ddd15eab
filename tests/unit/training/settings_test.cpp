#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace settings_test {

using namespace llmcalc;

Scenario llama() {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 32, .kv_heads = 8}));
  s.include_overhead = false;
  s.training.sequence = 2048;
  return s;
}

Scenario megatron() {
  Scenario s = llama();
  s.training.framework = TrainingFramework::Megatron;
  s.training.recipe = Recipe::MegatronBf16;
  s.training.kernels = LayerKernels::Fused;
  return s;
}

const Breakdown& phase(const TrainingEstimate& e, PhaseId id) {
  for (const Phase& p : e.phases) {
    if (p.id == id) return p.breakdown;
  }
  ADD_FAILURE() << "no phase " << key_of(id);
  return e.breakdown;
}

Bytes at(const Scenario& s, PhaseId id, Part part) { return phase(evaluate_training(s), id).bytes(part); }

constexpr Count parameters = 8'030'261'248;

TEST(TrainingSettings, BytesAParameterAreShownAsASum) {
  Scenario s = megatron();
  EXPECT_EQ(evaluate_training(s).bytes_per_parameter, "2 weights + 4 gradients + 4 master weights + 8 states");
  s.training.framework = TrainingFramework::Transformers;
  s.training.recipe = Recipe::Bf16;
  EXPECT_EQ(evaluate_training(s).bytes_per_parameter, "2 weights + 2 gradients + 4 states");
  s.training.optimizer = Optimizer::AdamW8bit;
  EXPECT_EQ(evaluate_training(s).bytes_per_parameter, "2 weights + 2 gradients + 2.031 states");
}

TEST(TrainingSettings, FormatsCanDepartFromTheRecipe) {
  Scenario s = megatron();
  s.training.state_format = StateFormat::Bf16;
  s.training.master_format = MasterFormat::Remainder;
  s.training.gradient_format = GradientFormat::Bf16;
  EXPECT_EQ(evaluate_training(s).bytes_per_parameter, "2 weights + 2 gradients + 2 master weights + 4 states");
  EXPECT_EQ(at(s, PhaseId::Step, Part::MasterWeights), Bytes{2 * parameters});
  EXPECT_NEAR(static_cast<double>(at(s, PhaseId::Step, Part::OptimizerStates).count), 4.0 * parameters, 1e4);
}

TEST(TrainingSettings, AnAverageIsOneMoreCopyInTheOptimizersType) {
  Scenario s = megatron();
  s.training.ema = true;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::EmaWeights), Bytes{4 * parameters});
  s = llama();
  s.training.ema = true;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::EmaWeights), Bytes{2 * parameters});
}

// Llama 3.1 8B: layers, and what stands outside of them.
constexpr Count layer_parameters = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336 + 2 * 4096;
constexpr Count table_parameters = 128256ULL * 4096;

// PEFT 0.19 MetaMathQA, Llama 3.2 3B with rank 32 on queries and values: LoRA-FA reserves 52 MB less than LoRA, of which
// two fp32 states of the first matrices are 44 MB.
TEST(TrainingSettings, LoraFaHasNoStatesOfTheFirstMatrixAndKeepsItsInputs) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  const TrainingEstimate both = evaluate_training(s);
  s.training.method = TrainingMethod::LoraFa;
  const TrainingEstimate second = evaluate_training(s);
  // Rank 16 x the outputs of q, k, v, o, gate, up, down.
  EXPECT_EQ(second.trainable_parameters, 32U * 16 * (4096 + 1024 + 1024 + 4096 + 14336 + 14336 + 4096));
  EXPECT_EQ(phase(second, PhaseId::Load).bytes(Part::Adapters), phase(both, PhaseId::Load).bytes(Part::Adapters));
  EXPECT_EQ(phase(second, PhaseId::ForwardEnd).bytes(Part::Activations),
            phase(both, PhaseId::ForwardEnd).bytes(Part::Activations));
  EXPECT_EQ(phase(second, PhaseId::BackwardEnd).bytes(Part::Gradients),
            phase(both, PhaseId::BackwardEnd).bytes(Part::Gradients));
  const Count first = 32ULL * 16 * (6 * 4096 + 14336);
  const Bytes states = phase(both, PhaseId::Step).bytes(Part::OptimizerStates);
  // Two fp32 states and a counter of each of seven matrices.
  EXPECT_EQ(states - phase(second, PhaseId::Step).bytes(Part::OptimizerStates), Bytes{2 * 4 * first + 4ULL * 7 * 32});
}

TEST(TrainingSettings, LisaTrainsEmbeddingHeadAndAFewLayers) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lisa;
  s.training.trained_layers = 2;
  const TrainingEstimate e = evaluate_training(s);
  EXPECT_EQ(e.trainable_parameters, 2 * table_parameters + 4096 + 2 * layer_parameters);
  EXPECT_EQ(phase(e, PhaseId::Step).bytes(Part::Gradients), Bytes{2 * e.trainable_parameters});
  s.training.method = TrainingMethod::BAdam;
  const TrainingEstimate block = evaluate_training(s);
  EXPECT_EQ(block.trainable_parameters, 2 * layer_parameters);
  EXPECT_EQ(phase(block, PhaseId::Step).bytes(Part::Gradients), Bytes{4 * layer_parameters});
  // Frozen layers that a gradient passes through keep less than trained ones.
  s.training.method = TrainingMethod::Full;
  EXPECT_LT(phase(e, PhaseId::ForwardEnd).bytes(Part::Activations), at(s, PhaseId::ForwardEnd, Part::Activations));
}

TEST(TrainingSettings, ModulesToSaveAreWholeCopiesThatAreTrained) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  const TrainingEstimate plain = evaluate_training(s);
  s.training.lora.modules_to_save = SavedModules::Both;
  const TrainingEstimate e = evaluate_training(s);
  const Count whole = 2 * table_parameters;
  EXPECT_EQ(e.trainable_parameters - plain.trainable_parameters, whole);
  const auto more = [&](PhaseId id, Part part) { return phase(e, id).bytes(part) - phase(plain, id).bytes(part); };
  EXPECT_EQ(more(PhaseId::Load, Part::Adapters), Bytes{2 * whole});
  EXPECT_EQ(more(PhaseId::Step, Part::Gradients), Bytes{2 * whole});
  EXPECT_EQ(more(PhaseId::Step, Part::OptimizerStates), Bytes{4 * whole + 8});  // two step counters
  EXPECT_EQ(more(PhaseId::Step, Part::Weights), Bytes{});
}

// It was counted with the head and with the layers above: with two micro-batches it needed less than with one.
TEST(TrainingSettings, AnAdapterOnTheHeadHasOneGradient) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  s.training.recompute = RecomputeKind::Full;
  s.training.lora.targets.bits = 0;
  s.training.lora.targets.set(LoraTarget::Head, true);
  const TrainingEstimate e = evaluate_training(s);
  EXPECT_EQ(phase(e, PhaseId::BackwardLayers).bytes(Part::Gradients), phase(e, PhaseId::Step).bytes(Part::Gradients));
}

TEST(TrainingSettings, TilesKeepTheInputOfTheFeedForwardBlockOnly) {
  Scenario s = llama();
  const Bytes whole = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.mlp_tiles = 4;
  // Gate, act(gate), up and product of 14,336 numbers are made again, tile by tile.
  EXPECT_EQ(whole - at(s, PhaseId::ForwardEnd, Part::Activations), Bytes{32 * 2048 * Count{4 * 2 * 14336}});
  const Bytes four = evaluate_training(s).breakdown.total();
  s.training.mlp_tiles = 8;
  EXPECT_LE(evaluate_training(s).breakdown.total(), four);
}

TEST(TrainingSettings, WithExpertsOfTheirOwnTheRestStaysGatheredUntilTheBackwardPassEnds) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.parallelism = {.data = 8, .zero = 3, .expert = 8};
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::GatheredWeights), Bytes{});
  s.parallelism.reshard_after_forward = false;
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::GatheredWeights), at(s, PhaseId::ForwardEnd, Part::GatheredWeights));
  s.parallelism.expert = 1;
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::GatheredWeights), Bytes{});
}

TEST(TrainingSettings, FrozenExpertsInALoopMakeTheirGradientsOneByOne) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.training.method = TrainingMethod::Lora;
  s.training.lora.targets = {};
  s.training.lora.experts = false;
  s.training.recompute = RecomputeKind::Full;
  const Bytes together = at(s, PhaseId::BackwardLayers, Part::Transient);
  s.training.experts = ExpertKernel::Loop;
  EXPECT_LT(at(s, PhaseId::BackwardLayers, Part::Transient), together);
}

TEST(TrainingSettings, TorchtitanShardsEmbeddingAndHeadApartSince2026) {
  Scenario s = llama();
  s.training.framework = TrainingFramework::Torchtitan;
  s.parallelism = {.data = 8, .zero = 3};
  s.training.version = "2024-12";
  const Bytes together = at(s, PhaseId::ForwardEnd, Part::GatheredWeights);
  s.training.version = "2026";
  EXPECT_EQ(together - at(s, PhaseId::ForwardEnd, Part::GatheredWeights), Bytes{2 * table_parameters});
}

TEST(TrainingSettings, AdaptersOfOneMatrixShareTheirFirstOneInMegatron) {
  Scenario s = megatron();
  s.training.method = TrainingMethod::Lora;
  EXPECT_EQ(evaluate_training(s).trainable_parameters,
            32U * 16 * ((4096 + 6144) + (4096 + 4096) + (4096 + 2 * 14336) + (14336 + 4096)));
}

// fms-acceleration's runs of Mistral 7B: with bf16 four units of 2 h T less than without.
TEST(TrainingSettings, AutocastCastsTheInputsOfFp32Adapters) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  s.training.lora.dropout = 0.1;
  for (const LoraTarget t : {LoraTarget::Gate, LoraTarget::Up, LoraTarget::Down})
    s.training.lora.targets.set(t, false);
  const Bytes fp32 = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.recipe = Recipe::Bf16Autocast;
  const Count each = 2ULL * (4 * 4096 + 4 * 16) * 2048;
  EXPECT_NEAR(static_cast<double>((fp32 - at(s, PhaseId::ForwardEnd, Part::Activations)).count), 32.0 * each,
              0.02 * 32 * each);
}

TEST(TrainingSettings, PromptTuningTrainsItsTokensOnly) {
  Scenario s = llama();
  s.training.method = TrainingMethod::PromptTuning;
  s.training.virtual_tokens = 20;
  const TrainingEstimate e = evaluate_training(s);
  EXPECT_EQ(e.trainable_parameters, 20U * 4096);
  EXPECT_EQ(phase(e, PhaseId::Load).bytes(Part::Adapters), Bytes{20 * 4096 * 4});
  EXPECT_EQ(phase(e, PhaseId::BackwardEnd).bytes(Part::Gradients), Bytes{20 * 4096 * 4});
  // Frozen layers keep what a gradient has to pass through: norms 8 h + 8, attention 4 q + 4 k + 4 a, 6 i a token.
  const Count layer = 8 * 4096 + 8 + 4 * 4096 + 4 * 1024 + 4 * 32 + 6 * 14336;
  const Bytes kept = phase(e, PhaseId::ForwardEnd).bytes(Part::Activations);
  EXPECT_NEAR(static_cast<double>(kept.count), 32.0 * layer * 2068, 0.005 * static_cast<double>(kept.count));
}

TEST(TrainingSettings, RsLoraCostsWhatLoraDoes) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  const Bytes lora = evaluate_training(s).breakdown.total();
  s.training.method = TrainingMethod::RsLora;
  EXPECT_EQ(evaluate_training(s).breakdown.total(), lora);
}

TEST(TrainingSettings, BlockRecomputationKeepsInputsOfTheFirstLayers) {
  Scenario s = llama();
  const Bytes all = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.recompute = RecomputeKind::Block;
  s.training.recompute_every = 8;
  const Count layer = 200'840ULL * 2048 + 24;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), all - Bytes{8 * (layer - 8192ULL * 2048)});
  s.training.recompute = RecomputeKind::OneOfN;
  s.training.recompute_every = 2;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), all - Bytes{16 * (layer - 8192ULL * 2048)});
}

TEST(TrainingSettings, PaddingNeedsAMaskAndRepeatedKeys) {
  Scenario s = llama();
  const Bytes even = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.batching = Batching::Padded;
  // A bf16 mask of 2 S a token, keys and values of 8 heads repeated to 32; 16 bytes a call instead of 24.
  const Count more = 2048ULL * (2 * 2048 + 2 * 2 * (4096 - 1024)) - 8;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), even + Bytes{32 * more});
  s.training.batching = Batching::Packed;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), even);
  s.training.attention = AttentionKernel::Sdpa;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), even + Bytes{32 * more});
}

TEST(TrainingSettings, Float8KeepsTwoCopiesAndSmallerInputs) {
  Scenario s = megatron();
  const Bytes before = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.float8 = true;
  const Count linear = parameters - 2 * 128256ULL * 4096 - 65 * 4096;
  EXPECT_EQ(at(s, PhaseId::Step, Part::WeightCasts), Bytes{2 * linear});
  // Two inputs of the stream and the down projection's lose a byte, the output projection's is a copy of one.
  EXPECT_EQ(before - at(s, PhaseId::ForwardEnd, Part::Activations), Bytes{32ULL * 2048 * (2 * 4096 + 14336 - 4096)});
  s.training.float8_weights = true;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{2 * (parameters - linear)});
  s.training.framework = TrainingFramework::Torchtitan;
  EXPECT_EQ(at(s, PhaseId::Step, Part::WeightCasts), Bytes{});
}

TEST(TrainingSettings, Float8WeightsAloneChangeNothing) {
  Scenario s = megatron();
  s.parallelism.data = 4;
  s.parallelism.zero = 1;
  const Bytes before = at(s, PhaseId::Load, Part::Gradients);
  EXPECT_GT(before, Bytes{});
  s.training.float8_weights = true;
  EXPECT_EQ(at(s, PhaseId::Load, Part::Gradients), before);
}

// torchtitan's 8B on 128 GPUs, compiled, reserves 4.2 GB more than is live.
TEST(TrainingSettings, WholeLogitsLeaveAGapInThePool) {
  Scenario s = llama();
  s.include_overhead = true;
  s.measure = Measure::Reserved;
  s.training.framework = TrainingFramework::Torchtitan;
  s.training.version = "2024";
  s.training.recipe = Recipe::FsdpBf16;
  s.training.loss = Loss::FreedBeforeBackward;
  s.training.compile = true;
  s.training.sequence = 8192;
  s.training.micro_batch = 2;
  s.parallelism.data = 128;
  s.parallelism.zero = 3;
  const auto pool = [&](std::string_view label) {
    const Breakdown here = phase(evaluate_training(s), PhaseId::BackwardStart);
    for (const Component& c : here.components) {
      for (const Summand& part : c.summands) {
        if (c.part == Part::Overhead && part.label == label) return part.result;
      }
    }
    return Bytes{};
  };
  const Count tokens = 16384;
  s.training.recompute = RecomputeKind::Full;
  EXPECT_EQ(pool("gap that the logits leave"), Bytes{2 * tokens * 128256});
  EXPECT_EQ(pool("blocks of a layer's forward pass"), Bytes{2 * tokens * (3 * 14336 + 4 * 4096)});
  EXPECT_EQ(pool("allocator fragmentation"), Bytes{});
  s.training.loss = Loss::Full;  // the logits stay where they are
  EXPECT_EQ(pool("gap that the logits leave"), Bytes{});
  s.training.loss = Loss::FreedBeforeBackward;
  s.training.recompute = RecomputeKind::None;  // the measured share of so many activations is more
  EXPECT_EQ(pool("gap that the logits leave"), Bytes{});
  EXPECT_GT(pool("allocator fragmentation"), Bytes{2 * tokens * 128256});
  s.measure = Measure::Allocated;
  EXPECT_EQ(at(s, PhaseId::BackwardStart, Part::Overhead), Bytes{});
}

TEST(TrainingSettings, ShardGroupsHoldAWholeModelEach) {
  Scenario s = llama();
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{2 * parameters / 8});
  s.parallelism.shard_group = 2;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{parameters});
  EXPECT_EQ(at(s, PhaseId::Step, Part::Gradients), Bytes{parameters});
}

TEST(TrainingSettings, ContextRanksExchangeKeysAndValues) {
  Scenario s = llama();
  s.parallelism.context = 4;
  s.training.sequence = 8192;
  s.parallelism.zero = 3;
  const auto exchanged = [&](ContextKind kind) {
    s.parallelism.context_kind = kind;
    const TrainingEstimate e = evaluate_training(s);
    for (const Component& c : phase(e, PhaseId::BackwardLayers).components) {
      if (c.part == Part::CommBuffers) return c.summands.front().result;
    }
    return Bytes{};
  };
  const Count one = 2 * 2 * 1024 * 2048;  // keys and values of a rank's tokens in bf16
  EXPECT_EQ(exchanged(ContextKind::Ring), Bytes{4 * one});
  EXPECT_EQ(exchanged(ContextKind::AllGather), Bytes{2 * 4 * one});
  EXPECT_EQ(exchanged(ContextKind::Ulysses), Bytes{2 * 2048 * (2 * 1024 + 2 * 4096)});
}

TEST(TrainingSettings, DeepSpeedKeepsABudgetOfGatheredWeights) {
  Scenario s = llama();
  s.training.framework = TrainingFramework::DeepSpeed;
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::GatheredWeights), Bytes{2 * 1'050'000'000});
  s.parallelism.max_live = 300'000'000;
  s.parallelism.prefetch = 0;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::GatheredWeights), Bytes{2 * 300'000'000});
}

TEST(TrainingSettings, TheFirstStepHasNoStatesYet) {
  Scenario s = llama();
  s.training.sequence = 8192;
  s.training.optimizer = Optimizer::AdamWFused;
  const TrainingEstimate e = evaluate_training(s);
  EXPECT_EQ(e.peak_phase, PhaseId::BackwardStart);
  EXPECT_EQ(e.first_step.total, e.breakdown.total() - e.breakdown.bytes(Part::OptimizerStates));
  s = megatron();
  const TrainingEstimate made_at_start = evaluate_training(s);
  EXPECT_EQ(made_at_start.first_step.total, made_at_start.breakdown.total());
}

// PEFT prepare_model_for_kbit_training: embedding, head and norms in fp32, and with them the stream.
TEST(TrainingSettings, PreparedQuantizedBasesWorkInFp32) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Qlora;
  s.training.recompute = RecomputeKind::Full;
  const Bytes weights = at(s, PhaseId::Step, Part::Weights);
  const Bytes inputs = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.kbit_preparation = true;
  const Count plain = 2 * 128256ULL * 4096 + 65 * 4096;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), weights + Bytes{2 * plain});
  EXPECT_GE(at(s, PhaseId::ForwardEnd, Part::Activations), inputs + Bytes{32ULL * 2048 * 4096 * 2});
  EXPECT_EQ(at(s, PhaseId::BackwardStart, Part::LossHead), Bytes{16ULL * 2048 * 128256 + 4});
  s.training.method = TrainingMethod::Lora;  // nothing is quantized, so nothing is prepared
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{2 * parameters});
}

// fms-acceleration's runs with FSDP1 and adapters: the inputs of all 32 layers are held until the end of backward, and
// with them the gradients of all but the one that runs.
TEST(TrainingSettings, Fsdp1HoldsInputsOfFrozenLayersAndTheirGradients) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  s.training.recompute = RecomputeKind::Full;
  s.training.loss = Loss::Fused;
  s.parallelism.data = 2;
  s.parallelism.zero = 3;
  const auto held = [&](Part part, std::string_view label) {
    const TrainingEstimate e = evaluate_training(s);
    Bytes sum;
    for (const Component& c : phase(e, PhaseId::BackwardLayers).components) {
      for (const Summand& summand : c.summands) {
        if (c.part == part && summand.label == label) sum += summand.result;
      }
    }
    return sum;
  };
  const Bytes input{2048ULL * 4096 * 2};
  EXPECT_EQ(held(Part::Transient, "gradients that hooks hold"), Bytes{});
  const Bytes second = evaluate_training(s).breakdown.total();
  s.parallelism.fsdp = 1;
  EXPECT_EQ(held(Part::Activations, "layer inputs that hooks hold"), input * 32);
  EXPECT_EQ(held(Part::Transient, "gradients that hooks hold"), input * 31);
  // One layer is open below them, where FSDP2 gathers the next one ahead.
  const Bytes layer{218'112'000ULL * 2};
  EXPECT_GE(evaluate_training(s).breakdown.total() + layer, second + input * 29);
}

// TRL 0.13 sft_trainer.py (is_sharded_qlora): a base that is loaded as shards is not prepared.
TEST(TrainingSettings, ShardsOfAQuantizedBaseAreNotPrepared) {
  Scenario s = llama();
  s.training.framework = TrainingFramework::Trl;
  s.training.version = "0.13";
  s.training.method = TrainingMethod::Qlora;
  s.parallelism.data = 2;
  const Bytes prepared = at(s, PhaseId::Step, Part::Weights);
  s.training.kbit_preparation = false;
  const Bytes plain = at(s, PhaseId::Step, Part::Weights);
  EXPECT_GT(prepared, plain);
  s.training.kbit_preparation = std::nullopt;
  s.parallelism.zero = 3;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{(plain.count + 1) / 2});
}

// LitGPT accumulates without reducing (no_backward_sync): gemma-2b/full.yaml of its config hub takes 17.4 GB.
TEST(TrainingSettings, LitGptAndFsdp1AccumulateWholeGradientsOfShards) {
  Scenario s = llama();
  s.training.framework = TrainingFramework::LitGpt;
  s.parallelism.data = 4;
  s.parallelism.zero = 3;
  const auto while_adding = [&] { return at(s, PhaseId::BackwardStart, Part::Gradients); };
  EXPECT_EQ(while_adding(), Bytes{});
  s.training.accumulation = 4;
  EXPECT_EQ(while_adding(), Bytes{2 * parameters});
  EXPECT_EQ(at(s, PhaseId::Step, Part::Gradients), Bytes{2 * parameters / 4}) << "reduced in the last micro-batch";
  s.parallelism.zero = 2;
  EXPECT_EQ(while_adding(), Bytes{2 * parameters}) << "shards of gradients alone are FSDP's too";
  s.parallelism.zero = 3;
  s.training.framework = TrainingFramework::Torchtitan;
  EXPECT_EQ(while_adding(), Bytes{2 * parameters / 4});
  s.training.framework = TrainingFramework::Trl;
  EXPECT_EQ(while_adding(), Bytes{2 * parameters / 4});
  s.parallelism.fsdp = 1;
  EXPECT_EQ(while_adding(), Bytes{2 * parameters});
}

TEST(TrainingSettings, FrozenShardsStayInTheComputeType) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  s.training.recipe = Recipe::FsdpBf16;
  s.parallelism.data = 2;
  s.parallelism.zero = 3;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), Bytes{parameters});
}

TEST(TrainingSettings, StagesTakeTheLayersTheyAreGiven) {
  Scenario s = megatron();
  s.parallelism.pipeline = 4;
  s.parallelism.layers_per_stage = {5, 9, 9, 9};
  const TrainingEstimate e = evaluate_training(s);
  const Count layer = (parameters - 2 * 128256ULL * 4096 - 4096) / 32;
  EXPECT_EQ(e.ranks[1].breakdown.bytes(Part::Weights), Bytes{2 * 9 * layer});
  EXPECT_EQ(e.ranks[0].breakdown.bytes(Part::Weights), Bytes{2 * (5 * layer + 128256ULL * 4096)});
}

TEST(TrainingSettings, FlashWithItsPackageNeedsNoMaskForWindows) {
  Scenario s = llama();
  Model windowed = *s.model;
  for (Layer& kind : windowed.kinds) kind.attention.window = 512;
  s.model = std::make_shared<const Model>(windowed);
  const Bytes masked = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.sliding_attention = AttentionKernel::Flash;
  EXPECT_LT(at(s, PhaseId::ForwardEnd, Part::Activations), masked);
  s.training.sliding_attention = AttentionKernel::Sdpa;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Activations), masked);
}

// Heads of 512 (Gemma 4) fit neither of SDPA's kernels for grouped queries.
TEST(TrainingSettings, WideGroupedHeadsKeepTheirScoresUnderSdpa) {
  Scenario s = llama();
  Model wide = *s.model;
  for (Layer& kind : wide.kinds) {
    kind.attention.head_dim = kind.attention.value_head_dim = kind.attention.rotary_dim = 512;
    kind.attention.heads = 16;
  }
  s.model = std::make_shared<const Model>(wide);
  const Bytes flash = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.attention = AttentionKernel::Sdpa;
  EXPECT_GT(at(s, PhaseId::ForwardEnd, Part::Activations), flash + Bytes{32ULL * 2 * 16 * 2048 * 2048});
}

// Transformer Engine computes them step by step: in 16 bits below 16,384 positions, in fp32 from there on.
TEST(TrainingSettings, MegatronComputesWideHeadsInSteps) {
  Scenario s = megatron();
  Model wide = *s.model;
  for (Layer& kind : wide.kinds) {
    kind.attention.head_dim = kind.attention.value_head_dim = kind.attention.rotary_dim = 512;
    kind.attention.heads = 16;
  }
  s.model = std::make_shared<const Model>(wide);
  const auto kept = [&](AttentionKernel kernel, Count sequence) {
    s.training.attention = kernel;
    s.training.sequence = sequence;
    return at(s, PhaseId::ForwardEnd, Part::Activations);
  };
  EXPECT_EQ(kept(AttentionKernel::Flash, 16'376), kept(AttentionKernel::Sdpa, 16'376));
  EXPECT_LT(kept(AttentionKernel::Flash, 16'376), kept(AttentionKernel::Flash, 16'380) - Bytes{32ULL << 32});
  // 32 layers x 16 heads x 4 bytes more for each of 16,384 x 16,384 scores.
  const double more =
      static_cast<double>((kept(AttentionKernel::Flash, 16'384) - kept(AttentionKernel::Flash, 16'376)).count);
  EXPECT_NEAR(more, 32.0 * 16 * 4 * 16'384 * 16'384, 0.01 * more);
}

// Transformer Engine's FusedAdam: states with a scale in any version, bf16 ones before 2.14.
TEST(TrainingSettings, NarrowStatesAreSteppedAsFp32Copies) {
  Scenario s = megatron();
  const auto step = [&](StateFormat format, std::string_view version) {
    s.training.state_format = format;
    s.training.version = version;
    return at(s, PhaseId::Step, Part::Transient);
  };
  EXPECT_EQ(step(StateFormat::Recipe, "0.12"), Bytes{});
  EXPECT_EQ(step(StateFormat::Bf16, ""), Bytes{});
  EXPECT_EQ(step(StateFormat::Bf16, "0.12"), Bytes{8 * parameters});
  EXPECT_EQ(step(StateFormat::Fp8, ""), Bytes{8 * parameters});
  s.parallelism.data = 4;
  s.parallelism.zero = 1;
  EXPECT_EQ(step(StateFormat::Fp8, ""), Bytes{2 * parameters});
  s.training.framework = TrainingFramework::Torchtitan;
  s.training.recipe = Recipe::FsdpBf16;
  s.parallelism = {};
  EXPECT_EQ(step(StateFormat::Bf16, ""), Bytes{});
}

// transformers 5.0 to 5.3 copy tensors to the device faster than they quantize them (pull request 44576).
TEST(TrainingSettings, QloraQuantizesTheReleasedWeightsWhereGgufIsChosen) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Qlora;
  const Bytes released = at(s, PhaseId::ForwardEnd, Part::Weights);
  s.weights.format = WeightFormat::Gguf;
  EXPECT_EQ(at(s, PhaseId::ForwardEnd, Part::Weights), released);
  const TrainingEstimate e = evaluate_training(s);
  EXPECT_LT(e.breakdown.bytes(Part::Weights), Bytes{parameters}) << "four bits, not sixteen";
}

TEST(TrainingSettings, ABaseThatIsQuantizedWhileItIsLoadedMayNeedItsWholeSize) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Qlora;
  s.training.sequence = 128;
  s.training.version = "5.3";
  const TrainingEstimate ahead = evaluate_training(s);
  EXPECT_EQ(ahead.peak_phase, PhaseId::Load);
  const Breakdown& load = phase(ahead, PhaseId::Load);
  EXPECT_EQ(load.bytes(Part::Weights) + load.bytes(Part::Transient), Bytes{2 * parameters * 22 / 25});
  for (const std::string_view version : {"4.57", "5.4", ""}) {
    s.training.version = version;
    EXPECT_EQ(phase(evaluate_training(s), PhaseId::Load).bytes(Part::Transient), Bytes{}) << version;
  }
  s.training.framework = TrainingFramework::Axolotl;
  s.training.version = "0.15";
  EXPECT_EQ(evaluate_training(s).peak_phase, PhaseId::Load);
  s.training.method = TrainingMethod::Lora;
  EXPECT_NE(evaluate_training(s).peak_phase, PhaseId::Load);
}

TEST(TrainingSettings, ADefaultThatDecidesTheAnswerIsNamed) {
  Scenario s = llama();
  s.training.framework = TrainingFramework::Trl;
  s.training.method = TrainingMethod::Lora;
  for (const UsualSetting& usual : usual_settings) usual.apply(s);
  const auto named = [&] {
    const Estimate e = evaluate(s);
    return std::count_if(e.warnings.begin(), e.warnings.end(), [](const std::string& words) {
      return words.starts_with(
          "TRL 1.13 sets “Recomputation” to full unless told otherwise. With “Recomputation” at none, training "
          "takes ");
    });
  };
  EXPECT_EQ(named(), 1);
  s.training.recompute = RecomputeKind::None;
  EXPECT_EQ(named(), 0);
}

TEST(TrainingSettings, OnlyFrameworksOverPeftAreToldOfItsPreparation) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Qlora;
  s.training.recompute = RecomputeKind::Full;
  const auto told = [&](TrainingFramework framework) {
    s.training.framework = framework;
    const Estimate e = evaluate(s);
    return std::any_of(e.warnings.begin(), e.warnings.end(), [](const std::string& words) {
      return words.find("With “k-bit preparation” on (PEFT") != std::string::npos;
    });
  };
  EXPECT_TRUE(told(TrainingFramework::Transformers));
  EXPECT_FALSE(told(TrainingFramework::Torchtune));
  EXPECT_FALSE(told(TrainingFramework::Mlx));
}

// Megatron-Core param_and_grad_buffer.py: weights as they were built, the buffer that they move into, and the gradients'.
TEST(TrainingSettings, MegatronsWeightsAreThereTwiceWhileTheyMoveIntoTheirBuffer) {
  Scenario s = megatron();
  EXPECT_EQ(at(s, PhaseId::Load, Part::Gradients) + at(s, PhaseId::Load, Part::Transient), Bytes{});
  s.parallelism.zero = 1;
  EXPECT_EQ(at(s, PhaseId::Load, Part::Gradients), Bytes{4 * parameters});
  EXPECT_EQ(at(s, PhaseId::Load, Part::Transient), Bytes{2 * parameters});
  s.training.recompute = RecomputeKind::Full;
  s.training.loss = Loss::FreedBeforeBackward;
  s.training.offload = Offload::Optimizer;
  EXPECT_EQ(evaluate_training(s).peak_phase, PhaseId::Load);
  // Dense weights move first, then the experts, which are most of this model.
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  const Count experts = 8ULL * 8 * 3 * 4096 * 14336;
  EXPECT_EQ(at(s, PhaseId::Load, Part::Transient), Bytes{2 * experts});
}

// transformers training_args.py: adamw_torch_fused is the default since 4.54; adamw_torch is PyTorch's foreach.
TEST(TrainingSettings, TheTrainersOwnAdamWStepsInPlaceSince454) {
  Scenario s = llama();
  EXPECT_EQ(at(s, PhaseId::Step, Part::Transient), Bytes{});
  s.training.version = "4.53";
  EXPECT_EQ(at(s, PhaseId::Step, Part::Transient), Bytes{2 * parameters});
  s.training.version = "4.54";
  EXPECT_EQ(at(s, PhaseId::Step, Part::Transient), Bytes{});
  s.training.optimizer = Optimizer::AdamWForeach;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Transient), Bytes{2 * parameters});
}

// bitsandbytes in transformers replaces the linear layers of towers too; Unsloth skips them.
TEST(TrainingSettings, TowersOfAQuantizedBaseAreQuantizedUnlessTheToolSkipsThem) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Qlora;
  const Bytes text = at(s, PhaseId::Step, Part::Weights);
  Model m = *s.model;
  m.tensors.push_back({.name = "tower",
                       .rows = 4096,
                       .columns = 4096,
                       .count = 10,
                       .role = TensorRole::Encoder,
                       .part = ModelPart::Encoder});
  s.model = std::make_shared<const Model>(m);
  const Count n = 10ULL * 4096 * 4096;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights) - text,
            matrix_bytes({.format = WeightFormat::Nf4Dq}, 4096, 4096) * 10);
  s.training.framework = TrainingFramework::Unsloth;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights) - text, Bytes{2 * n});
}

// PEFT's all-linear takes every linear layer of a tower; names take the tower's layers of that name.
TEST(TrainingSettings, AdaptersReachTheTowersThatAreTrained) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  s.training.lora.rank = 8;
  const auto adapters = [&] { return at(s, PhaseId::Step, Part::Adapters); };
  const Bytes text = adapters();
  Model m = *s.model;
  const auto add = [&](const char* name, Count rows, Count columns) {
    m.tensors.push_back({.name = name,
                         .rows = rows,
                         .columns = columns,
                         .count = 10,
                         .role = TensorRole::Encoder,
                         .part = ModelPart::Encoder});
    m.encoder_parameters += m.tensors.back().total();
  };
  add("vision_tower.layers.{}.self_attn.q_proj.weight", 1024, 1024);
  add("vision_tower.layers.{}.mlp.fc1.weight", 4096, 1024);
  add("vision_tower.embeddings.patch_embedding.weight", 1024, 588);
  s.model = std::make_shared<const Model>(m);
  EXPECT_EQ(adapters(), text) << "frozen";
  s.training.vision_tower = VisionTower::Trained;
  const Count query = 10ULL * 8 * (1024 + 1024);
  const Count inner = 10ULL * 8 * (4096 + 1024);
  EXPECT_EQ(adapters() - text, Bytes{4 * (query + inner)});
  const Estimate e = evaluate(s);
  for (const Component& c : e.training.breakdown.components) {
    if (c.part != Part::Adapters) continue;
    EXPECT_EQ(c.trust, Trust::Modelled) << "only names tell linear layers from tables";
  }
  EXPECT_TRUE(std::any_of(e.warnings.begin(), e.warnings.end(),
                          [](const std::string& words) { return words.starts_with("The towers are trained"); }));
  s.training.lora.targets.set(LoraTarget::Up, false);
  const Bytes without = adapters();
  s.training.vision_tower = VisionTower::Frozen;
  EXPECT_EQ(without - adapters(), Bytes{4 * query});
}

// Megatron Bridge divides both matrices and has one adapter for all experts; ms-swift's Megatron divides one of them and
// has an adapter for every expert.
TEST(TrainingSettings, AdaptersOfMegatronBridgeAreDividedAndSharedByExperts) {
  Scenario s;
  constexpr Count layers = 8, rank = 32, hidden = 4096, keys = 1024, inner = 14336;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = layers, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.training.method = TrainingMethod::Lora;
  s.training.lora.rank = rank;
  s.training.lora.adapter_dtype = AdapterDtype::Bf16;
  s.parallelism.tensor = 2;
  s.parallelism.data = 4;
  s.parallelism.expert = 4;
  const auto adapters = [&] { return at(s, PhaseId::Step, Part::Adapters).count / 2; };
  constexpr Count qkv = rank * (hidden + hidden + 2 * keys), output = rank * 2 * hidden;
  constexpr Count expert = rank * (hidden + 2 * inner) + rank * (inner + hidden);
  s.training.framework = TrainingFramework::MegatronBridge;
  EXPECT_EQ(adapters(), layers * ((qkv + output) / 2 + expert));
  EXPECT_EQ(evaluate_training(s).trainable_parameters, layers * (qkv + output + expert));
  s.training.framework = TrainingFramework::Megatron;
  constexpr Count columns = rank * (hidden + (hidden + 2 * keys) / 2), rows = rank * (hidden / 2 + hidden);
  EXPECT_EQ(adapters(), layers * (columns + rows + expert * 8 / 4));
}

// What adapters of experts keep of the tokens routed to them, and of a sequence-parallel stream.
TEST(TrainingSettings, AdaptersOfExpertsKeepTheirInputs) {
  Scenario s;
  constexpr Count layers = 8, rank = 32, tokens = 1024, hidden = 4096, inner = 14336;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = layers, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.training.framework = TrainingFramework::Megatron;
  s.training.kernels = LayerKernels::Fused;
  s.training.method = TrainingMethod::Lora;
  s.training.sequence = tokens;
  s.training.lora.rank = rank;
  s.training.lora.adapter_dtype = AdapterDtype::Bf16;
  const auto kept = [&] { return at(s, PhaseId::ForwardEnd, Part::Activations).count; };
  const Count with = kept();
  s.training.lora.experts = false;
  const Count chosen = s.model->kinds.front().feed_forward.experts_per_token;
  EXPECT_EQ(with - kept(), layers * tokens * chosen * 2 * (hidden + inner + 2 * rank));
  s.parallelism.tensor = 2;
  s.parallelism.sequence_parallel = true;
  const Count sharded = kept();
  s.training.framework = TrainingFramework::MegatronBridge;
  EXPECT_EQ(kept() - sharded, layers * tokens * 2 * hidden / 2) << "the input of queries, keys and values";
}

// FSDP1 without reductions between micro-batches: the root's gradients and the flat one that they are put into.
TEST(TrainingSettings, Fsdp1PutsTheRootsGradientsTogetherAtTheEnd) {
  Scenario s = llama();
  s.parallelism.data = 4;
  s.parallelism.zero = 3;
  s.parallelism.fsdp = 1;
  s.training.accumulation = 4;
  const Count root = 2 * table_parameters + 4096;
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::GatheredWeights), Bytes{2 * root});
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::Transient), Bytes{2 * 2 * root});
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::Gradients), Bytes{2 * parameters});
  s.parallelism.fsdp = 2;
  EXPECT_EQ(at(s, PhaseId::BackwardEnd, Part::Transient), Bytes{});
}

TEST(TrainingSettings, ExpertsThatNoOtherRankHoldsAreNotGathered) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  s.parallelism.reshard_after_forward = false;
  const Bytes all = at(s, PhaseId::ForwardEnd, Part::GatheredWeights);
  s.parallelism.expert = 8;
  const Bytes dense = at(s, PhaseId::ForwardEnd, Part::GatheredWeights);
  EXPECT_LT(dense.count, all.count / 2);
}

TEST(TrainingSettings, ReplicatedExpertsAreWholeOnEveryRank) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  s.parallelism.expert = 2;
  const Count experts = 2ULL * 8 * 8 * 3 * 4096 * 14336;
  const Bytes sharded = at(s, PhaseId::Step, Part::Weights);
  s.parallelism.replicated_experts = true;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), sharded + Bytes{experts / 2 - experts / 8});
  EXPECT_GE(at(s, PhaseId::Step, Part::OptimizerStates), Bytes{2 * experts / 2});
}

// bitsandbytes replaces nn.Linear, and the experts of transformers 5 are one tensor.
TEST(TrainingSettings, ExpertsThatAreOneTensorAreNotQuantized) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.training.method = TrainingMethod::Qlora;
  const Bytes fused = at(s, PhaseId::Step, Part::Weights);
  s.training.version = "4.57";
  const Bytes modules = at(s, PhaseId::Step, Part::Weights);
  EXPECT_GT(fused.count, 2 * modules.count);
  s.training.version = "";
  s.training.experts = ExpertKernel::Loop;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), modules);
}

// Axolotl's quantize_moe_experts: quantized one by one while they are loaded, a layer's worth dequantized when used.
TEST(TrainingSettings, ExpertsThatAToolQuantizesAreDequantizedAsAWhole) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.include_overhead = false;
  s.training.framework = TrainingFramework::Axolotl;
  s.training.version = "0.15";
  s.training.method = TrainingMethod::Qlora;
  s.training.recompute = RecomputeKind::Full;
  const TrainingEstimate left = evaluate_training(s);
  s.weights.experts = FormatChoice{.format = WeightFormat::Nf4Dq};
  const TrainingEstimate quantized = evaluate_training(s);
  EXPECT_LT(quantized.breakdown.total().count, left.breakdown.total().count / 2);
  const Bytes layer{8ULL * 3 * 4096 * 14336 * 2};
  EXPECT_GE(phase(quantized, PhaseId::BackwardLayers).bytes(Part::Transient), layer);
  EXPECT_LT(phase(quantized, PhaseId::Load).bytes(Part::Transient), layer);
  // The same format said for the rest does not change what was said of the experts.
  s.weights.format = WeightFormat::Nf4Dq;
  EXPECT_EQ(at(s, PhaseId::Step, Part::Weights), phase(quantized, PhaseId::Step).bytes(Part::Weights));
}

TEST(TrainingSettings, AdaptersReachExpertsWhenAsked) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 8, .kv_heads = 8, .experts = 8}));
  s.training.method = TrainingMethod::Lora;
  const Count without = evaluate_training(s).trainable_parameters;
  s.training.lora.experts = true;
  const Count with = evaluate_training(s).trainable_parameters;
  EXPECT_GT(with, 2 * without);
  s.training.lora.experts = std::nullopt;
  s.training.framework = TrainingFramework::Megatron;
  // There keys and values, and up, share the first matrix of queries and gate.
  EXPECT_EQ(evaluate_training(s).trainable_parameters, with - Count{8} * 16 * 4096 * (2 + 8));
}

TEST(TrainingSettings, UnslothsAdaptersShareTheirInputs) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  const Bytes peft = at(s, PhaseId::ForwardEnd, Part::Activations);
  s.training.framework = TrainingFramework::Unsloth;
  // Norms 2 (2 h + 4), attention 2 q + 2 k + 2 k + 2 q + 4 a, gate and up 4 i, two inputs 4 h.
  const Count layer = 2 * (2 * 4096 + 4) + 4 * 4096 + 4 * 1024 + 4 * 32 + 4 * 14336 + 4 * 4096;
  const Bytes unsloth = at(s, PhaseId::ForwardEnd, Part::Activations);
  EXPECT_NEAR(static_cast<double>(unsloth.count), 32.0 * layer * 2048, 0.01 * static_cast<double>(unsloth.count));
  EXPECT_LT(unsloth.count, peft.count / 2);
}

}  // namespace settings_test
