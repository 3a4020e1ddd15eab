#include "readers/share_text.hpp"

#include "host/limits.hpp"
#include "readers/scenario_json.hpp"

#include <cstdint>

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

// --- PNG: eight bytes, then chunks of length, type, data and CRC ---

constexpr std::string_view signature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view keyword("llmcalc\0", 8);
constexpr std::size_t frame = 12;  ///< bytes of a chunk without its data

/// CRC of a chunk's type and data (PNG specification, annex D).
std::uint32_t crc(std::string_view bytes) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1U) != 0 ? 0xEDB88320U ^ sum >> 1U : sum >> 1U;
  }
  return ~sum;
}

std::string four_bytes(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(value >> (shift - 8) & 255U);
  return bytes;
}

/// Calls `each(type, data, place)` for the chunks until it returns true or the picture ends.
template <class Each>
void for_each_chunk(std::string_view png, const Each& each) {
  if (!png.starts_with(signature)) return;
  for (std::size_t at = signature.size(); png.size() - at >= frame;) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8U | static_cast<unsigned char>(png[at + i]);
    if (length > png.size() - at - frame) return;
    if (each(png.substr(at + 4, 4), png.substr(at + 8, length), at)) return;
    at += frame + length;
  }
}

}  // namespace

std::string picture_with_share_text(std::string png, std::string_view word) {
  std::size_t end = 0;
  for_each_chunk(png, [&](std::string_view type, std::string_view, std::size_t at) {
    if (type == "IEND") end = at;
    return end != 0;
  });
  if (end == 0) return png;
  std::string chunk = "tEXt";
  chunk.append(keyword).append(word);
  png.insert(end, four_bytes(static_cast<std::uint32_t>(chunk.size() - 4)) + chunk + four_bytes(crc(chunk)));
  return png;
}

std::optional<std::string> share_text_of_picture(std::string_view png) {
  std::optional<std::string> word;
  for_each_chunk(png, [&](std::string_view type, std::string_view data, std::size_t) {
    if (type == "tEXt" && data.starts_with(keyword)) word = std::string(data.substr(keyword.size()));
    return word.has_value();
  });
  return word;
}

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
