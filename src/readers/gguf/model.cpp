#include "readers/gguf/model.hpp"

#include "models/blocks.hpp"
#include "models/registry.hpp"
#include "readers/gguf/architectures.hpp"
#include "readers/gguf/file.hpp"
#include "readers/gguf/layers.hpp"
#include "readers/gguf/view.hpp"
#include "readers/problems.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/model/gguf_tensor.hpp>
#include <llmcalc/model/inventory.hpp>
#include <llmcalc/model/model.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace llmcalc::io {

namespace {

/// What a tensor is by its name without layer and ".weight": for llama-quantize's rules (none: see gguf_role) and in
/// the inventory. Of several tensors for one role (keys and values of latent attention) the bytes are added.
struct TensorName {
  std::string_view name;
  std::optional<GgufRole> quantized_as = std::nullopt;
  TensorRole role = TensorRole::Other;
};

constexpr auto tensor_names = std::to_array<TensorName>({
    {.name = "token_embd", .quantized_as = GgufRole::TokenEmbedding, .role = TensorRole::Embedding},
    {.name = "position_embd", .role = TensorRole::PositionTable},
    {.name = "output", .quantized_as = GgufRole::Output, .role = TensorRole::Head},
    {.name = "attn_q", .quantized_as = GgufRole::Query, .role = TensorRole::Query},
    {.name = "attn_k", .quantized_as = GgufRole::Key, .role = TensorRole::Key},
    {.name = "attn_v", .quantized_as = GgufRole::Value, .role = TensorRole::Value},
    {.name = "attn_qkv", .quantized_as = GgufRole::Qkv, .role = TensorRole::QueryKeyValue},
    {.name = "attn_output", .quantized_as = GgufRole::AttentionOutput, .role = TensorRole::AttentionOutput},
    {.name = "attn_q_a", .role = TensorRole::LatentQueryDown},
    {.name = "attn_q_b", .role = TensorRole::LatentQueryUp},
    {.name = "attn_kv_a_mqa", .role = TensorRole::LatentKvDown},
    {.name = "attn_kv_b", .quantized_as = GgufRole::KvB, .role = TensorRole::LatentKvUp},
    {.name = "attn_k_b", .role = TensorRole::LatentKvUp},
    {.name = "attn_v_b", .role = TensorRole::LatentKvUp},
    {.name = "ffn_gate", .quantized_as = GgufRole::Gate, .role = TensorRole::Gate},
    {.name = "ffn_up", .quantized_as = GgufRole::Up, .role = TensorRole::Up},
    {.name = "ffn_down", .quantized_as = GgufRole::Down, .role = TensorRole::Down},
    {.name = "ffn_gate_exps", .quantized_as = GgufRole::Gate, .role = TensorRole::ExpertGate},
    {.name = "ffn_up_exps", .quantized_as = GgufRole::Up, .role = TensorRole::ExpertUp},
    {.name = "ffn_down_exps", .quantized_as = GgufRole::Down, .role = TensorRole::ExpertDown},
    {.name = "ffn_gate_shexp", .quantized_as = GgufRole::Gate, .role = TensorRole::SharedGate},
    {.name = "ffn_up_shexp", .quantized_as = GgufRole::Up, .role = TensorRole::SharedUp},
    {.name = "ffn_down_shexp", .quantized_as = GgufRole::Down, .role = TensorRole::SharedDown},
    {.name = "ffn_gate_inp", .role = TensorRole::Router},
});

const TensorName* find_name(std::string_view name) {
  const auto found = std::ranges::find(tensor_names, name, &TensorName::name);
  return found == tensor_names.end() ? nullptr : &*found;
}

/// Cuts ".weight" off; false when the name has another ending.
bool cut_weight(std::string_view& name) {
  constexpr std::string_view weight = ".weight";
  if (!name.ends_with(weight)) return false;
  name.remove_suffix(weight.size());
  return true;
}

TensorRole role_of(std::string_view name) {
  const TensorName* row = cut_weight(name) ? find_name(name) : nullptr;
  return row == nullptr ? TensorRole::Other : row->role;
}

/// `name` is without the layer.
GgufRole gguf_role(std::string_view name) {
  if (!cut_weight(name)) return GgufRole::KeptF32;
  if (const auto expert = name.find_first_of('.'); expert != std::string_view::npos && name.starts_with("ffn_"))
    name = name.substr(0, expert);
  if (const TensorName* row = find_name(name); row != nullptr && row->quantized_as) return *row->quantized_as;
  if (name.ends_with("norm") || name == "ffn_gate_inp" || name.starts_with("ssm_conv1d") || name.starts_with("rope_"))
    return GgufRole::KeptF32;
  return GgufRole::Matrix;
}

struct Sum {
  Count elements = 0;
  Bytes bytes;
  void add(Count more, Bytes more_bytes = {}) {
    elements = llmcalc::add(elements, more);
    bytes += more_bytes;
  }
};

/// All tensors in the file's order with their own types. One of a type this program does not know stands as that many
/// bytes.
std::vector<GgufTensor> gguf_tensors_of(const GgufSet& set) {
  std::vector<GgufTensor> out;
  out.reserve(set.tensors.size());
  for (const GgufTensorInfo& tensor : set.tensors) {
    GgufTensor t;
    const auto layer = layer_of(tensor.name);
    const std::string_view name = layer ? layer->second : std::string_view(tensor.name);
    t.role = gguf_role(name);
    t.layer = layer ? static_cast<std::int32_t>(layer->first) : -1;
    t.experts = name.find("_exps.") != std::string_view::npos;  // biases too: llama.cpp places them by this pattern
    t.input =
        name.starts_with("token_embd") || name.starts_with("position_embd") || name == "per_layer_token_embd.weight";
    t.rope_table = name.starts_with("rope_freqs") || name.starts_with("rope_factors");
    if (tensor.type) {
      t.type = *tensor.type;
      t.ne0 = tensor.sizes[0];
      t.rows = tensor.sizes[1];
      t.depth = multiply(tensor.sizes[2], tensor.sizes[3]);
    } else {
      t.type = GgmlType::I8;
      t.ne0 = tensor.bytes;
    }
    out.push_back(t);
  }
  return out;
}

/// Sets Tensor::measured of every group, for engines that load such a file in their own way: what the file's tensors
/// of the same role take, divided by elements. Roles the file and the inventory do not agree on share the bytes that
/// are left, so that the sum is the file's.
void measure_gguf_inventory(Model& model, const GgufSet& set) {
  std::map<TensorRole, Sum> stored, described;
  Sum stored_rest, described_rest;
  const auto sum_of = [](auto& sums, auto& rest, bool predictor, TensorRole role) -> Sum& {
    return predictor || role == TensorRole::Other ? rest : sums[role];
  };
  for (const GgufTensorInfo& tensor : set.tensors) {
    const auto layer = layer_of(tensor.name);
    const std::string_view name = layer ? layer->second : std::string_view(tensor.name);
    if (name.starts_with("rope_")) continue;  // no parameters: every engine computes them
    sum_of(stored, stored_rest, layer && layer->first >= model.layers.size(), role_of(name))
        .add(tensor.elements(), {tensor.bytes});
  }
  const auto predictor = [](const Tensor& t) { return t.part == ModelPart::Mtp; };
  for (const Tensor& t : model.tensors) sum_of(described, described_rest, predictor(t), t.role).add(t.total());
  // roles whose numbers of elements differ cannot be told apart: they go to the rest, on both sides
  for (auto& [role, sum] : described) {
    if (stored[role].elements != sum.elements) described_rest.add(sum.elements), sum.elements = 0;
  }
  for (const auto& [role, sum] : stored) {
    if (described[role].elements == 0) stored_rest.add(sum.elements, sum.bytes);
  }
  for (Tensor& t : model.tensors) {
    const auto own = described.find(t.role);
    const bool apart = !predictor(t) && own != described.end() && own->second.elements > 0;
    const Bytes bytes = apart ? stored[t.role].bytes : stored_rest.bytes;
    const Count elements = apart ? own->second.elements : described_rest.elements;
    t.measured = elements == 0 ? Bytes{} : scale(bytes, t.total(), elements);
  }
}

using models::widest;

class ModelReader {
 public:
  ModelReader(const GgufSet& set, std::string id) : view_(set), problems_(set.parts.front().name) {
    model_.id = std::move(id);
  }

