// Rows of the left column, made from the field table: which widget a setting gets follows from what it holds.

#include "report/estimate_tables.hpp"
#include "ui/breakdowns.hpp"
#include "ui/controls.hpp"
#include "ui/tab_order.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/article.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace llmcalc::ui {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// Values of a real setting are moved in steps of a thousandth.
constexpr double real_steps = 1000.0;

/// What an empty text stands for.
std::string_view unset_word(const Field& field) { return field.path.ends_with("version") ? "newest" : "not set"; }

Count whole_of(double value) { return value <= 0 ? 0 : static_cast<Count>(std::llround(value)); }

SliderLook look_of(const Field& field) {
  return {.range = {.low = whole_of(field.slider.low),
                    .high = whole_of(field.slider.high),
                    .logarithmic = field.slider.logarithmic},
          .shown = {},
          .binary = field.unit == "tokens" || field.unit == "bytes",
          .lowest = whole_of(field.limits.low),
          .highest = whole_of(field.limits.high)};
}

/// A value with its unit where there is room for it.
std::string with_unit(const Theme& theme, Count value, std::string_view unit, float width) {
  if (unit == "bytes") return text(Bytes{value});
  std::string plain = grouped(value);
  if (unit.empty()) return plain;
  if (value == 1 && unit.ends_with('s')) unit.remove_suffix(1);
  const std::string full = plain + " " + std::string(unit);
  return text_width(theme.fonts.body, full) <= width - theme.px(10) ? full : plain;
}

bool whole_control(Controls& c, const Field& field, const Access<Count>& access, float width) {
  SliderLook look = look_of(field);
  Count value = access.get(c.scenario);
  look.shown = with_unit(c.theme, value, field.unit, width);
  if (!count_slider(c.theme, c.typing, field.path, width, look, value)) return false;
  access.edit(c.scenario) = value;
  return true;
}

bool optional_control(Controls& c, const Field& field, const Access<std::optional<Count>>& access, float width) {
  SliderLook look = look_of(field);
  const std::optional<Count>& now = access.get(c.scenario);
  Count value = now.value_or(field.nothing == "all" ? look.range.high : look.range.low);
  look.shown = now ? with_unit(c.theme, value, field.unit, width)
                   : std::string(field.nothing.empty() ? "automatic" : field.nothing);
  if (!count_slider(c.theme, c.typing, field.path, width, look, value)) return false;
  access.edit(c.scenario) = value;
  return true;
}

/// A real value as people read it: with its unit, shares in percent, and a word for what 0 stands for.
std::string real_text(const Field& field, double value) {
  if (value == 0 && field.help.find("; 0: ") != std::string_view::npos) return "automatic";
  if (field.unit == "bytes/s") return rate_text(value, "B");
  if (field.unit.starts_with("$/")) return "$" + shortest(value) + std::string(field.unit.substr(1));
  if (!field.unit.empty()) return shortest(value) + " " + std::string(field.unit);
  const bool share = field.group() == "speed" || field.path.ends_with("_load");
  return share ? shortest(std::round(value * 1e4) / 100) + " %" : shortest(value);
}

bool real_control(Controls& c, const Field& field, const Access<double>& access, float width) {
  SliderLook look;
  look.range = {.low = whole_of(field.slider.low * real_steps),
                .high = whole_of(field.slider.high * real_steps),
                .logarithmic = false,
                .step = 10};
  look.lowest = whole_of(field.limits.low * real_steps);
  look.highest = whole_of(field.limits.high * real_steps);
  look.thousandths = true;
  look.typed = shortest(access.get(c.scenario));
  look.shown = real_text(field, access.get(c.scenario));
  Count value = whole_of(access.get(c.scenario) * real_steps);
  if (!count_slider(c.theme, c.typing, field.path, width, look, value)) return false;
  access.edit(c.scenario) = static_cast<double>(value) / real_steps;
  return true;
}

