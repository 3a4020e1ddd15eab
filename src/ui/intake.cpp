#include "ui/intake.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "readers/share_text.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <optional>
#include <system_error>
#include <utility>

namespace llmcalc::ui {
namespace {

/// Largest file or clipboard that is tried as a scenario.
constexpr std::size_t scenario_limit = io::most(io::Limit::ImportBytes);

/// Shows what was parsed; the user then uses it or not. False when it is no model.
bool preview(App& app, ModelSource source) {
  Result<ModelPtr> model = app.resolver.model(source);
  if (!model) {
    const Issue& issue = model.issues().front();
    complain(app, issue_words(issue));
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
    complain(app, issue_words(issue));
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

/// A command line or a configuration of another tool; what was not understood is named. The device stays where it says
/// none, with as many as it takes.
bool take_import(App& app, std::string_view text, const std::filesystem::path& path) {
  const io::ReadBeside beside = [&path](const std::string& name) {
    return io::read_text_file(path.parent_path() / io::path_of(name), scenario_limit);
  };
  Result<io::Imported> result = io::import_settings(text, app.resolver, beside, io::shown(path));
  if (!result) {
    complain(app, result.issues().front().what);
    return false;
  }
  io::Imported imported = std::move(result).value();
  const nlohmann::json device = imported.scenario.value("device", nlohmann::json());
  nlohmann::json here = io::devices_json(app.scenario.devices);
  if (device.is_object() && device.contains("count") && here.is_object()) here["count"] = device["count"];
  imported.scenario["device"] = std::move(here);
  if (!take_scenario(app, imported.scenario)) return false;
  std::string missed;
  Count taken = 0;
  for (const io::ImportedOption& option : imported.options) {
    if (option.outcome == io::Outcome::Taken) ++taken;
    if (option.outcome != io::Outcome::NotUnderstood) continue;
    missed.append(missed.empty() ? "" : ", ").append(option.name.empty() ? option.value : option.name);
  }
  say(app, std::string(imported.tool->label) + ": " + counted(taken, "option") + " taken" +
               (missed.empty() ? std::string() : "; not understood: " + missed));
  return true;
}

/// The word behind "llmcalc:" or in an address behind '#'; nothing when the text is no share line.
std::optional<std::string_view> shared_word(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  constexpr std::string_view mark = "llmcalc:";
  if (text.starts_with(mark)) return text.substr(mark.size());
  const std::size_t hash = text.find('#');
  if (!text.starts_with("http") || hash == std::string_view::npos || text.find(' ') != std::string_view::npos)
    return std::nullopt;
  return text.substr(hash + 1);
}

void take_shared(App& app, std::string_view word) {
  Result<Scenario> scenario = io::read_share_text(word, app.resolver);
  if (!scenario) return complain(app, scenario.issues().front().what);
  use_scenario(app, std::move(scenario).value());
  say(app, "Scenario opened");
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
      if (kind.crosses) words += ", and cross attention to the encoder";
      return words;
    }
    case Mixer::LatentAttention:
      return "latent attention, " + grouped(kind.attention.kv_lora_rank + kind.attention.rope_head_dim) +
             " values cached per token";
    case Mixer::CrossAttention: return "cross attention to the encoder";
    case Mixer::None: return "no mixer";
    case Mixer::Mamba1:
    case Mixer::Mamba2:
    case Mixer::GatedDeltaNet:
    case Mixer::KimiDeltaNet:
    case Mixer::LightningAttention:
    case Mixer::ShortConvolution:
    case Mixer::Recurrence: break;
  }
  return "recurrent, " + grouped(kind.recurrent.heads) + " heads, state of " + grouped(kind.recurrent.state);
}

}  // namespace

namespace {

/// Puts a path in front of those that were opened before.
void note_opened(Preferences& preferences, const std::string& path) {
  std::vector<std::string>& opened = preferences.opened;
  std::erase(opened, path);
  opened.insert(opened.begin(), path);
  if (opened.size() > most_opened) opened.resize(most_opened);
}

bool take_any_path(App& app, const std::filesystem::path& path) {
  const std::string shown = io::shown(path);
  if (path.extension() == ".png") {
    const Result<std::string> picture = io::read_text_file(path, io::most(io::Limit::PictureBytes));
    const auto word = picture ? io::share_text_of_picture(*picture) : std::nullopt;
    if (word) {
      take_shared(app, *word);
    } else {
      complain(app, shown + ": is not a picture exported by llmcalc");
    }
    return word.has_value();
  }
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
    const Result<std::string> text = io::read_text_file(path, io::most(io::Limit::LogBytes));
    if (text && take_log(app, *text)) return true;
    complain(app, shown + ": no memory figures in it");
    return false;
  }
  const bool model =
      path.extension() == ".gguf" || path.extension() == ".safetensors" || std::filesystem::is_directory(path);
  if (!model) {
    const Result<std::string> text = io::read_text_file(path, scenario_limit);
    if (text && io::looks_importable(*text)) return take_import(app, *text, path);
  }
  return preview(app, {ModelSource::Kind::File, shown});
}

}  // namespace

bool take_path(App& app, const std::filesystem::path& path) {
  if (!take_any_path(app, path)) return false;
  std::error_code unknown;
  const std::filesystem::path whole = std::filesystem::absolute(path, unknown);
  note_opened(app.preferences, io::shown(unknown ? path : whole));
  return true;
}

bool take_text(App& app, std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return false;
  if (const auto word = shared_word(text.substr(start))) {
    take_shared(app, *word);
    return true;
  }
  if (text[start] != '{' && take_log(app, text)) return true;
  if (text.size() <= scenario_limit && io::looks_importable(text)) return take_import(app, text, {});
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
