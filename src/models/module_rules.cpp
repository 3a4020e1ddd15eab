#include "models/module_rules.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>
#include <set>
#include <utility>

namespace llmcalc::models {

namespace {

/// What stands before the names of a language model in checkpoints.
constexpr std::array<std::string_view, 9> wrappers{
    "model.language_model.", "language_model.model.", "model.",      "language_model.", "backbone.",
    "transformer.",          "text_model.",           "base_model.", "thinker."};

/// Two steps of names.
struct Steps {
  std::string_view from, to;
};
/// The pairs of "from>to from>to".
template <std::size_t Size>
consteval std::array<Steps, Size> steps_of(std::string_view text) {
  std::array<Steps, Size> all{};
  for (Steps& steps : all) {
    steps.to = take_until(text, " ");
    steps.from = take_until(steps.to, ">");
    if (steps.to.empty()) throw "fewer pairs";
  }
  return text.empty() ? all : throw "more pairs";
}

/// Steps, and those that the inventory has in their place. Sources: the model classes of transformers and vLLM,
/// DeepSeek's and Mistral's own checkpoints.
constexpr auto aliases = steps_of<35>(
    "attn>self_attn attention>self_attn feed_forward>mlp ffn>mlp block_sparse_moe>mlp moe>mlp "
    "shared_expert>shared_experts shared_mlp>shared_experts router>gate w1>gate_proj w2>down_proj w3>up_proj "
    "wq>q_proj wk>k_proj wv>v_proj wo>o_proj wqkv>qkv_proj qkv>qkv_proj query_key_value>qkv_proj c_attn>qkv_proj "
    "wq_a>q_a_proj wq_b>q_b_proj wkv_a>kv_a_proj_with_mqa wkv_b>kv_b_proj wo_a>o_a_proj wo_b>o_b_proj "
    "embed>embed_tokens embeddings>embed_tokens word_embeddings>embed_tokens wte>embed_tokens "
    "tok_embeddings>embed_tokens embed_in>embed_tokens switch_mlp>experts h>layers blocks>layers");

/// Last steps, and others under which the same matrix may be found: fused with its neighbours, or one of those that were
/// fused into it.
constexpr auto fusions = steps_of<15>(
    "q_proj>qkv_proj k_proj>qkv_proj v_proj>qkv_proj gate_proj>gate_up_proj up_proj>gate_up_proj "
    "in_proj_qkv>in_proj_qkvz in_proj_z>in_proj_qkvz in_proj_b>in_proj_ba in_proj_a>in_proj_ba qkv_proj>q_proj "
    "qkv_proj>k_proj qkv_proj>v_proj gate_up_proj>gate_proj gate_up_proj>up_proj in_proj_qkvz>in_proj_qkv");

constexpr std::size_t most_patterns = 512;
constexpr std::size_t most_spellings = 96;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// True when the name begins with a wrapper, so that nothing stands before it.
bool is_absolute(std::string_view name) {
  return std::ranges::any_of(wrappers, [&](std::string_view wrapper) { return name.starts_with(wrapper); });
}

/// The name as the inventory writes it: no wrapper, no ".weight", every step by its common name. Molmo's head is called
/// as the last matrix of its blocks.
std::string common_name(std::string_view name) {
  if (is_absolute(name) && name.ends_with(".ff_out") && name.find("blocks") == std::string_view::npos)
    return "lm_head";
  for (bool cut = true; cut;) {
    cut = false;
    for (const std::string_view wrapper : wrappers) {
      if (!name.starts_with(wrapper)) continue;
      name.remove_prefix(wrapper.size());
      cut = true;
    }
  }
  if (name.ends_with(".weight")) name.remove_suffix(7);
  if (name == "head" || name == "output" || name == "embed_out") return "lm_head";
  std::string out;
  out.reserve(name.size() + 8);
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    const std::string_view step = name.substr(at, dot - at);
    const auto found = std::find_if(aliases.begin(), aliases.end(), [&](const Steps& a) { return a.from == step; });
    if (at != 0) out += '.';
    out += found == aliases.end() ? step : found->to;
    at = dot + 1;
  }
  return out;
}

/// The name with every number as "#".
std::string without_numbers(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_digit(name[i])) {
      out += name[i];
    } else if (i == 0 || !is_digit(name[i - 1])) {
      out += '#';
    }
  }
  return out;
}

