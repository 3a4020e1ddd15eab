#include "readers/adapter_config.hpp"

#include "readers/lookup.hpp"
#include "readers/problems.hpp"

#include <llmcalc/base/name_pattern.hpp>
#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::io {

namespace {

using nlohmann::json;

/// How many entries a list has.
Count entries(const json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_array() ? found->size() : 0;
}
Count number(const json& config, const char* key, Count otherwise) {
  const auto found = config.find(key);
  const bool usable = found != config.end() && found->is_number_unsigned() && found->get<Count>() <= Count{1} << 32U;
  return usable ? found->get<Count>() : otherwise;
}
bool flag(const json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_boolean() && found->get<bool>();
}
/// A list of texts, or one text.
std::vector<std::string> texts(const json& config, const char* key) {
  std::vector<std::string> all;
  const auto found = config.find(key);
  if (found == config.end()) return all;
  if (found->is_string()) all.push_back(found->get<std::string>());
  if (!found->is_array()) return all;
  for (const json& item : *found) {
    if (item.is_string()) all.push_back(item.get<std::string>());
  }
  return all;
}

/// The module itself, or one of that name within others: "q_proj" of "model.layers.3.self_attn.q_proj".
bool ends_in(std::string_view module, std::string_view name) {
  return module == name ||
         (module.size() > name.size() && module.ends_with(name) && module[module.size() - name.size() - 1] == '.');
}

/// True for the tensors of all experts of a mixture in transformers 5: "mlp.experts.gate_up_proj".
bool ends_in_experts(std::string_view name) {
  return ends_in(name, "experts.gate_up_proj") || ends_in(name, "experts.down_proj");
}

/// Names of modules as PEFT writes them: a list of names, or a regular expression over the whole name.
class ModuleNames {
 public:
  ModuleNames(const json& config, const char* key) : names_(texts(config, key)) {
    const auto found = config.find(key);
    if (found != config.end() && found->is_string())
      expression_ = NamePattern::expression("(" + names_.front() + ")$");
  }
  [[nodiscard]] bool empty() const { return names_.empty(); }
  [[nodiscard]] bool is(std::string_view word) const { return names_.size() == 1 && names_.front() == word; }
  void otherwise(std::vector<std::string> names) {
    if (empty()) names_ = std::move(names);
  }
  [[nodiscard]] bool fit(std::string_view module) const {
    return (expression_ && expression_->matches(module)) ||
           std::ranges::any_of(names_, [&](const std::string& name) { return ends_in(module, name); });
  }

