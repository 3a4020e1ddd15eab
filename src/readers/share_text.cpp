#include "readers/share_text.hpp"

#include "host/limits.hpp"
#include "readers/scenario_json.hpp"

#include <cstdint>
#include <optional>

namespace llmcalc::io {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
std::string base64url(std::string_view bytes) {
  std::string word;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) word += digits[bits >> (held - 6) & 63U];
  }
  if (held > 0) word += digits[bits << (6 - held) & 63U];
  return word;
}

std::optional<std::string> bytes_of_word(std::string_view word) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : word) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 255U);
  }
  return bytes;
}

}  // namespace

std::string share_text(const Scenario& scenario) {
  return base64url(write_scenario(scenario, Written::Changed)
                       .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

Result<Scenario> read_share_text(std::string_view word, const Resolver& resolver) {
  if (word.size() > most(Limit::AddressBytes)) return Issue{"address", "is too long for a scenario"};
  const std::optional<std::string> text = bytes_of_word(word);
  if (!text || text->empty() || text->front() != '{') return Issue{"address", "holds no scenario behind #"};
  if (text->back() != '}') return Issue{"address", "was cut: its scenario ends too early"};
  return read_scenario_text(*text, resolver);
}

}  // namespace llmcalc::io
