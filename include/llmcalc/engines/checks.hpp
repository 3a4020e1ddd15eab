#pragma once
// What an engine would refuse or do differently, said from its abilities. These scenarios can be computed all the same,
// so they are warnings; what cannot be computed is in scenario/validate.hpp. What one engine alone refuses is in its own
// file.

#include <llmcalc/base/text.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string>
#include <vector>

namespace llmcalc {

namespace checks_detail {

inline void add_cache(const Scenario& s, const Engine& engine, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  const std::string name(label_of(engine.id));
  for (const KvFormat f : {v.key_format, v.value_format}) {
    if (has(engine.cache_formats, f)) continue;
    out.push_back(name + " has no " + std::string(row_of(f).label) +
                  " cache; its size is computed from the format alone.");
    break;
  }
  if (v.key_format != v.value_format && !engine.separate_kv_formats) {
    out.push_back(name + " stores keys and values in one format.");
  }
}

inline void add_weights(const Scenario& s, const Engine& engine, std::vector<std::string>& out) {
  const WeightFormatRow& format = row_of(s.weight_format());
  const std::string name(label_of(engine.id));
  if (format.family == FormatFamily::Mlx && !engine.reads_mlx) {
    out.push_back("Only MLX reads " + std::string(format.label) + " weights.");
  }
  if (format.family != FormatFamily::Gguf) return;
  if (engine.gguf == GgufReading::None) out.push_back(name + " does not read GGUF files.");
  if (engine.gguf == GgufReading::Unpacked) {
    out.push_back(name + " unpacks GGUF files to 16 or 32 bits while loading; the figure keeps them packed.");
  }
}

inline void add_ranks(const Scenario& s, const Engine& engine, std::vector<std::string>& out) {
  const Count tensor = s.parallelism.tensor;
  const Count used = product(tensor, s.parallelism.pipeline, s.parallelism.data);
  if (engine.sharing == DeviceSharing::ByLayout && used == 1 && s.devices.count() > 1) {
    out.push_back(std::string(label_of(engine.id)) + " uses one of the " + grouped(s.devices.count()) +
                  " devices unless the model is split (tensor, pipeline or data parallelism); the others idle, at no "
                  "cost here.");
  }
  if (engine.deals_layers() || tensor <= 1) return;
  for (const Layer& kind : s.model->kinds) {
    const Count heads = kind.mixer == Mixer::Attention ? kind.attention.kv_heads : 0;
    if (heads == 0 || heads % tensor == 0 || tensor % heads == 0) continue;
    out.push_back(grouped(heads) + " key and value heads cannot be divided over " + grouped(tensor) +
                  " tensor-parallel ranks; the rank with most of them is shown.");
    break;
  }
}

inline void add_sharing(const Serving& v, const Engine& engine, std::vector<std::string>& out) {
  const std::string name(label_of(engine.id));
  if (v.shared_prefix != 0 && v.sequences > 1 && !engine.has_pool()) {
    out.push_back(name + " stores a shared prefix once for every sequence: it saves nothing there.");
  }
  if (v.beams <= 1) return;
  switch (engine.beams) {
    case BeamSearch::Searched: break;
    case BeamSearch::AsSequences:
      out.push_back(name + " has no beam search: the beams are counted as sequences.");
      break;
    case BeamSearch::NotCounted: out.push_back(name + " has no beam search: the beams are not counted."); break;
  }
}

/// What is not known about an engine that serves an encoder, alone or with a decoder.
inline void add_encoder(const Scenario& s, const Engine& engine, std::vector<std::string>& out) {
  if (s.model->has_encoder() && !engine.encoder_decoders) {
    out.push_back("Encoder-decoder models are computed for Transformers: apart from the weights the figures for " +
                  std::string(label_of(engine.id)) +
                  " are those of the decoder alone, without the keys and values of the encoder's output.");
  }
  if (!s.model->encodes()) return;
  const Serving& v = s.serving;
  const std::string name(label_of(engine.id));
  switch (engine.encoders) {
    case EncoderSupport::Served: break;
    case EncoderSupport::NotMeasured:
      out.push_back("Encoders have not been measured in " + name +
                    ": the figures are those of its decoders without a cache.");
      break;
    case EncoderSupport::NotServed:
      out.push_back(name + " does not serve encoders: the figures are those of its decoders without a cache.");
      return;
  }
  const Count step = step_limits(s).tokens;
  if (engine.has_pool() && v.context > step) {
    out.push_back("An encoder reads a text in one step: max_num_batched_tokens (" + grouped(step) +
                  ") must be at least the " + grouped(v.context) + " tokens of a text.");
  }
}

}  // namespace checks_detail

/// What the engine would say about a valid scenario, in whole sentences: its own refusals first.
inline void add_engine_warnings(const Scenario& s, const Engine& engine, std::vector<std::string>& out) {
  if (engine.add_warnings != nullptr) engine.add_warnings(s, out);
  checks_detail::add_cache(s, engine, out);
  checks_detail::add_weights(s, engine, out);
  checks_detail::add_ranks(s, engine, out);
  checks_detail::add_sharing(s.serving, engine, out);
  checks_detail::add_encoder(s, engine, out);
  if (halves_released_weights(s)) {
    out.push_back(std::string(label_of(engine.id)) +
                  " loads weights that were released in FP32 as 16 bits; choose FP32 to keep them.");
  }
  const Serving& v = s.serving;
  if (engine.reads_setting("serving.max_model_len") && v.max_model_len && v.context > *v.max_model_len) {
    out.push_back("Sequences of " + grouped(v.context) + " tokens are longer than max_model_len (" +
                  grouped(*v.max_model_len) + "): the engine refuses them.");
  }
  if (v.draft_tokens != 0 && !v.draft_model && s.model->mtp_layers.empty()) {
    out.emplace_back("Draft tokens are set, but there is no draft model and the model has no prediction layers.");
  }
}

}  // namespace llmcalc
