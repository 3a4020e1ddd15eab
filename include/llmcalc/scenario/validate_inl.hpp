#pragma once
// Bodies of validate.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/frameworks/frameworks.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/validate.hpp>
#include <llmcalc/scenario/validate_training.hpp>

#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

LLMCALC_INLINE std::string expected_text(const Field& f) {
  const auto range = [&](auto number) { return " from " + number(f.limits.low) + " to " + number(f.limits.high); };
  const auto whole = [](double v) { return grouped(static_cast<Count>(v)); };
  switch (f.kind()) {
    case FieldKind::Whole: return "a whole number" + range(whole);
    case FieldKind::OptionalWhole:
      return "a whole number" + range(whole) +
             (f.nothing.empty() ? std::string(" or null") : " or \"" + std::string(f.nothing) + "\"");
    case FieldKind::Flag: return "true or false";
    case FieldKind::Real: return "a number" + range(shortest);
    case FieldKind::Text: return "text of at most " + whole(f.limits.high) + " characters";
    case FieldKind::Choice: {
      const auto& choices = std::get<ChoiceAccess>(f.access);
      std::string list = "one of";
      for (std::size_t i = 0; i < choices.size; ++i) list.append(i == 0 ? " " : ", ").append(choices.row(i).key);
      return list;
    }
    case FieldKind::Coded: {
      const auto& access = std::get<CodedAccess>(f.access);
      const auto options = access.options();
      std::string list = access.open ? "a value such as" : "one of";
      const std::string_view between = access.open ? " or " : ", ";  // examples may have commas of their own
      for (std::size_t i = 0; i < options.size(); ++i) list.append(i == 0 ? " " : between).append(options[i]);
      return list;
    }
    case FieldKind::External: break;
  }
  return std::string(f.help);
}

LLMCALC_INLINE Count ranks_of(const Parallelism& p) { return product(p.data, p.tensor, p.pipeline, p.context); }

