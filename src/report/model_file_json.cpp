#include "report/model_file_json.hpp"

#include "host/text_file.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace llmcalc::io {

namespace {

using nlohmann::ordered_json;

std::string describe_attention(const Layer& layer) {
  const AttentionShape& a = layer.attention;
  if (layer.mixer == Mixer::LatentAttention) {
    return "latent attention, " + counted(a.heads, "head") + ", latent " + grouped(a.kv_lora_rank) + " + " +
           grouped(a.rope_head_dim);
  }
  std::string text = a.window > 0  ? "attention over " + counted(a.window, "token")
                     : a.chunk > 0 ? "attention in chunks of " + counted(a.chunk, "token")
                                   : "full attention";
  text += ", " + counted(a.heads, "head") + " of " + grouped(a.head_dim) + ", " + grouped(a.kv_heads) + " KV";
  if (a.bidirectional) text += " (both directions)";
  return a.shares_cache ? text + " (shares an earlier layer's cache)" : text;
}

std::string describe_recurrent(Mixer mixer, const RecurrentShape& r) {
  switch (mixer) {
    case Mixer::Mamba1: return "Mamba-1, inner " + grouped(r.inner) + ", state " + grouped(r.state);
    case Mixer::GatedDeltaNet: return "gated delta net, " + counted(r.heads, "head") + " of " + grouped(r.head_dim);
    case Mixer::KimiDeltaNet:
      return "Kimi delta attention, " + counted(r.heads, "head") + " of " + grouped(r.head_dim);
    case Mixer::LightningAttention:
      return "lightning attention, " + counted(r.heads, "head") + " of " + grouped(r.head_dim);
    case Mixer::ShortConvolution: return "short convolution of " + grouped(r.conv_kernel);
    case Mixer::Recurrence:
      return "recurrence, state of " + grouped(product(r.heads, r.head_dim, r.state)) + " values";
    case Mixer::None:
    case Mixer::Attention:
    case Mixer::LatentAttention:
    case Mixer::CrossAttention: break;
    case Mixer::Mamba2:
      return "Mamba-2, " + counted(r.heads, "head") + " of " + grouped(r.head_dim) + ", state " + grouped(r.state);
  }
  return {};
}

std::string describe_feed_forward(const FeedForward& f) {
  std::string text;
  if (f.experts > 0) {
    text = counted(f.experts, "expert") + " of " + grouped(f.expert_width) + ", " + grouped(f.experts_per_token) +
           " per token";
    if (f.shared_width > 0) text += ", shared " + grouped(f.shared_width);
  }
  if (f.width > 0) text += (text.empty() ? "dense " : ", dense ") + grouped(f.width);
  return text;
}

ordered_json layers_json(const Model& model) {
  ordered_json list = ordered_json::array();
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    Count predictors = 0;
    for (const auto kind : model.mtp_layers) predictors += kind == k ? 1 : 0;
    ordered_json row{{"count", model.layers_of_kind(k)}, {"kind", describe_layer(model.kinds[k])}};
    if (predictors > 0) row["multi_token_prediction"] = predictors;
    list.push_back(std::move(row));
  }
  return list;
}

}  // namespace

std::string describe_layer(const Layer& layer) {
  std::string text;
  if (layer.attends())
    text = layer.mixer == Mixer::CrossAttention ? "cross attention to images" : describe_attention(layer);
  if (layer.crosses) text += " and cross attention";
  if (layer.recurs())
    text += (text.empty() ? "" : " and ") + describe_recurrent(layer.recurrent_mixer(), layer.recurrent);
  const std::string feed_forward = describe_feed_forward(layer.feed_forward);
  if (!feed_forward.empty()) text += (text.empty() ? "" : "; ") + feed_forward;
  return text;
}

ordered_json model_file_json(const ModelFile& file) {
  const Model& model = file.model;
  ordered_json parts = ordered_json::object(), not_counted = ordered_json::array(), types = ordered_json::array();
  for (const PartCount& part : parameters_by_part(model)) {
    parts[std::string(key_of(part.part))] = part.parameters;
    if (!counts_as_parameter(part.part)) not_counted.push_back(key_of(part.part));
  }
  for (const StoredSum& sum : file.types) {
    types.push_back(
        {{"type", sum.type}, {"tensors", sum.tensors}, {"parameters", sum.parameters}, {"bytes", sum.bytes.count}});
  }
  std::vector<std::string> notes = model.notes;
  notes.insert(notes.end(), file.oddities.begin(), file.oddities.end());
  return {{"path", shown(file.path)},
          {"kind", key_of(file.kind)},
          {"model",
           {{"name", model.name},
            {"model_type", model.model_type},
            {"family", model.family},
            {"trust", key_of(model.trust)},
            {"parameters", parameter_count(model)},
            {"active_parameters", active_parameter_count(model)},
            {"parameters_by_part", parts},
            {"parts_not_counted", not_counted},
            {"hidden_size", model.hidden},
            {"vocabulary", model.vocabulary},
            {"tied_head", model.tied_head},
            {"max_context", model.max_context},
            {"format", key_of(model.released_format)},
            {"layers", model.layer_count()},
            {"layers_by_kind", layers_json(model)}}},
          {"file",
           {{"files", file.files},
            {"file_bytes", file.file_bytes.count},
            {"tensor_bytes", file.tensor_bytes.count},
            {"scale_bytes", file.scale_bytes.count},
            {"parameters", file.parameters},
            {"tensors", file.tensors.size()},
            {"types", types}}},
          {"notes", notes}};
}

void print_with_tensors(const ModelFile& file, std::ostream& out) {
  std::string head = json_block(model_file_json(file));
  head.resize(head.rfind("\n}"));
  out << head << ",\n  \"tensors\": [";
  std::string_view before = "\n";
  for (const FileTensor& tensor : file.tensors) {
    const std::string lines = json_block({{"name", tensor.name},
                                          {"type", tensor.type},
                                          {"shape", tensor.shape},
                                          {"parameters", tensor.parameters},
                                          {"bytes", tensor.bytes.count}});
    out << std::exchange(before, ",\n") << "    ";
    for (const char c : lines) out << c << (c == '\n' ? "    " : "");
  }
  out << (file.tensors.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace llmcalc::io
