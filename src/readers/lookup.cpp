#include "readers/lookup.hpp"

#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/model/formats.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

namespace llmcalc::io {
namespace {

using Words = std::vector<std::string>;

bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// "8b", "30b-a3b": digits with a letter behind them.
bool size_begins(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789");
  return end != std::string_view::npos && end > 0 && letter(text[end]);
}

/// Lower-case words: apart at every sign but a decimal point and '+', and between letters and a number ("qwen3" is
/// qwen 3), not between a number and its unit ("8b"). "3_1" is 3.1, "8 b" is 8b, "v0.3" stays one word.
Words words_of(std::string_view text) {
  Words words;
  std::string word;
  const auto end = [&] {
    while (word.ends_with('.')) word.pop_back();
    if (word.empty()) return;
    const bool unit = word == "b" || word == "gb" || word == "gib";
    if (unit && !words.empty() && digit(words.back().back())) {
      words.back() += word;
    } else {
      words.push_back(word);
    }
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool between_digits = !word.empty() && digit(word.back()) && i + 1 < text.size() && digit(text[i + 1]);
    if (letter(c) || digit(c) || c == '+') {
      if (digit(c) && !word.empty() && letter(word.back()) && word != "v") end();
      // "3vl" is 3 vl, "8b" and "80gb" are one word.
      if (letter(c) && !word.empty() && digit(word.back())) {
        std::size_t last = i;
        while (last < text.size() && letter(text[last])) ++last;
        const std::string run = lower_case(text.substr(i, last - i));
        if (run.size() > 1 && run != "gb" && run != "gib") end();
      }
      word += lower_case(c);
    } else if (c == '.' && between_digits) {
      word += '.';
    } else if (c == '_' && between_digits && word.size() == 1 && !size_begins(text.substr(i + 1))) {
      word += '.';  // "llama3_1_8b" is 3.1, "qwen3_8b" is 3
    } else {
      end();
    }
  }
  end();
  return words;
}

/// A device's name without the computer around an Apple chip: "macbook pro m3 max 128gb" is an M3 Max.
std::string without_computer(std::string_view written) {
  static constexpr std::array<std::string_view, 7> computers{"macbook pro", "macbook air", "macbook", "mac studio",
                                                             "mac mini",    "mac pro",     "imac"};
  std::string name = lower_case(written);
  for (const std::string_view computer : computers) {
    const std::size_t at = name.find(computer);
    if (at != std::string::npos && name.find('m', at + computer.size()) != std::string::npos)
      return name.erase(at, computer.size());
  }
  return std::string(written);
}

/// The same for devices: "80gb" and "80" are one word, and nobody needs the maker.
Words device_words(std::string_view text) {
  static constexpr std::array<std::string_view, 19> makers{
      "nvidia", "amd",  "intel",       "apple",    "geforce",     "tesla", "gpu", "graphics", "generation", "edition",
      "radeon", "card", "workstation", "instinct", "corporation", "gb",    "mac", "vram",     "quadro"};
  Words out;
  for (std::string word : words_of(text)) {
    for (const char* unit : {"gib", "gb", "g"}) {
      if (word.ends_with(unit) && word.size() > std::string_view(unit).size() && digit(word[0])) {
        word = word.substr(0, word.size() - std::string_view(unit).size());
        break;
      }
    }
    if (std::find(makers.begin(), makers.end(), word) == makers.end()) out.push_back(word);
  }
  return out;
}

/// Words of a model's name that change no size: who tuned it and for what, a month, a version of the weights.
bool says_nothing_of_size(const std::string& word) {
  static constexpr std::array<std::string_view, 24> known{
      "instruct", "it",    "chat",      "base",      "hf",      "gguf", "mlx",    "meta",
      "preview",  "model", "thinking",  "latest",    "google",  "qat",  "nvidia", "pt",
      "bf16",     "fp16",  "microsoft", "community", "unsloth", "c4ai", "ai21",   "text"};
  if (std::find(known.begin(), known.end(), word) != known.end()) return true;
  if (word.starts_with("v") && word.size() > 1 && digit(word[1]) && (word.starts_with("v0.") || word == "v1"))
    return true;
  const bool number = std::all_of(word.begin(), word.end(), digit);
  // "2507", "0414", "2025": a month as publishers write it.
  return number && word.size() == 4 && (word[0] == '2' || word[0] == '0' || word[0] == '1');
}

constexpr unsigned no_match = std::numeric_limits<unsigned>::max();

/// How far a query is from a name: 0 for the same words; `no_match` when the query says something that the name does not.
/// What the name says in addition counts four, or one when it changes no size.
template <class Weak>
unsigned distance(const Words& query, const Words& name, const Weak& weak) {
  Words rest = name;
  unsigned far = 0;
  for (const std::string& word : query) {
    const auto at = std::find(rest.begin(), rest.end(), word);
    if (at != rest.end()) {
      rest.erase(at);
    } else if (weak(word)) {
      ++far;
    } else {
      return no_match;
    }
  }
  for (const std::string& word : rest) far += weak(word) ? 1U : 4U;
  return far;
}

/// One entry of a catalogue by all its names.
struct Candidate {
  std::string id;
  std::vector<Words> names;
};

/// The candidates that share most words with the query, then by letters.
std::vector<std::string> nearest_three(std::string_view written, const Words& query,
                                       const std::vector<Candidate>& all, const std::vector<unsigned>& far) {
  std::vector<std::pair<double, std::size_t>> order;
  const std::string text = lower_case(written);
  for (std::size_t i = 0; i < all.size(); ++i) {
    double best = 0;
    for (const Words& name : all[i].names) {
      double shared = 0;
      for (const std::string& word : query) shared += std::find(name.begin(), name.end(), word) != name.end() ? 1 : 0;
      best = std::max(best, 2 * shared / static_cast<double>(query.size() + name.size() + 1));
    }
    const double longest = static_cast<double>(std::max({text.size(), all[i].id.size(), std::size_t{1}}));
    const double letters = 1 - static_cast<double>(edit_distance(text, all[i].id)) / longest;
    const double score = std::max(best, letters) + 0.25 * best + (far[i] == no_match ? 0 : 1);
    if (score >= 0.45) order.emplace_back(-score, i);
  }
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < order.size() && i < 3; ++i) names.push_back(all[order[i].second].id);
  return names;
}

/// The candidate that is meant. What a name says beyond the query may be left open up to this distance: a repository
/// is a whole name, so "MiMo-V2.5" is not the only model called "MiMo V2.5 Pro".
template <class Weak>
Meant choose(std::string_view written, const Words& query, const std::vector<Candidate>& all, const Weak& weak,
             unsigned farthest = no_match) {
  Meant out;
  const bool says_something = std::any_of(query.begin(), query.end(), [&](const auto& word) { return !weak(word); });
  std::vector<unsigned> far(all.size(), no_match);
  unsigned least = no_match;
  std::size_t at_least = 0;  // candidates at the least distance
  std::size_t possible = 0;
  for (std::size_t i = 0; i < all.size() && says_something; ++i) {
    for (const Words& name : all[i].names) far[i] = std::min(far[i], distance(query, name, weak));
    if (far[i] == no_match) continue;
    ++possible;
    at_least = far[i] < least ? 1 : at_least + (far[i] == least ? 1 : 0);
    least = std::min(least, far[i]);
  }
  // Below 4 only words that change no size differ; beyond that the name must leave nothing open.
  if (least != no_match && at_least == 1 && least < farthest && (least < 4 || possible == 1)) {
    out.found = static_cast<std::size_t>(std::find(far.begin(), far.end(), least) - far.begin());
  } else {
    out.nearest = nearest_three(written, query, all, far);
  }
  return out;
}

/// Words that publishers put at the end of a name for the format, the longest first. Source: names of repositories.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> format_words{{
    {"autoround-int4", "gptq-int4"},
    {"int4-autoround", "gptq-int4"},
    {"autoround-int8", "gptq-int8"},
    {"int8-autoround", "gptq-int8"},
    {"autoround", "gptq-int4"},
    {"bnb-4bit", "nf4"},
    {"gptq-int8", "gptq-int8"},
    {"gptq-int4", "gptq-int4"},
    {"gptq-4bit", "gptq-int4"},
    {"awq-int4", "awq-int4"},
    {"awq-4bit", "awq-int4"},
    {"fp8-dynamic", "fp8"},
    {"fp8-block", "fp8-block"},
    {"w8a8", "int8"},
    {"w4a16", "int4"},
    {"nvfp4", "nvfp4"},
    {"mxfp4-q8", "mlx-q8"},
    {"mxfp4-q4", "mlx-q4"},
    {"mxfp4", "mxfp4"},
    {"mxfp8", "mxfp8"},
    {"bf16", "bf16"},
    {"fp16", "fp16"},
    {"gptq", "gptq-int4"},
    {"awq", "awq-int4"},
    {"fp8", "fp8"},
    {"int8", "int8"},
    {"int4", "int4"},
    {"nf4", "nf4"},
    {"mlx-4bit", "mlx-q4"},
    {"mlx-8bit", "mlx-q8"},
    {"4bits", "nf4"},
    {"4bit", "nf4"},
    {"8bit", "int8"},
    {"3bit", "mlx-q3"},
    {"5bit", "mlx-q5"},
    {"6bit", "mlx-q6"},
}};

