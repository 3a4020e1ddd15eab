#include "models/quantization.hpp"

#include "models/fields.hpp"

#include <llmcalc/base/words.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::models {

namespace {

/// A view of a JSON object that collects issues. Missing keys, null and what is no object at all read as absent.
class Entry {
 public:
  Entry(const nlohmann::json& value, std::string pointer, const Fields& c)
      : value_(&value), pointer_(std::move(pointer)), c_(&c) {
    if (!value.is_object() && !value.is_null()) complain("", "must be an object");
  }

  /// The value of a key, null when absent; from here on it counts as read.
  [[nodiscard]] const nlohmann::json* find(const char* key) const {
    if (!value_->is_object()) return nullptr;
    c_->findings().read.insert(pointer_ + '/' + key);
    const auto found = value_->find(key);
    return found == value_->end() || found->is_null() ? nullptr : &*found;
  }
  [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }

  /// A text; `fallback` when absent.
  [[nodiscard]] std::string text(const char* key, std::string_view fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::string(fallback);
    if (value->is_string()) return value->get<std::string>();
    complain(key, "must be a text");
    return std::string(fallback);
  }
  /// A number; `fallback` when absent.
  [[nodiscard]] double number(const char* key, double fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
    complain(key, "must be a number");
    return fallback;
  }
  /// A boolean; `fallback` when absent.
  [[nodiscard]] bool flag(const char* key, bool fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is_boolean()) return value->get<bool>();
    if (value->is_number_integer()) return *value != 0;
    complain(key, "must be true or false");
    return fallback;
  }
  /// A nested object, empty when absent or something else.
  [[nodiscard]] Entry object(const char* key) const {
    static const nlohmann::json nothing = nlohmann::json::object();
    const nlohmann::json* value = find(key);
    return {value != nullptr && value->is_object() ? *value : nothing, pointer_ + "/" + key, *c_};
  }
  /// A value inside this one.
  [[nodiscard]] Entry at(const nlohmann::json& value) const { return {value, pointer_, *c_}; }

  /// Every text of a list, of lists in a list too; a single text is a list of one.
  template <class Take>
  void each_text(const char* key, Take take) const {
    const nlohmann::json* list = find(key);
    if (list == nullptr) return;
    if (list->is_string()) return take(list->get_ref<const std::string&>());
    if (!list->is_array()) return complain(key, "must be a list of names");
    for (const nlohmann::json& item : *list) {
      if (item.is_string()) {
        take(item.get_ref<const std::string&>());
      } else if (item.is_array()) {
        for (const nlohmann::json& inner : item) {
          if (inner.is_string()) take(inner.get_ref<const std::string&>());
        }
      } else {
        complain(key, "must be a list of names");
      }
    }
  }
  /// Every object in an object, with its name; null and other values as an empty object.
  template <class Take>
  void each_entry(const char* key, Take take) const {
    static const nlohmann::json nothing = nlohmann::json::object();
    const nlohmann::json* holder = find(key);
    if (holder == nullptr) return;
    if (!holder->is_object()) return complain(key, "must be an object");
    for (auto entry = holder->begin(); entry != holder->end(); ++entry) {
      take(entry.key(), Entry(entry->is_object() ? *entry : nothing, pointer_ + "/" + key, *c_));
    }
  }
  /// True when the key was asked for.
  [[nodiscard]] bool was_read(const std::string& key) const {
    return c_->findings().read.contains(pointer_ + '/' + key);
  }
  /// Every value in this object with its name.
  template <class Take>
  void each(Take take) const {
    if (!value_->is_object()) return;
    for (auto entry = value_->begin(); entry != value_->end(); ++entry) take(entry.key(), *entry);
  }

 private:
  void complain(std::string_view key, std::string what) const {
    Issue issue{pointer_ + (key.empty() ? "" : "/") + std::string(key), std::move(what)};
    Issues& issues = c_->findings().issues;
    if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(std::move(issue));
  }

  const nlohmann::json* value_;
  std::string pointer_;
  const Fields* c_;
};

using nlohmann::json;

/// A group as long as any row: one scale per row.
constexpr Count whole_row = Count{1} << 22;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
  return text;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string shown_bits(double bits) {
  std::string text = std::to_string(bits);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + " bits";
}

/// dtype names of torch, with or without "torch." before.
WeightFormat plain_format(const Fields& c, const Fields& inner) {
  const Fields& holder = c.has("torch_dtype") ? c : inner;
  std::string name = holder.text("torch_dtype", "bfloat16");
  if (name.starts_with("torch.")) name.erase(0, 6);
  if (name == "float32" || name == "float" || name == "fp32") return WeightFormat::Fp32;
  if (name == "float16" || name == "half" || name == "fp16") return WeightFormat::Fp16;
  if (name == "bfloat16" || name == "bf16" || name == "auto") return WeightFormat::Bf16;
  if (name.starts_with("float8")) return WeightFormat::Fp8;
  c.assume("torch_dtype \"" + name.substr(0, 40) + "\" is not known: bfloat16 taken");
  return WeightFormat::Bf16;
}

/// A format with the group that a dialect gives with it: 0 or a missing one is the format's own, -1 a whole row.
WeightRules with_group(WeightFormat format, double group) {
  WeightRules rules{.format = format, .group = row_of(format).group};
  if (group >= 1 && group <= 1 << 20) rules.group = static_cast<Count>(group);
  if (group == -1) rules.group = whole_row;
  return rules;
}