  Result<Model> read() {
    if (!identify()) return problems_.take();
    read_stream();
    const Count layers = check_numbers();
    if (!problems_.empty()) return problems_.take();
    architecture_.config.empty() ? read_layers(layers) : read_by_family(layers);
    if (!problems_.empty()) return problems_.take();
    read_format();
    build_inventory(model_);
    keep_what_is_left();
    model_.gguf = gguf_tensors_of(view_.set());
    measure_gguf_inventory(model_, view_.set());
    compare_totals();
    return std::move(model_);
  }

 private:
  bool identify() {
    const std::string_view name = view_.architecture();
    const std::string_view type = text_of(view_.set().metadata, "general.type");
    if (type == "imatrix" || name == "imatrix")
      return problems_.add("general.type",
                           "is an importance matrix (imatrix), with which llama-quantize makes a GGUF "
                           "file: open the model itself"),
             false;
    if (type == "adapter")
      return problems_.add("general.type", "is a LoRA adapter for a model of the architecture " + in_quotes(name) +
                                               ", not a model: open the model and set LoRA adapters in serving"),
             false;
    if (type == "mmproj")
      return problems_.add("general.type",
                           "is the image or audio projector (mmproj) of a model, not a model: open the "
                           "model's own GGUF file"),
             false;
    if (name.empty()) return problems_.add("general.architecture", "is missing"), false;
    if (const std::string_view why = why_not_a_decoder(name); !why.empty()) {
      return problems_.add("general.architecture", in_quotes(name) + " " + std::string(why)), false;
    }
    if (const auto known = find_architecture(name)) {
      architecture_ = *known;
    } else {
      model_.notes.push_back("architecture " + in_quotes(name) + " is not known: read by its tensors");
      model_.trust = Trust::Modelled;
    }
    model_.model_type = architecture_.model_type.empty() ? clean_text(name) : std::string(architecture_.model_type);
    const models::FamilyRow* family = models::find_family(model_.model_type);
    model_.family = family != nullptr ? family->family : architecture_.family;
    model_.name = clean_text(text_of(view_.set().metadata, "general.name"));
    if (model_.name.empty()) model_.name = model_.id;
    return true;
  }

