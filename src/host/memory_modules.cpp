#include "host/memory_modules.hpp"

#include "host/small_file.hpp"

#include <llmcalc/base/units.hpp>
#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <map>
#include <vector>

namespace llmcalc::host {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

std::string_view field(const Fields& module, std::string_view name) {
  const auto found = module.find(name);
  return found == module.end() ? std::string_view{} : std::string_view{found->second};
}

/// A field's number; 0 where there is none, or none that a module can have.
Count number(const Fields& module, std::string_view name) {
  constexpr Count largest = 1U << 20;
  const std::string_view text = field(module, name);
  Count value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc{} && value <= largest ? value : 0;
}

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// The part of the board's labels that names the channel; "" when they name none.
std::string channel_of(const Fields& module) {
  for (const std::string_view name : {"BANK_LOCATOR", "LOCATOR"}) {
    const std::string label = lower_case(field(module, name));
    std::size_t at = label.find("channel");
    if (at == std::string::npos) continue;
    at = label.find_first_not_of(" _-", at + 7);
    if (at != std::string::npos) return label.substr(0, at + 1);
  }
  // "DIMM_A1", "A1": the letter is the channel, the digit the slot.
  const std::string_view label = field(module, "LOCATOR");
  const std::size_t n = label.size();
  const bool named = n >= 2 && digit(label[n - 1]) && letter(label[n - 2]) && (n == 2 || !letter(label[n - 3]));
  const bool joined = n >= 2 && digit(label[n - 1]) && letter(label[n - 2]) && label.starts_with("DIMM") && n == 6;
  return named || joined ? std::string(label.substr(0, n - 1)) : std::string{};
}

Count speed_of(const Fields& module) {
  const Count configured = number(module, "CONFIGURED_SPEED_MTS");
  return configured != 0 ? configured : number(module, "SPEED_MTS");
}

/// The modules that are fitted, in the record's order.
std::vector<Fields> fitted(std::string_view text) {
  constexpr std::string_view key = "E:MEMORY_DEVICE_";
  std::map<Count, Fields> modules;
  while (!text.empty()) {
    std::string_view line = take_until(text, "\n");
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    Count index = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), index);
    line.remove_prefix(static_cast<std::size_t>(parsed.ptr - line.data()));
    const std::size_t equals = line.find('=');
    if (parsed.ec != std::errc{} || !line.starts_with('_') || equals == std::string_view::npos) continue;
    modules[index].emplace(line.substr(1, equals - 1), line.substr(equals + 1));
  }
  std::vector<Fields> present;
  for (auto& [index, module] : modules)
    if (field(module, "PRESENT") != "0" && speed_of(module) != 0) present.push_back(std::move(module));
  return present;
}

}  // namespace

MemoryModules parse_memory_modules(std::string_view text) {
  constexpr Count bits_of_a_channel = 64;  // of a DDR2 to DDR5 module; a soldered LPDDR device has 16 or 32
  constexpr std::size_t channels_of_a_desktop = 2;
  const std::vector<Fields> modules = fitted(text);
  if (modules.empty()) return {};
  const bool labelled =
      std::all_of(modules.begin(), modules.end(), [](const Fields& module) { return !channel_of(module).empty(); });
  Count speed = speed_of(modules.front());
  std::map<std::string, Count> bits;  // by channel
  for (const Fields& module : modules) {
    const Count told = number(module, "DATA_WIDTH");
    const Count width = told == 0 ? bits_of_a_channel : told;
    if (!labelled && width == bits_of_a_channel && bits.size() == channels_of_a_desktop) continue;
    speed = std::min(speed, speed_of(module));
    const std::string channel = labelled ? channel_of(module) : std::to_string(bits.size());
    bits[channel] = std::max(bits[channel], width);
  }
  double width = 0;
  for (const auto& [channel, of_channel] : bits) width += static_cast<double>(of_channel);
  const std::string_view type = field(modules.front(), "TYPE");
  MemoryModules found;
  found.bandwidth = width / 8 * static_cast<double>(speed) * 1e6;
  found.description = std::string(type.empty() ? "memory" : type) + "-" + std::to_string(speed) + ", " +
                      std::to_string(bits.size()) + (bits.size() == 1 ? " channel" : " channels");
  return found;
}

MemoryModules read_memory_modules(const std::filesystem::path& run) {
  const auto text = read_small_file(run / "udev/data/+dmi:id", 262144);
  return text ? parse_memory_modules(*text) : MemoryModules{};
}

}  // namespace llmcalc::host
