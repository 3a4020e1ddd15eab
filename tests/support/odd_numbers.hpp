#pragma once
// Every place of a file that holds a number, and the file with another number there: a width, a count, a dimension as 0, 1,
// 2^31 and 2^63, with lengths and offsets that agree, so that the change gets past a reader's first check.

#include "fuzz/structure.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::tests {

/// Numbers that widths, counts and dimensions forget.
inline constexpr std::array<std::uint64_t, 4> odd_sizes{0, 1, std::uint64_t{1} << 31, std::uint64_t{1} << 63};

/// What a file holds: its beginning, and how much data follows that nobody reads.
struct FileText {
  std::string head;
  std::uint64_t hole = 0;
};

/// A number of a file.
struct NumberPlace {
  std::string name;  ///< its key: "hidden_size", of a tensor "blk.0.attn_q.weight[1]"
  std::function<FileText(std::uint64_t)> with;
};

/// Holes beyond this are left out: no such disk exists, and none of it is read.
inline constexpr std::uint64_t most_hole = std::uint64_t{1} << 36;

inline std::vector<NumberPlace> json_numbers(const std::string& text) {
  using Json = nlohmann::ordered_json;
  std::vector<NumberPlace> places;
  const std::function<void(const Json&, const Json::json_pointer&, const std::string&)> walk =
      [&](const Json& at, const Json::json_pointer& pointer, const std::string& name) {
        if (at.is_number()) {
          places.push_back({name, [text, pointer](std::uint64_t n) {
                              Json changed = Json::parse(text);
                              changed[pointer] = n;
                              return FileText{changed.dump()};
                            }});
        }
        std::size_t i = 0;
        for (const auto& [key, value] : at.items()) {
          if (at.is_object()) walk(value, pointer / key, key);
          if (at.is_array()) walk(value, pointer / i++, name);
        }
      };
  walk(Json::parse(text), Json::json_pointer(), "");
  return places;
}

/// Dimensions of every tensor.
inline std::vector<NumberPlace> safetensors_numbers(const std::string& bytes) {
  using Structure = fuzz::SafetensorsStructure;
  std::vector<NumberPlace> places;
  const auto header = Structure::header(bytes);
  for (const auto& [name, index] : Structure::dimensions(header.value())) {
    places.push_back({name, [header = *header, name = name, index = index](std::uint64_t n) {
                        nlohmann::ordered_json changed = header;
                        changed[name]["shape"][index] = n;
                        const std::uint64_t data = Structure::lay_out(changed);
                        return FileText{Structure::written(changed, 0), data <= most_hole ? data : 0};
                      }});
  }
  return places;
}

/// Whole numbers of the metadata, and dimensions of one tensor of each name.
inline std::vector<NumberPlace> gguf_numbers(const std::string& bytes) {
  using Structure = fuzz::GgufStructure;
  constexpr std::uint32_t unsigned_64 = 10, signed_64 = 11, signed_32 = 5;
  const Structure::File file = Structure::parsed(bytes).value();
  std::vector<NumberPlace> places;
  const auto written = [](const Structure::File& changed) {
    std::uint64_t data = 0;
    for (const Structure::Tensor& tensor : changed.tensors)
      data += Structure::bytes_of(tensor) <= most_hole ? Structure::bytes_of(tensor) + 32 : 0;
    return FileText{Structure::written(changed), data};
  };
  for (std::size_t i = 0; i < file.keys.size(); ++i) {
    const std::uint32_t type = file.keys[i].second.type;
    if (type > signed_32 && type != unsigned_64 && type != signed_64) continue;
    places.push_back({file.keys[i].first, [file, i, written](std::uint64_t n) {
                        Structure::File changed = file;
                        changed.keys[i].second = {.type = unsigned_64};
                        fuzz::append_number(changed.keys[i].second.bytes, n);
                        return written(changed);
                      }});
  }
  std::map<std::string, bool> seen;
  for (std::size_t t = 0; t < file.tensors.size(); ++t) {
    const std::string& name = file.tensors[t].name;
    if (!seen.emplace(name.substr(name.find('.', 4) + 1), true).second) continue;
    for (std::size_t d = 0; d < file.tensors[t].dimensions.size(); ++d) {
      places.push_back({name, [file, t, d, written](std::uint64_t n) {
                          Structure::File changed = file;
                          changed.tensors[t].dimensions[d] = n;
                          return written(changed);
                        }});
    }
  }
  return places;
}

/// Numbers of a text, named by the word in front of them.
inline std::vector<NumberPlace> text_numbers(const std::string& text) {
  constexpr std::string_view digits = "0123456789";
  std::vector<NumberPlace> places;
  for (std::size_t from = text.find_first_of(digits); from != std::string::npos;) {
    const std::size_t to = std::min(text.find_first_not_of(digits, from), text.size());
    const std::size_t line = text.rfind('\n', from) + 1;
    places.push_back({text.substr(line, from - line), [text, from, to](std::uint64_t n) {
                        return FileText{text.substr(0, from) + std::to_string(n) + text.substr(to)};
                      }});
    from = text.find_first_of(digits, to);
  }
  return places;
}

}  // namespace llmcalc::tests
