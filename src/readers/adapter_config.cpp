#include "readers/adapter_config.hpp"

#include "readers/problems.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace llmcalc::io {

namespace {

using nlohmann::json;

/// One type of PEFT.
struct PeftType {
  std::string_view name;
  std::string_view what{};  ///< what it trains, when it is neither LoRA nor a table of virtual tokens
  TrainingMethod method = TrainingMethod::Lora;
  const char* rank_key = "r";  ///< "": it has no rank that LoRA's could be compared with
  Count rank_times = 1;        ///< ranks of LoRA with as many parameters
};
constexpr auto peft_types = std::to_array<PeftType>({
    {.name = "LORA"},
    {.name = "ADALORA", .rank_key = "init_r"},
    {.name = "LOHA", .what = "two pairs of matrices per matrix", .rank_times = 2},
    {.name = "LOKR", .what = "Kronecker factors of each matrix"},
    {.name = "IA3", .what = "one vector per matrix", .rank_key = ""},
    {.name = "VERA", .what = "two vectors per matrix over frozen ones that all share", .rank_key = ""},
    {.name = "OFT", .what = "orthogonal blocks per matrix", .rank_key = ""},
    {.name = "BOFT", .what = "butterfly factors per matrix", .rank_key = ""},
    {.name = "LN_TUNING", .what = "norms", .rank_key = ""},
    {.name = "FOURIERFT", .what = "some frequencies per matrix", .rank_key = ""},
    {.name = "VBLORA", .what = "mixtures of shared vectors"},
    {.name = "RANDLORA", .what = "scales of frozen random matrices"},
    {.name = "HRA", .what = "Householder reflections per matrix"},
    {.name = "BONE", .what = "one block per matrix"},
    {.name = "MISS", .what = "one block per matrix"},
    {.name = "PROMPT_TUNING", .method = TrainingMethod::PromptTuning},
    {.name = "P_TUNING", .what = "virtual tokens and their encoder", .method = TrainingMethod::PromptTuning},
    {.name = "PREFIX_TUNING", .what = "keys and values of every layer", .method = TrainingMethod::PromptTuning},
    {.name = "MULTITASK_PROMPT_TUNING", .method = TrainingMethod::PromptTuning},
});

/// Names of modules that end in these are these targets. Source: the model classes of transformers.
struct TargetName {
  std::string_view name;
  std::uint16_t bits = 0;
};
constexpr std::uint16_t bit(LoraTarget t) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(t)); }
constexpr std::uint16_t qkv = bit(LoraTarget::Query) | bit(LoraTarget::Key) | bit(LoraTarget::Value);
constexpr std::uint16_t gate_up = bit(LoraTarget::Gate) | bit(LoraTarget::Up);
constexpr auto target_names = std::to_array<TargetName>({
    {"q_proj", bit(LoraTarget::Query)},
    {"k_proj", bit(LoraTarget::Key)},
    {"v_proj", bit(LoraTarget::Value)},
    {"qkv_proj", qkv},
    {"query_key_value", qkv},
    {"Wqkv", qkv},
    {"c_attn", qkv},
    {"wqkv", qkv},
    {"o_proj", bit(LoraTarget::Output)},
    {"out_proj", bit(LoraTarget::Output)},
    {"wo", bit(LoraTarget::Output)},
    {"dense", bit(LoraTarget::Output)},
    {"gate_proj", bit(LoraTarget::Gate)},
    {"w1", bit(LoraTarget::Gate)},
    {"up_proj", bit(LoraTarget::Up)},
    {"w3", bit(LoraTarget::Up)},
    {"fc1", bit(LoraTarget::Up)},
    {"c_fc", bit(LoraTarget::Up)},
    {"dense_h_to_4h", gate_up},
    {"gate_up_proj", gate_up},
    {"down_proj", bit(LoraTarget::Down)},
    {"w2", bit(LoraTarget::Down)},
    {"fc2", bit(LoraTarget::Down)},
    {"dense_4h_to_h", bit(LoraTarget::Down)},
    {"lm_head", bit(LoraTarget::Head)},
});

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// True for a whole word of a regular expression: "q_proj" in ".*self_attn\.(q_proj|v_proj)".
bool names(std::string_view text, std::string_view word) {
  const auto part_of_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !part_of_word(text[at - 1])) && (end == text.size() || !part_of_word(text[end]))) return true;
  }
  return false;
}