/// The name without the number of an expert: "layers.0.mlp.experts.up_proj".
std::string without_expert(const std::string& name) {
  const std::size_t experts = name.find(".experts.");
  if (experts == std::string::npos) return name;
  const std::size_t number = experts + 9, end = name.find('.', number);
  if (number >= name.size() || !is_digit(name[number]) || end == std::string::npos) return name;
  return name.substr(0, number) + name.substr(end + 1);
}

/// True when the text names what no format quantizes unless it is asked to.
bool is_plain_anyway(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array words{"vis",     "image",   "audio", "tower",       "projector",   "embed",   "norm",
                             "router",  "lm_head", "conv",  "mtp",         "draft",       "eagle",   "bias",
                             "sampler", "mm_",     "patch", "a_log",       "connector",   "aligner", "nextn",
                             "eh_proj", "gate$",   ".gate", "expert_gate", "shared_head", "ln_"};
  if (text == "head" || text == "gate") return true;
  return std::ranges::any_of(words, [&](std::string_view word) {
    if (word == ".gate") return text.ends_with(word);
    return text.find(word) != std::string::npos;
  });
}

/// True when the text names a layer behind the last one: prediction layers that the config does not describe.
bool is_beyond(std::string_view text, Count layers) {
  const std::size_t at = text.find("layers.");
  if (at == std::string_view::npos) return false;
  Count number = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 7, text.data() + text.size(), number);
  return error == std::errc{} && number >= layers;
}

}  // namespace

void ModuleRules::add(std::string_view text, const std::optional<WeightRules>& format) {
  if (text.empty()) return;
  Table& table = format ? stored_ : left_;
  const std::size_t rule = rules_.size();
  rules_.push_back({std::string(text.substr(0, 200)), format, is_absolute(text), false});
  const bool expression = text.starts_with("re:");
  const std::size_t special = text.find_first_of("*?[");
  names_mixers_ = names_mixers_ || text.find("mixer") != std::string_view::npos;
  if (!expression && special == std::string_view::npos) {
    std::string name = common_name(text);
    const std::size_t experts = name.find("experts.");
    numbers_experts_ = numbers_experts_ ||
                       (experts != std::string::npos && experts + 8 < name.size() && is_digit(name[experts + 8]));
    table.names.try_emplace(std::move(name), rule);
    return;
  }
  if (!expression && special + 1 == text.size() && text[special] == '*' && special > 0) {
    std::string beginning = common_name(text.substr(0, special));
    if (std::ranges::find(table.lengths, beginning.size()) == table.lengths.end())
      table.lengths.push_back(beginning.size());
    table.beginnings.try_emplace(std::move(beginning), rule);
    return;
  }
  auto pattern = expression ? NamePattern::expression(text.substr(3)) : NamePattern::wildcard(text);
  if (!pattern || table.patterns.size() >= most_patterns) return;  // stays unplaced
  table.patterns.push_back({std::move(*pattern), rule});
  for (const std::string_view wrapper : wrappers) {
    // Dots may be written as "\.": the first step is enough to know the wrapper.
    const std::string_view first = wrapper.substr(0, wrapper.find('.'));
    if (text.find(first) != std::string_view::npos && std::ranges::find(wrappers_, wrapper) == wrappers_.end())
      wrappers_.push_back(wrapper);
  }
  for (const Steps& fusion : fusions) {
    if (text.find(fusion.to) != std::string_view::npos) fused_.push_back(fusion.to);
  }
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    if (text.find(aliases[i].from) != std::string_view::npos && std::ranges::find(aliases_, i) == aliases_.end())
      aliases_.push_back(i);
  }
}

