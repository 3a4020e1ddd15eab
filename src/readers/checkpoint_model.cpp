#include "readers/checkpoint_model.hpp"

#include "models/config_json.hpp"
#include "readers/problems.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <string_view>

namespace llmcalc::io {

namespace {

/// What the tensors of one name have together.
struct Group {
  Count elements = 0;
  Bytes bytes;
  Count tensors = 0;
  bool matched = false;
};
using Groups = std::map<std::string, Group>;

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

/// Wrappers of vision-language checkpoints around the language model's own names.
std::string_view unwrapped(std::string_view name) {
  for (const std::string_view wrapper : {"model.language_model.", "language_model.model.", "language_model."}) {
    if (name.starts_with(wrapper)) return name.substr(wrapper.size());
  }
  return name.starts_with("model.") ? name.substr(6) : name;
}

/// As group_name(), but layers past the last one are multi-token-prediction layers.
std::string group_of(std::string_view name, Count layers) {
  name = unwrapped(name);
  std::string out;
  bool after_layers = false;
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    const std::string_view step = name.substr(0, dot);
    const bool number = is_number(step);
    if (number && after_layers && out == "layers.") {
      Count layer = 0;
      std::from_chars(step.data(), step.data() + step.size(), layer);
      if (layer >= layers) out = "mtp.layers.";
    }
    out += number ? "{}" : step;
    after_layers = step == "layers";
    if (dot == std::string_view::npos) break;
    out += '.';
    name.remove_prefix(dot + 1);
  }
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 4; ++i) text += (i > 0 ? ", " : "") + in_quotes(names[i]);
  return names.size() > 4 ? text + " and " + std::to_string(names.size() - 4) + " more" : text;
}

class Join {
 public:
  Join(Model& model, const LogicalTensors& stored) : model_(model) {
    for (const LogicalTensor& tensor : stored.tensors)
      add(stored_, group_of(tensor.name, model.layers.size()), elements_of(tensor), {tensor.bytes}, 1);
    for (const Tensor& tensor : model.tensors)
      add(described_, group_name(tensor.name), tensor.total(), {}, multiply(tensor.copies, tensor.count));
  }

  std::vector<std::string> join() {
    for (auto& [name, group] : described_) {
      const auto found = stored_.find(name);
      if (found == stored_.end()) continue;
      if (found->second.elements != group.elements) {
        unequal_.push_back(name);
        continue;
      }
      found->second.matched = group.matched = true;
      group.bytes = found->second.bytes;
    }
    share_the_rest();
    for (Tensor& tensor : model_.tensors) {
      const auto found = described_.find(group_name(tensor.name));
      if (found == described_.end()) continue;
      const Group& group = found->second;
      if (group.matched) tensor.measured = scale(group.bytes, tensor.total(), group.elements);
    }
    return report();
  }

 private:
  static Count elements_of(const LogicalTensor& tensor) {
    return tensor.buffer ? tensor.shape.elements().value_or(0) : tensor.parameters;
  }
  static void add(Groups& groups, const std::string& name, Count elements, Bytes bytes, Count tensors) {
    Group& group = groups[name];
    group.elements = llmcalc::add(group.elements, elements);
    group.bytes += bytes;
    group.tensors = llmcalc::add(group.tensors, tensors);
  }

  /// Names differ between checkpoints and classes (fused experts, other prefixes). What is left on both sides belongs
  /// together: the bytes are divided over what is left of the inventory, and what the files have beyond it becomes a
  /// tensor of its own, so that no stored byte is lost.
  void share_the_rest() {
    Count described = 0, stored = 0;
    Bytes bytes;
    for (const auto& [name, group] : described_)
      described = group.matched || name.starts_with("mtp.") ? described : llmcalc::add(described, group.elements);
    for (const auto& [name, group] : stored_) {
      if (group.matched || is_surplus(name)) continue;
      stored = llmcalc::add(stored, group.elements);
      bytes += group.bytes;
    }
    if (stored == 0) return;
    const bool equal = described == stored;
    if (!equal) model_.trust = std::max(model_.trust, Trust::Modelled);
    const Bytes shared = scale(bytes, std::min(described, stored), stored);
    for (auto& [name, group] : described_) {
      if (group.matched || name.starts_with("mtp.")) continue;
      group.matched = true;
      group.bytes = scale(shared, group.elements, described);
    }
    if (stored > described) {
      model_.tensors.push_back({.name = "stored beyond the config",
                                .rows = stored - described,
                                .part = ModelPart::Other,
                                .vector = true,
                                .measured = bytes - shared});
    }
    if (!equal) return;
    for (auto& [name, group] : stored_) group.matched = group.matched || !is_surplus(name);
    unequal_.clear();
  }

