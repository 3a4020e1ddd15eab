#include "readers/logs/log_lines.hpp"

#include "host/limits.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <tuple>

namespace llmcalc::io {
namespace {

/// Devices and figures kept of one log; a text with more is not a log of this world.
constexpr std::size_t figure_limit = 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Unit {
  std::string_view name;
  Count bytes;
};
// Longest first: "MiB" before "M". PyTorch, vLLM and SGLang write GB for 2^30 bytes.
constexpr std::array units{
    Unit{"TiB", Count{1} << 40},
    Unit{"GiB", Count{1} << 30},
    Unit{"MiB", Count{1} << 20},
    Unit{"KiB", Count{1} << 10},
    Unit{"TB", Count{1} << 40},
    Unit{"GB", Count{1} << 30},
    Unit{"MB", Count{1} << 20},
    Unit{"KB", Count{1} << 10},
    Unit{"kB", Count{1} << 10},
    Unit{"bytes", 1},
    Unit{"B", 1},
};

/// Digits of a number as they are printed: "1,024.50" is 102450 with two decimals.
struct Digits {
  Count value = 0;
  unsigned decimals = 0;
  std::size_t end = 0;
};

std::optional<Digits> digits_at(std::string_view text, std::size_t from) {
  Digits d;
  std::size_t i = from;
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (point && d.decimals >= 9) continue;  // more than anybody prints
      d.value = add(multiply(d.value, 10), static_cast<Count>(c - '0'));
      if (point) ++d.decimals;
      any = true;
    } else if (c == '.' && any && !point && i + 1 < text.size() && is_digit(text[i + 1])) {
      point = true;
    } else if (!(c == ',' && any && !point && i + 1 < text.size() && is_digit(text[i + 1]))) {
      break;
    }
  }
  if (!any) return std::nullopt;
  d.end = i;
  return d;
}

Count power_of_ten(unsigned n) {
  Count power = 1;
  for (; n > 0; --n) power *= 10;
  return power;
}

}  // namespace

std::optional<Amount> amount_at(std::string_view text, Count unit_bytes) {
  std::size_t i = text.find_first_not_of(" \t=:");
  if (i == std::string_view::npos) return std::nullopt;
  const bool negative = text[i] == '-';
  if (negative) ++i;
  const std::optional<Digits> digits = digits_at(text, i);
  if (!digits) return std::nullopt;
  Amount amount{.bytes = 0, .rounding = 0, .negative = negative, .end = digits->end};
  std::size_t unit_at = amount.end;
  while (unit_at < text.size() && text[unit_at] == ' ') ++unit_at;
  for (const Unit& unit : units) {
    if (text.compare(unit_at, unit.name.size(), unit.name) != 0) continue;
    unit_bytes = unit.bytes;
    amount.end = unit_at + unit.name.size();
    break;
  }
  const Count tens = power_of_ten(digits->decimals);
  if (!negative) amount.bytes = scale({digits->value}, unit_bytes, tens).count;
  // Rounded to its last digit when it has decimals; whole numbers are often cut.
  amount.rounding = unit_bytes == 1 ? 0 : digits->decimals == 0 ? unit_bytes : unit_bytes / (2 * tens) + 1;
  return amount;
}

std::optional<Amount> amount_after(std::string_view line, std::string_view words, Count unit_bytes) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  return amount_at(line.substr(at + words.size()), unit_bytes);
}

std::optional<Count> count_after(std::string_view line, std::string_view words) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + words.size());
  const std::size_t from = rest.find_first_not_of(" \t=:(");
  if (from == std::string_view::npos) return std::nullopt;
  const std::optional<Digits> digits = digits_at(rest, from);
  if (!digits || digits->decimals != 0) return std::nullopt;
  return digits->value;
}

std::optional<Count> count_before(std::string_view line, std::string_view words) {
  const std::size_t end = line.find(words);
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t start = line.substr(0, end).find_last_not_of("0123456789") + 1;
  return count_after(line.substr(start, end - start), "");
}

std::string_view ollama_version(std::string_view text) {
  // "Listening on 127.0.0.1:11434 (version 0.16.1)", and the folder that a package manager keeps it in.
  for (const std::string_view words : {"(version ", "/ollama/"}) {
    for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
      const std::string_view version = text.substr(
          at + words.size(), text.find_first_not_of("0123456789.", at + words.size()) - at - words.size());
      if (has(version, ".") && version.front() != '.') return version;
    }
  }
  return {};
}

void set_offloaded_layers(MeasuredLog& log, std::string_view line) {
  if (!has(line, "offloaded ") || !has(line, " layers to GPU")) return;
  const auto on = count_after(line, "offloaded ");
  const auto of = count_after(line.substr(line.find("offloaded ")), "/");
  if (on && of && *on < *of) set_setting(log, "serving.gpu_layers", *on);
}