/// The same format with values of so many bits.
WeightRules with_bits(WeightRules rules, double bits) {
  const bool usual = bits == 0 || bits == static_cast<double>(row_of(rules.format).bits);
  rules.bits = usual ? 0 : std::clamp(bits, 1.0, 16.0);
  return rules;
}

/// Reads one quantization config; what the formats cannot say exactly becomes a note.
class Dialect {
 public:
  Dialect(const Entry& q, const Fields& c, WeightFormat plain, Model& m, QuantizationPlan& plan)
      : q_(q), c_(c), plain_{.format = plain}, model_(m), plan_(plan) {
    bits_ = q.number("bits", q.number("num_bits", q.number("nbits", q.number("weight_bits", q.number("w_bit", 0)))));
    group_ = q.number("group_size", q.number("q_group_size", 0));
  }

  /// The format of what no rule names; nothing when the method is not known.
  std::optional<WeightRules> read() {
    // ExLlama and older tools name the method under "quantization", NVIDIA has an object there.
    const json* named = q_.find(q_.has("quant_method") ? "quant_method" : "quantization");
    const bool nested = named != nullptr && named->is_object();
    const std::string method =
        nested ? "" : lower(q_.text(q_.has("quant_method") ? "quant_method" : "quantization", ""));
    const std::string algorithm = lower(q_.text("quant_algo", q_.object("quantization").text("quant_algo", method)));
    for (const auto& [names, read] : methods) {
      if (!has_word(names, method)) continue;
      if (read != &Dialect::fp8 || algorithm == method) leave_lists(q_);
      note_cache();
      return (this->*read)();
    }
    leave_lists(q_);
    note_cache();
    if (!algorithm.empty() && algorithm != method) return modelopt();
    if (contains(algorithm, "fp8")) return WeightRules{.format = WeightFormat::Fp8};
    // Mistral's params.json: {"qformat_weight": "fp8_e4m3", "qscheme_act": "TENSOR"}.
    if (contains(lower(q_.text("qformat_weight", "")), "fp8"))
      return WeightRules{.format = WeightFormat::Fp8, .scales = Scales::Tensor};
    c_.assume("quantization method \"" + method.substr(0, 40) + "\" is not known: unquantized weights taken");
    model_.trust = Trust::Assumed;
    return std::nullopt;
  }

 private:
  using Reader = WeightRules (Dialect::*)();
  struct Method {
    std::string_view names;  ///< with blanks between them
    Reader read;
  };
  static const std::array<Method, 23> methods;

  /// Lists of modules that stay as they are, under every name that libraries have for them.
  void leave_lists(const Entry& entry) {
    for (const char* key :
         {"ignore", "modules_to_not_convert", "ignored_layers", "exclude", "exclude_modules", "exclude_layers",
          "llm_int8_skip_modules", "skip_modules", "linear_weights_not_to_quantize"}) {
      entry.each_text(key, [&](const std::string& name) { plan_.rules.leave(name); });
    }
  }

  /// The checkpoint's wish for the format of cached keys and values: the engine follows it, a scenario says it.
  void note_cache() {
    const std::string algorithm =
        lower(q_.text("kv_cache_quant_algo", q_.object("quantization").text("kv_cache_quant_algo", "")));
    const Entry scheme = q_.object("kv_cache_scheme");
    if (contains(algorithm, "fp8") || (scheme.number("num_bits", 0) == 8 && scheme.text("type", "") == "float"))
      c_.assume(
          "the checkpoint has scales for an FP8 cache, which vLLM, SGLang and TensorRT-LLM then use: set the KV "
          "cache's format to fp8");
  }

  void lower_trust(Trust trust) { model_.trust = std::max(model_.trust, trust); }

  /// Something that no format has exactly: the nearest one is taken, and the model says so.
  WeightRules nearest(WeightRules rules, const std::string& what) {
    c_.assume("quantization: " + what + " is counted as " + std::string(key_of(rules.format)));
    lower_trust(Trust::Modelled);
    return rules;
  }

  /// A format that leaves some modules alone, and a config that does not say which.
  WeightRules unlisted(WeightRules rules) {
    model_.unlisted_mix = true;
    lower_trust(Trust::Modelled);
    c_.assume(
        "the config does not list the modules that are left in 8 or 16 bits, and publishers differ in them: the "
        "weights are a range");
    return rules;
  }

  [[nodiscard]] WeightRules of(WeightFormat format) const { return with_group(format, group_); }

  // --- One method each ---

  WeightRules fp8() {
    overlay();
    return tiles(q_.find("weight_block_size"), {.format = WeightFormat::Fp8, .scales = Scales::Tensor});
  }
  /// FP8 in blocks of the given rows and columns; without them as `otherwise` says.
  WeightRules tiles(const json* block, WeightRules otherwise) {
    if (block == nullptr || !block->is_array() || block->size() != 2 || !(*block)[0].is_number_unsigned() ||
        !(*block)[1].is_number_unsigned())
      return otherwise;
    const auto rows = (*block)[0].get<Count>(), columns = (*block)[1].get<Count>();
    if (rows == 1 && columns == 32) return {.format = WeightFormat::Mxfp8};
    const WeightRules usual{.format = WeightFormat::Fp8Block};
    if (rows == 128 && columns == 128) return usual;
    return nearest(usual, "FP8 in blocks of " + std::to_string(rows) + " x " + std::to_string(columns));
  }
  // NOLINTBEGIN(readability-convert-member-functions-to-static): the table of methods calls members
  WeightRules channel_fp8() { return {.format = WeightFormat::Fp8}; }
  WeightRules mxfp4() { return {.format = WeightFormat::Mxfp4, .covered = Covered::Experts}; }
  WeightRules mxfp8() { return {.format = WeightFormat::Mxfp8}; }
  WeightRules nvfp4() { return {.format = WeightFormat::Nvfp4}; }
  WeightRules int8() { return {.format = WeightFormat::Int8}; }
  WeightRules experts_int8() { return {.format = WeightFormat::Int8, .covered = Covered::Experts}; }
  // NOLINTEND(readability-convert-member-functions-to-static)

