#include "models/tower.hpp"

#include "embedded/towers_text.hpp"
#include "models/blocks.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace llmcalc::models {

void Tower::layers(std::string_view prefix, Count count) {
  prefix_ = prefix;
  count_ = count;
}

void Tower::matrix(std::string_view name, Count rows, Count columns, bool bias) {
  if (rows == 0 || columns == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = prefix_ + std::string(name) + ".weight",
                                  .rows = rows,
                                  .columns = columns,
                                  .count = count_,
                                  .role = TensorRole::Encoder,
                                  .part = ModelPart::Encoder});
  if (bias) vector(std::string(name) + ".bias", rows);
}

void Tower::linear(std::string_view name, Count rows, Count columns) {
  const std::size_t before = model_.extra_tensors.size();
  matrix(name, rows, columns, false);
  if (model_.extra_tensors.size() != before) model_.extra_tensors.back().role = TensorRole::SharedExpertGate;
}

void Tower::vector(std::string_view name, Count size) {
  if (size == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = prefix_ + std::string(name),
                                  .rows = size,
                                  .count = count_,
                                  .role = TensorRole::Encoder,
                                  .part = ModelPart::Encoder,
                                  .vector = true});
}

void Tower::layer_norm(std::string_view name, Count size) {
  vector(std::string(name) + ".weight", size);
  vector(std::string(name) + ".bias", size);
}

void Tower::rms_norm(std::string_view name, Count size) { vector(std::string(name) + ".weight", size); }