std::vector<std::string> ModuleRules::names_of(const std::string& module) const {
  std::vector<std::string> names{module};
  const std::size_t last = names[0].rfind('.');
  if (last != std::string::npos) {
    const std::string_view step = std::string_view(names[0]).substr(last + 1);
    for (const Steps& fusion : fusions) {
      if (fusion.from != step) continue;
      names.push_back(names[0].substr(0, last + 1).append(fusion.to));
      if (fusion.from == "gate_up_proj" && names[0].ends_with("experts.gate_up_proj"))
        names.push_back(names[0].substr(0, last + 1) + "0.gate_proj");
    }
    if (names[0].ends_with("experts.down_proj")) names.push_back(names[0].substr(0, last + 1) + "0.down_proj");
  }
  // Engines take all experts of a layer for one module: "*.mlp.experts".
  const std::size_t experts = names[0].find(".experts.");
  if (experts != std::string::npos) names.push_back(names[0].substr(0, experts + 8));
  // All experts of a layer may be one module.
  if (std::string together = without_expert(names[0]); together != names[0]) names.push_back(std::move(together));
  if (!names_mixers_ || !names[0].starts_with("layers.")) return names;
  const std::size_t count = names.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t section = names[i].find('.', 7);
    if (section == std::string::npos) continue;
    const std::size_t end = names[i].find('.', section + 1);
    if (end == std::string::npos) continue;
    names.push_back(names[i].substr(0, section) + ".mixer" + names[i].substr(end));
  }
  return names;
}

std::vector<std::string> ModuleRules::spellings_of(const std::vector<std::string>& names) const {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    // ".*up_proj" means that module, not one it was fused into: fused names count where a pattern writes them.
    const std::string_view step = std::string_view(name).substr(name.rfind('.') + 1);
    const bool fused = &name != &names[0] && step != "experts" && !names[0].ends_with(step);
    if (!fused || std::ranges::find(fused_, step) != fused_.end()) all.push_back(name);
  }
  for (const std::size_t row : aliases_) {
    const Steps& a = aliases[row];
    const std::size_t count = all.size();
    for (std::size_t i = 0; i < count && all.size() < most_spellings; ++i) {
      const std::string step = "." + std::string(a.to);
      for (std::size_t at = all[i].find(step); at != std::string::npos; at = all[i].find(step, at + 1)) {
        const std::size_t end = at + step.size();
        if (end != all[i].size() && all[i][end] != '.') continue;
        std::string spelled = all[i];
        spelled.replace(at + 1, a.to.size(), a.from);
        all.push_back(std::move(spelled));
        break;
      }
    }
  }
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (all[i] == "lm_head") all.emplace_back("head");
    all.push_back("model." + all[i]);
    for (const std::string_view wrapper : wrappers_) {
      if (wrapper != "model." && all.size() < 4 * most_spellings) all.push_back(std::string(wrapper) + all[i]);
    }
  }
  return all;
}