 private:
  std::vector<std::string> names_;
  std::optional<NamePattern> expression_;
};

/// A matrix under an adapter.
struct Target {
  Count in = 0, out = 0;
  Count rank = 0;
  bool feedforward = false;
};

/// Two factors of a width, the smaller first: `factor` and the rest, or the two nearest to each other.
std::pair<Count, Count> factors(Count width, Count factor) {
  if (factor != 0 && width % factor == 0) return {factor, width / factor};
  Count best = 1;
  for (Count m = 1; m * m <= width; ++m) {
    if (width % m == 0 && (factor == 0 || m <= factor)) best = m;
  }
  return {best, width / best};
}

Count lora(const json& c, const Target& t) {
  const Count more = static_cast<Count>(flag(c, "use_dora")) + static_cast<Count>(flag(c, "lora_bias"));
  return add(multiply(t.rank, add(t.in, t.out)), multiply(more, t.out));
}
Count adalora(const json&, const Target& t) { return multiply(t.rank, add(add(t.in, t.out), 1)); }
Count loha(const json&, const Target& t) { return product(2, t.rank, add(t.in, t.out)); }
Count lokr(const json& c, const Target& t) {
  const Count factor = number(c, "decompose_factor", 0);
  const auto [in_small, in_large] = factors(t.in, factor);
  const auto [out_small, out_large] = factors(t.out, factor);
  const auto pair = [&](Count a, Count b, bool may_split) {
    const bool split = may_split && multiply(2, t.rank) < std::max(a, b);
    return split ? multiply(t.rank, add(a, b)) : multiply(a, b);
  };
  return add(pair(out_small, in_small, flag(c, "decompose_both")), pair(out_large, in_large, true));
}
Count ia3(const json&, const Target& t) { return t.feedforward ? t.in : t.out; }
Count vera(const json&, const Target& t) { return add(t.out, t.rank); }
Count oft(const json& c, const Target& t) {
  const Count blocks = number(c, "r", 0);
  const Count side = blocks != 0 ? t.in / blocks : std::max<Count>(number(c, "oft_block_size", 32), 1);
  const Count times = flag(c, "block_share") ? 1 : blocks != 0 ? blocks : t.in / std::max<Count>(side, 1);
  return multiply(times, multiply(side, subtract(side, 1)) / 2);
}
Count boft(const json& c, const Target& t) {
  const Count blocks = number(c, "boft_block_num", 0);
  const Count side = blocks != 0 ? t.in / blocks : std::max<Count>(number(c, "boft_block_size", 4), 1);
  // The number of butterfly factors in the file counts the first one too.
  const Count factors = std::max<Count>(number(c, "boft_n_butterfly_factor", 1), 1);
  return add(product(factors, t.in / std::max<Count>(side, 1), multiply(side, side)), t.out);
}
Count hra(const json&, const Target& t) { return multiply(t.rank, t.in); }
Count miss(const json&, const Target& t) { return multiply(t.rank, t.out); }
Count fourier(const json& c, const Target&) { return number(c, "n_frequency", 1000); }
Count wavelets(const json& c, const Target&) { return number(c, "n_frequency", 2592); }
Count c3a(const json& c, const Target& t) {
  return multiply(t.in, t.out) / std::max<Count>(number(c, "block_size", 256), 1);
}
/// Angles and lengths of pairs of outputs, or of as many as the variant shares less.
Count road(const json& c, const Target& t) {
  const auto variant = c.find("variant");
  if (variant == c.end() || *variant == "road_1") return t.out;
  return multiply(*variant == "road_4" ? 4 : 2, t.out);
}
Count delora(const json& c, const Target& t) { return add(lora(c, t), 1); }
Count gralora(const json& c, const Target& t) {
  return multiply(add(t.rank, number(c, "hybrid_r", 0)), add(t.in, t.out));
}
Count pvera(const json&, const Target& t) { return add(t.out, multiply(2, t.rank)); }
Count randlora(const json&, const Target& t) {
  const Count side = std::min(t.in, t.out), rank = std::max<Count>(t.rank, 1);
  return multiply(add(side, rank - 1) / rank, add(rank, side));
}
Count vblora(const json& c, const Target& t) {
  const Count length = std::max<Count>(number(c, "vector_length", 256), 1);
  return product(t.rank, number(c, "num_vectors", 256), add(t.in, t.out) / length);
}
Count biases(const json&, const Target& t) { return t.out; }

/// One type of PEFT.
struct PeftType {
  std::string_view name;
  std::string_view what{};  ///< what it trains, when it is neither LoRA nor a table of virtual tokens
  TrainingMethod method = TrainingMethod::Lora;
  const char* rank_key = "r";                             ///< "": it has no rank that LoRA's could be compared with
  Count rank_times = 1;                                   ///< ranks of LoRA with as many parameters
  Count (*trains)(const json&, const Target&) = nullptr;  ///< per matrix; null: not known, or no matrices
  const char* size_key = "r";                             ///< the rank that `trains` counts with
  Count size_otherwise = 8;
};
// clang-format off
constexpr auto peft_types = std::to_array<PeftType>({
    {.name = "LORA", .trains = lora},
    {.name = "ADALORA", .rank_key = "init_r", .trains = adalora, .size_key = "init_r", .size_otherwise = 12},
    {.name = "LOHA", .what = "two pairs of matrices per matrix", .rank_times = 2, .trains = loha},
    {.name = "LOKR", .what = "Kronecker factors of each matrix", .trains = lokr},
    {.name = "IA3", .what = "one vector per matrix", .rank_key = "", .trains = ia3},
    {.name = "VERA", .what = "two vectors per matrix over frozen ones that all share", .rank_key = "", .trains = vera,
     .size_otherwise = 256},
    {.name = "OFT", .what = "orthogonal blocks per matrix", .rank_key = "", .trains = oft},
    {.name = "BOFT", .what = "butterfly factors per matrix", .rank_key = "", .trains = boft},
    {.name = "LN_TUNING", .what = "norms", .rank_key = ""},
    {.name = "FOURIERFT", .what = "some frequencies per matrix", .rank_key = "", .trains = fourier},
    {.name = "WAVEFT", .what = "some wavelets per matrix", .rank_key = "", .trains = wavelets},
    {.name = "VBLORA", .what = "mixtures of shared vectors", .trains = vblora, .size_otherwise = 4},
    {.name = "RANDLORA", .what = "scales of frozen random matrices", .trains = randlora, .size_otherwise = 32},
    {.name = "HRA", .what = "Householder reflections per matrix", .trains = hra},
    {.name = "C3A", .what = "circular convolutions of blocks of each matrix", .rank_key = "", .trains = c3a},
    {.name = "ROAD", .what = "rotations of pairs of outputs", .rank_key = "", .trains = road},
    {.name = "SHIRA", .what = "some entries of each matrix", .trains = lora, .size_otherwise = 32},
    {.name = "HIRA", .what = "a low-rank factor of each matrix", .trains = lora, .size_otherwise = 32},
    {.name = "DELORA", .what = "low-rank directions and a strength per matrix", .trains = delora},
    {.name = "GRALORA", .what = "low-rank blocks of each matrix", .trains = gralora, .size_otherwise = 32},
    {.name = "PVERA", .what = "vectors per matrix over frozen ones that all share", .rank_key = "", .trains = pvera,
     .size_otherwise = 256},
    {.name = "BEFT", .what = "one bias per matrix", .rank_key = "", .trains = biases},
    {.name = "XLORA", .what = "a classifier that mixes LoRA adapters"},
    {.name = "ADAPTION_PROMPT", .what = "prompts and gates of the last layers", .rank_key = ""},
    {.name = "TRAINABLE_TOKENS", .what = "some rows of the token table", .rank_key = ""},
    {.name = "CPT", .what = "tokens of a context", .method = TrainingMethod::PromptTuning},
    {.name = "BONE", .what = "one block per matrix", .trains = miss, .size_otherwise = 64},
    {.name = "MISS", .what = "one block per matrix", .trains = miss, .size_otherwise = 64},
    {.name = "PROMPT_TUNING", .method = TrainingMethod::PromptTuning},
    {.name = "P_TUNING", .what = "virtual tokens and their encoder", .method = TrainingMethod::PromptTuning},
    {.name = "PREFIX_TUNING", .what = "keys and values of every layer", .method = TrainingMethod::PromptTuning},
    {.name = "MULTITASK_PROMPT_TUNING", .method = TrainingMethod::PromptTuning},
});
// clang-format on

/// Names of modules that end in these are these targets. Source: the model classes of transformers.
struct TargetName {
  std::string_view names;  ///< with blanks between them
  std::uint16_t bits = 0;
};
constexpr std::uint16_t bit(LoraTarget t) { return static_cast<std::uint16_t>(1U << static_cast<unsigned>(t)); }
constexpr auto target_names = std::to_array<TargetName>({
    {"q_proj q_a_proj q_b_proj q", bit(LoraTarget::Query)},
    {"k_proj kv_a_proj_with_mqa k", bit(LoraTarget::Key)},
    {"v_proj kv_b_proj v", bit(LoraTarget::Value)},
    {"qkv_proj query_key_value Wqkv c_attn wqkv",
     bit(LoraTarget::Query) | bit(LoraTarget::Key) | bit(LoraTarget::Value)},
    {"o_proj out_proj wo dense o", bit(LoraTarget::Output)},
    {"gate_proj w1 wi_0", bit(LoraTarget::Gate)},
    {"up_proj w3 fc1 c_fc wi wi_1", bit(LoraTarget::Up)},
    {"dense_h_to_4h gate_up_proj", bit(LoraTarget::Gate) | bit(LoraTarget::Up)},
    {"down_proj w2 fc2 dense_4h_to_h", bit(LoraTarget::Down)},
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
    if (flag(config_, "use_dora")) {
      out_.method = TrainingMethod::Dora;
    } else if (flag(config_, "use_rslora")) {
      out_.method = TrainingMethod::RsLora;
    }
    if (filled("rank_pattern"))
      out_.notes.emplace_back("rank_pattern gives some modules other ranks: the estimate takes one for all");
    read_saved_modules();
    if (filled("target_parameters")) read_experts();
    if (filled("layers_to_transform"))
      out_.notes.emplace_back("layers_to_transform limits the adapter to some layers: the estimate has it in all");
  }

  /// Routed experts that are one tensor have adapters where they are named; a name may begin with a layer's number.
  void read_experts() {
    const std::vector<std::string> names = texts(config_, "target_parameters");
    const auto of_one_layer = [](const std::string& name) {
      return std::isdigit(static_cast<unsigned char>(name.c_str()[0])) != 0 ||
             name.find(".layers.") != std::string::npos;
    };
    const bool experts = std::ranges::any_of(names, [](const std::string& n) { return ends_in_experts(n); });
    if (experts && std::ranges::none_of(names, of_one_layer)) {
      out_.lora.experts = true;
      return;
    }
    out_.notes.emplace_back(experts
                                ? "target_parameters gives the experts of some layers adapters: the estimate has none"
                                : "target_parameters have adapters too: they are not counted");
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
        for (std::string_view rest = target.names; !rest.empty();) {
          if (names(name, take_until(rest, " "))) here = static_cast<std::uint16_t>(here | target.bits);
        }
      }
      if (here == 0 && unknown.empty()) unknown = name;
      bits = static_cast<std::uint16_t>(bits | here);
    };
    if (found->is_string()) {
      add(found->get<std::string>());
      if (!NamePattern::expression(found->get<std::string>()))
        out_.notes.emplace_back(
            "target_modules is an expression that is not understood: the modules that it names are counted, not "
            "where "
            "they stand");
    }
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

/// Walks the modules of a model, layer by layer where a config speaks of layers.
class Counting {
 public:
  Counting(const json& config, const Model& base) : config_(config), base_(base) {}

