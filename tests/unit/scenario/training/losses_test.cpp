#include <llmcalc/scenario/training/losses.hpp>

#include <gtest/gtest.h>

namespace losses_test {

using namespace llmcalc;

constexpr LossShape llama{.tokens = 2048, .sequences = 1, .vocabulary = 128256, .hidden = 4096};

LossShape with(Loss loss) {
  LossShape s = llama;
  s.loss = loss;
  return s;
}

// Measured: allocation ledger of the transformers class at 1 x 2048 tokens.
TEST(LossHead, KeepsTheFp32LogSoftmaxAndTheLabels) {
  EXPECT_EQ(loss_bytes(with(Loss::FreedBeforeBackward)).saved, Bytes{1'050'689'548});
  LossShape batch = with(Loss::FreedBeforeBackward);
  batch.sequences = 2;
  EXPECT_EQ(loss_bytes(batch).saved, Bytes{1'050'689'540});
}

TEST(LossHead, NeedsThreeFp32LogitsInTheBackwardPass) {
  EXPECT_EQ(loss_bytes(with(Loss::FreedBeforeBackward)).backward, Bytes{3'152'019'456 + 4});
  EXPECT_EQ(loss_bytes(with(Loss::Full)).backward, Bytes{3'677'356'032 + 4});
}

TEST(LossHead, FusedWithTheHeadNeverHasAllLogits) {
  const LossBytes fused = loss_bytes(with(Loss::Fused));
  EXPECT_LT(fused.saved + fused.forward_extra, 64_MiB);
}

TEST(LossHead, ChunkedIsBetweenFusedAndFull) {
  EXPECT_LT(loss_bytes(with(Loss::Chunked)).backward, loss_bytes(with(Loss::FreedBeforeBackward)).backward);
  EXPECT_GT(loss_bytes(with(Loss::Chunked)).backward, loss_bytes(with(Loss::Fused)).backward);
}

constexpr Count logits = 2048ULL * 128256;
constexpr Count labels = 8 * 2048 + 8 + 4;

// 10.1 bytes beyond the logits in SkyRL's measurement, 12 with them in Liger's.
TEST(LossHead, OfMegatronHasTheSoftmaxItsCopyAndTheGradient) {
  LossShape s = with(Loss::FreedBeforeBackward);
  s.kernel = LossKernel::VocabularyParallel;
  EXPECT_EQ(loss_bytes(s).saved + loss_bytes(s).forward_extra, Bytes{10 * logits + labels});
  EXPECT_EQ(loss_bytes(s).backward, Bytes{10 * logits + labels});
  s.loss = Loss::Full;
  EXPECT_EQ(loss_bytes(s).saved + loss_bytes(s).forward_extra, Bytes{10 * logits + labels});
  EXPECT_EQ(loss_bytes(s).backward, Bytes{12 * logits + labels});
}

TEST(LossHead, InPlaceHasTheFp32LogitsAndTheirGradientOnce) {
  const LossBytes loss = loss_bytes(with(Loss::InPlace));
  EXPECT_EQ(loss.saved, Bytes{4 * logits + labels});
  EXPECT_EQ(loss.saved + loss.forward_extra, Bytes{6 * logits + labels});
  EXPECT_EQ(loss.backward, Bytes{6 * logits + labels});
  LossShape unsloth = with(Loss::InPlace);
  unsloth.kernel = LossKernel::OverLogits;
  EXPECT_EQ(loss_bytes(unsloth).backward, Bytes{2 * logits + labels});
}

// fms-acceleration's runs of Llama 3 8B with 8 x 4,096 tokens: 8.07 bytes per logit, and 14.3 without the kernel.
// torchtitan components/loss.py of 2025: torch.compile has the conversion to fp32 and the cross-entropy in one.
TEST(LossHead, CompiledKeepsTheLogitsAlone) {
  LossShape s = with(Loss::FreedBeforeBackward);
  s.kernel = LossKernel::CompiledToo;
  const LossBytes compiled = loss_bytes(s);
  EXPECT_EQ(compiled.saved_per_logit, 2U);
  EXPECT_EQ(compiled.backward_per_logit, 4U);
  EXPECT_EQ(compiled.forward_extra, Bytes{});
  EXPECT_EQ(compiled.backward - compiled.saved, Bytes{2 * logits});
}

TEST(LossHead, BeforeTransformers450CopiesShiftedLogits) {
  LossShape s = with(Loss::InPlace);
  s.kernel = LossKernel::TorchShifted;
  s.sequences = 2;
  EXPECT_EQ(loss_bytes(s).backward_per_logit, 8U);
  s.loss = Loss::FreedBeforeBackward;
  const LossBytes loss = loss_bytes(s);
  EXPECT_EQ(loss.saved_per_logit + loss.forward_extra_per_logit, 14U);
  s.compute = 4;
  const LossBytes wide = loss_bytes(s);
  EXPECT_EQ(wide.saved_per_logit + wide.forward_extra_per_logit, 12U);
}

// fms-acceleration's runs of Mistral 7B with transformers 4.48.1: 10.0 bytes per logit with the kernel; of Granite, whose
// class computes its loss itself, with 4.45.2: 8.0 with it and 12.0 without.
TEST(LossHead, FromTransformers446TheLogitsAreHeldBesideTheirCopies) {
  LossShape s = with(Loss::InPlace);
  s.sequences = 2;
  const auto forward = [&](LossKernel kernel) {
    s.kernel = kernel;
    const LossBytes loss = loss_bytes(s);
    return loss.saved_per_logit + loss.forward_extra_per_logit;
  };
  EXPECT_EQ(forward(LossKernel::TorchShiftedHeld), 10U);
  EXPECT_EQ(forward(LossKernel::TorchShifted), 8U);
  EXPECT_EQ(forward(LossKernel::TorchShiftedAlone), 8U);
  s.loss = Loss::FreedBeforeBackward;
  EXPECT_EQ(forward(LossKernel::TorchShiftedHeld), 14U);
  EXPECT_EQ(forward(LossKernel::TorchShiftedAlone), 12U);
}

// TRL entropy_from_logits flattens logits without each sequence's last: a copy, unless there is one sequence.
TEST(LossHead, EntropyCopiesTheLogitsOfSeveralSequences) {
  LossShape s = with(Loss::InPlace);
  s.metrics = LogitMetrics::Entropy;
  EXPECT_EQ(loss_bytes(s).metrics, Bytes{});
  s.sequences = 2;
  EXPECT_EQ(loss_bytes(s).metrics, Bytes{4 * logits});
  s.loss = Loss::Full;  // the logits are held anyway
  EXPECT_EQ(loss_bytes(s).metrics, Bytes{2 * logits});
  s.loss = Loss::Fused;
  EXPECT_EQ(loss_bytes(s).metrics, Bytes{});
}

// torchtune drops the chunks before the backward pass; LitGPT refers to them.
TEST(LossHead, DroppedChunksAreGoneInTheBackwardPass) {
  LossShape s = with(Loss::Chunked);
  s.compiled = true;
  const LossBytes held = loss_bytes(s);
  s.chunks_of_logits = ChunksOfLogits::Dropped;
  // The second chunk's gradient of the head is added to the first one's, when the first chunk is gone.
  EXPECT_EQ(loss_bytes(s).backward, Bytes{2 * logits - 2 * logits / 8 + labels + 2 * 2 * 128256ULL * 4096});
  s.head_trained = false;
  EXPECT_EQ(loss_bytes(s).backward, Bytes{2 * logits + 2 * logits / 8 + labels});
  EXPECT_LT(loss_bytes(s).backward, held.backward);
}

TEST(LossHead, ChunkedLinearHasOneChunkOfLogits) {
  LossShape s = with(Loss::ChunkedLinear);
  EXPECT_EQ(loss_bytes(s).forward_extra, Bytes{16ULL * 256 * 128256});
  const Count head = 128256ULL * 4096;
  EXPECT_EQ(loss_bytes(s).backward, Bytes{labels + 16ULL * 256 * 128256 + 2 * head});
  s.head_trained = false;
  EXPECT_EQ(loss_bytes(s).backward, Bytes{labels + 16ULL * 256 * 128256});
  s.linear = {.per_logit = 14, .head = 4, .trained_head = 8};
  EXPECT_EQ(loss_bytes(s).backward, Bytes{labels + 14ULL * 256 * 128256 + 4 * head});
  s.linear = {.tokens = 0, .chunks = 8, .per_logit = 12};
  EXPECT_EQ(loss_bytes(s).forward_extra, Bytes{12 * logits / 8});
}

// TRL selective_log_softmax under autocast, which converts what the model returns to fp32.
TEST(LossHead, LogProbabilitiesUnderAutocastAreInFp32) {
  LossShape s = with(Loss::FreedBeforeBackward);
  s.log_probabilities = true;
  EXPECT_EQ(loss_bytes(s).backward_per_logit, 6U);
  s.fp32_outputs = true;
  EXPECT_EQ(loss_bytes(s).backward_per_logit, 12U);
}

}  // namespace losses_test
