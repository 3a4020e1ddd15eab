#include "ui/why_words.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/article.hpp>

namespace llmcalc::ui {
namespace {

/// Bytes of the row in the article's estimate.
Bytes article_bytes(const Results& results, Part part, Task task) {
  const Breakdown& b =
      task == Task::Inference ? results.article.inference.breakdown : results.article.training.breakdown;
  Bytes sum;
  for (const Component& c : b.components) {
    if (row_part(c.part) == row_part(part)) sum += c.bytes;
  }
  return sum;
}

/// What inference holds of a part on all devices together: the article knows no devices.
Bytes all_devices(const Estimate& estimate, const Component& component) {
  const Bytes sum = estimate.inference.breakdown.bytes(component.part);
  return sum.count == 0 ? component.bytes : sum;
}

/// "a quarter of", "2.6 times".
std::string ratio_words(Bytes ours, Bytes theirs) {
  const double ratio = static_cast<double>(ours.count) / static_cast<double>(theirs.count);
  if (ratio > 0.995 && ratio < 1.005) return "the same as";
  if (ratio > 0.245 && ratio < 0.255) return "a quarter of";
  if (ratio > 0.495 && ratio < 0.505) return "half of";
  if (ratio > 0.12 && ratio < 0.13) return "an eighth of";
  return three_digits(ratio) + " times";
}

std::string kv_reason(const Model& model) {
  Count heads = 0;
  Count kv_heads = 0;
  bool latent = false;
  bool window = false;
  bool recurrent = false;
  for (const Layer& kind : model.kinds) {
    if (kind.attention.heads > heads) {
      heads = kind.attention.heads;
      kv_heads = kind.attention.kv_heads;
    }
    latent = latent || kind.mixer == Mixer::LatentAttention;
    window = window || (kind.attends() && kind.attention.window != 0);
    recurrent = recurrent || kind.recurs();
  }
  if (latent)
    return "Latent attention caches one compressed vector per token instead of keys and values of every head";
  std::string words;
  if (kv_heads != 0 && kv_heads < heads) {
    words = "Grouped-query attention keeps " + grouped(kv_heads) + " of " + grouped(heads) + " heads";
  }
  if (window)
    words +=
        words.empty() ? "Sliding-window layers forget old tokens" : ", and sliding-window layers forget old tokens";
  if (recurrent)
    words += words.empty() ? "Recurrent layers cache no tokens" : ", and recurrent layers cache no tokens";
  return words;
}

/// True when the article takes cache entries for something else than they are: it has one precision for everything.
bool other_precision(const Scenario& s) {
  const Block theirs = article::precision(s);
  const auto differs = [&](KvFormat format) {
    const Block own = block_of(format);
    return own.bytes * theirs.elements != theirs.bytes * own.elements;
  };
  return differs(s.serving.key_format) || differs(s.serving.value_format);
}

std::string kv_words(const Scenario& s) {
  std::string words = kv_reason(*s.model);
  if (other_precision(s)) {
    words += words.empty() ? "The article counts the cache in the precision of the weights"
                           : "; the article counts the cache in the precision of the weights";
  }
  return words;
}

std::string reason(const Scenario& s, Part part, Task task) {
  switch (row_part(part)) {
    case Part::Weights:
      return "The article multiplies all parameters by one precision; formats keep some tensors in 16 bits and add "
             "scales";
    case Part::KvCache: return kv_words(s);
    case Part::Activations:
      return task == Task::Inference
                 ? "The article charges inference with what one layer saves for a backward pass; an engine reuses "
                   "its "
                   "buffers"
                 : "The article keeps one layer's activations; training without recomputation keeps every layer's, "
                   "as the kernels in use need them";
    case Part::Gradients:
      return "The article counts four bytes per gradient; gradients have the type that the recipe gives them";
    case Part::OptimizerStates:
      return "The article counts 8, 4 or 2 bytes per parameter; states follow the optimizer and its number formats";
    case Part::Adapters:
    case Part::RecurrentState:
    case Part::ComputeBuffer:
    case Part::OutputBuffer:
    case Part::CudaGraphs:
    case Part::DraftModel:
    case Part::LossHead:
    case Part::MasterWeights:
    case Part::EmaWeights:
    case Part::WeightCasts:
    case Part::Transient:
    case Part::GatheredWeights:
    case Part::CommBuffers:
    case Part::ReferenceModel:
    case Part::RewardModel:
    case Part::ValueModel:
    case Part::GenerationEngine:
    case Part::Overhead: break;
  }
  return {};
}

}  // namespace

std::string article_words(const Scenario& scenario, const Results& results, const Component& component, Task task,
                          ByteUnits units) {
  if (scenario.method == Method::Article)
    return "This is the formula of the article that the simple method follows, as written there.";
  const Bytes ours = task == Task::Inference ? all_devices(results.estimate, component) : component.bytes;
  const Bytes theirs = article_bytes(results, component.part, task);
  if (theirs.count == 0) {
    return "The article leaves this out: it is " + text(ours, units) + " too low here.";
  }
  const std::string ratio = ratio_words(ours, theirs);
  std::string words = reason(scenario, component.part, task);
  if (ratio == "the same as") {
    // Two differences that cancel are no agreement.
    const bool chance = row_part(component.part) == Part::KvCache && other_precision(scenario);
    return chance ? words + ". The two differences cancel: both give the same."
                  : "The article's formula gives the same.";
  }
  if (!words.empty()) words += ". ";
  const std::string whose = ours == component.bytes ? "here it is " : "here all devices together hold ";
  return words + "The article counts " + text(theirs, units) + "; " + whose + ratio + " that.";
}

}  // namespace llmcalc::ui