  std::optional<AdapterSize> matrices(const PeftType& row) {
    ModuleNames targets(config_, "target_modules");
    ModuleNames forward(config_, "feedforward_modules");
    const ModuleNames excluded(config_, "exclude_modules");
    // What PEFT takes for nearly every family.
    targets.otherwise(row.name == "IA3" ? std::vector<std::string>{"k_proj", "v_proj", "down_proj"}
                                        : std::vector<std::string>{"q_proj", "v_proj"});
    forward.otherwise({"down_proj", "fc2", "w2", "dense_4h_to_h", "mlp.c_proj"});
    const bool everything = targets.is("all-linear");
    const Count rank = number(config_, row.size_key, row.size_otherwise);
    AdapterSize size;
    for (const Tensor& t : base_.tensors) {
      if (t.vector || t.buffer || !t.name.ends_with(".weight") || !adapts(t)) continue;
      if (everything && (t.kind < 0 || t.role == TensorRole::Router)) continue;
      each_module(t, [&](const std::string& module) {
        if ((!everything && !targets.fit(module)) || excluded.fit(module)) return;
        const Target target{
            .in = t.columns, .out = t.rows, .rank = rank_of(module, rank), .feedforward = forward.fit(module)};
        size.parameters = add(size.parameters, row.trains(config_, target));
        size.per_rank = add(size.per_rank, add(t.rows, t.columns));
      });
    }
    if (row.name == "LORA") add_experts(size, rank);
    if (size.per_rank == 0) return std::nullopt;
    // VB-LoRA's bank of vectors is one for all matrices.
    if (row.name == "VBLORA")
      size.parameters =
          add(size.parameters, multiply(number(config_, "num_vectors", 256), number(config_, "vector_length", 256)));
    return with_saved(size);
  }