  WeightRules gptq() {
    const WeightRules base = bits_ == 8 ? of(WeightFormat::GptqInt8) : with_bits(of(WeightFormat::GptqInt4), bits_);
    plan_.head = q_.flag("lm_head", false);
    // {"+:regex": {"bits": 8}, "-:regex": {}}; without a sign it is "+". One that changes nothing, as Qwen's "lm_head": {},
    // quantizes nothing either: the head is by lm_head alone.
    q_.each_entry("dynamic", [&](const std::string& name, const Entry& entry) {
      const bool left = name.starts_with("-:");
      const std::string pattern = "re:" + (left || name.starts_with("+:") ? name.substr(2) : name);
      if (left) {
        plan_.rules.leave(pattern);
      } else if (entry.has("bits") || entry.has("group_size")) {
        plan_.rules.store(pattern, changed(base, entry));
      }
    });
    for (const char* key : {"modules_in_block_to_quantize", "inside_layer_modules"}) {
      q_.each_text(key, [&](const std::string& name) {
        plan_.otherwise_plain = true;
        plan_.rules.store(name, base);
      });
    }
    return base;
  }

  /// A format with the bits and the group that an entry of one module gives.
  [[nodiscard]] WeightRules changed(WeightRules base, const Entry& entry) const {
    const double bits =
        entry.number("bits", base.bits > 0 ? base.bits : static_cast<double>(row_of(base.format).bits));
    const double group = entry.number("group_size", 0);
    if (bits >= 16) return plain_;
    const Count before = base.group;
    base = with_bits(with_group(base.format, group), bits);
    if (group == 0) base.group = before;
    return base;
  }

  WeightRules auto_round() {
    const std::string packing = lower(q_.text("packing_format", "")), type = lower(q_.text("data_type", "int"));
    WeightRules base = with_bits(of(WeightFormat::GptqInt4), bits_);
    if (contains(type, "nv_fp")) {
      base = {.format = WeightFormat::Nvfp4};
    } else if (contains(type, "mx_fp")) {
      base = {.format = bits_ == 8 ? WeightFormat::Mxfp8 : WeightFormat::Mxfp4};
    } else if (contains(type, "fp8")) {
      base = {.format = WeightFormat::Fp8};
    } else if (contains(packing, "awq")) {
      base = with_bits(of(WeightFormat::AwqInt4), bits_);
    } else if (bits_ == 8) {
      base = of(WeightFormat::GptqInt8);
    }
    q_.each_entry("extra_config", [&](const std::string& name, const Entry& entry) {
      const bool expression = contains(name, ".*") || contains(name, "\\");
      const std::string text = expression ? "re:" + name : name;
      const WeightRules rules = changed(base, entry);
      if (row_of(rules.format).bits == 0) {
        plan_.rules.leave(text);
      } else {
        plan_.rules.store(text, rules);
      }
    });
    return base;
  }

  WeightRules awq() { return with_bits(of(WeightFormat::AwqInt4), bits_); }

  WeightRules bitsandbytes() {
    if (!q_.flag("load_in_4bit", false) && !q_.flag("_load_in_4bit", false)) return {.format = WeightFormat::Int8};
    if (q_.text("bnb_4bit_quant_type", "fp4") == "fp4") return {.format = WeightFormat::Fp4};
    return {.format = q_.flag("bnb_4bit_use_double_quant", false) ? WeightFormat::Nf4Dq : WeightFormat::Nf4};
  }

  /// 3 bits pack ten values into 32 bits, the others fill whole bytes (hqq/core/bitpack.py).
  static WeightRules hqq_format(const Entry& parameters) {
    const double bits = parameters.number("nbits", 4);
    return with_bits(with_group(WeightFormat::HqqInt4, parameters.number("group_size", 64)), bits == 3 ? 3.2 : bits);
  }
  WeightRules hqq() {
    const Entry config = q_.object("quant_config");
    if (!config.has("weight_quant_params") && bits_ == 0) {
      // One entry per kind of module: {"self_attn.q_proj": {"weight_quant_params": {...}}, ...}
      q_.each_entry("quant_config", [&](const std::string& name, const Entry& entry) {
        plan_.otherwise_plain = true;
        plan_.rules.store(name,
                          hqq_format(entry.has("weight_quant_params") ? entry.object("weight_quant_params") : entry));
      });
    }
    return hqq_format(config.has("weight_quant_params") ? config.object("weight_quant_params") : q_);
  }

  WeightRules quanto() {
    const std::string weights = lower(q_.text("weights", "int8"));
    if (weights == "int8") return {.format = WeightFormat::Int8};
    if (weights == "float8") return {.format = WeightFormat::Fp8};
    // optimum-quanto quantizes four bits and fewer in groups of 128
    const WeightRules four = with_group(WeightFormat::TorchaoInt4, 128);
    if (weights == "int4") return four;
    if (weights == "int2") return with_bits(four, 2);
    return nearest(four, "quanto's " + weights.substr(0, 20));
  }