/// What the words mean in repositories for MLX, which say only the bits or the shape of a number.
std::string_view format_in_mlx(std::string_view word, std::string_view format) {
  if (word.starts_with("4bit")) return "mlx-q4";
  if (word == "8bit") return "mlx-q8";
  if (format == "mxfp4") return "mlx-mxfp4";
  return format == "mxfp8" ? "mlx-mxfp8" : format;
}

/// Takes a delimited word out of a name; false when it is not in it.
bool take_word(std::string& name, std::string_view word) {
  const std::string text = lower_case(name);
  const std::string wanted = lower_case(word);
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    const auto border = [&](std::size_t i) {
      return i >= text.size() || (!letter(text[i]) && !digit(text[i]) && text[i] != '_');
    };
    if ((at != 0 && !border(at - 1)) || !border(at + wanted.size())) continue;
    name.erase(at, wanted.size());
    while (!name.empty() && std::string_view("-_.: ").find(name.back()) != std::string_view::npos) name.pop_back();
    return true;
  }
  return false;
}

/// Keys of the GGUF mixes, the longest first, so that Q4_K_M is not read as Q4_K.
const std::vector<std::string_view>& mixes_longest_first() {
  static const std::vector<std::string_view> keys = [] {
    std::vector<std::string_view> all;
    for (const auto& row : gguf_mixes) all.push_back(row.key);
    std::stable_sort(all.begin(), all.end(), [](auto a, auto b) { return a.size() > b.size(); });
    return all;
  }();
  return keys;
}