/// A share of the parameters as a slider; nothing chosen: the article's own.
bool share_control(Controls& c, const Field& field, const CodedAccess& access, float width) {
  const std::optional<double> now = real_of_text(access.get(c.scenario));
  Count value = whole_of(now.value_or(1) * real_steps);
  const SliderLook look{.range = {.low = 0, .high = whole_of(real_steps), .logarithmic = false, .step = 10},
                        .shown = now ? shortest(std::round(*now * 1e4) / 100) + " %" : "automatic",
                        .typed = shortest(now.value_or(1)),
                        .thousandths = true,
                        .lowest = 0,
                        .highest = whole_of(real_steps)};
  if (!count_slider(c.theme, c.typing, field.path, width, look, value)) return false;
  return access.set(c.scenario, shortest(static_cast<double>(value) / real_steps));
}

bool text_control(Controls& c, const Field& field, const Access<std::string>& access, float width) {
  std::array<char, 65> buffer{};
  const std::string& now = access.get(c.scenario);
  std::memcpy(buffer.data(), now.data(), std::min(now.size(), buffer.size() - 1));
  const std::string hint(unset_word(field));
  ImGui::PushID(field.path.data(), field.path.data() + field.path.size());
  ImGui::SetNextItemWidth(width);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{c.theme.px(8), (c.theme.px(22) - ImGui::GetFontSize()) / 2});
  const bool changed = ImGui::InputTextWithHint("##text", hint.c_str(), buffer.data(), buffer.size());
  ImGui::PopStyleVar();
  tab_stop(c.theme);
  ImGui::PopID();
  note_control(c.theme, field.path, last_item());
  if (!changed) return false;
  access.edit(c.scenario) = buffer.data();
  return true;
}

bool choice_control(Controls& c, const Field& field, const ChoiceAccess& access, float width) {
  const std::size_t now = access.get(c.scenario);
  const int chosen = combo(c.theme, field.path, width, access.row(now).label, {}, static_cast<int>(now), [&] {
    std::vector<ComboOption> all;
    for (std::size_t i = 0; i < access.size; ++i) {
      const Choice row = access.row(i);
      all.push_back({std::string(row.label), std::string(row.help), {}});
    }
    return all;
  });
  if (chosen < 0 || static_cast<std::size_t>(chosen) == now) return false;
  access.set(c.scenario, static_cast<std::size_t>(chosen));
  return true;
}

/// The mark of a setting that departs from the reference: a dot that resets it.
bool reset_dot(Controls& c, const Field& field, ImVec2 row) {
  const float side = c.theme.px(12);
  const ImVec2 before = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos({row.x - side - c.theme.px(1), row.y + (c.theme.px(22) - side) / 2});
  ImGui::PushID(field.path.data(), field.path.data() + field.path.size());
  const bool clicked = ImGui::InvisibleButton("reset", {side, side});
  const bool hovered = ImGui::IsItemHovered();
  const Box box = last_item();
  help(c.theme, "Changed. Click to reset it.");
  focus_ring(c.theme, box);
  ImGui::PopID();
  ImGui::GetWindowDrawList()->AddCircleFilled(box.middle(), c.theme.px(hovered ? 4.0f : 2.5f), c.theme.palette.warn);
  note_control(c.theme, std::string(field.path) + ".reset", box);
  ImGui::SetCursorScreenPos(before);
  if (!clicked) return false;
  copy_setting(field, c.reference, c.scenario);
  return true;
}

void complaint(Controls& c, const Field& field) {
  if (c.typing.name == field.path && !c.typing.complaint.empty()) {
    const bool share = field.limits.high <= field.limits.low;  // of the parameters: text with a slider
    const bool real = field.kind() == FieldKind::Real || share;
    const auto limit = [&](double value) { return real ? shortest(value) : grouped(whole_of(value)); };
    const std::string range = limit(field.limits.low) + " to " + limit(share ? 1 : field.limits.high);
    paragraph(c.theme, c.theme.fonts.small, c.theme.palette.bad,
              c.typing.complaint + range + (real ? "." : " (8k, 70b work too)."), ImGui::GetContentRegionAvail().x);
  }
  show_issues(c.theme, c.issues, field.pointer());
}

