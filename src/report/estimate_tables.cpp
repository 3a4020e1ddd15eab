#include "report/estimate_tables.hpp"

#include "report/speed_text.hpp"

#include <llmcalc/estimate/explain.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/field_codecs.hpp>

namespace llmcalc::io {

namespace {

void add_rows(TextTable& table, const std::string& what, const std::string& where, const Breakdown& breakdown) {
  for (const Component& c : breakdown.components) {
    table.rows.push_back({what, where, std::string(key_of(c.part)), std::to_string(c.bytes.count),
                          std::to_string(c.low.count), std::to_string(c.high.count), std::string(key_of(c.trust)),
                          formula_text(c), std::string(c.source)});
  }
  const auto number = [](Bytes b) { return std::to_string(b.count); };
  table.rows.push_back({what, where, "total", number(breakdown.total()), number(breakdown.low()),
                        number(breakdown.high()), "", "", ""});
}

TextTable parts_table(const Breakdown& breakdown, ByteUnits units) {
  TextTable table;
  table.columns = {{""}, {std::string(giga_name(units)), true}, {"share", true}, {""}, {"formula"}};
  for (const Component& c : breakdown.components) {
    table.rows.push_back({std::string(label_of(c.part)), giga_text(c.bytes, units),
                          share_text(c.bytes, breakdown.total()), std::string(label_of(c.trust)),
                          formula_text(c, 3)});
  }
  table.rows.push_back({"**Total**", "**" + giga_text(breakdown.total(), units) + "**", "", "", ""});
  return table;
}

}  // namespace

std::string estimate_csv(const Estimate& e, std::optional<Task> half) {
  TextTable table;
  for (const char* title : {"what", "where", "component", "bytes", "low", "high", "trust", "formula", "source"})
    table.columns.push_back({title, false});
  if (wants(half, Task::Inference)) {
    add_rows(table, "inference", "all devices", e.inference.breakdown);
    for (const DeviceUse& use : listed(e.inference.devices))
      add_rows(table, "inference", shared_name(use), use.breakdown);
  }
  if (!wants(half, Task::Training)) return table.csv();
  add_rows(table, "training", "peak", e.training.breakdown);
  for (const Phase& phase : e.training.phases)
    add_rows(table, "training", std::string(key_of(phase.id)), phase.breakdown);
  for (const RankUse& rank : e.training.ranks) add_rows(table, "training", rank.name, rank.breakdown);
  return table.csv();
}

std::string verdict_text(const Fit& fit, ByteUnits units) {
  if (!fit.known) return {};
  const std::string capacity = text(fit.capacity, units);
  std::string out = fit.fits ? "fits in " + capacity + ", " + text(fit.headroom, units) + " free"
                             : "does not fit in " + capacity + ", " + text(fit.excess, units) + " missing";
  if (!fit.certain) out += " (not certain: the capacity is inside the estimate's range)";
  return out;
}

std::string devices_text(const DeviceSet& devices) {
  std::string out;
  for (const DeviceGroup& group : devices.groups) {
    if (group.count == 0) continue;
    out += out.empty() ? "" : " + ";
    if (group.count > 1) out += grouped(group.count) + " × ";
    out += group.device->name;
  }
  return out.empty() ? "host memory" : out;
}

std::string weights_text(const Scenario& s) {
  if (s.weights.format == WeightFormat::AsReleased) return std::string(key_of(s.weight_format()));
  return field_rows::weight_format.get(s);
}

std::string inference_text(const Scenario& s) {
  std::string out{label_of(s.serving.runtime)};
  out += ", " + grouped(s.serving.sequences) + " × " + grouped(s.serving.context) + " tokens, KV " +
         std::string(label_of(s.serving.key_format));
  if (s.serving.value_format != s.serving.key_format) out += "/" + std::string(label_of(s.serving.value_format));
  return out;
}

std::string training_text(const Scenario& s) {
  const Training& t = s.training;
  const std::string objective =
      t.objective == Objective::Sft ? std::string() : std::string(label_of(t.objective)) + ", ";
  return objective + std::string(label_of(t.method)) + ", " + std::string(label_of(t.optimizer)) + ", " +
         std::string(label_of(t.recipe)) + ", " + grouped(t.micro_batch) + " × " + grouped(t.sequence) + " tokens";
}

std::string estimate_markdown(const Scenario& s, const Estimate& e, ByteUnits units, std::optional<Task> half) {
  std::string out = "# " + markdown_text(s.model->name) + " on " + markdown_text(devices_text(s.devices)) + "\n\n" +
                    grouped(e.model.parameters) + " parameters, weights " + weights_text(s) + " (" +
                    text(e.model.weights_bytes, units) + ").\n";
  const auto section = [&](const std::string& title, const std::string& about, const Breakdown& breakdown,
                           const std::string& verdict) {
    out += "\n## " + title + "\n\n" + about + ".\n\n" + parts_table(breakdown, units).markdown();
    if (!verdict.empty()) out += "\n" + title + " " + verdict + ".\n";
  };
  const auto lines = [&](const std::vector<std::string>& list) {
    if (!list.empty()) out += "\n";
    for (const std::string& line : list) out += "- " + markdown_text(line) + "\n";
  };
  if (wants(half, Task::Inference)) {
    section("Inference", inference_text(s), e.inference.breakdown, verdict_text(e.inference.fit, units));
    lines(inference_speed_lines(s, e.inference));
  }
  if (wants(half, Task::Training)) {
    section("Training", training_text(s), e.training.breakdown, verdict_text(e.training.fit, units));
    lines(training_speed_lines(s));
  }
  lines(half ? warnings(s, e, half) : e.warnings);
  return out;
}

TextTable tensor_table(std::span<const StoredTensor> tensors) {
  TextTable table{{{"tensor"},
                   {"rows", true},
                   {"columns", true},
                   {"how_many", true},
                   {"parameters", true},
                   {"format"},
                   {"bytes", true},
                   {"part"}},
                  {}};
  for (const StoredTensor& t : tensors) {
    table.rows.push_back({std::string(t.name), std::to_string(t.rows), std::to_string(t.columns),
                          std::to_string(t.how_many), std::to_string(t.parameters()), std::string(t.format),
                          std::to_string(t.bytes.count), std::string(t.part)});
  }
  return table;
}

Bytes file_size(const Model& model, const Weights& weights) { return stored_weights(model, weights); }

double bits_per_parameter(const Model& model, Bytes size) {
  const Count parameters = parameter_count(model);
  return parameters == 0 ? 0 : 8.0 * static_cast<double>(size.count) / static_cast<double>(parameters);
}

}  // namespace llmcalc::io
