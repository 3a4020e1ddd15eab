#pragma once
// What a training framework or an engine does when its user says nothing: the settings it has a default for. Readers
// and the window apply them to what was not given; an estimate itself knows given settings only.

#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace llmcalc {

/// A setting that frameworks or engines have defaults for.
struct UsualSetting {
  std::string_view path;
  bool (*apply)(Scenario&);  ///< false when there is none; then the scenario is unchanged
};

namespace usual_detail {

template <class T>
constexpr bool take(T& place, const std::optional<T>& usual) {
  if (usual) place = *usual;
  return usual.has_value();
}

[[nodiscard]] inline const UsualSettings& of(const Scenario& s) { return s.training.rules().usual; }

}  // namespace usual_detail

inline constexpr std::array<UsualSetting, 12> usual_settings{{
    {"training.kernels",
     [](Scenario& s) { return usual_detail::take(s.training.kernels, usual_detail::of(s).kernels); }},
    {"training.loss",
     [](Scenario& s) {
       const std::optional<Loss>& loss = usual_detail::of(s).loss;
       // Chunks of head and loss are the next-token trainers'; the others need log-probabilities of whole rows.
       const bool rows = row_of(s.training.objective).scored != Scored::NextTokens && loss == Loss::ChunkedLinear;
       return usual_detail::take(s.training.loss, rows ? std::optional(Loss::FreedBeforeBackward) : loss);
     }},
    {"training.attention",
     [](Scenario& s) {
       if (!usual_detail::take(s.training.attention, usual_detail::of(s).attention)) return false;
       s.training.sliding_attention =
           std::nullopt;  // one setting: a kernel of its own for windows is none of its defaults
       return true;
     }},
    {"training.recipe",
     [](Scenario& s) {
       const UsualSettings& u = usual_detail::of(s);
       const bool adapters = trains_adapters(s.training.method) && u.adapter_recipe;
       return usual_detail::take(s.training.recipe, adapters ? u.adapter_recipe : u.recipe);
     }},
    {"training.recompute",
     [](Scenario& s) { return usual_detail::take(s.training.recompute, usual_detail::of(s).recompute); }},
    {"training.offload",
     [](Scenario& s) {
       if (s.training.recompute != RecomputeKind::Full) return false;
       return usual_detail::take(s.training.offload, usual_detail::of(s).offload);
     }},
    {"training.optimizer",
     [](Scenario& s) { return usual_detail::take(s.training.optimizer, usual_detail::of(s).optimizer); }},
    {"training.vision_tower",
     [](Scenario& s) {
       const Trained trained = row_of(s.training.method).trained;
       if (trained != Trained::Everything && trained != Trained::Adapters) return false;
       return usual_detail::take(s.training.vision_tower, usual_detail::of(s).vision_tower);
     }},
    {"weights.format",
     [](Scenario& s) {
       const std::optional<FormatChoice>& usual = engine_of(s).usual.weights;
       if (!usual || !s.model || !s.model->gguf.empty()) return false;
       s.weights.format = usual->format;
       s.weights.mix = usual->mix;
       return true;
     }},
    {"serving.context",
     [](Scenario& s) {
       const auto context = engine_of(s).usual.context;
       if (context == nullptr || !s.model) return false;
       s.serving.context = context(s);
       return true;
     }},
    {"serving.gpu_memory_utilization",
     [](Scenario& s) {
       const auto share = engine_of(s).usual.memory_share;
       if (share != nullptr) s.serving.gpu_memory_utilization = share(s);
       return share != nullptr;
     }},
    {"serving.batch", [](Scenario& s) { return usual_detail::take(s.serving.batch, engine_of(s).usual.batch); }},
}};

/// What settings are when nobody says anything: the programs' own defaults, or those of the scenario's framework and engine.
class UsualDefaults {
 public:
  /// True when a setting of the scenario stands at its default: what it would be beside the others if nobody gave it.
  [[nodiscard]] bool has(const Field& field, const Scenario& s) const {
    for (const UsualSetting& usual : usual_settings) {
      if (usual.path != field.path) continue;
      Scenario beside = s;
      return same_setting(field, s, usual.apply(beside) ? beside : plain_);
    }
    return same_setting(field, s, plain_);
  }

 private:
  Scenario plain_;
};

/// A framework with the version whose rules apply: "TRL 1.13"; one whose rules never changed goes without.
[[nodiscard]] inline std::string framework_text(const Scenario& s) {
  const FrameworkRow& framework = row_of(s.training.framework);
  std::string words(framework.label);
  if (framework.versions.size() > 1) {
    words.append(" ").append(s.training.version.empty() ? std::string(s.training.rules().from) : s.training.version);
  }
  return words;
}

/// A setting's value in one word or number; "" for a share.
[[nodiscard]] inline std::string setting_text(const Field& field, const Scenario& s) {
  if (const auto* choice = std::get_if<ChoiceAccess>(&field.access))
    return std::string(choice->row(choice->get(s)).key);
  if (const auto* coded = std::get_if<CodedAccess>(&field.access)) return coded->get(s);
  if (const auto* number = std::get_if<Access<Count>>(&field.access)) return grouped(number->get(s));
  return {};
}

/// Sets one setting to what it is when no program has a default of its own.
inline void make_plain(const Field& field, Scenario& s) {
  const Scenario plain;
  std::visit(
      [&](const auto& access) {
        if constexpr (requires { access.set(s, access.get(plain)); }) {
          access.set(s, access.get(plain));
        } else if constexpr (requires { access.edit(s) = access.get(plain); }) {
          access.edit(s) = access.get(plain);
        }
      },
      field.access);
}

/// Which settings stand at the defaults of the framework, or of the engine: "defaults of TRL 1.13: loss chunked-linear,
/// recompute full"; "" when it has none.
[[nodiscard]] inline std::string usual_text(const Scenario& s, Task task) {
  const std::string program = task == Task::Training ? framework_text(s) : std::string(label_of(s.serving.runtime));
  std::string words;
  for (const UsualSetting& usual : usual_settings) {
    const Field* field = find_field(usual.path);
    Scenario there = s;
    if (field == nullptr || (field->group() == "training") != (task == Task::Training)) continue;
    if (!field->matters(s) || !usual.apply(there) || !same_setting(*field, s, there)) continue;
    const std::string value = setting_text(*field, s);
    if (value.empty()) continue;  // a share is read in the result
    words.append(words.empty() ? "defaults of " + program + ": " : ", ");
    words.append(usual.path.substr(usual.path.find('.') + 1)).append(" ").append(value);
  }
  return words;
}

/// Another framework, version or engine was chosen: what stood at the former one's default takes the new one's.
inline void follow_choice(Scenario& s, const Scenario& before) {
  for (const UsualSetting& usual : usual_settings) {
    const Field* field = find_field(usual.path);
    if (field == nullptr) continue;
    const auto give = [&](Scenario& to) {
      make_plain(*field, to);
      usual.apply(to);
    };
    Scenario expected = before;
    give(expected);
    if (same_setting(*field, expected, before)) give(s);
  }
}

/// The scenario with another engine, whose defaults replace those of the former one.
[[nodiscard]] inline Scenario with_engine(Scenario s, Runtime engine) {
  const Scenario before = s;
  s.serving.runtime = engine;
  if (engine != before.serving.runtime) follow_choice(s, before);
  return s;
}

}  // namespace llmcalc