/// The size of the weights' file in a format, "39.6 GiB, 4.82 bits"; "" for other settings.
std::string size_in_format(const Scenario& scenario, const Field& field, const std::string& format) {
  if (field.path != "weights.format" || !scenario.model) return {};
  Scenario there = scenario;
  if (!std::get<CodedAccess>(field.access).set(there, format)) return {};
  const Bytes bytes = io::file_size(*there.model, there.weights);
  return text(bytes) + ", " + three_digits(io::bits_per_parameter(*there.model, bytes)) + " bits";
}

/// What a number can be solved for; null when it cannot be, or nothing limits it.
const SolveTarget* solvable(const Controls& c, const Field& field) {
  const bool number = field.kind() == FieldKind::Whole || field.kind() == FieldKind::OptionalWhole;
  if (!number || !memory_limit(c.scenario) || c.scenario.method == Method::Article) return nullptr;
  return find_target(field.path);
}

/// "max" or "min": the best value that fits.
bool best_button(const Theme& theme, const SolveTarget& target, float width) {
  ImGui::PushID(target.path.data(), target.path.data() + target.path.size());
  const bool clicked = ImGui::InvisibleButton("best", {width, theme.px(22)});
  ImGui::PopID();
  const Box box = last_item();
  const Palette& p = theme.palette;
  fill(box, ImGui::IsItemHovered() ? p.control_hover : faded(p.control, 0.45f), theme.px(4));
  draw_text(theme, theme.fonts.small, ImGui::IsItemHovered() ? p.text : p.text_faint, box,
            target.more_is_wanted ? "max" : "min", Align::Centre);
  help(theme, "Sets the " + std::string(target.label) + " that fits the devices. Ctrl+Z takes it back.");
  focus_ring(theme, box);
  note_control(theme, std::string(target.path) + ".best", box);
  return clicked;
}

}  // namespace

std::string field_help(const Field& field) {
  std::string words(field.help);
  if (words.empty()) return words;
  // Names of programs keep their letters.
  const std::string_view first = field.help.substr(0, field.help.find(' '));
  const bool is_name =
      std::any_of(first.begin(), first.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '.'; });
  if (!is_name && words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  if (std::string_view(".:!?").find(words.back()) == std::string_view::npos) words += '.';
  return words;
}

void veil_ignored(const Controls& c, const Field& field, ImVec2 row) {
  if (c.scenario.method != Method::Article || article::reads_setting(field)) return;
  const Box box{row, {row.x + ImGui::GetContentRegionAvail().x, row.y + c.theme.px(23)}};
  fill(box, faded(c.theme.palette.side, 0.62f));
  if (ImGui::IsMouseHoveringRect(box.from, box.to) && ImGui::IsWindowHovered() && c.theme.mouse_rest_seconds > 0.35f)
    explain(c.theme, box, "The simple method does not look at this.");
}

bool coded_control(Controls& c, const Field& field, float width, const std::string& shown, std::string_view note) {
  const auto& access = std::get<CodedAccess>(field.access);
  const std::string now = access.get(c.scenario);
  const std::vector<std::string> texts = access.options();
  const auto at = std::find(texts.begin(), texts.end(), now);
  const int before = at == texts.end() ? -1 : static_cast<int>(at - texts.begin());
  const int chosen = combo(c.theme, field.path, width, shown, note, before, [&] {
    std::vector<ComboOption> all;
    all.reserve(texts.size());
    for (const std::string& text : texts) {
      std::string size = size_in_format(c.scenario, field, text);
      all.push_back({coded_label(field, text), size.empty() ? coded_help(field, text) : std::move(size),
                     coded_help(field, text)});
    }
    return all;
  });
  if (chosen < 0 || chosen == before) return false;
  return access.set(c.scenario, texts[static_cast<std::size_t>(chosen)]);
}

void seek(Controls& controls, std::string_view place) {
  if (controls.seek == nullptr || *controls.seek != place) return;
  *controls.seek = {};
  seek_next_stop(controls.theme);
}

