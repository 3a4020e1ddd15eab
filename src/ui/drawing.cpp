#include "ui/drawing.hpp"

#include "ui/tab_order.hpp"

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Length in bytes of the longest beginning of `text` that fits `width` together with an ellipsis.
std::size_t fitting_prefix(std::string_view text, float width) {
  const float room = width - ImGui::CalcTextSize("…").x;
  std::size_t low = 0;
  std::size_t high = text.size();
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (ImGui::CalcTextSize(text.data(), text.data() + middle).x <= room) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  while (low > 0 && (static_cast<unsigned char>(text[low]) & 0xC0U) == 0x80U) --low;  // never inside a character
  return low;
}

/// Tells tests about a text: what was to be drawn in which box, and where its letters are.
void note_text(const Theme& theme, const Typeface& typeface, std::string_view text, const Box& box, const Box& drawn,
               float width, bool cut) {
  if (!theme.audit) return;
  const ImDrawList* list = ImGui::GetWindowDrawList();
  theme.audit->texts.push_back({.text = std::string(text),
                                .box = box,
                                .width = width,
                                .cut = cut,
                                .formula = typeface.font == theme.fonts.mono.font,
                                .drawn = drawn,
                                .clip = {list->GetClipRectMin(), list->GetClipRectMax()},
                                .layer = list});
}

}  // namespace

Box shrunk(const Box& box, float horizontal, float vertical) {
  return {{box.from.x + horizontal, box.from.y + vertical}, {box.to.x - horizontal, box.to.y - vertical}};
}

float text_width(const Typeface& typeface, std::string_view text) {
  compat::push(typeface);
  const float width = ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
  compat::pop_font();
  return width;
}

float line_height(const Typeface& typeface) {
  compat::push(typeface);
  const float height = ImGui::GetFontSize();
  compat::pop_font();
  return height;
}

namespace {

/// True while the mouse points there; not while the keyboard is used, when it rests where it was left.
bool is_pointed_at(const Box& box) {
  return ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
         ImGui::IsMouseHoveringRect(box.from, box.to) && !ImGui::GetIO().NavVisible;
}

}  // namespace

float draw_text(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, std::string_view text,
                Align align) {
  if (text.empty()) return 0;
  compat::push(typeface);
  const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size());
  const bool cut = size.x > box.width() + 0.5f;
  ImDrawList* list = ImGui::GetWindowDrawList();
  float x = box.from.x;
  if (!cut && align == Align::Centre) x += (box.width() - size.x) / 2;
  if (!cut && align == Align::Right) x = box.to.x - size.x;
  const ImVec2 at{std::floor(x), std::floor(box.from.y + (box.height() - ImGui::GetFontSize()) / 2)};
  float drawn = size.x;
  if (cut) {
    const std::size_t length = fitting_prefix(text, box.width());
    const std::string shown = std::string(text.substr(0, length)) + "…";
    list->AddText(at, colour, shown.data(), shown.data() + shown.size());
    drawn = box.width();
  } else {
    list->AddText(at, colour, text.data(), text.data() + text.size());
  }
  note_text(theme, typeface, text, box, {at, {at.x + drawn, at.y + ImGui::GetFontSize()}}, size.x, cut);
  compat::pop_font();
  if (cut && is_pointed_at(box)) explain(theme, box, text);
  return drawn;
}

float draw_name(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, std::string_view name) {
  std::string_view shown = name;
  if (text_width(typeface, shown) > box.width() && shown.ends_with(')')) {
    shown = shown.substr(0, shown.rfind(" ("));
  }
  const float drawn = draw_text(theme, typeface, colour, box, shown);
  if (theme.audit && !shown.empty()) theme.audit->texts.back().shortens = true;
  const bool whole = shown.size() == name.size();
  if (!whole && text_width(typeface, shown) <= box.width() && is_pointed_at(box)) explain(theme, box, name);
  return drawn;
}

namespace {

/// The text with line breaks in place of blanks, so that no line is wider unless one word is.
std::string broken_at_blanks(std::string_view text, float width) {
  std::string out(text);
  std::size_t line = 0;
  std::size_t blank = std::string::npos;
  for (std::size_t i = 0; i <= out.size(); ++i) {
    if (i < out.size() && out[i] != ' ' && out[i] != '\n') continue;
    if (blank != std::string::npos && ImGui::CalcTextSize(out.data() + line, out.data() + i).x > width) {
      out[blank] = '\n';
      line = blank + 1;
    }
    blank = i;
    if (i == out.size() || out[i] == ' ') continue;
    line = i + 1;
    blank = std::string::npos;
  }
  return out;
}

}  // namespace