  /// torchao: {"_type": "Int4WeightOnlyConfig", "_data": {"group_size": 32}}.
  WeightRules torchao_format(const Entry& entry) {
    const Entry data = entry.object("_data");
    return torchao_format(entry.text("_type", ""), data);
  }
  WeightRules torchao_format(const std::string& name, const Entry& data) {
    const std::string type = lower(name);
    const std::string weight = lower(data.object("weight_dtype").text("_data", ""));
    const double group =
        data.number("group_size", data.object("granularity").object("_data").number("group_size", 0));
    if (contains(type, "nvfp4")) return {.format = WeightFormat::Nvfp4};
    if (contains(type, "mxfp") || contains(type, "mx")) {
      return {.format = contains(type, "8") ? WeightFormat::Mxfp8 : WeightFormat::Mxfp4};
    }
    if (contains(type, "float8")) return {.format = WeightFormat::Fp8};
    if (contains(type, "intx") || contains(type, "uintx")) {
      const std::size_t digit = weight.find_first_of("12345678");
      const double bits = digit == std::string::npos ? 4 : weight[digit] - '0';
      return with_bits(with_group(WeightFormat::TorchaoInt4, group), bits);
    }
    if (contains(type, "int4weight") || contains(type, "int4_weight") || contains(type, "uint4"))
      return with_group(WeightFormat::TorchaoInt4, group);
    if (contains(type, "int8")) return {.format = WeightFormat::Int8};
    return nearest({.format = WeightFormat::Int8}, "torchao's \"" + name.substr(0, 40) + "\"");
  }
  /// quant_type is a text ("int4_weight_only") or {"default": {...}}, in which a config may be one per module.
  WeightRules torchao() {
    const json* type = q_.find("quant_type");
    if (type == nullptr || type->is_string())
      return torchao_format(q_.text("quant_type", ""), q_.object("quant_type_kwargs"));
    const Entry chosen = q_.object("quant_type").object("default");
    const std::string name = lower(chosen.text("_type", ""));
    if (!contains(name, "fqn")) return torchao_format(chosen);
    const Entry data = chosen.object("_data");
    WeightRules base = plain_;
    plan_.otherwise_plain = true;
    for (const char* key : {"module_fqn_to_config", "fqn_to_config"}) {
      data.each_entry(key, [&](const std::string& module, const Entry& entry) {
        if (module == "_default") {
          base = torchao_format(entry);
          plan_.otherwise_plain = false;
        } else if (entry.has("_type")) {
          plan_.rules.store(module, torchao_format(entry));
        } else {
          plan_.rules.leave(module);
        }
      });
    }
    return base;
  }

  /// ExLlama: the average of all, and the head's bits; a list of what is quantized when only some modules are, which
  /// files for vLLM (2026) shorten to patterns or a scope.
  WeightRules exllama() {
    // EXL2's average has everything in it; EXL3 has scales beside its tiles.
    const bool tiles = lower(q_.text("quant_method", "")) == "exl3";
    const auto rules = [&](double bits) {
      return WeightRules{.format = WeightFormat::Exl2, .bits = bits, .codebook = tiles ? 4U : 0U};
    };
    WeightRules base = rules(bits_ >= 1 && bits_ <= 16 ? bits_ : 4);
    bool listed = false;
    q_.each_entry("tensor_storage", [&](const std::string& name, const Entry& entry) {
      const double bits = entry.number("bits_per_weight", 16);
      listed = true;
      if (bits >= 16 || !entry.text("quant_format", "").starts_with("exl")) {
        plan_.rules.leave(name);
      } else {
        plan_.rules.store(name, rules(std::max(bits, 1.0)));
      }
    });
    if (tiles && !listed && base.bits != std::floor(base.bits))
      base = nearest(base, "an average of " + shown_bits(base.bits) + " (matrices have whole ones)");
    if (!listed) {
      q_.each_text("module_include", [&](const std::string& pattern) {
        plan_.rules.store("re:" + pattern, base);
        listed = true;
      });
    }
    if (lower(q_.text("scope", "")).ends_with("routed_experts_only")) base.covered = Covered::Experts;
    plan_.otherwise_plain = listed;
    const double head = q_.number("head_bits", 6);
    if (!listed && base.covered != Covered::Experts && (tiles || head != 6) && head >= 1 && head < 16)
      plan_.rules.store("lm_head", rules(head));
    if (const double mtp = q_.number("mtp_bits", 0); !listed && mtp >= 1 && mtp < 16 && !model_.mtp_layers.empty())
      plan_.rules.store("mtp", rules(mtp));
    return base;
  }