  /// Stored, but not loaded: a tied head, prediction layers, rotary tables.
  bool is_surplus(const std::string& name) const {
    return (model_.tied_head && name == "lm_head.weight") || name.find("mtp.") != std::string::npos ||
           name.ends_with("inv_freq") || name.ends_with("position_ids") || is_tied_decoder(name);
  }

  /// Heads for masked words that are stored although they are the embedding: their matrix, and their bias twice.
  bool is_tied_decoder(const std::string& name) const {
    if (!model_.tied_head || !model_.encodes()) return false;
    return name == "vocab_projector.weight" || name.ends_with("decoder.weight") || name.ends_with("decoder.bias");
  }

  std::vector<std::string> report() const {
    std::vector<std::string> notes, absent, unknown;
    for (const std::string& name : unequal_) {
      notes.push_back(in_quotes(name) + ": the config describes " + std::to_string(described_.at(name).elements) +
                      " elements, the files hold " + std::to_string(stored_.at(name).elements));
      if (notes.size() == 8) break;
    }
    Count unknown_elements = 0;
    Bytes unknown_bytes;
    for (const auto& [name, group] : described_) {
      if (!group.matched && !stored_.contains(name) && !name.starts_with("mtp.")) absent.push_back(name);
    }
    for (const auto& [name, group] : stored_) {
      if (group.matched || described_.contains(name)) continue;
      if (model_.tied_head && name == "lm_head.weight") {
        notes.push_back("the output head is stored although it is tied to the embedding: " +
                        std::to_string(group.bytes.count) + " bytes that are not loaded");
      } else if (!is_surplus(name)) {
        unknown.push_back(name);
        unknown_elements = llmcalc::add(unknown_elements, group.elements);
        unknown_bytes += group.bytes;
      }
    }
    if (!absent.empty()) notes.push_back("described by the config but not in the files: " + listed(absent));
    if (!unknown.empty()) {
      notes.push_back("in the files but not described by the config: " + listed(unknown) + " (" +
                      std::to_string(unknown_elements) + " elements, " + std::to_string(unknown_bytes.count) +
                      " bytes)");
    }
    return notes;
  }

  Model& model_;
  Groups stored_, described_;
  std::vector<std::string> unequal_;
};

}  // namespace

std::string group_name(std::string_view name) { return group_of(name, saturated); }

std::vector<std::string> measure_inventory(Model& model, const LogicalTensors& stored) {
  return Join(model, stored).join();
}