void paragraph(const Theme& theme, const Typeface& typeface, ImU32 colour, std::string_view text, float width) {
  compat::push(typeface);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + width);
  // Dear ImGui also breaks after commas, in the middle of numbers.
  const std::string broken = broken_at_blanks(text, width);
  ImGui::TextUnformatted(broken.data(), broken.data() + broken.size());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  compat::pop_font();
  const Box drawn = last_item();
  note_text(theme, typeface, text, {drawn.from, {drawn.from.x + width, drawn.to.y}}, drawn, drawn.width(),
            drawn.width() > width + 1);
}

float paragraph_height(const Typeface& typeface, std::string_view text, float width) {
  compat::push(typeface);
  const std::string broken = broken_at_blanks(text, width);
  const float height = ImGui::CalcTextSize(broken.data(), broken.data() + broken.size(), false, width).y;
  compat::pop_font();
  return height;
}

std::array<std::string_view, 2> two_lines(const Typeface& typeface, std::string_view text, float width) {
  if (text_width(typeface, text) <= width) return {text, {}};
  std::size_t blank = text.rfind(' ');
  while (blank != std::string_view::npos && blank != 0 && text_width(typeface, text.substr(0, blank)) > width) {
    blank = text.rfind(' ', blank - 1);
  }
  if (blank == std::string_view::npos || blank == 0) return {text, {}};
  return {text.substr(0, blank), text.substr(blank + 1)};
}

void fill(const Box& box, ImU32 colour, float rounding) {
  ImGui::GetWindowDrawList()->AddRectFilled(box.from, box.to, colour, rounding);
}

void draw_arrow(const Theme& theme, ImVec2 middle, ImU32 colour) {
  const float w = theme.px(4);
  const float h = theme.px(3);
  ImGui::GetWindowDrawList()->AddTriangleFilled({middle.x - w, middle.y - h}, {middle.x + w, middle.y - h},
                                                {middle.x, middle.y + h}, colour);
}

void draw_tick(const Theme& theme, const Box& box, ImU32 colour) {
  const float side = theme.px(11);
  const ImVec2 at{box.middle().x - side / 2, box.middle().y - side / 2};
  const ImVec2 points[3] = {{at.x + side * 0.05f, at.y + side * 0.52f},
                            {at.x + side * 0.38f, at.y + side * 0.85f},
                            {at.x + side * 0.95f, at.y + side * 0.15f}};
  compat::polyline(ImGui::GetWindowDrawList(), points, 3, colour, theme.px(2));
}

void draw_cross(const Theme& theme, const Box& box, ImU32 colour) {
  const float half = theme.px(4);
  const ImVec2 at = box.middle();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddLine({at.x - half, at.y - half}, {at.x + half, at.y + half}, colour, theme.px(2));
  list->AddLine({at.x - half, at.y + half}, {at.x + half, at.y - half}, colour, theme.px(2));
}

void draw_verdict_mark(const Theme& theme, const Box& box, FitColour verdict) {
  const ImU32 ink = theme.palette.of(verdict);
  switch (verdict) {
    case FitColour::Good: return draw_tick(theme, box, ink);
    case FitColour::Bad: return draw_cross(theme, box, ink);
    case FitColour::Warn: draw_text(theme, theme.fonts.strong, ink, box, "!", Align::Centre);
  }
}

