#include "report/estimate_tables.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/explain.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/field_codecs.hpp>

#include <algorithm>

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

namespace {

/// Seconds as "47 ms (25 to 93)" or "1.2 s (0.8 to 2.4)".
std::string seconds_words(const Rate& seconds) {
  const bool small = seconds.typical < 1;
  const double k = small ? 1000 : 1;
  const Rate shown{seconds.low * k, seconds.typical * k, seconds.high * k};
  return rate_words(shown) + (small ? " ms" : " s");
}

/// "$2.40/hour, $3.1 (2.2 to 4.4) per million tokens, 1.9 (1.4 to 2.8) J/token", as far as it is known.
std::string cost_words(const Cost& cost) {
  std::string out;
  const auto part = [&](const std::string& words) { out += (out.empty() ? "" : ", ") + words; };
  if (cost.dollars_per_hour > 0) part("$" + fixed(cost.dollars_per_hour, 2) + "/hour");
  if (cost.dollars_per_million.typical > 0) part("$" + rate_words(cost.dollars_per_million) + " per million tokens");
  if (cost.joules_per_token.typical > 0) part(rate_words(cost.joules_per_token) + " J/token");
  return out;
}

}  // namespace

std::string rate_words(const Rate& rate) {
  const auto [low, high] = std::minmax(rate.low, rate.high);
  return two_digits(rate.typical) + " (" + two_digits(low) + " to " + two_digits(high) + ")";
}

std::vector<std::string> inference_speed_lines(const Scenario& s, const InferenceEstimate& e) {
  const auto speed = inference_speed(s, e);
  if (!speed) return {};
  std::vector<std::string> lines;
  std::string decode = rate_words(speed->tokens_per_second) + " tokens/s";
  if (s.serving.sequences > 1) decode += " per sequence, " + rate_words(speed->total_tokens_per_second) + " in total";
  lines.push_back(decode + ", limited by " + (speed->bound == Bound::Bandwidth ? "memory bandwidth" : "compute"));
  if (const std::string words = residence_words(s, *speed); !words.empty()) lines.push_back(words);
  if (speed->first_token_seconds.typical > 0) {
    const std::string seconds = seconds_words(speed->first_token_seconds);
    const std::string tokens = counted(s.prompt(), "token");
    lines.push_back(s.model->encodes() ? "a text of " + tokens + " takes " + seconds
                                       : "first token after " + seconds + " for a prompt of " + tokens);
  }
  const std::string cost = cost_words(cost_of(s, Task::Inference, speed->total_tokens_per_second));
  if (!cost.empty()) lines.push_back(cost);
  return lines;
}

std::vector<std::string> training_speed_lines(const Scenario& s) {
  const auto speed = training_speed(s);
  if (!speed) return {};
  std::vector<std::string> lines;
  const Rate percent{speed->mfu.low * 100, speed->mfu.typical * 100, speed->mfu.high * 100};
  lines.push_back(rate_words(speed->tokens_per_second) + " tokens/s, MFU " + rate_words(percent) + " %" +
                  (s.speed.mfu > 0 ? " (given)" : ""));
  const Cost cost = cost_of(s, Task::Training, speed->tokens_per_second);
  lines.push_back(count_text(s.cost.tokens) + " tokens take " + rate_words(cost.hours) + " hours" +
                  (cost.dollars.typical > 0 ? ", $" + rate_words(cost.dollars) : "") +
                  (cost.kilowatt_hours.typical > 0 ? ", " + rate_words(cost.kilowatt_hours) + " kWh" : ""));
  return lines;
}

}  // namespace llmcalc::io