std::optional<ModuleRules::Found> ModuleRules::look_up(const Table& table, const std::vector<std::string>& names,
                                                       const std::vector<std::string>& spellings) const {
  for (std::size_t i = 0; i < names.size() && !table.names.empty(); ++i) {
    const std::string_view name = names[i];
    if (const auto whole = table.names.find(name); whole != table.names.end()) return Found{whole->second};
    // Every run of whole steps, the longest first.
    std::array<std::size_t, 24> starts{};
    std::size_t steps = 0;
    for (std::size_t at = 0; steps < starts.size() - 1;) {
      starts[steps++] = at;
      const std::size_t dot = name.find('.', at);
      if (dot == std::string_view::npos) break;
      at = dot + 1;
    }
    starts[steps] = name.size() + 1;
    for (std::size_t length = steps; length-- > 1;) {
      for (std::size_t first = 0; first + length <= steps; ++first) {
        const auto found = table.names.find(name.substr(starts[first], starts[first + length] - starts[first] - 1));
        if (found == table.names.end() || (first > 0 && rules_[found->second].absolute)) continue;
        return Found{found->second, first + length < steps && !found->first.ends_with("experts")};
      }
    }
  }
  for (const std::string& name : names) {
    for (const std::size_t length : table.lengths) {
      if (length > name.size()) continue;
      const auto found = table.beginnings.find(std::string_view(name).substr(0, length));
      if (found != table.beginnings.end()) return Found{found->second};
    }
  }
  for (const Pattern& p : table.patterns) {
    for (const std::string& name : spellings) {
      if (p.pattern.matches(name)) return Found{p.rule};
    }
  }
  return std::nullopt;
}

ModuleVerdict ModuleRules::find(std::string_view module) {
  if (rules_.empty()) return {};
  const std::string name = common_name(module);
  // Experts of one layer are left alone together unless rules number them.
  const std::string left_key = leaves_experts_apart_ ? name : without_expert(name);
  std::vector<std::string> names, spellings;
  const auto spell = [&] {
    if (!names.empty()) return;
    names = names_of(name);
    if (!left_.patterns.empty() || !stored_.patterns.empty()) spellings = spellings_of(names);
  };
  auto known = left_known_.find(left_key);
  if (known == left_known_.end()) {
    spell();
    known = left_known_.emplace(left_key, look_up(left_, names, spellings)).first;
  }
  std::optional<Found> found = known->second;
  if (found) rules_[found->rule].used = true;
  if (!found || found->above) {
    std::optional<Found> stored;
    if (const auto whole = stored_.names.find(name); whole != stored_.names.end()) {
      stored = Found{whole->second};
    } else {
      spell();
      stored = look_up(stored_, names, spellings);
    }
    if (stored && (!found || !stored->above)) found = stored;
  }
  if (!found) return {};
  rules_[found->rule].used = true;
  const auto& format = rules_[found->rule].format;
  return format ? ModuleVerdict{ModuleVerdict::Kind::Stored, *format} : ModuleVerdict{ModuleVerdict::Kind::Left, {}};
}

bool ModuleRules::names_towers() const {
  return std::ranges::any_of(rules_, [](const Rule& rule) {
    return rule.text.find("vis") != std::string::npos || rule.text.find("audio") != std::string::npos ||
           rule.text.find("tower") != std::string::npos;
  });
}

std::vector<std::string> ModuleRules::unplaced(Count layers) const {
  std::vector<const Rule*> open;
  std::set<std::string> placed;
  for (const Rule& rule : rules_) {
    if (rule.used || (!rule.format && (is_plain_anyway(rule.text) || is_beyond(rule.text, layers)))) {
      placed.insert(without_numbers(rule.text));
    } else {
      open.push_back(&rule);
    }
  }
  // Rules that another one was faster than are no worse for it: what is left is asked for again without the others.
  for (bool found = true; found && !open.empty();) {
    ModuleRules rest;
    for (const Rule* rule : open) rest.add(rule->text, rule->format);
    for (const auto& [name, rule] : left_known_) static_cast<void>(rest.find(name));
    std::vector<const Rule*> still;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (rest.rules_[i].used) {
        placed.insert(without_numbers(open[i]->text));
      } else {
        still.push_back(open[i]);
      }
    }
    found = still.size() < open.size();
    open = std::move(still);
  }
  std::set<std::string> texts;
  for (const Rule* rule : open) texts.insert(without_numbers(rule->text));
  std::vector<std::string> out;
  std::ranges::set_difference(texts, placed, std::back_inserter(out));
  return out;
}

}  // namespace llmcalc::models