  /// compressed-tensors: bits, type and strategy of one group's weights; `real` is their type where none is said.
  WeightRules scheme(const Entry& weights, bool real) {
    const double bits = weights.number("num_bits", 8);
    const double group = weights.number("group_size", 0);
    const std::string strategy = weights.text("strategy", group > 0 ? "group" : "channel");
    const Scales scales = strategy == "tensor" ? Scales::Tensor : Scales::Channel;
    if (weights.text("type", real ? "float" : "int") == "float") {
      // Both 4-bit floats: MXFP4 scales 32 values with an exponent, NVFP4 16 with an FP8 number.
      if (bits == 4) return {.format = group == 32 ? WeightFormat::Mxfp4 : WeightFormat::Nvfp4};
      if (group == 32) return {.format = WeightFormat::Mxfp8};
      if (strategy == "block") return tiles(weights.find("block_structure"), {.format = WeightFormat::Fp8Block});
      return {.format = WeightFormat::Fp8, .scales = scales};
    }
    const bool grouped = strategy == "group" && group > 0;
    if (bits == 8 && !grouped) return {.format = WeightFormat::Int8, .scales = scales};
    // Packed integers: with zeros when they are not symmetric, as AWQ has them.
    const WeightFormat packed = weights.flag("symmetric", true) ? WeightFormat::Int4 : WeightFormat::AwqInt4;
    const WeightRules rules = with_bits(with_group(packed, grouped ? group : -1), bits);
    // Columns reordered across groups: an index a column beside the values.
    if (const json* order = weights.find("actorder"); order != nullptr && (*order == "group" || *order == true))
      return nearest(rules, "the index of reordered columns (actorder)");
    return rules;
  }

  /// A format for all modules of a class of torch's or an engine's; false when the class is not known.
  bool of_class(const std::string& name, const WeightRules& format) {
    if (contains(name, "MoE") || contains(name, "Experts")) {
      plan_.experts = format;
    } else if (contains(name, "Embedding")) {
      plan_.rules.store("embed_tokens", format);
    } else if (contains(name, "LMHead")) {
      plan_.rules.store("lm_head", format);
    } else {
      return false;
    }
    return true;
  }

  WeightRules compressed() {
    std::optional<WeightRules> first, linear;
    bool named = false;
    const bool modelopt = q_.text("quant_method", "") == "modelopt";
    q_.each_entry("config_groups", [&](const std::string&, const Entry& entry) {
      const Entry weights = entry.object("weights");
      if (!weights.has("num_bits")) return;  // activations or cache only
      const std::string layout = lower(entry.text("format", q_.text("format", "")));
      const WeightRules format = scheme(weights, modelopt || contains(layout, "fp4") || contains(layout, "float"));
      if (!first) first = format;
      bool any = false;
      entry.each_text("targets", [&](const std::string& target) {
        any = true;
        const bool is_class = std::isupper(static_cast<unsigned char>(target[0])) != 0 &&
                              target.find_first_of(".*:") == std::string::npos;
        if (is_class && target.ends_with("Linear")) {
          if (!linear) linear = format;
          return;
        }
        named = true;
        if (!is_class || !of_class(target, format)) plan_.rules.store(target, format);
      });
      if (!any && !linear) linear = format;
    });
    plan_.otherwise_plain = !linear && named;
    // llm-compressor's recipes list the head among what is left; where it is not listed it is quantized.
    plan_.head = !plan_.otherwise_plain && first && has_list("ignore");
    if (linear) return *linear;
    return first.value_or(WeightRules{.format = WeightFormat::Int8});
  }

  [[nodiscard]] bool has_list(const char* key) const {
    const json* list = q_.find(key);
    return list != nullptr && list->is_array();
  }

  /// NVIDIA's names of formats.
  WeightRules algorithm(const std::string& name, double group) {
    const std::string text = lower(name);
    if (contains(text, "mxfp8")) return {.format = WeightFormat::Mxfp8};
    if (contains(text, "mxfp4")) return {.format = WeightFormat::Mxfp4};
    if (contains(text, "nvfp4")) return {.format = WeightFormat::Nvfp4};
    if (contains(text, "awq") || contains(text, "w4a")) return with_group(WeightFormat::AwqInt4, group);
    if (contains(text, "fp8_pb") || contains(text, "block")) return {.format = WeightFormat::Fp8Block};
    if (contains(text, "fp8")) {
      return {.format = WeightFormat::Fp8, .scales = contains(text, "pc") ? Scales::Channel : Scales::Tensor};
    }
    if (contains(text, "int8") || contains(text, "w8")) return {.format = WeightFormat::Int8};
    return nearest({.format = WeightFormat::Fp8}, "ModelOpt's \"" + text.substr(0, 40) + "\"");
  }

  /// "quantized_layers": {"model.layers.0.mlp.experts": {"quant_algo": "NVFP4", "group_size": 16}}; how many.
  std::size_t store_listed(const Entry& entry) {
    std::size_t n = 0;
    entry.each_entry("quantized_layers", [&](const std::string& name, const Entry& layer) {
      ++n;
      plan_.rules.store(name, algorithm(layer.text("quant_algo", ""), layer.number("group_size", 0)));
    });
    return n;
  }
  /// ModelOpt on top of a checkpoint that was FP8 already: what it leaves alone stays FP8.
  void overlay() { store_listed(q_); }

  /// NVIDIA's ModelOpt: quant_algo, at the top or inside "quantization".
  WeightRules modelopt() {
    const bool nested = !q_.has("quant_algo") && q_.object("quantization").has("quant_algo");
    const Entry where = nested ? q_.object("quantization") : q_;
    if (nested) leave_lists(where);
    const std::string name = where.text("quant_algo", "");
    const std::size_t listed = store_listed(where);
    // Versions without such a list, and the hub's own summary, have compressed-tensors' groups; else they repeat the rest.
    const bool groups = q_.has("config_groups");
    if (groups && listed == 0 && (name.empty() || lower(name) == "mixed_precision")) return compressed();
    if (lower(name) == "mixed_precision") {
      plan_.otherwise_plain = listed > 0;
      if (listed > 0) return plain_;
      return unlisted({.format = WeightFormat::Nvfp4});
    }
    WeightRules base = algorithm(name, where.number("group_size", 0));
    // hf_quant_config.json writes a block size for FP8 too.
    if (base.format == WeightFormat::Fp8 && where.has("weight_block_size")) base = {.format = WeightFormat::Fp8Block};
    return plan_.rules.empty() && listed == 0 ? unlisted(base) : base;
  }