class Reading {
 public:
  Reading(const json& config, const std::string& place) : config_(config), problems_(place) {}

  Result<AdapterConfig> read() {
    out_.type = upper(text("peft_type"));
    out_.base = text("base_model_name_or_path");
    const auto type = std::ranges::find(peft_types, std::string_view(out_.type), &PeftType::name);
    if (type == peft_types.end()) {
      problems_.add("peft_type", in_quotes(out_.type) + " is not a known kind of adapter");
      return problems_.take();
    }
    out_.method = type->method;
    out_.what = type->what;
    if (type->method == TrainingMethod::PromptTuning) {
      out_.virtual_tokens = count("num_virtual_tokens", 20, 1'000'000);
    } else {
      read_rank(*type);
      read_targets();
    }
    if (!problems_.empty()) return problems_.take();
    return std::move(out_);
  }

 private:
  std::string text(const char* key) {
    const auto found = config_.find(key);
    if (found == config_.end() || found->is_null()) return {};
    if (found->is_string()) return found->get<std::string>();
    problems_.add(key, "must be a text");
    return {};
  }
  bool flag(const char* key) const {
    const auto found = config_.find(key);
    return found != config_.end() && found->is_boolean() && found->get<bool>();
  }
  Count count(const char* key, Count otherwise, Count most) {
    const auto found = config_.find(key);
    if (found == config_.end() || found->is_null()) return otherwise;
    if (found->is_number_unsigned() && found->get<Count>() >= 1 && found->get<Count>() <= most)
      return found->get<Count>();
    problems_.add(key, "must be a whole number from 1 to " + std::to_string(most));
    return otherwise;
  }
  bool filled(const char* key) const {
    const auto found = config_.find(key);
    return found != config_.end() && found->is_structured() && !found->empty();
  }

  void read_rank(const PeftType& type) {
    out_.lora.rank = *type.rank_key == '\0' ? 1 : multiply(count(type.rank_key, 8, 65536), type.rank_times);
    if (flag("use_dora")) {
      out_.method = TrainingMethod::Dora;
    } else if (flag("use_rslora")) {
      out_.method = TrainingMethod::RsLora;
    }
    if (filled("rank_pattern"))
      out_.notes.emplace_back("rank_pattern gives some modules other ranks: the estimate takes one for all");
    read_saved_modules();
    if (filled("target_parameters"))
      out_.notes.emplace_back("target_parameters (experts) have adapters too: they are not counted");
    if (filled("layers_to_transform"))
      out_.notes.emplace_back("layers_to_transform limits the adapter to some layers: the estimate has it in all");
  }

  /// Whole matrices that are trained alongside the adapters: token table and head are counted, others named.
  void read_saved_modules() {
    const auto found = config_.find("modules_to_save");
    if (found == config_.end() || !found->is_array()) return;
    bool embedding = false;
    bool head = false;
    for (const auto& module : *found) {
      const std::string name = module.is_string() ? module.get<std::string>() : std::string();
      const bool table = name.ends_with("embed_tokens") || name.ends_with("wte");
      embedding = embedding || table;
      head = head || name.ends_with("lm_head");
      if (!table && !name.ends_with("lm_head"))
        out_.notes.emplace_back("modules_to_save are trained in whole beside the adapter: " + printable(name) +
                                " is not counted");
    }
    for (const auto& row : saved_modules) {
      if (row.embedding == embedding && row.head == head) out_.lora.modules_to_save = row.id;
    }
  }