namespace validation {

/// Versions at which the rules of the engine or the framework change: " (the rules of vLLM change at 0.6, 0.19)".
inline std::string known_versions(const Field& f, const Scenario& s) {
  const bool serves = f.group() == "serving";
  std::string list;
  bool oldest = true;  // nothing changes at the first row
  const auto add = [&](std::string_view version) {
    if (!std::exchange(oldest, false) && !version.empty()) list.append(list.empty() ? "" : ", ").append(version);
  };
  if (serves) {
    for (const std::string_view version : engine_of(s).versions) add(version);
  } else {
    for (const FrameworkVersion& row : row_of(s.training.framework).versions) add(row.from);
  }
  if (list.empty()) return {};
  const std::string_view name = serves ? label_of(s.serving.runtime) : label_of(s.training.framework);
  return " (the rules of " + std::string(name) + " change at " + list + ")";
}

/// Checks a value against the limits of its field.
inline void check_range(const Field& f, const Scenario& s, Issues& issues) {
  const auto outside = [&](const std::string& value) {
    issues.push_back({f.pointer(), "must be " + expected_text(f) + ", got " + value});
  };
  const auto whole = [&](Count n) {
    if (n < static_cast<Count>(f.limits.low) || n > static_cast<Count>(f.limits.high)) outside(grouped(n));
  };
  if (const auto* count = std::get_if<Access<Count>>(&f.access)) whole(count->get(s));
  if (const auto* optional = std::get_if<Access<std::optional<Count>>>(&f.access)) {
    if (const auto n = optional->get(s)) whole(*n);
  }
  if (const auto* real = std::get_if<Access<double>>(&f.access)) {
    const double v = real->get(s);
    if (!(v >= f.limits.low && v <= f.limits.high)) outside(shortest(v));
  }
  if (const auto* words = std::get_if<Access<std::string>>(&f.access)) {
    const std::string& text = words->get(s);
    if (static_cast<double>(text.size()) > f.limits.high) {
      outside(grouped(text.size()) + " characters");
    } else if (f.path.ends_with(".version") && !text.empty() &&
               text.find_first_of("0123456789") == std::string::npos) {
      // A text without a number would silently be taken for the oldest version.
      issues.push_back({f.pointer(), "must be a version such as 0.19.0 or b6000, or left out for the newest" +
                                         known_versions(f, s) + ", got " + text});
    }
  }
}

/// What the model's shape allows: equal shares of heads and experts, a layer for every stage.
inline void check_parallelism(const Scenario& s, Issues& issues) {
  const Parallelism& p = s.parallelism;
  if (p.tensor == 0 || p.pipeline == 0 || p.expert == 0 || p.virtual_stages == 0) return;
  bool heads_reported = false, experts_reported = false;
  Count most_experts = 0;
  for (const Layer& layer : s.model->kinds) {
    const Count heads = layer.attends() ? layer.attention.heads : 0;
    if (!heads_reported && heads % p.tensor != 0) {
      heads_reported = true;
      issues.push_back({"/parallelism/tensor",
                        "must divide the model's " + grouped(heads) + " attention heads, got " + grouped(p.tensor)});
    }
    const Count experts = layer.feed_forward.experts;
    most_experts = std::max(most_experts, experts);
    if (!experts_reported && experts != 0 && experts % p.expert != 0) {
      experts_reported = true;
      issues.push_back({"/parallelism/expert",
                        "must divide the model's " + grouped(experts) + " experts, got " + grouped(p.expert)});
    }
  }
  if (p.expert > 1 && most_experts == 0) {
    issues.push_back({"/parallelism/expert", "must be 1 for a model without experts, got " + grouped(p.expert)});
  }
  const Count stages = multiply(p.pipeline, p.virtual_stages);
  if (stages > s.model->layer_count()) {
    issues.push_back({"/parallelism/pipeline", "needs a layer for every stage: the model has " +
                                                   grouped(s.model->layer_count()) + " layers, got " +
                                                   grouped(stages) + " stages"});
  }
}

/// Every rank needs a device of its own, and every device a rank: a whole number of copies of the layout.
inline void check_devices(const Scenario& s, Issues& issues) {
  const Count ranks = ranks_of(s.parallelism);
  const Count devices = s.devices.count();
  if (ranks <= 1 || devices == 0 || devices % ranks == 0) return;
  issues.push_back({"/device", "must hold the parallel layout: data x tensor x pipeline x context make " +
                                   grouped(ranks) + " ranks, got " + grouped(devices) +
                                   (devices == 1 ? " device" : " devices")});
}

/// Settings that contradict each other.
inline void check_lengths(const Scenario& s, Issues& issues) {
  const auto at_most_context = [&](const Field& f, Count value) {
    if (value <= s.serving.context) return;
    issues.push_back({f.pointer(), "must be at most the context of " + grouped(s.serving.context) + " tokens, got " +
                                       grouped(value)});
  };
  at_most_context(field_at("serving.prompt"), s.prompt());
  at_most_context(field_at("serving.shared_prefix"), s.serving.shared_prefix);
}

/// What cannot be done with a model that generates no text.
inline void check_encoders(const Scenario& s, Issues& issues) {
  const auto needs_decoder = [&](const char* place, const std::string& model) {
    issues.push_back({place, "needs a model that generates text, got the encoder " + model});
  };
  const Model* draft = s.serving.draft_model.get();
  if (draft != nullptr && draft->encodes()) needs_decoder("/serving/draft_model", draft->name);
  if (!s.model->encodes()) return;
  if (draft != nullptr && !draft->encodes()) needs_decoder("/serving/draft_model", s.model->name);
  const Objective o = s.training.objective;
  if (o != Objective::Sft && o != Objective::Reward) needs_decoder("/training/objective", s.model->name);
}

}  // namespace validation

LLMCALC_INLINE Issues validate(const Scenario& s) {
  Issues issues;
  for (const Field& f : fields) validation::check_range(f, s, issues);
  validation::check_lengths(s, issues);
  validation::check_devices(s, issues);
  if (s.model) {
    validation::check_parallelism(s, issues);
    validation::check_training_layout(s, issues);
    validation::check_encoders(s, issues);
  } else {
    issues.push_back({"/model", "is missing"});
  }
  return issues;
}

}  // namespace llmcalc