  /// AMD Quark: {"weight": {"dtype": "fp8_e4m3", "qscheme": "per_channel", "group_size": 32}}; the last of a list counts.
  WeightRules quark_format(const Entry& entry) {
    const json* list = entry.find("weight");
    const bool several = list != nullptr && list->is_array() && !list->empty();
    const Entry weight = several ? entry.at(list->back()) : entry.object("weight");
    const std::string type = lower(weight.text("dtype", "")), scheme = weight.text("qscheme", "");
    const double group = weight.number("group_size", 0);
    const Scales scales = scheme == "per_tensor" ? Scales::Tensor : Scales::Channel;
    if (contains(type, "fp4")) return with_group(WeightFormat::Mxfp4, group);
    if (contains(type, "fp6")) return with_bits({.format = WeightFormat::Mxfp8}, 6);
    if (contains(type, "fp8")) {
      if (group == 32) return {.format = WeightFormat::Mxfp8};
      return tiles(weight.find("block_size"), {.format = WeightFormat::Fp8, .scales = scales});
    }
    if (contains(type, "int4")) {
      const bool zeros = contains(type, "uint4") || !weight.flag("symmetric", true);
      return with_group(zeros ? WeightFormat::AwqInt4 : WeightFormat::Int4, group > 0 ? group : -1);
    }
    if (contains(type, "int8")) return {.format = WeightFormat::Int8, .scales = scales};
    return nearest({.format = WeightFormat::Fp8}, "Quark's \"" + type.substr(0, 40) + "\"");
  }
  /// Names come before classes, classes before the format of all.
  WeightRules quark() {
    const auto format_of = [&](const Entry& entry) { return entry.has("weight") ? quark_format(entry) : plain_; };
    q_.each_entry("layer_quant_config", [&](const std::string& name, const Entry& entry) {
      if (entry.has("weight")) {
        plan_.rules.store(name, quark_format(entry));
      } else {
        plan_.rules.leave(name);
      }
    });
    const Entry global = q_.object("global_quant_config");
    WeightRules base = format_of(global);
    plan_.otherwise_plain = !global.has("weight");
    q_.each_entry("layer_type_quant_config", [&](const std::string& name, const Entry& entry) {
      if (name.ends_with("Linear")) {
        base = format_of(entry);
        plan_.otherwise_plain = !entry.has("weight");
      } else if (!of_class(name, format_of(entry))) {
        plan_.rules.store(name, format_of(entry));  // a class that is not known: said as a name that is not found
      }
    });
    return base;
  }

  WeightRules fp_quant() {
    const bool mx = contains(lower(q_.text("forward_dtype", "nvfp4")), "mxfp4");
    return {.format = mx ? WeightFormat::Mxfp4 : WeightFormat::Nvfp4};
  }

  /// AQLM: codebooks x bits of a code, which is stored in whole bytes, per group of weights.
  WeightRules aqlm() {
    const double group = q_.number("in_group_size", 8) * q_.number("out_group_size", 1);
    const double books = q_.number("num_codebooks", 1), code = q_.number("nbits_per_codebook", 16);
    WeightRules rules{.format = WeightFormat::Aqlm};
    if (!(group >= 1 && group <= 64 && books >= 1 && books <= 16 && code >= 1 && code <= 16)) return rules;
    rules = with_bits(rules, books * (code > 8 ? 16 : 8) / group);
    rules.codebook = static_cast<Count>(books * group * 2) << static_cast<unsigned>(code);
    return rules;
  }

  /// VPTQ: per module a vector length, the numbers of centroids and of residual centroids; "outliers" are not counted.
  static WeightRules vptq_format(const Entry& entry) {
    const auto second = [&](const char* key, double otherwise) {
      const json* list = entry.find(key);
      const bool pair = list != nullptr && list->is_array() && list->size() == 2 && (*list)[1].is_number();
      return pair ? (*list)[1].get<double>() : otherwise;
    };
    const double length = std::clamp(second("vector_lens", 8), 1.0, 64.0);
    double bits = 0, book = 0;
    for (const char* key : {"num_centroids", "num_res_centroids"}) {
      const double centroids = std::clamp(second(key, -1), 0.0, 1048576.0);
      int index = 0;
      while ((1 << index) < centroids) ++index;
      bits += index / length;
      book += centroids * length * 2;
    }
    book *= std::clamp(entry.number("group_num", 1), 1.0, 64.0);
    WeightRules rules = with_bits({.format = WeightFormat::Aqlm}, bits);
    rules.codebook = static_cast<Count>(book);
    return rules;
  }
  WeightRules vptq() {
    plan_.otherwise_plain = true;
    q_.each_entry("config_for_layers",
                  [&](const std::string& name, const Entry& entry) { plan_.rules.store(name, vptq_format(entry)); });
    const WeightRules shared = vptq_format(q_.object("shared_layer_config"));
    if (plan_.rules.empty()) {
      plan_.otherwise_plain = false;
      return nearest({.format = WeightFormat::Aqlm}, "VPTQ without its list of layers");
    }
    return shared;
  }

