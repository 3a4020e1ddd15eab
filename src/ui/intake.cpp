#include "ui/intake.hpp"

#include "host/text_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <utility>

namespace llmcalc::ui {
namespace {

/// Largest file or clipboard that is tried as a scenario.
constexpr std::size_t scenario_limit = 4U << 20;

/// Shows what was parsed; the user then uses it or not. False when it is no model.
bool preview(App& app, ModelSource source) {
  Result<ModelPtr> model = app.resolver.model(source);
  if (!model) {
    const Issue& issue = model.issues().front();
    complain(app, issue.where.empty() ? issue.what : issue.where + ": " + issue.what);
    return false;
  }
  app.view.preview = Preview{std::move(source), *model};
  app.view.opening.dialogue = Dialogue::Preview;
  return true;
}

/// True when the JSON looks like a scenario rather than a model's configuration.
bool is_scenario(const nlohmann::json& json) {
  return json.is_object() && json.contains("model") && !json.contains("model_type") && !json.contains("hidden_size");
}

bool take_scenario(App& app, const nlohmann::json& json) {
  Result<Scenario> scenario = io::read_scenario(json, app.resolver);
  if (!scenario) {
    const Issue& issue = scenario.issues().front();
    complain(app, issue.where + " " + issue.what);
    return false;
  }
  use_scenario(app, std::move(scenario).value());
  say(app, "Scenario opened");
  return true;
}

/// A log of an engine or a tool: shows what it measured beside the prediction.
bool take_log(App& app, std::string_view text) {
  if (!io::looks_like_log(text)) return false;
  Result<io::MeasuredLog> log = io::read_log(text);
  if (!log) return false;
  const Task task = io::usual_task(*log);
  app.view.check = LogCheck{std::move(log).value(), task, {}, 0};
  app.view.opening.dialogue = Dialogue::Check;
  return true;
}

std::string mixer_words(const Layer& kind) {
  switch (kind.mixer) {
    case Mixer::Attention: {
      const AttentionShape& a = kind.attention;
      std::string words = a.kv_heads == a.heads ? "multi-head attention, "
                          : a.kv_heads == 1     ? "multi-query attention, "
                                                : "grouped-query attention, ";
      words += grouped(a.heads) + " query heads, " + grouped(a.kv_heads) + " key-value heads, head size " +
               grouped(a.head_dim);
      if (a.window != 0) words += ", window of " + grouped(a.window);
      return words;
    }
    case Mixer::LatentAttention:
      return "latent attention, " + grouped(kind.attention.kv_lora_rank + kind.attention.rope_head_dim) +
             " values cached per token";
    case Mixer::CrossAttention:
      return "cross attention to the encoder";
    case Mixer::None:
      return "no mixer";
    case Mixer::Mamba1:
    case Mixer::Mamba2:
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
    case Mixer::LightningAttention:
    case Mixer::ShortConvolution:
    case Mixer::Recurrence:
      break;
  }
  return "recurrent, " + grouped(kind.recurrent.heads) + " heads, state of " + grouped(kind.recurrent.state);
}

}  // namespace

bool take_path(App& app, const std::filesystem::path& path) {
  const std::string shown = io::shown(path);
  if (path.extension() == ".json") {
    const Result<std::string> text = io::read_text_file(path, scenario_limit);
    if (text) {
      const Result<nlohmann::json> json = io::parse_json(*text);
      if (json && is_scenario(*json)) {
        return take_scenario(app, *json);
      }
    }
  }
  if (path.extension() == ".log" || path.extension() == ".txt" || path.extension() == ".csv") {
    const Result<std::string> text = io::read_text_file(path, io::log_limit);
    if (text && take_log(app, *text)) return true;
    complain(app, shown + ": no memory figures in it");
    return false;
  }
  return preview(app, {ModelSource::Kind::File, shown});
}

bool take_text(App& app, std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  if (text[start] != '{' && take_log(app, text)) return true;
  if (text.find('{') == std::string_view::npos) return false;
  if (text.size() > scenario_limit) {
    complain(app, "The clipboard holds " + llmcalc::text(Bytes{text.size()}) +
                      "; a scenario or config.json has at most " + llmcalc::text(Bytes{scenario_limit}));
    return true;  // it was dealt with: nobody needs to say more
  }
  const Result<nlohmann::json> json = io::parse_json(text);
  if (!json || !json->is_object()) {
    complain(app, "The clipboard holds no JSON object");
    return false;
  }
  if (is_scenario(*json)) return take_scenario(app, *json);
  preview(app, {ModelSource::Kind::Config, std::string(text)});
  return true;
}

std::vector<std::string> parsed_lines(const Model& model) {
  std::vector<std::string> lines;
  const Count parameters = parameter_count(model);
  const Count active = active_parameter_count(model);
  std::string first = grouped(parameters) + " parameters";
  if (active != parameters) first += ", " + count_text(active) + " active";
  lines.push_back(first);
  lines.push_back(grouped(model.layer_count()) + " layers, hidden size " + grouped(model.hidden) + ", vocabulary " +
                  grouped(model.vocabulary) + (model.ties_head() ? ", tied embeddings" : ""));
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    std::string words = grouped(model.layers_of_kind(k)) + " × " + mixer_words(model.kinds[k]);
    const FeedForward& ff = model.kinds[k].feed_forward;
    if (ff.experts != 0) {
      words += "; " + grouped(ff.experts) + " experts, " + grouped(ff.experts_per_token) + " per token";
    }
    lines.push_back(words);
  }
  if (model.max_context != 0) lines.push_back("Context length: " + grouped(model.max_context) + " tokens");
  lines.push_back("Stored as " +
                  (model.released_mix.empty() ? std::string(label_of(model.released_format)) : model.released_mix));
  return lines;
}

}  // namespace llmcalc::ui
