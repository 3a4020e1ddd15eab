#pragma once
// Mutations of structure: the input stays well-formed and says something odd. Byte edits hardly ever keep a length, a
// checksum of offsets or a bracket in step, so they never get past the first check of a reader; these do.
//
// A mutation is a number: `deeds(input)` says how many single changes an input has, `changed(input, k)` makes the k-th.
// Replays run through all of them, fuzzers draw at random. A target names its kind with LLMCALC_FUZZ_STRUCTURE.

#include <llmcalc/model/formats.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::fuzz {

/// Data that a changed file may be filled up with: enough for consistent offsets, too little to be slow.
inline constexpr std::uint64_t most_padding = 1 << 16;

/// Whole numbers that widths, counts and dimensions forget: nothing, one, the ends of the integer types.
inline constexpr std::array<std::uint64_t, 9> odd_numbers{
    0, 1, 2, 7, 65537, std::uint64_t{1} << 31, std::uint64_t{1} << 32, std::uint64_t{1} << 63, ~std::uint64_t{0}};

/// What takes the place of a JSON value.
inline const std::vector<nlohmann::ordered_json>& odd_values() {
  static const std::vector<nlohmann::ordered_json> values = [] {
    std::vector<nlohmann::ordered_json> all{nullptr,
                                            true,
                                            -1,
                                            1.5,
                                            1e308,
                                            5e-324,
                                            "",
                                            "x",
                                            "\x1b[31m\xe2\x80\xae=1+1|`<b>",
                                            std::string(300, 'a'),
                                            nlohmann::ordered_json::array(),
                                            nlohmann::ordered_json::object(),
                                            nlohmann::ordered_json::array({0}),
                                            nlohmann::ordered_json::array({1, "x", nullptr})};
    for (const std::uint64_t n : odd_numbers) all.emplace_back(n);
    nlohmann::ordered_json deep = 1;
    for (int i = 0; i < 60; ++i) deep = nlohmann::ordered_json::array({std::move(deep)});
    all.push_back(std::move(deep));
    return all;
  }();
  return values;
}

/// JSON text: every value replaced, left out, repeated or swapped with the next one of its object or list.
struct JsonStructure {
  using Json = nlohmann::ordered_json;

  static std::size_t deeds_per_value() { return odd_values().size() + 3; }

  /// Every value below `root`, the root left out.
  static void collect(Json& at, std::vector<std::pair<Json*, std::size_t>>& places) {
    if (!at.is_structured()) return;
    for (std::size_t i = 0; i < at.size(); ++i) {
      places.emplace_back(&at, i);
      auto child = at.begin();
      std::advance(child, static_cast<std::ptrdiff_t>(i));
      collect(*child, places);
    }
  }

  static std::size_t deeds(std::string_view input) {
    Json root = Json::parse(input, nullptr, false);
    if (root.is_discarded()) return 0;
    std::vector<std::pair<Json*, std::size_t>> places;
    collect(root, places);
    return places.size() * deeds_per_value();
  }

  static void change(Json& root, std::size_t k) {
    std::vector<std::pair<Json*, std::size_t>> places;
    collect(root, places);
    if (places.empty()) return;
    auto [parent, index] = places[k / deeds_per_value() % places.size()];
    const std::size_t deed = k % deeds_per_value();
    auto child = parent->begin();
    std::advance(child, static_cast<std::ptrdiff_t>(index));
    if (deed < odd_values().size()) {
      *child = odd_values()[deed];
    } else if (deed == odd_values().size()) {
      parent->erase(child);
    } else if (deed == odd_values().size() + 1) {
      auto other = std::next(child);
      std::swap(*child, *(other == parent->end() ? parent->begin() : other));
    } else if (parent->is_array()) {
      parent->push_back(Json(*child));
    } else {  // the same key twice, which a list of pairs allows and an object does not
      auto& pairs = parent->get_ref<Json::object_t&>();
      const auto& [key, value] = *std::next(pairs.begin(), static_cast<std::ptrdiff_t>(index));
      pairs.emplace_back(std::string(key), Json(value));
    }
  }

  static std::string changed(std::string_view input, std::size_t k) {
    Json root = Json::parse(input, nullptr, false);
    if (root.is_discarded()) return std::string(input);
    change(root, k);
    return root.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
};

/// A number as a file stores it, low byte first.
template <class Unsigned>
void append_number(std::string& text, Unsigned value) {
  for (std::size_t i = 0; i < sizeof value; ++i) text += static_cast<char>((value >> (8 * i)) & 0xffU);
}

/// A safetensors file: changes of its JSON header, and changed shapes, dtypes and orders with offsets that agree.
struct SafetensorsStructure {
  using Json = nlohmann::ordered_json;

