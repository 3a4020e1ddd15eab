// Words for settings whose value is a text of its own.

#include "ui/controls.hpp"

#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/fields.hpp>

namespace llmcalc::ui {
namespace {

std::string kv_label(std::string_view key) {
  const auto format = from_key<KvFormat>(key);
  return std::string(format ? label_of(*format) : key);
}

std::string bits_text(Block block) {
  const double bits = 8.0 * block.bytes / block.elements;
  std::string text = std::to_string(bits);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " bits";
}

}  // namespace

std::string coded_label(const Field& field, std::string_view text) {
  if (field.path == "weights.format") {
    if (text.starts_with("gguf:")) return "GGUF " + std::string(text.substr(5));
    const auto format = from_key<WeightFormat>(text);
    return std::string(format ? label_of(*format) : text);
  }
  if (field.path == "serving.kv_format") {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return kv_label(text);
    return "K " + kv_label(text.substr(0, slash)) + " · V " + kv_label(text.substr(slash + 1));
  }
  if (field.path == "training.recompute") {
    if (text.starts_with("every:")) return "Every " + std::string(text.substr(6)) + " layers";
    const auto kind = from_key<RecomputeKind>(text);
    return std::string(kind ? label_of(*kind) : text);
  }
  if (field.path == "serving.draft_kv_format") return text == "default" ? "Engine's default" : kv_label(text);
  if (field.path == "training.attention") {
    if (const auto kernel = from_key<AttentionKernel>(text)) return std::string(label_of(*kernel));
    return text == "full:sdpa,sliding:flash" ? "Flash for windows, SDPA for the rest" : std::string(text);
  }
  if (text == "auto") return "Automatic";
  if (text == "on") return "On";
  if (text == "off") return "Off";
  if (text == "all-linear") return "All linear layers";
  return std::string(text);
}

std::string coded_help(const Field& field, std::string_view text) {
  if (field.path == "weights.format") {
    if (text.starts_with("gguf:")) {
      const auto mix = from_key<GgufMix>(text.substr(5));
      return mix ? "layers mostly " + bits_text(block_of(row_of(*mix).base)) : std::string{};
    }
    const auto format = from_key<WeightFormat>(text);
    return format ? std::string(row_of(*format).help) : std::string{};
  }
  if (field.path == "serving.kv_format") {
    const auto format = from_key<KvFormat>(text);
    return format ? bits_text(block_of(*format)) : std::string{};
  }
  if (field.path == "training.recompute") {
    const auto kind = from_key<RecomputeKind>(text);
    return kind ? std::string(row_of(*kind).help) : std::string{};
  }
  return {};
}

}  // namespace llmcalc::ui
