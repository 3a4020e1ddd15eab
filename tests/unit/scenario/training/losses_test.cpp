#include <llmcalc/scenario/training/losses.hpp>

#include <gtest/gtest.h>

namespace {

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

TEST(LossHead, OfMegatronWorksInPlace) {
  LossShape s = with(Loss::FreedBeforeBackward);
  s.kernel = LossKernel::VocabularyParallel;
  EXPECT_LT(loss_bytes(s).backward, loss_bytes(with(Loss::FreedBeforeBackward)).backward);
}

}  // namespace