/// A file's name without its part's number: "name-00001-of-00003" is name.
std::string without_part(std::string name) {
  constexpr std::string_view form = "-#####-of-#####";
  if (name.size() <= form.size()) return name;
  const std::string_view end = std::string_view(name).substr(name.size() - form.size());
  const bool part = std::equal(form.begin(), form.end(), end.begin(),
                               [](char wanted, char c) { return wanted == '#' ? digit(c) : c == wanted; });
  if (part) name.resize(name.size() - form.size());
  return name;
}

}  // namespace

std::string weight_format_of_word(std::string_view word) {
  const auto plain = [](std::string_view text) {
    std::string out;
    for (const char c : lower_case(text)) {
      if (letter(c) || digit(c)) out += c;
    }
    return out;
  };
  std::string wanted = plain(word);
  if (wanted.empty()) return {};
  for (const auto& row : weight_formats) {
    if (row.id != WeightFormat::Gguf && plain(row.key) == wanted) return std::string(row.key);
  }
  if (wanted.starts_with("gguf")) wanted.erase(0, 4);
  for (const auto& row : gguf_mixes) {
    if (plain(row.key) == wanted) return "gguf:" + std::string(row.key);
  }
  // "Q4": the mix of so many bits that publishers name first.
  for (const char* end : {"km", "0", "k"}) {
    if (wanted.size() != 2 || wanted[0] != 'q') break;
    for (const auto& row : gguf_mixes) {
      if (plain(row.key) == wanted + end) return "gguf:" + std::string(row.key);
    }
  }
  for (const auto& [name, format] : format_words) {
    // "4bit" alone may be many things.
    if (!digit(name[0]) && plain(name) == wanted) return std::string(format);
  }
  return {};
}

