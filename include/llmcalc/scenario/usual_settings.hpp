#pragma once
// What a training framework does when its user says nothing: the settings it has a default for. Readers and the window
// apply them to what was not given; an estimate itself knows given settings only.

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace llmcalc {

/// A setting that frameworks have defaults for.
struct UsualSetting {
  std::string_view path;
  bool (*apply)(Scenario&);  ///< false when the framework has none; then the scenario is unchanged
};

namespace usual_detail {

template <class T>
constexpr bool take(T& place, const std::optional<T>& usual) {
  if (usual) place = *usual;
  return usual.has_value();
}

[[nodiscard]] inline const UsualSettings& of(const Scenario& s) { return s.training.rules().usual; }

}  // namespace usual_detail

inline constexpr std::array<UsualSetting, 5> usual_settings{{
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
     [](Scenario& s) { return usual_detail::take(s.training.attention, usual_detail::of(s).attention); }},
    {"training.recipe",
     [](Scenario& s) {
       const UsualSettings& u = usual_detail::of(s);
       const bool adapters = trains_adapters(s.training.method) && u.adapter_recipe;
       return usual_detail::take(s.training.recipe, adapters ? u.adapter_recipe : u.recipe);
     }},
    {"training.recompute",
     [](Scenario& s) { return usual_detail::take(s.training.recompute, usual_detail::of(s).recompute); }},
}};

/// What settings are when nobody says anything: the programs' own defaults, or those of the scenario's framework.
class UsualDefaults {
 public:
  explicit UsualDefaults(const Scenario& s) {
    usual_.training.framework = s.training.framework;
    usual_.training.version = s.training.version;
    usual_.training.method = s.training.method;
    usual_.training.objective = s.training.objective;
    for (const UsualSetting& usual : usual_settings) usual.apply(usual_);
  }
  /// True when a setting of the scenario stands at its default.
  [[nodiscard]] bool has(const Field& field, const Scenario& s) const {
    for (const UsualSetting& usual : usual_settings) {
      if (usual.path == field.path) return same_setting(field, s, usual_);
    }
    return same_setting(field, s, plain_);
  }

 private:
  Scenario plain_;
  Scenario usual_;
};

/// Which settings stand at the framework's defaults: "defaults of TRL: loss chunked-linear, recompute full"; "" when it
/// has none.
[[nodiscard]] inline std::string usual_text(const Scenario& s) {
  const FrameworkRow& framework = row_of(s.training.framework);
  std::string words;
  for (const UsualSetting& usual : usual_settings) {
    const Field* field = find_field(usual.path);
    Scenario there = s;
    if (field == nullptr || !usual.apply(there) || !same_setting(*field, s, there)) continue;
    std::string value;
    if (const auto* choice = std::get_if<ChoiceAccess>(&field->access)) value = choice->row(choice->get(s)).key;
    if (const auto* coded = std::get_if<CodedAccess>(&field->access)) value = coded->get(s);
    words.append(words.empty() ? "defaults of " + std::string(framework.label) + ": " : ", ");
    words.append(usual.path.substr(usual.path.find('.') + 1)).append(" ").append(value);
  }
  return words;
}

/// Another framework or version was chosen: what stood at the former one's default takes the new one's.
inline void follow_framework(Scenario& s, const Scenario& before) {
  const Scenario plain;
  for (const UsualSetting& usual : usual_settings) {
    const Field* field = find_field(usual.path);
    if (field == nullptr) continue;
    const auto give = [&](Scenario& to) {
      std::visit(
          [&](const auto& access) {
            if constexpr (requires { access.set(to, access.get(plain)); }) access.set(to, access.get(plain));
          },
          field->access);
      usual.apply(to);
    };
    Scenario expected = before;
    give(expected);
    if (same_setting(*field, expected, before)) give(s);
  }
}

}  // namespace llmcalc