namespace {

/// Whole numbers by the range they must be in.
constexpr std::array<std::pair<std::string_view, Range>, 7> ranges{{{"width", range::width},
                                                                    {"layers", range::layers},
                                                                    {"some_layers", range::some_layers},
                                                                    {"heads", range::heads},
                                                                    {"few", {1, 64}},
                                                                    {"patch", {1, 1024}},
                                                                    {"words", range::vocabulary}}};

/// The first number of a list of height and width, or a single number.
Count first_side(const Fields& f, std::string_view key, Range allowed, Count fallback) {
  const std::vector<Count> sides = f.counts(key, allowed);
  return sides.empty() ? fallback : std::max<Count>(sides.front(), 1);
}

/// `fallback` times a number that need not be whole.
Count scaled(const Fields& f, std::string_view key, Count fallback) {
  const double ratio = f.number(key, 4.0);
  if (ratio > 0 && ratio <= 64) return static_cast<Count>(static_cast<double>(fallback) * ratio);
  f.complain(key, "must be more than 0 and at most 64");
  return 0;
}

/// Patches that a pixel shuffle by this ratio of the sides merges.
Count shuffled(const Fields& f, std::string_view key) {
  const double ratio = f.number(key, 0.5);
  if (ratio > 0.01 && ratio <= 1) return static_cast<Count>(std::lround(1 / (ratio * ratio)));
  f.complain(key, "must be from 0.01 to 1");
  return 0;
}

/// The largest number of an object of numbers.
Count largest(const Fields& f, std::string_view key, Count fallback) {
  Count most = 0;
  const auto* table = f.find(key);
  for (const auto& item : table && table->is_object() ? *table : nlohmann::json::object()) {
    if (item.is_number_unsigned() && item <= range::width.high) most = std::max(most, item.get<Count>());
  }
  return most != 0 ? most : fallback;
}

/// A number that is no plain count, by the way it is read; none for a way that does not exist.
std::optional<Count> read_as(std::string_view way, const Fields& f, std::string_view key, Count fallback) {
  if (way == "flag") return f.flag(key, fallback != 0);
  if (way == "siglip_flag")
    return f.model_type().starts_with("siglip") && f.flag(key, fallback != 0);  // its classes'
  if (way == "is_rms_norm") return f.text(key, "") == "rms_norm";
  if (way == "patch_side") return first_side(f, key, {1, 1024}, fallback);
  if (way == "image_side") return first_side(f, key, range::pixels, fallback);
  if (way == "length") return f.is_list(key) ? f.find(key)->size() : fallback;
  // Layers whose features stand side by side: one number or a list.
  if (way == "picked") return f.is_list(key) ? std::max<Count>(f.find(key)->size(), 1) : f.has(key) ? 1 : fallback;
  if (way == "listed_layers") return f.counts(key, range::some_layers).size();
  if (way == "scaled") return scaled(f, key, fallback);
  if (way == "shuffled") return shuffled(f, key);
  if (way == "largest") return largest(f, key, fallback);
  if (way == "product") {
    Count product = 1;
    for (const Count side : f.counts(key, {1, 64})) product = multiply(product, side);
    return product == 1 ? fallback : product;
  }
  if (way != "first" && way != "last") return std::nullopt;
  const std::vector<Count> all = f.counts(key, range::width);
  return all.empty() ? fallback : way == "first" ? all.front() : all.back();
}

/// Rows of SigLIP's line: the flexible one with patches of any number has a table of its own.
std::string_view siglip_generation(const Fields& v) {
  return v.model_type() == "siglip2_vision_model" ? "siglip2" : "siglip";
}

std::string_view kind_of_llava(const Fields& v) {
  if (v.model_type() == "pixtral") return "pixtral";
  return v.model_type().find("siglip") != std::string::npos ? "siglip" : "clip";
}

/// DeepSeek-VL2 has SigLIP as timm builds it, DeepSeek-OCR SAM with CLIP behind it, its second version SAM with Qwen2.
std::string_view kind_of_deepseek(const Fields& v) {
  if (v.text("model_name", "") == "deepencoderv2") return "deepseek_ocr2";
  return v.is_object("width") ? "deepseek_ocr" : "deepseek_vl2";
}

std::string_view deepseek_projector(const Fields& v) {
  return v.is_object("width") ? "deepseek_ocr_projector" : "deepseek_vl2_projector";
}

/// Says by a vision_config which section comes first.
using KindOf = std::string_view (*)(const Fields& vision);
constexpr std::array<std::pair<std::string_view, KindOf>, 4> kinds{{{"siglip_generation", siglip_generation},
                                                                    {"kind_of_llava", kind_of_llava},
                                                                    {"kind_of_deepseek", kind_of_deepseek},
                                                                    {"deepseek_projector", deepseek_projector}}};

/// One section of towers.txt; views of the embedded text.
struct TowerRow {
  std::string_view sizes{};
  std::string_view tensors{};
  KindOf kind = nullptr;
};

/// towers.txt by the names of its sections.
std::map<std::string_view, TowerRow> read_towers() {
  const auto bytes = towers_text();
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::map<std::string_view, TowerRow> all;
  TowerRow* row = nullptr;
  std::string_view* block = nullptr;  ///< what further lines belong to
  while (!text.empty()) {
    std::string_view line = take_until(text, "\n");
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') {
      block = nullptr;
    } else if (line.front() == '[') {
      row = &all[line.substr(1, line.find(']') - 1)];
    } else if (row == nullptr) {
      continue;
    } else if (line.front() == ' ') {
      if (block != nullptr)
        *block = {block->data(), static_cast<std::size_t>(line.data() + line.size() - block->data())};
    } else {
      const std::string_view key = take_until(line, ":");
      block = key == "sizes" ? &row->sizes : key == "tensors" ? &row->tensors : nullptr;
      if (block != nullptr) *block = line;
      for (const auto& [name, function] : kinds) {
        if (key == "kind" && trimmed(line) == name) row->kind = function;
      }
    }
  }
  return all;
}

/// Reads sections for one tower.
class TowerWriter {
 public:
  TowerWriter(const Fields& c, const Fields& v, Model& m) : c_(c), v_(v), model_(m), tower_(m) {
    sizes_.emplace_back("model", m.hidden);
  }

  void write(std::string_view name) {
    const TowerRow& row = find(name);
    if (row.kind != nullptr) write(row.kind(v_));
    read_sizes(row.sizes);
    inner_.reset();
    write_tensors(row.tensors);
    tower_.layers("", 1);
  }

 private:
  const TowerRow& find(std::string_view name) const {
    static const std::map<std::string_view, TowerRow> towers = read_towers();
    if (const auto found = towers.find(name); found != towers.end()) return found->second;
    static constexpr TowerRow nothing{};
    v_.complain(name, "is not a tower that this program knows");
    return nothing;
  }

