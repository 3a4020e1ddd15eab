#include "readers/measured_inventory.hpp"

#include "readers/problems.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
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

}  // namespace llmcalc::io
