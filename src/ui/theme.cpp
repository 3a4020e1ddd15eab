#include "ui/theme.hpp"

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// 0xRRGGBB as Dear ImGui's packed colour.
constexpr ImU32 rgb(std::uint32_t hex) { return IM_COL32((hex >> 16) & 0xFF, (hex >> 8) & 0xFF, hex & 0xFF, 0xFF); }

constexpr std::array<ImU32, part_count> bright_parts{
    rgb(0x56A0E8),  // weights
    rgb(0xA9C94B),  // adapters
    rgb(0xE8A33D),  // KV cache
    rgb(0xF0D65C),  // recurrent state
    rgb(0x46B98A),  // compute buffer: activations of inference
    rgb(0x2FB7C4),  // output buffer: logits of inference
    rgb(0xB98B5E),  // CUDA graphs
    rgb(0x8FC7F5),  // draft model
    rgb(0x46B98A),  // activations
    rgb(0x2FB7C4),  // logits and loss
    rgb(0xD773B4),  // gradients
    rgb(0x6A7FE8),  // master weights
    rgb(0x7C6FB0),  // averaged weights
    rgb(0x9A7BE0),  // optimizer states
    rgb(0x9FB0D6),  // weight casts
    rgb(0xE0785A),  // transient
    rgb(0x3F79B8),  // gathered weights
    rgb(0xB7A6C9),  // communication
    rgb(0x7FB7D9),  // reference model
    rgb(0xC9A65A),  // reward model
    rgb(0xC98FD0),  // value model
    rgb(0x5FC7A0),  // generation engine
    rgb(0x7D8594),  // overhead
};

constexpr std::array<ImU32, part_count> deep_parts{
    rgb(0x2F7FD1), rgb(0x6C8A12), rgb(0xC77F10), rgb(0xA68A00), rgb(0x23936A), rgb(0x148A97),
    rgb(0x8A5F33), rgb(0x5A9BD0), rgb(0x23936A), rgb(0x148A97), rgb(0xB8468F), rgb(0x4A60D4),
    rgb(0x5A4E8C), rgb(0x7755C9), rgb(0x66789F), rgb(0xC2512F), rgb(0x1F5A94), rgb(0x86709C),
    rgb(0x4A87AB), rgb(0x8F7228), rgb(0x9A5FA3), rgb(0x2C8F6A), rgb(0x69717F),
};

Palette dark() {
  return {.bar = rgb(0x1B1E25),
          .side = rgb(0x191C22),
          .centre = rgb(0x15171C),
          .border = rgb(0x2A2E37),
          .control = rgb(0x262A33),
          .control_hover = rgb(0x303541),
          .control_fill = rgb(0x31405F),
          .fill_hover = rgb(0x3B4D74),
          .track = rgb(0x20242C),
          .chart = rgb(0x1B1E25),
          .tab = rgb(0x1E2129),
          .popup = rgb(0x20242C),
          .row = rgb(0x232A38),
          .text = rgb(0xE6E9EF),
          .text_soft = rgb(0xB4BAC5),
          .text_faint = rgb(0x8790A0),
          .accent = rgb(0x3A6FD8),
          .on_accent = rgb(0xFFFFFF),
          .on_part = rgb(0x14161B),
          .good = rgb(0x53C68C),
          .bad = rgb(0xEF6B73),
          .warn = rgb(0xE8A33D),
          .mark = rgb(0xF2F4F8),
          .part = bright_parts};
}

Palette light() {
  return {.bar = rgb(0xFFFFFF),
          .side = rgb(0xFAFBFC),
          .centre = rgb(0xF4F5F7),
          .border = rgb(0xD9DDE4),
          .control = rgb(0xE9ECF1),
          .control_hover = rgb(0xDDE2EA),
          .control_fill = rgb(0xBCD3FB),
          .fill_hover = rgb(0xA6C4F8),
          .track = rgb(0xECEFF4),
          .chart = rgb(0xFFFFFF),
          .tab = rgb(0xE7EAEF),
          .popup = rgb(0xFFFFFF),
          .row = rgb(0xE3EDFF),
          .text = rgb(0x1B1F27),
          .text_soft = rgb(0x3B414C),
          .text_faint = rgb(0x646C7A),
          .accent = rgb(0x2F66D6),
          .on_accent = rgb(0xFFFFFF),
          .on_part = rgb(0xFFFFFF),
          .good = rgb(0x1A7F4B),
          .bad = rgb(0xC0323C),
          .warn = rgb(0x9A5F00),
          .mark = rgb(0x14171D),
          .part = deep_parts};
}