namespace {

/// A window of its own lies over the panels that were drawn before it.
void begin_cover(const char* name, const Box& box, ImU32 colour, ImGuiWindowFlags flags) {
  ImGui::SetCursorScreenPos(box.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  compat::begin_padded_child(name, box.size(), flags | ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  fill(box, colour);
}

}  // namespace

void draw_veil(const char* name, const Box& box, ImU32 colour) {
  begin_cover(name, box, colour, ImGuiWindowFlags_NoInputs);
  ImGui::EndChild();
}

bool draw_curtain(const char* name, const Box& box, ImU32 colour) {
  begin_cover(name, box, colour, ImGuiWindowFlags_NoScrollWithMouse);
  const bool clicked = ImGui::InvisibleButton("curtain", box.size());
  ImGui::EndChild();
  return clicked;
}

bool begin_popup(const Theme& theme, const char* name, ImGuiWindowFlags flags) {
  const bool open = ImGui::BeginPopup(name, flags);
  if (open) begin_tab_layer(theme);
  return open;
}

void end_popup(const Theme& theme) {
  end_tab_layer(theme);
  ImGui::EndPopup();
}

void note_control(const Theme& theme, std::string_view name, const Box& box) {
  if (theme.audit) theme.audit->controls.push_back({std::string(name), box});
}

bool list_row(const char* name, float height) {
  const ImVec2 spacing = ImGui::GetStyle().ItemSpacing;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{spacing.x, 0});
  const bool clicked = ImGui::InvisibleButton(name, {ImGui::GetContentRegionAvail().x, height + spacing.y});
  ImGui::PopStyleVar();
  return clicked;
}

Box last_item() { return {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}; }

namespace {

ImVec2 tooltip_padding(const Theme& theme) { return {theme.px(10), theme.px(7)}; }

/// Beside the current window when that is a narrow panel, else below the box, or above it at the lower edge.
ImVec2 place_beside(const Theme& theme, const Box& box, ImVec2 size) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float gap = theme.px(8);
  const float left = ImGui::GetWindowPos().x;
  const float right = left + ImGui::GetWindowSize().x;
  const auto inside = [&](float at, float length, float whole) {
    return std::clamp(at, gap, std::max(gap, whole - length - gap));
  };
  if (right - left < screen.x * 0.45f) {
    const float y = inside(box.middle().y - size.y / 2, size.y, screen.y);
    if (right + gap + size.x <= screen.x) return {right + gap, y};
    if (left - gap - size.x >= 0) return {left - gap - size.x, y};
  }
  // What is much wider than the words has them at the mouse.
  const float x = box.width() > 1.5f * size.x ? ImGui::GetIO().MousePos.x : box.from.x;
  const bool below = box.to.y + gap + size.y <= screen.y;
  return {inside(x, size.x, screen.x), below ? box.to.y + gap : box.from.y - gap - size.y};
}

}  // namespace

void begin_tooltip(const Theme& theme) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, tooltip_padding(theme));
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(theme.px(340));
}

void end_tooltip() {
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

void help(const Theme& theme, std::string_view text) {
  if (text.empty()) return;
  const bool rested = ImGui::IsItemHovered() && !ImGui::IsItemActive() && theme.mouse_rest_seconds > 0.35f;
  if (rested) explain(theme, last_item(), text);
}

namespace {

/// False when this frame has its explanation: of a row with help whose text is cut too, the row's own is shown.
bool is_first_explanation() {
  static const ImGuiContext* context = nullptr;
  static int frame = -1;
  const bool first = context != ImGui::GetCurrentContext() || frame != ImGui::GetFrameCount();
  context = ImGui::GetCurrentContext();
  frame = ImGui::GetFrameCount();
  return first;
}

}  // namespace

void explain(const Theme& theme, const Box& box, std::string_view words_whole) {
  if (!is_first_explanation()) return;
  compat::push(theme.fonts.body);
  const ImVec2 padding = tooltip_padding(theme);
  const std::string text = broken_at_blanks(words_whole, theme.px(340) - padding.x);
  const ImVec2 words = ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, theme.px(340) - padding.x);
  const ImVec2 size{words.x + 2 * padding.x, words.y + 2 * padding.y};
  const ImVec2 at = place_beside(theme, box, size);
  ImGui::SetNextWindowPos(at);
  begin_tooltip(theme);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  note_control(theme, "explanation", {at, {at.x + size.x, at.y + size.y}});
  end_tooltip();
  compat::pop_font();
}

void card(const Theme& theme, std::string_view lines) {
  const float width = ImGui::GetContentRegionAvail().x;
  const float pad = theme.px(9);
  compat::push(theme.fonts.mono);
  const std::string broken = broken_at_blanks(lines, width - 2 * pad);
  const ImVec2 size = ImGui::CalcTextSize(broken.c_str(), nullptr, false, width - 2 * pad);
  compat::pop_font();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + width, at.y + size.y + 2 * pad}};
  fill(box, theme.palette.track, theme.px(4));
  ImGui::SetCursorScreenPos({at.x + pad, at.y + pad});
  paragraph(theme, theme.fonts.mono, theme.palette.text, broken, width - 2 * pad);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(box.size());
}

namespace {

void draw_ring(const Theme& theme, const Box& box) {
  if (!ImGui::IsItemFocused() || !ImGui::GetIO().NavVisible) return;
  const float out = theme.px(2);
  compat::outline(ImGui::GetWindowDrawList(), {box.from.x - out, box.from.y - out}, {box.to.x + out, box.to.y + out},
                  theme.palette.accent, theme.px(5), theme.px(2));
}

}  // namespace

void focus_ring_in_list(const Theme& theme, const Box& box, bool is_stop) {
  if (is_stop) return focus_ring(theme, box);
  tab_pass(theme);
  draw_ring(theme, box);
}

void focus_ring(const Theme& theme, const Box& box) {
  tab_stop(theme);
  draw_ring(theme, box);
}

}  // namespace llmcalc::ui