bool setting_control(Controls& controls, const Field& field, float width) {
  seek(controls, field.path);
  return std::visit(
      Overloaded{[&](const Access<Count>& a) { return whole_control(controls, field, a, width); },
                 [&](const Access<std::optional<Count>>& a) { return optional_control(controls, field, a, width); },
                 [&](const Access<bool>& a) {
                   const bool changed = check_box(controls.theme, field.path, {}, a.edit(controls.scenario));
                   return changed;
                 },
                 [&](const Access<double>& a) { return real_control(controls, field, a, width); },
                 [&](const Access<std::string>& a) { return text_control(controls, field, a, width); },
                 [&](const ChoiceAccess& a) { return choice_control(controls, field, a, width); },
                 [&](const CodedAccess& a) {
                   if (field.path == "training.trainable_share") return share_control(controls, field, a, width);
                   return coded_control(controls, field, width, coded_label(field, a.get(controls.scenario)), {});
                 },
                 [](std::monostate) { return false; }},
      field.access);
}

bool setting(Controls& controls, const Field& field) {
  if (!field.matters(controls.scenario)) return false;
  const ImVec2 row = ImGui::GetCursorScreenPos();
  float width = row_label(controls.theme, field.label, controls.label_width, field_help(field));
  const SolveTarget* target = solvable(controls, field);
  const float best_width = target == nullptr ? 0 : controls.theme.px(32);
  if (target != nullptr) width -= best_width + controls.theme.px(4);
  bool changed = setting_control(controls, field, width);
  if (target != nullptr) {
    ImGui::SameLine(0, controls.theme.px(4));
    if (best_button(controls.theme, *target, best_width)) controls.solve = &field;
  }
  veil_ignored(controls, field, row);
  if (!same_setting(field, controls.scenario, controls.reference)) changed |= reset_dot(controls, field, row);
  complaint(controls, field);
  return changed;
}

bool setting_pair(Controls& controls, std::string_view label, const Field& left, const Field& right) {
  const ImVec2 row = ImGui::GetCursorScreenPos();
  const float gap = controls.theme.px(4);
  const float width =
      row_label(controls.theme, label, controls.label_width, field_help(left) + "\n" + field_help(right));
  const auto half = static_cast<float>(static_cast<int>((width - gap) / 2));
  bool changed = setting_control(controls, left, half);
  ImGui::SameLine(0, gap);
  changed |= setting_control(controls, right, width - gap - half);
  veil_ignored(controls, left, row);
  const bool left_departs = !same_setting(left, controls.scenario, controls.reference);
  if (left_departs || !same_setting(right, controls.scenario, controls.reference)) {
    changed |= reset_dot(controls, left_departs ? left : right, row);
  }
  complaint(controls, left);
  complaint(controls, right);
  return changed;
}

std::string setting_text(const Field& field, const Scenario& s) {
  const auto whole = [&](Count value) {
    if (field.unit == "bytes") return text(Bytes{value});
    if (field.unit.empty()) return grouped(value);
    std::string_view unit = field.unit;
    if (value == 1 && unit.ends_with('s')) unit.remove_suffix(1);
    return grouped(value) + " " + std::string(unit);
  };
  return std::visit(
      Overloaded{
          [&](const Access<Count>& a) { return whole(a.get(s)); },
          [&](const Access<std::optional<Count>>& a) {
            const std::optional<Count>& value = a.get(s);
            return value ? whole(*value) : std::string(field.nothing.empty() ? "automatic" : field.nothing);
          },
          [&](const Access<bool>& a) { return std::string(a.get(s) ? "on" : "off"); },
          [&](const Access<double>& a) { return real_text(field, a.get(s)); },
          [&](const Access<std::string>& a) { return a.get(s).empty() ? std::string(unset_word(field)) : a.get(s); },
          [&](const ChoiceAccess& a) { return std::string(a.row(a.get(s)).label); },
          [&](const CodedAccess& a) { return coded_label(field, a.get(s)); },
          [](std::monostate) { return std::string(); }},
      field.access);
}

void show_issues(const Theme& theme, const Issues& issues, std::string_view where) {
  for (const Issue& issue : issues) {
    if (issue.where != where) continue;
    paragraph(theme, theme.fonts.small, theme.palette.bad, issue.what, ImGui::GetContentRegionAvail().x);
  }
}

}  // namespace llmcalc::ui