Palette high_contrast() {
  Palette p = dark();
  p.bar = p.side = p.centre = p.chart = rgb(0x000000);
  p.border = rgb(0x8A8F99);
  p.control = rgb(0x1E1E1E);
  p.control_hover = rgb(0x3A3A3A);
  p.control_fill = rgb(0x1F4FB0);
  p.fill_hover = rgb(0x2F66D6);
  p.track = p.tab = p.popup = rgb(0x161616);
  p.row = rgb(0x1C3A78);
  p.text = rgb(0xFFFFFF);
  p.text_soft = rgb(0xF0F0F0);
  p.text_faint = rgb(0xD0D4DB);
  p.accent = rgb(0xFFD84A);
  p.on_accent = rgb(0x000000);
  p.on_part = rgb(0x000000);
  p.good = rgb(0x5CF2A0);
  p.bad = rgb(0xFF8088);
  p.warn = rgb(0xFFD84A);
  p.mark = rgb(0xFFFFFF);
  return p;
}

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

}  // namespace

Palette palette_of(ThemeKind kind) {
  switch (kind) {
    case ThemeKind::Light: return light();
    case ThemeKind::HighContrast: return high_contrast();
    case ThemeKind::Dark: break;
  }
  return dark();
}

ImU32 faded(ImU32 colour, float opacity) {
  const ImU32 alpha = (colour >> IM_COL32_A_SHIFT) & 0xFF;
  const auto scaled = static_cast<ImU32>(static_cast<float>(alpha) * std::clamp(opacity, 0.0f, 1.0f));
  return (colour & ~IM_COL32_A_MASK) | (scaled << IM_COL32_A_SHIFT);
}

ImU32 mixed(ImU32 from, ImU32 to, float amount) {
  const ImVec4 a = vec(from);
  const ImVec4 b = vec(to);
  const float t = std::clamp(amount, 0.0f, 1.0f);
  return ImGui::ColorConvertFloat4ToU32(
      {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t, a.w + (b.w - a.w) * t});
}

void apply_style(const Theme& theme) {
  const Palette& p = theme.palette;
  ImGuiStyle style;  // defaults, then what differs: nothing is left over from another theme
  style.WindowPadding = {theme.px(14), theme.px(12)};
  style.FramePadding = {theme.px(8), theme.px(4)};
  style.ItemSpacing = {theme.px(8), theme.px(6)};
  style.ItemInnerSpacing = {theme.px(6), theme.px(4)};
  style.ScrollbarSize = theme.px(10);
  style.ScrollbarRounding = theme.px(5);
  style.FrameRounding = theme.px(3);
  style.PopupRounding = theme.px(5);
  style.WindowRounding = theme.px(5);
  style.GrabMinSize = theme.px(10);
  style.WindowBorderSize = 1;
  style.PopupBorderSize = 1;
  style.ChildBorderSize = 1;
  style.FrameBorderSize = 0;
  style.DisplaySafeAreaPadding = {0, 0};
  const auto set = [&style](ImGuiCol_ slot, ImU32 colour) { style.Colors[slot] = vec(colour); };
  set(ImGuiCol_Text, p.text);
  set(ImGuiCol_TextDisabled, p.text_faint);
  set(ImGuiCol_WindowBg, p.centre);
  set(ImGuiCol_ChildBg, IM_COL32_BLACK_TRANS);
  set(ImGuiCol_PopupBg, p.popup);
  set(ImGuiCol_Border, p.border);
  set(ImGuiCol_FrameBg, p.control);
  set(ImGuiCol_FrameBgHovered, p.control_hover);
  set(ImGuiCol_FrameBgActive, p.control_hover);
  set(ImGuiCol_Button, p.control);
  set(ImGuiCol_ButtonHovered, p.control_hover);
  set(ImGuiCol_ButtonActive, p.control_fill);
  set(ImGuiCol_Header, p.row);
  set(ImGuiCol_HeaderHovered, p.control_hover);
  set(ImGuiCol_HeaderActive, p.control_fill);
  set(ImGuiCol_CheckMark, p.accent);
  set(ImGuiCol_Separator, p.border);
  set(ImGuiCol_ScrollbarBg, IM_COL32_BLACK_TRANS);
  set(ImGuiCol_ScrollbarGrab, p.control_hover);
  set(ImGuiCol_ScrollbarGrabHovered, mixed(p.control_hover, p.text_faint, 0.3f));
  set(ImGuiCol_ScrollbarGrabActive, p.text_faint);
  set(ImGuiCol_TextSelectedBg, p.control_fill);
  set(ImGuiCol_ModalWindowDimBg, faded(IM_COL32(0, 0, 0, 255), 0.45f));
  set(ImGuiCol_TitleBgActive, p.bar);
  set(ImGuiCol_TableRowBgAlt, IM_COL32_BLACK_TRANS);
  compat::set_focus_colour(style, vec(p.accent));
  ImGui::GetStyle() = style;
}

}  // namespace llmcalc::ui
