// MODEL: the shape of the model and the format of its weights. Moving a slider makes the model a custom one.

#include "readers/scenario_json.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <filesystem>

namespace llmcalc::ui {
namespace {

/// The numbers of a model as the sliders show them.
CustomModel numbers_of(const Model& model, Count parameters) {
  CustomModel c;
  c.parameters = parameters;
  c.layers = model.layer_count();
  c.hidden_size = model.hidden;
  c.vocabulary = model.vocabulary;
  c.tied_head = model.tied_head;
  c.max_context = model.max_context;
  c.heads = c.kv_heads = 0;
  for (const Layer& kind : model.kinds) {
    if (kind.attends() && kind.attention.heads > c.heads) {
      c.heads = kind.attention.heads;
      c.kv_heads = kind.attention.kv_heads;
      c.head_dim = kind.attention.head_dim;
    }
    c.intermediate_size = kind.feed_forward.width != 0 ? kind.feed_forward.width : c.intermediate_size;
    c.gated = kind.feed_forward.gated;
    if (kind.is_moe()) {
      c.experts = kind.feed_forward.experts;
      c.experts_per_token = kind.feed_forward.experts_per_token;
      c.expert_intermediate_size = kind.feed_forward.expert_width;
      c.shared_intermediate_size = kind.feed_forward.shared_width;
    }
  }
  return c;
}

/// What the user moved on which slider.
struct Moved {
  bool parameters = false;
  bool shape = false;
};

/// The same shape with the feed-forward width (of the experts where there are any) that gives this many parameters,
/// as nearly as a width in whole blocks of every format can. Only the shapes count then: nothing is left over that
/// would have no place in a layer.
CustomModel resized(CustomModel c) {
  Count& width = c.experts != 0 && c.expert_intermediate_size != 0 ? c.expert_intermediate_size : c.intermediate_size;
  constexpr Count widest = 1U << 22;
  width = widest;
  const Result<Model> model = model_from_numbers(c);  // it lowers the width until the shapes fit
  if (!model) {
    width = 1;
  } else if (const FeedForward& f = model->kinds.front().feed_forward; f.experts != 0) {
    width = f.expert_width;
  } else {
    width = f.width;
  }
  constexpr Count block = 256;  // of GGUF's K-quants, a multiple of the groups of all other formats
  if (width >= block) width = (width + block / 2) / block * block;
  c.parameters = 0;
  return c;
}

/// Scales the shape when the parameters are moved: the feed-forward width takes up what changes.
ModelSource moved_source(CustomModel c, Moved moved) {
  if (moved.parameters) c = resized(c);
  if (moved.shape) {
    c.parameters = 0;  // the shapes say how many there are
    if (c.head_dim * c.heads != c.hidden_size && c.heads != 0 && c.hidden_size % c.heads == 0) c.head_dim = 0;
    if (c.heads != 0 && c.kv_heads != 0) {
      while (c.heads % c.kv_heads != 0) --c.kv_heads;
    }
    if (c.head_dim == 0 && c.heads != 0) c.hidden_size = std::max<Count>(c.hidden_size / c.heads, 1) * c.heads;
  }
  return io::custom_source(c);
}

bool number(Controls& c, std::string_view name, float width, CountRange range, std::string shown, Count& value,
            Count highest, std::string_view help_text) {
  const bool changed =
      count_slider(c.theme, c.typing, name, width,
                   {.range = range, .shown = std::move(shown), .lowest = 1, .highest = highest}, value);
  help(c.theme, help_text);
  return changed;
}

void weights_row(Controls& c, const Estimate& estimate) {
  const Field& field = field_at("weights.format");
  const float width = row_label(c.theme, "Weights", c.label_width, field.help);
  const auto& access = std::get<CodedAccess>(field.access);
  const std::string now = access.get(c.scenario);
  const ModelSummary& summary = estimate.model;
  const Bytes weights =
      summary.weights_bytes.count != 0 ? summary.weights_bytes : estimate.inference.breakdown.bytes(Part::Weights);
  std::string note;
  if (summary.parameters != 0 && weights.count != 0) {
    const double bits = 8.0 * static_cast<double>(weights.count) / static_cast<double>(summary.parameters);
    note = three_digits(bits) + " bits";
  }
  std::string label = coded_label(field, now);
  if (now == "released") label = std::string(label_of(c.scenario.weight_format()));
  seek(c, field.path);
  coded_control(c, field, width, label, note);
}

}  // namespace

std::optional<ModelSource> model_panel(Controls& controls, const Estimate& estimate, const ModelSource& base) {
  std::optional<ModelSource> wanted;
  const bool custom = controls.scenario.model_source.kind == ModelSource::Kind::Custom;
  heading(controls.theme, "Model", custom ? "set by hand" : "");
  if (!controls.scenario.model) return wanted;
  if (custom && base.kind != ModelSource::Kind::None) {
    const std::string name = base.kind == ModelSource::Kind::Config ? "the pasted model" : base.text;
    if (button(controls.theme, "model.reset", "Back to " + name, 0, Look::Quiet)) wanted = base;
  }
  CustomModel numbers = numbers_of(*controls.scenario.model, estimate.model.parameters);
  const Theme& theme = controls.theme;
  Moved moved;
  float width = row_label(theme, "Parameters", controls.label_width, "All weights of the model.");
  moved.parameters =
      number(controls, "model.parameters", width, {50'000'000, 2'000'000'000'000}, count_text(numbers.parameters),
             numbers.parameters, 1'000'000'000'000'000, "Drag for another size; the feed-forward width follows.");
  const float gap = theme.px(4);
  const auto halves = [&](std::string_view label, std::string_view help_text) {
    width = row_label(theme, label, controls.label_width, help_text);
    return static_cast<float>(static_cast<int>((width - gap) / 2));
  };
  float half = halves("Layers · hidden", "Number of layers, and hidden size: the width of the residual stream.");
  moved.shape |= number(controls, "model.layers", half, {1, 160, false}, grouped(numbers.layers), numbers.layers,
                        4096, "layers");
  ImGui::SameLine(0, gap);
  moved.shape |= number(controls, "model.hidden_size", width - gap - half, {256, 32768},
                        std::to_string(numbers.hidden_size), numbers.hidden_size, 1U << 22, "hidden size");
  if (numbers.heads != 0) {
    half = halves("Heads · KV heads", "Query heads, and the key-value heads that they share.");
    moved.shape |=
        number(controls, "model.heads", half, {1, 256}, grouped(numbers.heads), numbers.heads, 65536, "query heads");
    ImGui::SameLine(0, gap);
    moved.shape |= number(controls, "model.kv_heads", width - gap - half, {1, 256}, grouped(numbers.kv_heads),
                          numbers.kv_heads, 65536, "key-value heads");
  }
  if (moved.parameters || moved.shape) wanted = moved_source(numbers, moved);
  weights_row(controls, estimate);
  return wanted;
}

}  // namespace llmcalc::ui