  /// BitNet: "online" keeps the 16-bit weights and rounds them in every forward pass; else four weights in a byte.
  WeightRules bitnet() {
    const bool online = q_.text("linear_class", "bitlinear") == "autobitlinear" &&
                        q_.text("quantization_mode", "offline") == "online";
    if (online) return plain_;
    return {.format = WeightFormat::BitNet};
  }

  /// Methods of two and three bits: the average is counted, as for EXL2.
  WeightRules low_bits() {
    const double bits = std::clamp(bits_ == 0 ? 2.0 : bits_, 1.0, 16.0);
    return nearest({.format = WeightFormat::Exl2, .bits = bits},
                   lower(q_.text("quant_method", "")) + " of " + shown_bits(bits));
  }

  const Entry& q_;
  const Fields& c_;
  WeightRules plain_;
  Model& model_;
  QuantizationPlan& plan_;
  double bits_ = 0, group_ = 0;
};

/// Source: quantization methods of transformers (utils/quantization_config.py), vLLM (model_executor/layers/
/// quantization), SGLang and ExLlama, main, 2026-08.
const std::array<Dialect::Method, 23> Dialect::methods{{
    {"fp8 finegrained_fp8", &Dialect::fp8},
    {"fbgemm_fp8 ptpc_fp8 w8a8_fp8", &Dialect::channel_fp8},
    {"gptq gptqmodel gptq_marlin", &Dialect::gptq},
    {"auto-round auto_round intel/auto-round inc", &Dialect::auto_round},
    {"awq awq_marlin", &Dialect::awq},
    {"bitsandbytes", &Dialect::bitsandbytes},
    {"hqq", &Dialect::hqq},
    {"quanto", &Dialect::quanto},
    {"torchao", &Dialect::torchao},
    {"mxfp4", &Dialect::mxfp4},
    {"mxfp8", &Dialect::mxfp8},
    {"nvfp4 petit_nvfp4", &Dialect::nvfp4},
    {"compressed-tensors compressed_tensors sparseml", &Dialect::compressed},
    {"modelopt modelopt_fp4 modelopt_fp8 modelopt_mixed", &Dialect::modelopt},
    {"eetq w8a8_int8 tpu_int8", &Dialect::int8},
    {"experts_int8", &Dialect::experts_int8},
    {"aqlm", &Dialect::aqlm},
    {"exl2 exl3", &Dialect::exllama},
    {"quark", &Dialect::quark},
    {"fp_quant", &Dialect::fp_quant},
    {"vptq", &Dialect::vptq},
    {"spqr higgs sinq", &Dialect::low_bits},
    {"bitnet", &Dialect::bitnet},
}};

/// MLX: {"bits": 4, "group_size": 64, "mode": "affine"}; the same per module, or false for one that is left alone.
WeightRules mlx_format(const Entry& entry, double bits, double group, const std::string& mode) {
  bits = entry.number("bits", bits);
  group = entry.number("group_size", group);
  const std::string name = lower(entry.text("mode", mode));
  if (name == "mxfp4") return with_group(WeightFormat::MlxMxfp4, group);
  if (name == "mxfp8") return with_group(WeightFormat::MlxMxfp8, group);
  if (name == "nvfp4") return with_group(WeightFormat::MlxNvfp4, group);
  constexpr std::array formats{WeightFormat::MlxQ2, WeightFormat::MlxQ3, WeightFormat::MlxQ4,
                               WeightFormat::MlxQ5, WeightFormat::MlxQ6, WeightFormat::MlxQ8};
  for (const WeightFormat format : formats) {
    if (static_cast<double>(row_of(format).bits) == bits) return with_group(format, group);
  }
  return with_bits(with_group(WeightFormat::MlxQ4, group), bits);
}

WeightRules mlx(const Entry& q, const Fields& c, QuantizationPlan& plan, Model& m) {
  const double bits = q.number("bits", 4);
  const std::string mode = q.text("mode", "affine");
  const double group = q.number("group_size", 0);
  const WeightRules base = mlx_format(q, bits, group, mode);
  constexpr std::array<std::string_view, 4> modes{"affine", "mxfp4", "mxfp8", "nvfp4"};
  const bool known_mode = std::ranges::find(modes, lower(mode)) != modes.end();
  if (!known_mode || base.bits > 0) {
    c.assume("MLX weights of " + shown_bits(bits) +
             (known_mode ? "" : " in the mode \"" + mode.substr(0, 20) + "\"") + " are not known: counted as " +
             shown_bits(base.bits > 0 ? base.bits : static_cast<double>(row_of(base.format).bits)) + " with scales");
    m.trust = Trust::Assumed;
  }
  if (m.per_layer_width != 0) {
    c.assume("counted as mlx-vlm quantizes it: mlx-lm quantizes the projection of the per-layer inputs, too");
    m.trust = std::max(m.trust, Trust::Modelled);
  }
  q.each([&](const std::string& name, const json& value) {
    if (value.is_object()) {
      plan.rules.store(name, mlx_format(q.at(value), bits, group, mode));
    } else if (value.is_boolean() && !value.get<bool>()) {
      plan.rules.leave(name);
    }
  });
  return base;
}

/// Parts of keys that speak of stored weights, and of those that do not: activations, caches, calibration, kernels, and
/// what quantizers write down of themselves.
constexpr auto speak_of_weights = std::to_array<std::string_view>(
    {"bits", "group_size", "block_size", "config", "layer", "module", "quant", "expert", "routed", "dense", "spars",
     "exclu", "ignor", "skip", "keep", "pattern"});