  static std::optional<Json> header(std::string_view input) {
    if (input.size() < 8) return std::nullopt;
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i)
      length |= static_cast<std::uint64_t>(static_cast<unsigned char>(input[i])) << (8 * i);
    if (length > input.size() - 8) return std::nullopt;
    Json json = Json::parse(input.substr(8, length), nullptr, false);
    if (json.is_discarded() || !json.is_object()) return std::nullopt;
    return json;
  }

  static std::string written(const Json& header, std::uint64_t data) {
    const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string file;
    append_number(file, static_cast<std::uint64_t>(text.size()));
    return file + text + std::string(std::min(data, most_padding), '\0');
  }

  /// Dimensions of all tensors, each with its tensor.
  static std::vector<std::pair<std::string, std::size_t>> dimensions(const Json& header) {
    std::vector<std::pair<std::string, std::size_t>> all;
    for (const auto& [name, tensor] : header.items()) {
      if (!tensor.is_object() || !tensor.contains("shape") || !tensor["shape"].is_array()) continue;
      for (std::size_t i = 0; i < tensor["shape"].size(); ++i) all.emplace_back(name, i);
    }
    return all;
  }

  /// Offsets laid out anew from shapes and dtypes; the bytes of all data.
  static std::uint64_t lay_out(Json& header) {
    static const std::map<std::string, std::uint64_t> widths{{"F64", 8}, {"I64", 8}, {"F32", 4},  {"I32", 4},
                                                             {"U32", 4}, {"F16", 2}, {"BF16", 2}, {"I16", 2}};
    std::uint64_t at = 0;
    for (auto& [name, tensor] : header.items()) {
      if (!tensor.is_object() || !tensor.contains("shape") || !tensor["shape"].is_array()) continue;
      std::uint64_t bytes = 1;
      if (const auto dtype = tensor.find("dtype"); dtype != tensor.end() && dtype->is_string()) {
        if (const auto width = widths.find(dtype->get<std::string>()); width != widths.end()) bytes = width->second;
      }
      for (const Json& n : tensor["shape"]) bytes *= n.is_number_unsigned() ? n.get<std::uint64_t>() : 1;
      tensor["data_offsets"] = {at, at + bytes};
      at += bytes;
    }
    return at;
  }

  static std::size_t deeds(std::string_view input) {
    const auto json = header(input);
    if (!json) return 0;
    return JsonStructure::deeds(json->dump()) + dimensions(*json).size() * odd_numbers.size();
  }

  static std::string changed(std::string_view input, std::size_t k) {
    auto json = header(input);
    if (!json) return std::string(input);
    const auto places = dimensions(*json);
    if (k < places.size() * odd_numbers.size()) {
      const auto& [name, index] = places[k / odd_numbers.size()];
      (*json)[name]["shape"][index] = odd_numbers[k % odd_numbers.size()];
      const std::uint64_t bytes = lay_out(*json);
      return written(*json, bytes);
    }
    JsonStructure::change(*json, k - places.size() * odd_numbers.size());
    // Half of the changes keep the offsets in step, so that they get past the check of places.
    const std::uint64_t bytes = k % 2 == 0 ? lay_out(*json) : input.size();
    return written(*json, bytes);
  }
};

/// A GGUF file: every key and tensor dropped, repeated, retyped or given odd numbers, with offsets that agree.
struct GgufStructure {
  struct Value {
    std::uint32_t type = 0;
    std::uint32_t element = 0;  ///< type of an array's values
    std::uint64_t count = 0;    ///< of an array's values
    std::string bytes{};        ///< as stored, a text's or array's length left out
  };
  struct Tensor {
    std::string name;
    std::vector<std::uint64_t> dimensions{};
    std::uint32_t type = 0;
  };
  struct File {
    std::uint32_t version = 0;
    std::vector<std::pair<std::string, Value>> keys{};
    std::vector<Tensor> tensors{};
  };

  /// Reads the parts of a file one after another; `good` goes false at its end.
  struct Cursor {
    std::string_view rest;
    bool good = true;
    std::string_view take(std::uint64_t n) {
      if (n > rest.size()) good = false;
      const std::string_view taken = rest.substr(0, good ? n : 0);
      rest.remove_prefix(taken.size());
      return taken;
    }
    template <class Unsigned>
    Unsigned number() {
      Unsigned value = 0;
      const std::string_view bytes = take(sizeof value);
      for (std::size_t i = 0; i < bytes.size(); ++i)
        value = static_cast<Unsigned>(value | static_cast<Unsigned>(static_cast<unsigned char>(bytes[i])) << (8 * i));
      return value;
    }
    std::string text() { return std::string(take(number<std::uint64_t>())); }
  };