  std::optional<AdapterSize> norms() {
    ModuleNames targets(config_, "target_modules");
    targets.otherwise({"input_layernorm", "post_attention_layernorm", "norm"});
    AdapterSize size;
    for (const Tensor& t : base_.tensors) {
      if (t.role != TensorRole::Norm) continue;
      each_module(t, [&](const std::string& module) {
        if (targets.fit(module)) size.parameters = add(size.parameters, t.elements());
      });
    }
    return size.parameters == 0 ? std::nullopt : std::optional(with_saved(size));
  }

 private:
  /// LoRA of the tensors that hold all experts of a layer: a pair of matrices for every expert, gate and up as one.
  void add_experts(AdapterSize& size, Count rank) const {
    const ModuleNames parameters(config_, "target_parameters");
    for (const Tensor& t : base_.tensors) {
      if (t.part != ModelPart::Experts || t.vector || parameters.empty()) continue;
      const std::string_view own = t.role == TensorRole::ExpertDown ? ".down_proj" : ".gate_up_proj";
      // Up shares what gate reads.
      const Count sides = t.role == TensorRole::ExpertUp ? t.rows : add(t.rows, t.columns);
      each_module(t, [&](const std::string& module) {
        const std::string name = module.substr(0, module.find(".experts") + 8) + std::string(own);
        if (!parameters.fit(name)) return;
        size.parameters = add(size.parameters, product(rank_of(name, rank), t.copies, sides));
        size.per_rank = add(size.per_rank, multiply(t.copies, sides));
      });
    }
  }