  void read_stream() {
    const GgufTensorInfo *embedding = view_.tensor("token_embd.weight"), *head = view_.tensor("output.weight");
    const GgufTensorInfo* positions = view_.tensor("position_embd.weight");
    model_.hidden = view_.number("embedding_length").value_or(0);
    model_.vocabulary = embedding != nullptr ? embedding->sizes[1] : view_.number("vocab_size").value_or(0);
    model_.head_vocabulary = head != nullptr ? head->sizes[1] : model_.vocabulary;
    model_.tied_head = head == nullptr;
    model_.head_bias = view_.tensor("output.bias") != nullptr;
    model_.max_context = view_.number("context_length").value_or(0);
    model_.embedding_norm = view_.tensor("token_embd_norm.weight") != nullptr;
    view_.tensor("token_embd_norm.bias");
    model_.final_norm = view_.tensor("output_norm.weight") != nullptr;
    view_.tensor("output_norm.bias");
    model_.positions = positions != nullptr ? Positions::Learned : architecture_.positions;
    model_.position_rows = positions != nullptr ? positions->sizes[1] : 0;
    for (const char* name : {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"}) {
      if (const GgufTensorInfo* factors = view_.tensor(name))
        model_.rope_factor_values = add(model_.rope_factor_values, factors->elements());
    }
    model_.attention_softcap = view_.real("attn_logit_softcapping").value_or(0) > 0;
    model_.final_softcap = view_.real("final_logit_softcapping").value_or(0) > 0;
    model_.scaled_embedding = model_.family == "Gemma";
    model_.norm = norm_kind();
  }

  NormKind norm_kind() const {
    const bool weight =
        view_.tensor(0, "attn_norm.weight") != nullptr || view_.tensor(0, "post_attention_norm.weight") != nullptr;
    if (!weight) return NormKind::LayerNormNoWeight;
    if (view_.tensor(0, "attn_norm.bias") != nullptr) return NormKind::LayerNorm;
    if (architecture_.plus_one_norm) return NormKind::RmsPlusOne;
    return view_.entry("attention.layer_norm_rms_epsilon") != nullptr ? NormKind::Rms : NormKind::LayerNormNoBias;
  }

  /// The numbers everything else is computed from must be there and possible. Returns the number of blocks.
  Count check_numbers() {
    const auto key = [&](std::string_view name) {
      return std::string(view_.architecture()).append(".").append(name);
    };
    const auto range = [&](std::string_view name, Count value, Count most) {
      if (value < 1 || value > most)
        problems_.add(key(name), "must be 1 to " + std::to_string(most) + ", is " + std::to_string(value));
    };
    const Count blocks = view_.number("block_count").value_or(0);
    range("block_count", blocks, most_layers);
    range("embedding_length", model_.hidden, widest);
    range("vocab_size", model_.vocabulary, widest);
    if (view_.number("nextn_predict_layers").value_or(0) >= std::max<Count>(blocks, 1))
      problems_.add(key("nextn_predict_layers"), "must be less than block_count");
    const GgufTensorInfo* embedding = view_.tensor("token_embd.weight");
    if (embedding == nullptr) {
      problems_.add("token_embd.weight", "is missing: this is not a whole model");
    } else if (embedding->sizes[0] != model_.hidden) {
      // a projected embedding, as OPT and some Gemma variants have
      model_.embedding_width = embedding->sizes[0];
    }
    if (model_.head_vocabulary > widest)
      problems_.add("output.weight", "has " + std::to_string(model_.head_vocabulary) + " rows");
    return problems_.empty() ? blocks : 0;
  }

  void read_layers(Count blocks) {
    const Count predictors = view_.number("nextn_predict_layers").value_or(0);
    for (Count i = 0; i < blocks; ++i) {
      if (!view_.has_layer(i)) {
        problems_.add("blk." + std::to_string(i), "has no tensors, but block_count is " + std::to_string(blocks));
        continue;
      }
      const Layer layer = read_gguf_layer(view_, architecture_, model_, i, model_.notes);
      if (!is_possible(layer, i)) continue;
      const bool predictor = i >= blocks - predictors;
      (predictor ? model_.mtp_layers : model_.layers).push_back(kind_of(layer));
      if (predictor) read_predictor(i);
    }
    std::ranges::sort(model_.notes);
    model_.notes.erase(std::unique(model_.notes.begin(), model_.notes.end()), model_.notes.end());
  }

  /// Reads the model by its family, from a config made of the file's keys. What its inventory does not have stays
  /// without a purpose: prediction layers, tables of hashed words, tables of the experts of every word.
  void read_by_family(Count blocks) {
    const Count last = blocks - 1;
    const bool predicts = view_.tensor(last, "nextn.eh_proj.weight") != nullptr;
    if (predicts) blocks = subtract(blocks, view_.number("nextn_predict_layers").value_or(1));
    const GgufTensorInfo* gate = view_.tensor("enc.blk.0.ffn_gate.weight");
    nlohmann::json config{{"vocab_size", model_.vocabulary},
                          {"hidden_size", model_.hidden},
                          {"num_hidden_layers", blocks},
                          {"num_key_value_heads", view_.number("attention.head_count").value_or(0)},
                          {"tie_word_embeddings", model_.tied_head},
                          {"torch_dtype", "float16"},
                          {"feed_forward_proj", gate != nullptr ? "gated-gelu" : "relu"}};
    for (std::string_view keys : {architecture_.config, common_config_keys}) {
      while (!keys.empty()) {
        std::string_view name = take_until(keys, " ");
        const std::string_view key = take_until(name, ">");
        const GgufEntry* entry = view_.entry(key);
        const auto* list = entry == nullptr ? nullptr : std::get_if<GgufList>(&entry->value);
        if (list != nullptr) {
          config[std::string(name)] = list->numbers;
        } else if (const auto number = view_.number(key)) {
          config[std::string(name)] = *number;
        }
      }
    }
    // Layers without heads for keys keep a state instead.
    if (const GgufEntry* heads = view_.entry("attention.head_count_kv"); heads != nullptr) {
      const auto* list = std::get_if<GgufList>(&heads->value);
      for (std::size_t i = 0; list != nullptr && i < std::min<std::size_t>(blocks, list->numbers.size()); ++i)
        config["layer_types"].push_back(list->numbers[i] == 0 ? "linear_attention" : "full_attention");
    }
    const std::string type = model_.model_type;
    models::Findings findings;
    models::find_family(type)->read(models::Fields(config, type, {}, findings), model_);
    for (const Issue& issue : findings.issues)
      problems_.add(std::string(view_.architecture()), issue.where + ": " + issue.what);
    for (const Layer& kind : model_.kinds) is_possible(kind, 0);
    model_.notes.insert(model_.notes.end(), findings.notes.begin(), findings.notes.end());
    for (const GgufTensorInfo& tensor : view_.set().tensors) {
      const auto layer = layer_of(tensor.name);
      const bool beside = tensor.name.find("engram") != std::string::npos ||
                          tensor.name.find("tid2eid") != std::string::npos || (layer && layer->first >= blocks);
      if (!beside) view_.tensor(tensor.name);
    }
  }

  /// What stands beside a multi-token-prediction layer and is in the inventory of one.
  void read_predictor(Count i) {
    for (const char* name :
         {"nextn.eh_proj.weight", "nextn.enorm.weight", "nextn.hnorm.weight", "nextn.shared_head_norm.weight"})
      view_.tensor(i, name);
  }

  bool is_possible(const Layer& layer, Count i) {
    const Issues issues = models::impossible_sizes(layer, "blk." + std::to_string(i));
    for (const Issue& issue : issues) problems_.add(issue.where, issue.what);
    return issues.empty();
  }

  std::uint16_t kind_of(const Layer& layer) {
    const auto found = std::ranges::find(model_.kinds, layer);
    if (found != model_.kinds.end()) return static_cast<std::uint16_t>(found - model_.kinds.begin());
    model_.kinds.push_back(layer);
    return static_cast<std::uint16_t>(model_.kinds.size() - 1);
  }

  /// Gemma 2 and DeepSeek share names between versions: the tensors tell them apart.
  void refine_type() {
    const auto any = [&](auto test) { return std::ranges::any_of(model_.kinds, test); };
    if (model_.model_type == "llama" && any([](const Layer& l) { return l.is_moe(); })) model_.model_type = "mixtral";
    if (model_.model_type == "deepseek_v2" && any([](const Layer& l) { return l.feed_forward.correction_bias; }))
      model_.model_type = "deepseek_v3";
  }

  void read_format() {
    refine_type();
    model_.quirks = models::quirks_of(model_.model_type);
    // what most weights are stored in
    std::array<Count, ggml_types.size()> bytes{};
    for (const GgufTensorInfo& tensor : view_.set().tensors) {
      if (tensor.type) bytes[static_cast<std::size_t>(*tensor.type)] += tensor.bytes;
    }
    const auto most = static_cast<GgmlType>(std::ranges::max_element(bytes) - bytes.begin());
    model_.released_format = most == GgmlType::F32    ? WeightFormat::Fp32
                             : most == GgmlType::F16  ? WeightFormat::Fp16
                             : most == GgmlType::BF16 ? WeightFormat::Bf16
                                                      : WeightFormat::Gguf;
  }

  /// Prediction layers bring copies of embedding and head; the rest is other.
  ModelPart part_of(std::string_view name) const {
    const auto layer = layer_of(name);
    return layer && layer->first >= model_.layers.size() ? ModelPart::Mtp : ModelPart::Other;
  }

  /// Tensors nobody asked for are parameters all the same.
  void keep_what_is_left() {
    Count parameters = 0;
    bool any = false;
    std::string example;
    for (const std::size_t i : view_.not_understood()) {
      const GgufTensorInfo& tensor = view_.set().tensors[i];
      if (tensor.elements() == 0) continue;
      any = true;
      if (part_of(tensor.name) == ModelPart::Other) {
        if (example.empty()) example = tensor.name;
        parameters = add(parameters, tensor.elements());
      }
      if (model_.extra_tensors.size() >= 4096) continue;
      model_.extra_tensors.push_back({.name = clean_text(tensor.name),
                                      .rows = product(tensor.sizes[1], tensor.sizes[2], tensor.sizes[3]),
                                      .columns = tensor.sizes[0],
                                      .part = part_of(tensor.name),
                                      .vector = tensor.rank <= 1});
    }
    if (any) build_inventory(model_);
    if (parameters == 0) return;
    model_.notes.push_back(std::to_string(parameters) +
                           " parameters are in tensors of unknown purpose, for example " + in_quotes(example));
  }

  /// The inventory must have as many elements as the file. Rotary factors are no parameters, a prediction layer may
  /// bring copies.
  void compare_totals() {
    Count stored = 0, described = model_.rope_factor_values;
    for (const GgufTensorInfo& tensor : view_.set().tensors) stored = add(stored, tensor.elements());
    for (const Tensor& tensor : model_.tensors) described = add(described, tensor.total());
    if (stored == described) return;
    const bool more = stored > described;
    model_.notes.push_back("the file's tensors have " +
                           std::to_string(more ? stored - described : described - stored) +
                           (more ? " elements more" : " elements fewer") + " than the layers read from it");
    model_.trust = std::max(model_.trust, Trust::Modelled);
    if (more) model_.other_parameters = stored - described;
  }

  GgufView view_;
  Problems problems_;
  GgufArchitecture architecture_;
  Model model_;
};

}  // namespace

Result<Model> model_from_gguf(const GgufSet& set, std::string id) { return ModelReader(set, std::move(id)).read(); }

}  // namespace llmcalc::io