  static constexpr std::uint32_t text_type = 8, array_type = 9;
  /// Bytes of a value of each type of fixed width (docs/gguf.md, gguf_metadata_value_type).
  static std::uint64_t width(std::uint32_t type) {
    constexpr std::array<std::uint64_t, 13> widths{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < widths.size() ? widths[type] : 0;
  }

  static Value value(Cursor& in) {
    Value v{.type = in.number<std::uint32_t>()};
    if (v.type == text_type) {
      v.bytes = in.text();
    } else if (v.type == array_type) {
      v.element = in.number<std::uint32_t>();
      v.count = in.number<std::uint64_t>();
      if (v.element != text_type && width(v.element) == 0) in.good = false;  // nothing that could be counted
      for (std::uint64_t i = 0; i < v.count && in.good; ++i) {
        if (v.element == text_type) {
          const std::string one = in.text();
          append_number(v.bytes, static_cast<std::uint64_t>(one.size()));
          v.bytes += one;
        } else {
          v.bytes += in.take(width(v.element));
        }
      }
    } else {
      v.bytes = in.take(width(v.type));
    }
    return v;
  }

  static std::optional<File> parsed(std::string_view input) {
    Cursor in{input};
    if (in.take(4) != "GGUF") return std::nullopt;
    File file{.version = in.number<std::uint32_t>()};
    const auto tensors = in.number<std::uint64_t>();
    const auto keys = in.number<std::uint64_t>();
    for (std::uint64_t i = 0; i < keys && in.good; ++i) {
      std::string name = in.text();
      file.keys.emplace_back(std::move(name), value(in));
    }
    for (std::uint64_t i = 0; i < tensors && in.good; ++i) {
      Tensor tensor{.name = in.text()};
      const auto n = in.number<std::uint32_t>();
      for (std::uint32_t d = 0; d < n && in.good; ++d) tensor.dimensions.push_back(in.number<std::uint64_t>());
      tensor.type = in.number<std::uint32_t>();
      (void)in.number<std::uint64_t>();
      file.tensors.push_back(std::move(tensor));
    }
    if (!in.good) return std::nullopt;
    return file;
  }

  static std::uint64_t bytes_of(const Tensor& tensor) {
    std::uint64_t values = 1;
    for (const std::uint64_t n : tensor.dimensions) values *= n;
    for (const auto& row : ggml_types) {
      if (row.file_id == tensor.type) return values / row.block.elements * row.block.bytes;
    }
    return values;
  }

  static void append_text(std::string& out, std::string_view text) {
    append_number(out, static_cast<std::uint64_t>(text.size()));
    out += text;
  }

  static std::string written(const File& file) {
    std::string out = "GGUF";
    append_number(out, file.version);
    append_number(out, static_cast<std::uint64_t>(file.tensors.size()));
    append_number(out, static_cast<std::uint64_t>(file.keys.size()));
    for (const auto& [name, v] : file.keys) {
      append_text(out, name);
      append_number(out, v.type);
      if (v.type == array_type) {
        append_number(out, v.element);
        append_number(out, v.count);
      }
      if (v.type == text_type) append_number(out, static_cast<std::uint64_t>(v.bytes.size()));
      out += v.bytes;
    }
    std::uint64_t at = 0;
    constexpr std::uint64_t alignment = 32;
    for (const Tensor& tensor : file.tensors) {
      append_text(out, tensor.name);
      append_number(out, static_cast<std::uint32_t>(tensor.dimensions.size()));
      for (const std::uint64_t n : tensor.dimensions) append_number(out, n);
      append_number(out, tensor.type);
      append_number(out, at);
      at += (bytes_of(tensor) + alignment - 1) / alignment * alignment;
    }
    const std::uint64_t head = (out.size() + alignment - 1) / alignment * alignment;
    out.resize(head + std::min(at, most_padding), '\0');
    return out;
  }

  static constexpr std::size_t key_deeds = odd_numbers.size() + 7;
  static constexpr std::size_t tensor_deeds = 4 * odd_numbers.size() + 8;

  static std::size_t deeds(std::string_view input) {
    const auto file = parsed(input);
    return file ? file->keys.size() * key_deeds + file->tensors.size() * tensor_deeds : 0;
  }

  static void change_key(File& file, std::size_t index, std::size_t deed) {
    Value& v = file.keys[index].second;
    const auto number = [&](std::uint64_t n, std::uint64_t bytes) {
      std::string low;
      append_number(low, n);
      return low.substr(0, bytes);
    };
    if (deed < odd_numbers.size()) {
      const std::uint64_t n = odd_numbers[deed];
      if (v.type == text_type) {
        v.bytes = std::string(n % 300, 'x');
      } else if (v.type == array_type) {
        const std::uint64_t one = width(v.element);
        if (one != 0 && v.bytes.size() >= one) v.bytes.replace(0, one, number(n, one));
      } else {
        v.bytes = number(n, v.bytes.size());
      }
      return;
    }
    switch (deed - odd_numbers.size()) {
      case 0: file.keys.erase(file.keys.begin() + static_cast<std::ptrdiff_t>(index)); return;
      case 1: file.keys.push_back(file.keys[index]); return;
      case 2:  // a text in its place
        v = {.type = text_type, .element = 0, .count = 0, .bytes = "x"};
        return;
      case 3:  // an empty list
        v = {.type = array_type, .element = 4, .count = 0, .bytes = {}};
        return;
      case 4:  // a list of one nothing
        v = {.type = array_type, .element = 4, .count = 1, .bytes = std::string(4, '\0')};
        return;
      case 5:  // a list longer than the file
        v = {.type = array_type, .element = 4, .count = std::uint64_t{1} << 40, .bytes = std::string(8, '\1')};
        return;
      default: std::swap(v, file.keys[(index + 1) % file.keys.size()].second);
    }
  }

  static void change_tensor(File& file, std::size_t index, std::size_t deed) {
    Tensor& tensor = file.tensors[index];
    if (deed < 4 * odd_numbers.size()) {
      const std::size_t d = deed / odd_numbers.size();
      if (d < tensor.dimensions.size()) tensor.dimensions[d] = odd_numbers[deed % odd_numbers.size()];
      return;
    }
    switch (deed - 4 * odd_numbers.size()) {
      case 0: file.tensors.erase(file.tensors.begin() + static_cast<std::ptrdiff_t>(index)); return;
      case 1: file.tensors.push_back(tensor); return;
      case 2: tensor.dimensions.clear(); return;
      case 3: tensor.dimensions.assign(5, 1); return;
      case 4: std::reverse(tensor.dimensions.begin(), tensor.dimensions.end()); return;
      case 5: tensor.type = 1; return;
      case 6: tensor.type = 1000; return;
      default: std::swap(tensor.name, file.tensors[(index + 1) % file.tensors.size()].name);
    }
  }

  static std::string changed(std::string_view input, std::size_t k) {
    auto file = parsed(input);
    if (!file) return std::string(input);
    const std::size_t of_keys = file->keys.size() * key_deeds;
    if (k < of_keys) {
      change_key(*file, k / key_deeds, k % key_deeds);
    } else if (!file->tensors.empty()) {
      const std::size_t t = k - of_keys;
      change_tensor(*file, t / tensor_deeds % file->tensors.size(), t % tensor_deeds);
    }
    return written(*file);
  }
};

/// Text in lines, as logs and command lines are: a line dropped, repeated or moved, a number replaced.
struct LineStructure {
  static std::vector<std::string> lines(std::string_view input) {
    std::vector<std::string> all;
    for (std::size_t from = 0; from <= input.size();) {
      const std::size_t end = std::min(input.find('\n', from), input.size());
      all.emplace_back(input.substr(from, end - from));
      from = end + 1;
    }
    return all;
  }