  /// Adapters stand on matrices of single modules, not on tables or on tensors that hold all experts.
  static bool adapts(const Tensor& t) {
    return t.role != TensorRole::Embedding && t.role != TensorRole::PositionTable && t.role != TensorRole::Norm &&
           t.part != ModelPart::Experts && t.columns > 1;
  }

  /// The names of a tensor's modules, one for each layer that the adapter stands in.
  template <class Use>
  void each_module(const Tensor& t, const Use& use) const {
    std::string module = t.name;
    for (const std::string_view end : {".weight", ".bias"}) {
      if (module.ends_with(end)) module.erase(module.size() - end.size());
    }
    const std::size_t place = module.find("{}");
    if (place == std::string::npos) {
      if (layers().empty()) use(module);
      return;
    }
    Count left = t.count;
    for (Count i = 0; left != 0 && i < std::max<Count>(base_.layer_count(), t.count); ++i) {
      if (t.kind >= 0 && (i >= base_.layer_count() || base_.layers[i] != t.kind)) continue;
      --left;
      if (!layers().empty() && !layers().contains(i)) continue;
      use(module.substr(0, place) + std::to_string(i) + module.substr(place + 2));
    }
  }

  /// layers_to_transform; empty: all.
  [[nodiscard]] const std::set<Count>& layers() const {
    if (read_) return layers_;
    read_ = true;
    const auto found = config_.find("layers_to_transform");
    if (found == config_.end()) return layers_;
    for (const json& item : found->is_array() ? *found : json::array({*found})) {
      if (item.is_number_unsigned()) layers_.insert(item.get<Count>());
    }
    return layers_;
  }

  /// rank_pattern gives some modules other ranks.
  [[nodiscard]] Count rank_of(const std::string& module, Count otherwise) const {
    const auto found = config_.find("rank_pattern");
    if (found == config_.end() || !found->is_object()) return otherwise;
    for (const auto& [name, rank] : found->items()) {
      if (!rank.is_number_unsigned()) continue;
      const auto expression = NamePattern::expression("(.*\\.)?(" + name + ")$");
      if (ends_in(module, name) || (expression && expression->matches(module))) return rank.get<Count>();
    }
    return otherwise;
  }

  AdapterSize with_saved(AdapterSize size) const {
    const ModuleNames saved(config_, "modules_to_save");
    for (const Tensor& t : base_.tensors) {
      if (saved.empty() || t.buffer) continue;
      const std::string module = t.name.substr(0, t.name.rfind('.'));
      if (saved.fit(module)) size.saved = add(size.saved, t.total());
    }
    size.parameters = add(size.parameters, size.saved);
    return size;
  }