namespace {

/// The gate for sizes: a tensor without elements says nothing about a model, and a width or a head size of 0 must not
/// reach any division.
bool has_elements(const LogicalTensor& tensor) {
  return std::ranges::all_of(tensor.shape.sizes(), [](std::uint64_t size) { return size > 0; });
}

/// The first tensor with elements whose name ends like one of these.
const LogicalTensor* ending(const LogicalTensors& stored, std::initializer_list<std::string_view> endings) {
  for (const std::string_view text : endings) {
    const auto found = std::ranges::find_if(
        stored.tensors, [&](const LogicalTensor& t) { return t.name.ends_with(text) && has_elements(t); });
    if (found != stored.tensors.end()) return &*found;
  }
  return nullptr;
}

Count rows(const LogicalTensor* tensor) {
  return tensor == nullptr || tensor->shape.rank() < 2 ? 0 : tensor->shape[0];
}
Count columns(const LogicalTensor* tensor) {
  return tensor == nullptr || tensor->shape.rank() < 2 ? 0 : tensor->shape.back();
}

/// How many different numbers follow this step of the names ("layers." of "model.layers.17.mlp").
Count numbers_after(const LogicalTensors& stored, std::string_view step) {
  std::set<Count> numbers;
  for (const LogicalTensor& tensor : stored.tensors) {
    const std::size_t at = tensor.name.find(step);
    if (at == std::string::npos) continue;
    Count number = 0;
    const char* begin = tensor.name.data() + at + step.size();
    const auto [end, error] = std::from_chars(begin, tensor.name.data() + tensor.name.size(), number);
    if (error == std::errc{} && number < 10'000) numbers.insert(number);
  }
  return numbers.size();
}

/// Head size when no tensor shows it: 128 in most models, 64 in small ones, which have fewer than 16 heads of 128.
Count assumed_head(Count query_rows, Count key_rows) {
  for (const Count fewest : {Count{16}, Count{1}}) {
    for (const Count size : {Count{128}, Count{64}, Count{80}, Count{96}, Count{256}, Count{32}, Count{16}}) {
      if (query_rows % size != 0 || key_rows % size != 0 || key_rows == 0) continue;
      if (query_rows / size >= fewest && (query_rows / size) % (key_rows / size) == 0) return size;
    }
  }
  return std::max<Count>(std::min(query_rows, key_rows), 1);
}

Issue without_config(const std::string& id, const std::string& why) {
  return {id, "has no config.json beside it, and " + why + ": put the model's config.json into the same folder"};
}

}  // namespace

Result<Model> model_from_shapes(const LogicalTensors& stored, const std::string& id) {
  if (ending(stored, {"lora_A.weight", "lora_A.default.weight", "lora_down.weight"}) != nullptr)
    return Issue{id, "is a LoRA adapter, not a model: open the model it was trained for"};
  const LogicalTensor* embedding = ending(stored, {"embed_tokens.weight", "wte.weight", "tok_embeddings.weight",
                                                   "word_embeddings.weight", "embed_in.weight"});
  const LogicalTensor *query = ending(stored, {"q_proj.weight", "attention.wq.weight"}),
                      *key = ending(stored, {"k_proj.weight", "attention.wk.weight"});
  const LogicalTensor *up = ending(stored, {"mlp.up_proj.weight", "feed_forward.w3.weight", "up_proj.weight"}),
                      *norm = ending(stored, {"q_norm.weight"});
  const Count layers = numbers_after(stored, "layers.");
  if (embedding == nullptr || query == nullptr || key == nullptr || up == nullptr || layers == 0 ||
      columns(embedding) == 0) {
    const auto empty = std::find_if_not(stored.tensors.begin(), stored.tensors.end(), has_elements);
    return without_config(id, empty != stored.tensors.end()
                                  ? in_quotes(empty->name) + " has no elements"
                                  : "its tensors are not named like those of a known language model");
  }
  const bool unpacked = rows(query) > 0 && rows(key) > 0 && rows(up) > 0;
  if (!unpacked) return without_config(id, "its packing hides the shapes");
  const Count head = norm != nullptr && norm->shape.rank() == 1 && norm->shape[0] < rows(query)
                         ? norm->shape[0]
                         : assumed_head(rows(query), rows(key));
  const Count experts = numbers_after(stored, "experts.");
  nlohmann::json config{{"model_type", ""},
                        {"hidden_size", columns(embedding)},
                        {"vocab_size", rows(embedding)},
                        {"num_hidden_layers", layers},
                        {"num_attention_heads", rows(query) / head},
                        {"num_key_value_heads", rows(key) / head},
                        {"head_dim", head},
                        {"intermediate_size", rows(up)},
                        {"tie_word_embeddings", ending(stored, {"lm_head.weight", "output.weight"}) == nullptr},
                        {"attention_bias", ending(stored, {"q_proj.bias"}) != nullptr}};
  Result<Model> built = model_from_config(config, id);
  if (!built) {
    const Issue& first = built.issues().front();
    return without_config(id, "the shapes of " + in_quotes(embedding->name) + ", " + in_quotes(query->name) + ", " +
                                  in_quotes(key->name) + " and " + in_quotes(up->name) + " make no model (" +
                                  first.where + " " + first.what + ")");
  }
  Model model = std::move(built).value();
  Count described = 0;
  for (const Tensor& tensor : model.tensors) described = add(described, tensor.total());
  model.other_parameters = subtract(stored.parameters, described);
  model.notes = {"no config.json beside the weights: layers and widths were read from the tensors, a head size of " +
                 std::to_string(head) + (norm != nullptr ? " from the norms" : " was assumed")};
  if (experts > 0) model.notes.emplace_back("it is a mixture of experts: how many a token uses is not known");
  if (model.other_parameters > 0)
    model.notes.push_back(std::to_string(model.other_parameters) +
                          " parameters are in tensors whose purpose is not known");
  model.trust = Trust::Assumed;
  return model;
}

}  // namespace llmcalc::io