bool is_repository_name(std::string_view written) {
  if (written.find("://") != std::string_view::npos) return true;
  for (const char* site : {"hf.co/", "huggingface.co/", "ollama.com/"}) {
    if (written.starts_with(site)) return true;
  }
  const std::size_t slash = written.find('/');
  const bool one = slash != std::string_view::npos && written.find('/', slash + 1) == std::string_view::npos;
  const bool named = one && slash != 0 && slash + 1 < written.size() && written[0] != '.' && written[0] != '~';
  return named && written.find('\\') == std::string_view::npos && written.find(' ') == std::string_view::npos;
}

ModelName model_name(std::string_view written) {
  ModelName out;
  std::string_view text = written;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('/')) text.remove_suffix(1);
  bool page = false;
  for (std::string_view start :
       {"https://", "http://", "www.", "huggingface.co/", "hf.co/", "ollama.com/", "library/"}) {
    if (!text.starts_with(start)) continue;
    text.remove_prefix(start.size());
    page = true;
  }
  if (page) {
    text = text.substr(0, text.find_first_of("?#"));
    // organisation/name/tree/main: what follows the name is a place on the site.
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) text = text.substr(0, text.find('/', slash + 1));
  }
  out.name = std::string(text);
  out.plain = out.name.substr(out.name.find('/') == std::string::npos ? 0 : out.name.rfind('/') + 1);
  const std::string organisation = lower_case(out.name.substr(0, out.name.size() - out.plain.size()));
  if (const std::string tail = lower_case(out.plain); tail.ends_with(".gguf")) out.plain.resize(out.plain.size() - 5);
  out.plain = without_part(std::move(out.plain));
  for (const std::string_view mix : mixes_longest_first()) {
    // "F16" and "BF16" at the end of a name state a GGUF only in one of GGUF files.
    const bool plain_type = mix == "F32" || mix == "F16" || mix == "BF16";
    if (plain_type && lower_case(out.name).find("gguf") == std::string::npos) continue;
    if (take_word(out.plain, mix)) {
      out.weights = "gguf:" + std::string(mix);
      break;
    }
  }
  std::string rest = out.plain;
  const bool mlx = organisation.starts_with("mlx-community") || take_word(rest, "mlx");
  for (const auto& [word, format] : format_words) {
    if (!out.weights.empty() || !take_word(out.plain, word)) continue;
    out.weights = std::string(mlx ? format_in_mlx(word, format) : format);
    // Qwen and DeepSeek publish FP8 in blocks of 128 x 128.
    if (format == "fp8" && (organisation == "qwen/" || organisation == "deepseek-ai/")) out.weights = "fp8-block";
    // Some say the bits beside the format: "4bit-mxfp4".
    for (const char* bits : {"4bit", "8bit"}) static_cast<void>(take_word(out.plain, bits));
  }
  // A repository of GGUF files without the name of one: what llama.cpp and Ollama take then (llama.cpp common/arg.cpp, -hf:
  // "quant is optional, default to Q4_K_M").
  if (take_word(out.plain, "gguf") && out.weights.empty()) out.weights = "gguf:Q4_K_M";
  return out;
}

Meant meant_model(std::string_view written, std::span<const ModelEntry> entries) {
  const ModelName name = model_name(written);
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ModelEntry& entry = entries[i];
    if (entry.id == name.name || (!entry.hf_id.empty() && lower_case(entry.hf_id) == lower_case(name.name)))
      return {i, {}};
    const std::string repository =
        entry.hf_id.substr(entry.hf_id.find('/') == std::string::npos ? 0 : entry.hf_id.find('/') + 1);
    all.push_back({entry.id, {words_of(entry.id), words_of(entry.name)}});
    if (!repository.empty()) all.back().names.push_back(words_of(repository));
  }
  const unsigned farthest = name.name.find('/') == std::string::npos ? no_match : 4;
  Meant meant = choose(name.plain, words_of(name.plain), all, says_nothing_of_size, farthest);
  if (meant.found || name.weights.empty()) return meant;
  // The format may be part of what the model is called (NVIDIA's "...-BF16").
  const std::string whole = name.name.substr(name.name.find('/') == std::string::npos ? 0 : name.name.find('/') + 1);
  Meant with = choose(whole, words_of(whole), all, says_nothing_of_size, farthest);
  return with.found ? with : meant;
}