  const json& config_;
  const Model& base_;
  mutable std::set<Count> layers_;
  mutable bool read_ = false;
};

/// A matrix with a bias.
Count linear(Count in, Count out) { return add(multiply(in, out), out); }

/// X-LoRA's classifier, which reads hidden states; the adapters that it mixes are trained already.
std::optional<AdapterSize> classifier(const json& config, const Model& base) {
  const auto adapters = config.find("adapters");
  if (adapters == config.end() || !adapters->is_object() || flag(config, "layerwise_scalings") ||
      flag(config, "use_trainable_adapters"))
    return std::nullopt;
  const Count depth = std::clamp<Count>(number(config, "xlora_depth", 1), 1, 64);
  const Count inner = number(config, "xlora_size", 2048), hidden = number(config, "hidden_size", base.hidden);
  const Count last = linear(depth == 1 ? hidden : inner, adapters->size());
  if (depth == 1) return AdapterSize{.parameters = last};
  return AdapterSize{.parameters = add(add(linear(hidden, inner), multiply(depth - 2, linear(inner, inner))), last)};
}

/// Virtual tokens, with what makes them; rows of the token table; prompts of the last layers.
std::optional<AdapterSize> rows_of_tokens(const json& config, const Model& base, std::string_view type) {
  if (type == "TRAINABLE_TOKENS")
    return AdapterSize{.parameters = multiply(entries(config, "token_indices"), base.hidden)};
  if (type == "ADAPTION_PROMPT") {
    const Count prompt = multiply(number(config, "adapter_len", 0), base.hidden);
    return AdapterSize{.parameters = multiply(number(config, "adapter_layers", 0), add(prompt, 1))};
  }
  const Count tokens = number(config, "num_virtual_tokens", 20);
  if (type == "PREFIX_TUNING") {
    if (flag(config, "prefix_projection")) return std::nullopt;
    const auto layer = std::ranges::find_if(base.kinds, [](const Layer& l) { return l.mixer == Mixer::Attention; });
    if (layer == base.kinds.end()) return std::nullopt;
    const Count width = multiply(layer->attention.kv_heads, layer->attention.head_dim);
    return AdapterSize{.parameters = product(2, tokens, multiply(base.layer_count(), width))};
  }
  const Count table = multiply(tokens, base.hidden);
  if (type != "P_TUNING") return AdapterSize{.parameters = table};
  const auto kind = config.find("encoder_reparameterization_type");
  if (kind != config.end() && *kind == "LSTM") return std::nullopt;
  const Count inner = number(config, "encoder_hidden_size", base.hidden);
  return AdapterSize{.parameters = add(add(table, linear(base.hidden, inner)),
                                       add(linear(inner, inner), linear(inner, base.hidden)))};
}

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
  Result<AdapterConfig> read = Reading(config, place).read();
  if (!read || read->method != TrainingMethod::Lora) return read;
  AdapterConfig adapter = std::move(read).value();
  // bitsandbytes' 4 bits in the base's name: what was trained on it is QLoRA.
  if (model_name(adapter.base).weights == "nf4") adapter.method = TrainingMethod::Qlora;
  return adapter;
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
    training.lora.experts = adapter.lora.experts;
    training.lora.modules_to_save = adapter.lora.modules_to_save;
  }
}

std::optional<AdapterSize> adapter_size(const json& config, const Model& base) {
  const auto named = config.find("peft_type");
  if (named == config.end() || !named->is_string()) return std::nullopt;
  const std::string type = upper(named->get<std::string>());
  if (type == "LN_TUNING") return Counting(config, base).norms();
  if (type == "XLORA") return classifier(config, base);
  const auto row = std::ranges::find(peft_types, std::string_view(type), &PeftType::name);
  if (row == peft_types.end()) return std::nullopt;
  if (row->trains != nullptr) return Counting(config, base).matrices(*row);
  return rows_of_tokens(config, base, type);
}

}  // namespace llmcalc::io
