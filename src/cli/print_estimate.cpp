#include "cli/print_estimate.hpp"

#include "report/estimate_tables.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/estimate/explain.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace llmcalc::cli {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t bar_cells = 16;
constexpr std::size_t label_width = 18;

/// Mark after a number that is not exact.
std::string_view mark(Trust trust) {
  constexpr std::array<std::string_view, 3> marks{" ", "≈", "?"};
  return marks[static_cast<std::size_t>(trust)];
}

/// A bar of eighths of a cell.
std::string bar(Bytes part, Bytes whole, std::size_t cells) {
  constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (whole.count == 0 || part.count == 0) return {};
  const double filled = static_cast<double>(part.count) / static_cast<double>(whole.count);
  auto n = static_cast<std::size_t>(std::min(filled, 1.0) * 8.0 * static_cast<double>(cells) + 0.5);
  n = std::max<std::size_t>(n, 1);
  std::string out;
  for (std::size_t i = 0; i < n / 8; ++i) out += "█";
  return out.append(eighths[n % 8]);
}

/// The parts of one breakdown with their total.
Lines parts_block(const Breakdown& breakdown, const PrintStyle& style) {
  const Bytes total = breakdown.total();
  Lines lines;
  const auto row = [&](std::string_view label, Bytes bytes, Trust trust, const std::string& tail) {
    lines.push_back(pad_right(std::string(label), label_width) + pad_left(giga_text(bytes, style.units), 10) + " " +
                    std::string(giga_name(style.units)) +
                    (trust == Trust::Exact && tail.empty() ? "" : mark(trust).data()) + tail);
  };
  for (const Component& c : breakdown.components) {
    row(label_of(c.part), c.bytes, c.trust,
        " " + pad_left(share_text(c.bytes, total), 6) + "  " + bar(c.bytes, total, bar_cells));
  }
  Trust worst = Trust::Exact;
  for (const Component& c : breakdown.components) worst = std::max(worst, c.trust);
  row("Total", total, worst == Trust::Exact ? Trust::Exact : Trust::Modelled, "");
  if (breakdown.low() != breakdown.high()) {
    lines.back() +=
        "  (" + giga_text(breakdown.low(), style.units) + " to " + giga_text(breakdown.high(), style.units) + ")";
  }
  return lines;
}

void add(Lines& lines, std::string line) {
  if (!line.empty()) lines.push_back(std::move(line));
}

Lines inference_block(const Scenario& s, const Estimate& e, const PrintStyle& style) {
  const InferenceEstimate& i = e.inference;
  Lines lines{"INFERENCE", io::inference_text(s), ""};
  const Lines parts = parts_block(i.breakdown, style);
  lines.insert(lines.end(), parts.begin(), parts.end());
  if (i.devices.size() > 1 || (!i.devices.empty() && i.devices.front().span.count() > 1)) {
    std::string each;
    for (std::size_t d = 0; d < i.devices.size() && d < 4; ++d) {
      const DeviceUse& use = i.devices[d];
      each += (d == 0 ? "" : ", ") + shared_name(use) + (use.span.count() > 1 ? " each " : " ") +
              text(use.breakdown.total(), style.units);
    }
    add(lines, each + (i.devices.size() > 4 ? ", ..." : ""));
  }
  add(lines, io::verdict_text(i.fit, style.units));
  if (s.method == Method::Detailed) add(lines, usual_text(s, Task::Inference));
  if (i.kv_bytes_per_token.count != 0) add(lines, exact_text(i.kv_bytes_per_token) + "/token of KV cache");
  if (i.kv_pool_tokens != 0) {
    const bool ranges = i.kv_pool_low != i.kv_pool_high;
    add(lines,
        "KV cache pool " + text(i.kv_pool_bytes, style.units) +
            (ranges ? " (" + text(i.kv_pool_low, style.units) + " to " + text(i.kv_pool_high, style.units) + ")"
                    : std::string()) +
            ": " + counted(i.kv_pool_tokens, "token") +
            (i.concurrency > 0 ? ", " + three_digits(i.concurrency) + " sequences" : ""));
  }
  for (std::string& line : io::inference_speed_lines(s, i)) add(lines, std::move(line));
  return lines;
}

