#include "readers/adapter_size.hpp"

#include <llmcalc/base/name_pattern.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::io {

namespace {

using nlohmann::json;

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
  return add(multiply(t.rank, add(t.in, t.out)), flag(c, "use_dora") ? t.out : 0);
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

/// How a type of PEFT is counted per matrix.
struct MatrixRow {
  std::string_view type;
  Count (*trains)(const json&, const Target&) = nullptr;
  const char* rank = "r";
  Count rank_otherwise = 8;
};
constexpr auto matrix_rows = std::to_array<MatrixRow>({
    {.type = "LORA", .trains = lora},
    {.type = "ADALORA", .trains = adalora, .rank = "init_r", .rank_otherwise = 12},
    {.type = "LOHA", .trains = loha},
    {.type = "LOKR", .trains = lokr},
    {.type = "IA3", .trains = ia3},
    {.type = "VERA", .trains = vera, .rank_otherwise = 256},
    {.type = "OFT", .trains = oft},
    {.type = "BOFT", .trains = boft},
    {.type = "HRA", .trains = hra},
    {.type = "MISS", .trains = miss, .rank_otherwise = 64},
    {.type = "BONE", .trains = miss, .rank_otherwise = 64},
    {.type = "FOURIERFT", .trains = fourier},
});

/// Walks the modules of a model, layer by layer where a config speaks of layers.
class Counting {
 public:
  Counting(const json& config, const Model& base) : config_(config), base_(base) {}

  std::optional<AdapterSize> matrices(const MatrixRow& row) {
    ModuleNames targets(config_, "target_modules");
    ModuleNames forward(config_, "feedforward_modules");
    const ModuleNames excluded(config_, "exclude_modules");
    // What PEFT takes for nearly every family.
    targets.otherwise(row.type == "IA3" ? std::vector<std::string>{"k_proj", "v_proj", "down_proj"}
                                        : std::vector<std::string>{"q_proj", "v_proj"});
    forward.otherwise({"down_proj", "fc2", "w2", "dense_4h_to_h", "mlp.c_proj"});
    const bool everything = targets.is("all-linear");
    const Count rank = number(config_, row.rank, row.rank_otherwise);
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
    if (size.per_rank == 0) return std::nullopt;
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

/// Virtual tokens, with what makes them.
std::optional<AdapterSize> virtual_tokens(const json& config, const Model& base, std::string_view type) {
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
  const auto linear = [](Count in, Count out) { return add(multiply(in, out), out); };
  return AdapterSize{.parameters = add(add(table, linear(base.hidden, inner)),
                                       add(linear(inner, inner), linear(inner, base.hidden)))};
}

}  // namespace

std::optional<AdapterSize> adapter_size(const json& config, const Model& base) {
  const auto named = config.find("peft_type");
  if (named == config.end() || !named->is_string()) return std::nullopt;
  std::string type = named->get<std::string>();
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (type == "LN_TUNING") return Counting(config, base).norms();
  if (type == "PROMPT_TUNING" || type == "P_TUNING" || type == "PREFIX_TUNING")
    return virtual_tokens(config, base, type);
  const auto row = std::ranges::find(matrix_rows, std::string_view(type), &MatrixRow::type);
  return row == matrix_rows.end() ? std::nullopt : Counting(config, base).matrices(*row);
}

}  // namespace llmcalc::io