std::string_view text_between(std::string_view line, std::string_view words, std::string_view ends) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + words.size());
  return rest.substr(0, rest.find_first_of(ends));
}

std::string_view next_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of("\r\n");
  const std::string_view line = rest.substr(0, std::min<std::size_t>(end, most(Limit::LogLine)));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

std::string gpu_name(std::size_t index) { return "GPU " + std::to_string(index); }

MeasuredFigure* FigureList::slot(Figure figure, std::string_view device) {
  for (MeasuredFigure& f : all_) {
    if (f.figure == figure && f.device == device) return &f;
  }
  if (all_.size() >= figure_limit) return nullptr;
  all_.push_back({.figure = figure, .device = std::string(device)});
  return &all_.back();
}

void FigureList::set(Figure figure, std::string_view device, const Amount& amount) {
  if (MeasuredFigure* f = slot(figure, device)) {
    f->value = amount.bytes;
    f->rounding = amount.rounding;
  }
}

void FigureList::add(Figure figure, std::string_view device, const Amount& amount) {
  if (MeasuredFigure* f = slot(figure, device)) {
    f->value = llmcalc::add(f->value, amount.bytes);
    f->rounding = llmcalc::add(f->rounding, amount.rounding);
  }
}

void FigureList::raise(Figure figure, std::string_view device, const Amount& amount) {
  const MeasuredFigure* old = find(figure, device);
  if (!old || old->value < amount.bytes) set(figure, device, amount);
}

void FigureList::forget(Figure figure) {
  std::erase_if(all_, [&](const MeasuredFigure& f) { return f.figure == figure; });
}

void FigureList::forget(Figure figure, std::string_view device) {
  std::erase_if(all_, [&](const MeasuredFigure& f) { return f.figure == figure && f.device == device; });
}

void FigureList::mark_at_least() {
  for (MeasuredFigure& f : all_) f.at_least = f.figure == Figure::Allocated || f.figure == Figure::Reserved;
}

const MeasuredFigure* FigureList::find(Figure figure, std::string_view device) const {
  for (const MeasuredFigure& f : all_) {
    if (f.figure == figure && f.device == device) return &f;
  }
  return nullptr;
}

std::vector<MeasuredFigure> FigureList::sorted() const {
  std::vector<MeasuredFigure> out = all_;
  // "GPU 10" behind "GPU 9", the host last.
  const auto place = [](const MeasuredFigure& f) {
    return std::tuple(!f.device.starts_with("GPU"), f.device.size(), std::string_view(f.device), f.figure);
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const MeasuredFigure& a, const MeasuredFigure& b) { return place(a) < place(b); });
  return out;
}

std::optional<MeasuredLog> FigureList::with_figures(MeasuredLog log) const {
  if (empty()) return std::nullopt;
  log.figures = sorted();
  return log;
}

namespace {

LogSetting& setting_slot(MeasuredLog& log, std::string_view path) {
  for (LogSetting& s : log.settings) {
    if (s.path == path) return s;
  }
  return log.settings.emplace_back(LogSetting{.path = std::string(path), .value = 0, .text = {}});
}

}  // namespace

void set_setting(MeasuredLog& log, std::string_view path, Count value) {
  LogSetting& s = setting_slot(log, path);
  s.value = value;
  s.text = std::to_string(value);
}

void set_setting(MeasuredLog& log, std::string_view path, std::string_view text) {
  LogSetting& s = setting_slot(log, path);
  s.value = 0;
  s.text = text;
}

void note(MeasuredLog& log, std::string_view words) {
  if (std::find(log.notes.begin(), log.notes.end(), words) == log.notes.end()) log.notes.emplace_back(words);
}

std::string device_named_in(std::string_view line) {
  // With blanks as drivers print it, or joined by lines as file names have it (device_name=NVIDIA_H200.json).
  static constexpr std::array<std::string_view, 9> makers{"NVIDIA GeForce ", "NVIDIA_GeForce_", "NVIDIA ",
                                                          "NVIDIA_",         "AMD Radeon ",     "AMD Instinct ",
                                                          "Apple M",         "(RTX ",           "Tesla "};
  for (const std::string_view maker : makers) {
    const std::size_t at = line.find(maker);
    if (at == std::string_view::npos) continue;
    const std::size_t kept = maker.ends_with('M') ? maker.size() - 1 : maker.starts_with('(') ? 1 : maker.size();
    std::string name(line.substr(at + kept, 48));
    std::replace(name.begin(), name.end(), '_', ' ');
    for (const std::string_view end : {",", "(", ")", "|", ";", "\"", "'", "  ", ".json", " compute", ". "}) {
      if (const std::size_t cut = name.find(end); cut != std::string::npos) name.resize(cut);
    }
    name = trimmed(name);
    const bool numbered = std::any_of(name.begin(), name.end(), is_digit);
    if (numbered && !name.empty() && name.front() >= 'A' && name.front() <= 'Z') return name;
  }
  return {};
}

}  // namespace llmcalc::io