Lines training_block(const Scenario& s, const Estimate& e, const PrintStyle& style) {
  const TrainingEstimate& t = e.training;
  Lines lines{"TRAINING", io::training_text(s), ""};
  const Lines parts = parts_block(t.breakdown, style);
  lines.insert(lines.end(), parts.begin(), parts.end());
  add(lines, io::verdict_text(t.fit, style.units));
  if (!t.breakdown.components.empty()) {
    add(lines, "peak: " + std::string(label_of(t.peak_phase)) + (t.ranks.size() > 1 ? ", on " + t.worst_rank : "") +
                   "; " + count_text(t.trainable_parameters) + " parameters trained");
  }
  if (!t.bytes_per_parameter.empty()) add(lines, "bytes per trained parameter: " + t.bytes_per_parameter);
  if (t.first_step.total.count != 0 && t.first_step.total < t.breakdown.total())
    add(lines, "first step: " + text(t.first_step.total, style.units));
  if (!t.host.components.empty()) add(lines, "host memory: " + text(t.host.total(), style.units) + " per rank");
  if (s.method == Method::Detailed) add(lines, usual_text(s, Task::Training));
  for (std::string& line : io::training_speed_lines(s)) add(lines, std::move(line));
  return lines;
}

/// Two blocks side by side when they fit, else one above the other.
std::string side_by_side(const Lines& left, const Lines& right, std::size_t width) {
  const auto widest = [](const Lines& lines) {
    std::size_t most = 0;
    for (const std::string& line : lines) most = std::max(most, display_width(line));
    return most;
  };
  constexpr std::size_t gap = 4;
  const std::size_t column = widest(left) + gap;
  std::string out;
  if (column + widest(right) > width) {
    for (const std::string& line : left) out += line + "\n";
    out += "\n";
    for (const std::string& line : right) out += line + "\n";
    return out;
  }
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    std::string line = i < left.size() ? left[i] : "";
    if (i < right.size() && !right[i].empty()) line = pad_right(line, column) + right[i];
    out += line + "\n";
  }
  return out;
}

/// The factors of every part, one line each.
std::string factor_lines(const std::string& title, const Breakdown& breakdown, std::size_t width) {
  if (breakdown.components.empty()) return {};
  std::string out = "\n" + title + "\n";
  for (const Component& c : breakdown.components) {
    const std::string head = "  " + pad_right(std::string(label_of(c.part)), label_width);
    out += head + shortened(formula_text(c, 4), width > label_width + 20 ? width - label_width - 2 : 60) + "\n";
  }
  return out;
}

bool any_inexact(const Breakdown& breakdown) {
  return std::any_of(breakdown.components.begin(), breakdown.components.end(),
                     [](const Component& c) { return c.trust != Trust::Exact; });
}

}  // namespace

std::string estimate_text(const Scenario& s, const Estimate& e, const PrintStyle& style) {
  std::string out = printable(s.model->name) + "  " + count_text(e.model.parameters) + " parameters";
  if (e.model.active_parameters != e.model.parameters)
    out += ", " + count_text(e.model.active_parameters) + " active";
  out += ", weights " + io::weights_text(s);
  if (e.model.weights_bytes.count != 0) out += " " + text(e.model.weights_bytes, style.units);
  out += "\n" + printable(io::devices_text(s.devices)) + "\n\n";
  const bool serves = wants(style.half, Task::Inference);
  const bool trains = wants(style.half, Task::Training);
  out += side_by_side(serves ? inference_block(s, e, style) : training_block(s, e, style),
                      serves && trains ? training_block(s, e, style) : Lines{}, style.width);
  if (serves) out += factor_lines("How inference memory is computed", e.inference.breakdown, style.width);
  if (trains) out += factor_lines("How training memory is computed", e.training.breakdown, style.width);
  if ((serves && any_inexact(e.inference.breakdown)) || (trains && any_inexact(e.training.breakdown)))
    out += "\n≈ modelled, with a range   ? assumed: a documented constant   no mark: exact\n";
  const std::vector<std::string> notes = style.half ? warnings(s, e, style.half) : e.warnings;
  if (!notes.empty()) out += "\n";
  for (const std::string& warning : notes) out += "note: " + printable(warning) + "\n";
  return printable_lines(out);
}

}  // namespace llmcalc::cli