  static constexpr std::array<std::string_view, 8> numbers{"0",   "-1",        "18446744073709551616", "1e308",
                                                           "nan", "0.0000001", "99999999999999.99",    ""};
  static constexpr std::size_t deeds_per_line = 3 + 4 * numbers.size();

  static std::size_t deeds(std::string_view input) { return lines(input).size() * deeds_per_line; }

  static std::string changed(std::string_view input, std::size_t k) {
    std::vector<std::string> all = lines(input);
    const std::size_t index = k / deeds_per_line % all.size();
    const std::size_t deed = k % deeds_per_line;
    std::string& line = all[index];
    if (deed == 0) {
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (deed == 1) {
      all.push_back(line);
    } else if (deed == 2) {
      std::swap(line, all.front());
    } else {  // the first to the fourth number of the line
      const std::size_t which = (deed - 3) / numbers.size();
      const auto digit = [](char c) { return c >= '0' && c <= '9'; };
      auto from = line.begin();
      for (std::size_t i = 0;; ++i) {
        from = std::find_if(from, line.end(), digit);
        const auto to = std::find_if_not(from, line.end(), digit);
        if (i == which || from == line.end()) {
          line.replace(from, to, numbers[(deed - 3) % numbers.size()]);
          break;
        }
        from = to;
      }
    }
    std::string out;
    for (const std::string& one : all) out += one + "\n";
    return out;
  }
};

/// A command line, a script or a configuration: JSON where it is some, else lines and the words in them.
struct SettingsStructure {
  /// Beginning and length of every word; "=", ":" and quotes part words too.
  static std::vector<std::pair<std::size_t, std::size_t>> words(std::string_view input) {
    std::vector<std::pair<std::size_t, std::size_t>> all;
    for (std::size_t at = 0; at < input.size();) {
      const std::size_t from = std::min(input.find_first_not_of(" \t\r\n=:\"'", at), input.size());
      at = std::min(input.find_first_of(" \t\r\n=:\"'", from), input.size());
      if (at > from) all.emplace_back(from, at - from);
    }
    return all;
  }