Meant meant_device(std::string_view written, std::span<const DevicePreset> devices) {
  std::vector<Candidate> all;
  const std::string plain = lower_case(written);
  const Words query = device_words(without_computer(written));
  // "24" alone is no name, "4090" is.
  const auto short_number = [](const std::string& word) {
    return word.size() < 4 && std::all_of(word.begin(), word.end(), digit);
  };
  if (std::all_of(query.begin(), query.end(), short_number)) return {};
  const auto same = [&](const std::string& name) { return lower_case(name) == plain || device_words(name) == query; };
  std::vector<std::size_t> by_alias;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const DevicePreset& preset = devices[i];
    if (preset.device.id == plain) return {i, {}};
    if (std::any_of(preset.aliases.begin(), preset.aliases.end(), same)) by_alias.push_back(i);
    Candidate candidate{preset.device.id, {device_words(preset.device.id), device_words(preset.device.name)}};
    for (const std::string& name : preset.aliases) candidate.names.push_back(device_words(name));
    for (const std::string& name : preset.driver_names) candidate.names.push_back(device_words(name));
    all.push_back(std::move(candidate));
  }
  if (by_alias.size() == 1) return {by_alias.front(), {}};
  // A memory size, and the line of a card that has only one of that number ("RTX"), leave nothing open.
  const auto line = [](const std::string& word) {
    return word == "rtx" || word == "gtx" || word == "rx" || word == "arc" || word == "sxm" || word == "blackwell";
  };
  Meant meant = choose(written, query, all, line);
  if (meant.found) return meant;
  // Of the cards that are left, one may be the plain one: "3090" is not the 3090 Ti, whatever its memory.
  const auto line_or_memory = [&](const std::string& word) {
    return line(word) || (word.size() <= 3 && std::all_of(word.begin(), word.end(), digit));
  };
  const bool names_a_card =
      std::any_of(query.begin(), query.end(), [&](const auto& w) { return !line_or_memory(w); });
  if (names_a_card) {
    unsigned least = no_match;
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < all.size(); ++i) {
      unsigned far = no_match;
      for (const Words& name : all[i].names) {
        // Every word of the query, its memory too, must be the card's.
        if (distance(query, name, line) != no_match) far = std::min(far, distance(query, name, line_or_memory));
      }
      if (far == no_match || far > least) continue;
      if (far < least) at.clear();
      least = far;
      at.push_back(i);
    }
    if (at.size() == 1 && least < 4) return {at.front(), {}};
  }
  return meant;
}

std::string did_you_mean_one_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string out = " (did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
    out += "\"" + names[i] + "\"";
  }
  return out + "?)";
}

std::optional<Runtime> engine_named(std::string_view name) {
  struct Alias {
    std::string_view name;
    Runtime engine;
  };
  static constexpr std::array aliases{Alias{"llamaserver", Runtime::LlamaCpp}, Alias{"hf", Runtime::Transformers},
                                      Alias{"trtllm", Runtime::TensorRtLlm}, Alias{"mlxlm", Runtime::Mlx}};
  const auto plain = [](std::string_view text) {
    std::string out;
    for (const char c : lower_case(text)) {
      if (c != '-' && c != '_' && c != ' ' && c != '.') out += c;
    }
    return out;
  };
  const std::string wanted = plain(name);
  for (const Alias& row : aliases) {
    if (row.name == wanted) return row.engine;
  }
  for (const auto& row : runtimes) {
    if (plain(row.key) == wanted) return row.id;
  }
  return std::nullopt;
}

}  // namespace llmcalc::io