constexpr auto speak_of_others = std::to_array<std::string_view>({"act",           "input",
                                                                  "output",        "cache",
                                                                  "kv_",           "algo",
                                                                  "softmax",       "rotat",
                                                                  "hadamard",      "transform",
                                                                  "calib",         "export",
                                                                  "observer",      "producer",
                                                                  "exllama",       "fuse",
                                                                  "preced",        "block_name",
                                                                  "quant_method",  "quant_type",
                                                                  "quant_storage", "quantization_status",
                                                                  "batch",         "super",
                                                                  "inside",        "mode",
                                                                  "enable",        "scale",
                                                                  "meta",          "offload",
                                                                  "version",       "dynamic_exclude",
                                                                  "quant_nontext"});

/// Names what a dialect says of weights and nobody read, and lowers the trust.
void note_unread(const Entry& q, const Fields& c, Model& m) {
  std::string list;
  q.each([&](const std::string& key, const json& value) {
    const auto speaks = [&](std::string_view part) { return contains(key, part); };
    const bool filled = value.is_structured() && !value.empty();
    const bool says = filled || (value.is_number_integer() && value > 1) || (value.is_string() && speaks("expert"));
    if (!says || q.was_read(key) || list.size() > 200 || std::ranges::none_of(speak_of_weights, speaks) ||
        std::ranges::any_of(speak_of_others, speaks))
      return;
    // A checkpoint without sparsity says so, too.
    if (filled && value.is_object() && value.value("format", json()) == "dense") return;
    list += (list.empty() ? "" : ", ") + key.substr(0, 60);
  });
  if (list.empty()) return;
  c.assume("the quantization says what is not read: " + list);
  m.trust = std::max(m.trust, Trust::Modelled);
}

}  // namespace

QuantizationEntry take_quantization(json& config) {
  QuantizationEntry found;
  const auto take = [&](json& holder, const std::string& pointer, const char* key) {
    const auto at = holder.find(key);
    if (at == holder.end()) return;
    // MLX writes a copy without a method under the usual name.
    if (found.entry.is_null() && !at->is_null()) found = {std::move(*at), pointer + "/" + key};
    holder.erase(at);
  };
  const auto take_all = [&](json& holder, const std::string& pointer) {
    const auto usual = holder.find("quantization_config");
    const bool copy = usual != holder.end() && usual->is_object() && !usual->contains("quant_method") &&
                      !usual->contains("quant_algo") && holder.contains("quantization");
    if (copy) holder.erase(usual);
    for (const char* key : {"quantization_config", "compression_config", "quantization"}) take(holder, pointer, key);
  };
  take_all(config, "");
  for (const char* key : {"text_config", "language_config", "llm_config"}) {
    const auto inner = config.find(key);
    if (inner != config.end() && inner->is_object()) take_all(*inner, std::string("/") + key);
  }
  return found;
}

QuantizationPlan read_released_format(const Fields& c, const Fields& inner, const QuantizationEntry& quantization,
                                      Model& m) {
  QuantizationPlan plan;
  const WeightFormat plain = plain_format(c, inner);
  m.released_format = plain;
  plan.otherwise.format = plain;
  if (!quantization.entry.is_null()) {
    const Entry q(quantization.entry, quantization.pointer, c);
    const bool from_mlx = !q.has("quant_method") && !q.has("quant_algo") && !q.has("quant_type") && q.has("bits") &&
                          quantization.pointer.ends_with("/quantization");
    const auto base = from_mlx ? mlx(q, c, plan, m) : Dialect(q, c, plain, m, plan).read();
    if (base) plan.known = true, plan.otherwise = *base;
    if (base && !from_mlx) note_unread(q, c, m);
  }
  if (lower(c.text("weight_format", inner.text("weight_format", ""))) == "mxtq") {
    c.assume(
        "the experts are in JANG's code books of mixed bits (mxtq), which are not read: too many bytes are counted");
    m.trust = Trust::Assumed;
  }
  // DeepSeek V4: experts in FP4 with an exponent per 32, whatever the rest is in.
  const Fields& holder = c.has("expert_dtype") ? c : inner;
  std::string experts = lower(holder.text("expert_dtype", ""));
  if (quantization.entry.is_object())
    experts = lower(Entry(quantization.entry, quantization.pointer, c).text("expert_dtype", experts));
  if (contains(experts, "fp4")) {
    plan.known = true;
    plan.experts = WeightRules{.format = WeightFormat::Mxfp4};
  }
  // Tables of hashed words are in FP8 beside blocks of it: DeepSeek V4.1's with an exponent per 32 (188.8 GiB by the
  // headers), Qwen3.8-Flash-Next's with one scale (metadata.total_size of its FP8 index is 185,502,232,570).
  if (plan.otherwise.format == WeightFormat::Fp8Block) {
    if (inner.has("engram_layer_ids")) plan.tables = WeightRules{.format = WeightFormat::Mxfp8};
    if (inner.has("ple_layer_ids")) plan.tables = WeightRules{.format = WeightFormat::Fp8, .scales = Scales::Tensor};
  }
  if (!plan.known) return plan;
  m.released_format = plan.otherwise.format;
  m.quantization_bits = plan.otherwise.bits;
  const bool usual =
      plan.otherwise.group == row_of(plan.otherwise.format).group || row_of(plan.otherwise.format).bits == 0;
  m.quantization_group = usual ? 0 : plan.otherwise.group;
  return plan;
}

}  // namespace llmcalc::models