  /// A list of names, a regular expression, or "all-linear"; what is missing is the class's own choice.
  void read_targets() {
    const auto found = config_.find("target_modules");
    if (found == config_.end() || found->is_null()) {
      out_.notes.emplace_back(
          "target_modules is missing: query and value are counted, as PEFT does for most families");
      out_.lora.targets.bits = bit(LoraTarget::Query) | bit(LoraTarget::Value);
      return;
    }
    if (found->is_string() && found->get_ref<const std::string&>() == "all-linear") return;
    std::uint16_t bits = 0;
    std::string unknown;
    const auto add = [&](const std::string& name) {
      std::uint16_t here = 0;
      for (const TargetName& target : target_names) {
        if (names(name, target.name)) here = static_cast<std::uint16_t>(here | target.bits);
      }
      if (here == 0 && unknown.empty()) unknown = name;
      bits = static_cast<std::uint16_t>(bits | here);
    };
    if (found->is_string()) add(found->get<std::string>());
    if (found->is_array()) {
      for (const json& item : *found) {
        if (item.is_string()) add(item.get<std::string>());
      }
    }
    if (!unknown.empty())
      out_.notes.emplace_back("target_modules names " + in_quotes(unknown) + ", whose adapters are not counted");
    if (bits != 0) out_.lora.targets.bits = bits;
  }

  const json& config_;
  Problems problems_;
  AdapterConfig out_;
};

}  // namespace

bool is_adapter_config(const json& config) {
  return config.is_object() && (config.contains("peft_type") || config.contains("lora_parameters"));
}

json as_peft(const json& config) {
  const auto given = config.find("lora_parameters");
  if (config.contains("peft_type") || given == config.end()) return config;
  const auto value = [](const json& object, const char* key, json otherwise) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && !found->is_null() ? *found : std::move(otherwise);
  };
  const json type = value(config, "fine_tune_type", "lora");
  json peft{{"peft_type", type == "dora" ? json("lora") : type},
            {"use_dora", type == "dora"},
            {"base_model_name_or_path", value(config, "model", "")},
            {"r", value(*given, "rank", 8)},
            {"target_modules", value(*given, "keys", "all-linear")}};
  // Adapters are in the last num_layers layers; -1 is all of them.
  const json layers = value(config, "num_layers", 16);
  if (layers.is_number_unsigned()) peft["layers_to_transform"] = {{"last", layers}};
  return peft;
}

Result<AdapterConfig> read_adapter_config(const json& config, const std::string& place) {
  return Reading(config, place).read();
}

void fit_rank(AdapterConfig& adapter, std::optional<AdapterSize> size, Count stored) {
  const bool ranked = adapter.method != TrainingMethod::PromptTuning;
  adapter.parameters = size ? size->parameters : stored;
  std::string note = adapter.type;
  if (!adapter.what.empty()) note += " trains " + std::string(adapter.what);
  if (adapter.parameters != 0)
    note += (adapter.what.empty() ? " trains " : ": ") + grouped(adapter.parameters) + " parameters";
  if (!adapter.what.empty() && ranked) {
    if (size && size->per_rank != 0) {
      const Count own = subtract(size->parameters, size->saved);
      adapter.lora.rank = std::clamp<Count>(add(own, size->per_rank / 2) / size->per_rank, 1, 65536);
      note += "; the estimate takes LoRA of rank " + grouped(adapter.lora.rank) + " in its place, which trains " +
              grouped(multiply(adapter.lora.rank, size->per_rank));
    } else {
      note += "; the estimate takes LoRA of rank " + grouped(adapter.lora.rank) + " in its place";
    }
  } else if (!adapter.what.empty()) {
    note += "; the estimate takes prompt tuning with as many virtual tokens in its place";
  }
  if (note != adapter.type) adapter.notes.insert(adapter.notes.begin(), std::move(note));
  if (size && stored != 0 && stored != size->parameters)
    adapter.notes.emplace_back("its file holds " + grouped(stored) + " parameters");
}

void set_training(const AdapterConfig& adapter, Training& training) {
  training.method = adapter.method;
  if (adapter.method == TrainingMethod::PromptTuning) {
    training.virtual_tokens = adapter.virtual_tokens;
  } else {
    training.lora.rank = adapter.lora.rank;
    training.lora.targets = adapter.lora.targets;
  }
}

}  // namespace llmcalc::io
