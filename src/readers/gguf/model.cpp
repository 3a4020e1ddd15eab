#include "readers/gguf/model.hpp"

#include "models/blocks.hpp"
#include "models/registry.hpp"
#include "readers/gguf/architectures.hpp"
#include "readers/gguf/layers.hpp"
#include "readers/gguf/tensors.hpp"
#include "readers/gguf/view.hpp"
#include "readers/problems.hpp"

#include <llmcalc/model/inventory.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::io {

namespace {

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
    read_layers(layers);
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