  static const std::vector<std::string>& odd_words() {
    static const std::vector<std::string> all{"",
                                              "0",
                                              "-1",
                                              "18446744073709551616",
                                              "1e308",
                                              "nan",
                                              "\x1b[31m\xe2\x80\xae=1+1|`<b>",
                                              "[1,2]",
                                              "{a: {b}}",
                                              "!!binary x",
                                              "*a",
                                              "&a",
                                              "true",
                                              "null",
                                              "${HOME}",
                                              "$(true)",
                                              "@/etc/hosts",
                                              std::string(300, 'a')};
    return all;
  }

  static bool is_json(std::string_view input) { return nlohmann::ordered_json::accept(input); }

  static std::size_t deeds(std::string_view input) {
    if (is_json(input)) return JsonStructure::deeds(input);
    return LineStructure::deeds(input) + words(input).size() * (odd_words().size() + 1);
  }

  static std::string changed(std::string_view input, std::size_t k) {
    if (is_json(input)) return JsonStructure::changed(input, k);
    const std::size_t of_lines = LineStructure::deeds(input);
    if (k < of_lines) return LineStructure::changed(input, k);
    const auto all = words(input);
    if (all.empty()) return std::string(input);
    const auto [from, length] = all[(k - of_lines) / (odd_words().size() + 1) % all.size()];
    const std::size_t deed = (k - of_lines) % (odd_words().size() + 1);
    std::string out(input);
    if (deed == odd_words().size()) {
      out.insert(from, out.substr(from, length) + " ");  // the word twice
    } else {
      out.replace(from, length, odd_words()[deed]);
    }
    return out;
  }
};

}  // namespace llmcalc::fuzz

/// How many single changes of structure an input has.
extern "C" std::size_t llmcalc_fuzz_deeds(const char* data, std::size_t size);
/// The k-th of them, as a text that stays until the next call.
extern "C" const std::string* llmcalc_fuzz_changed(const char* data, std::size_t size, std::size_t k);
/// An edit of bytes: libFuzzer's own, or that of the replay.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Gives a fuzz target its structure: replays run through every change of it, libFuzzer draws from them.
#define LLMCALC_FUZZ_STRUCTURE(Structure)                                                                 \
  extern "C" std::size_t llmcalc_fuzz_deeds(const char* data, std::size_t size) {                         \
    return Structure::deeds({data, size});                                                                \
  }                                                                                                       \
  extern "C" const std::string* llmcalc_fuzz_changed(const char* data, std::size_t size, std::size_t k) { \
    static std::string text;                                                                              \
    text = Structure::changed({data, size}, k);                                                           \
    return &text;                                                                                         \
  }                                                                                                       \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,  \
                                                 unsigned seed) {                                         \
    const std::string_view input(reinterpret_cast<const char*>(data), size);                              \
    const std::size_t deeds = Structure::deeds(input);                                                    \
    if (deeds == 0 || seed % 2 == 0) return LLVMFuzzerMutate(data, size, most);                           \
    const std::string text = Structure::changed(input, (seed / 2) % deeds);                               \
    if (text.size() > most) return LLVMFuzzerMutate(data, size, most);                                    \
    std::memcpy(data, text.data(), text.size());                                                          \
    return text.size();                                                                                   \
  }