  void read_sizes(std::string_view text) {
    for (std::string_view entry = next_word(text); !entry.empty(); entry = next_word(text)) {
      if (entry.starts_with('@')) {
        read_sizes(find(entry.substr(1)).sizes);
      } else if (entry.starts_with('%')) {
        const std::string_view key = cut(entry, ":").substr(1);
        inner_ = c_.object(key, entry);
      } else {
        const std::string_view name = cut(entry, "=");
        const Count size = entry.ends_with(')') ? ask(entry.substr(0, entry.size() - 1)) : value(entry);
        sizes_.emplace_back(name, size);
        if (name == "image_tokens") model_.image_tokens = size;
        if (name == "image_values") model_.image_values = size;
        if (name == "image_work") model_.image_work = size;
      }
    }
  }

  /// "kind(key|key,fallback" as the config answers it.
  Count ask(std::string_view question) {
    const std::string_view kind = cut(question, "(");
    std::string_view keys = cut(question, ",");
    return ask(kind, keys, question);
  }
  Count ask(std::string_view kind, std::string_view keys, std::string_view fallback) {
    std::string_view key = cut(keys, "|");
    const bool whole = key.starts_with("c.");
    if (whole) key.remove_prefix(2);
    const Fields& f = whole ? c_ : inner_ ? *inner_ : v_;
    const auto range = std::ranges::find(ranges, kind, &std::pair<std::string_view, Range>::first);
    if (range != ranges.end() && fallback.empty() && (keys.empty() || f.has(key)))
      return f.required(key, range->second);
    const Count otherwise = !keys.empty() ? ask(kind, keys, fallback) : fallback.empty() ? 0 : value(fallback);
    if (range != ranges.end()) return f.count(key, range->second, otherwise);
    const std::optional<Count> read = read_as(kind, f, key, otherwise);
    if (!read) v_.complain(kind, "is not a way to read a size");
    return read.value_or(0);
  }

  /// A computed size.
  Count value(std::string_view text) const {
    std::string_view unknown;
    const Count size = computed(text, sizes_, &unknown);
    if (!unknown.empty()) v_.complain(unknown, "is not a size of this tower");
    return size;
  }

  void write_tensors(std::string_view text) {
    while (!text.empty()) {
      std::string_view statement = cut(text, ";\n");
      if (statement.empty()) continue;
      if (statement.starts_with('&')) {
        write_tensors(find(statement.substr(1)).tensors);
      } else if (statement.starts_with('@')) {
        const std::string_view prefix = next_word(statement).substr(1);
        tower_.layers(prefix, statement.empty() ? 1 : value(statement));
      } else {
        std::string_view names = cut(statement, ":");
        while (!names.empty()) write_tensor(next_word(names), statement);
      }
    }
  }

  void write_tensor(std::string_view name, std::string_view shape) {
    const std::string_view rows = next_word(shape);
    if (rows == "ln") return tower_.layer_norm(name, value(next_word(shape)));
    if (rows == "rms") return tower_.rms_norm(name, value(next_word(shape)));
    if (next_word(shape) != "x") return tower_.vector(name, value(rows));
    const std::string_view columns = next_word(shape);
    const std::string_view kind = next_word(shape);
    if (kind == "linear") return tower_.linear(name, value(rows), value(columns));
    const bool biased = kind == "+";
    const std::string_view flag = next_word(shape);
    tower_.matrix(name, value(rows), value(columns), biased && (flag.empty() || value(flag) != 0));
  }

  const Fields& c_;
  const Fields& v_;
  Model& model_;
  Tower tower_;
  std::optional<Fields> inner_;  ///< the object that "%" names
  Sizes sizes_;
};

}  // namespace

void write_tower(const Fields& c, const Fields& v, Model& m, std::string_view sections) {
  TowerWriter writer(c, v, m);
  for (std::string_view name = next_word(sections); !name.empty(); name = next_word(sections)) writer.write(name);
}

}  // namespace llmcalc::models
