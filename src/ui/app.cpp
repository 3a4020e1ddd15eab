#include "ui/app.hpp"

#include "readers/scenario_json.hpp"
#include "ui/choosers.hpp"

#include <llmcalc/base/text.hpp>

#include <memory>
#include <utility>

namespace llmcalc::ui {
namespace {

/// Steps that can be undone.
constexpr std::size_t history_limit = 500;

/// Defaults with the scenario's own model and devices.
Scenario reference_of(const Scenario& scenario) {
  Scenario reference;
  reference.model = scenario.model;
  reference.model_source = scenario.model_source;
  reference.devices = scenario.devices;
  return reference;
}

void go(App& app, std::vector<Scenario>& from, std::vector<Scenario>& to) {
  if (from.empty()) return;
  to.push_back(app.scenario);
  app.scenario = std::move(from.back());
  from.pop_back();
  app.reference = reference_of(app.scenario);
  app.history.settled = app.scenario;
}

}  // namespace

App make_app(io::Resolver resolver, std::vector<std::filesystem::path> preset_folders) {
  App app;
  app.resolver = std::move(resolver);
  app.library = read_library(std::move(preset_folders));
  Result<Scenario> scenario = io::default_scenario(app.resolver);
  if (!scenario) {
    // Without presets the sliders still work, on a model and a device that need none.
    const Issue& why = scenario.issues().front();
    say(app, (app.library.models.empty() ? "No presets were found: " : "") + why.where + " " + why.what, true);
    scenario = io::read_scenario(nlohmann::json{{"model", {{"custom", nlohmann::json::object()}}},
                                                {"device", {{"memory_bytes", (24_GiB).count}}}},
                                 app.resolver);
  }
  if (scenario) use_scenario(app, std::move(scenario).value());
  return app;
}

void use_scenario(App& app, Scenario scenario) {
  if (scenario.model_source.kind != ModelSource::Kind::Custom) app.view.base_model = scenario.model_source;
  app.scenario = std::move(scenario);
  app.reference = reference_of(app.scenario);
}

bool use_model(App& app, const ModelSource& source) {
  Result<ModelPtr> model = app.resolver.model(source);
  if (!model) {
    const Issue& first = model.issues().front();
    say(app, first.where.empty() ? first.what : first.where + ": " + first.what, true);
    return false;
  }
  app.scenario.model = *model;
  app.scenario.model_source = source;
  if (source.kind != ModelSource::Kind::Custom) app.view.base_model = source;
  app.reference = reference_of(app.scenario);
  return true;
}

void use_device(App& app, DevicePtr device, Count count) {
  if (device && is_host_memory(*device)) return use_host_memory(app, *device);
  app.scenario.devices.groups = {{std::move(device), count}};
  app.reference = reference_of(app.scenario);
}

bool is_host_memory(const Device& device) { return device.whole().count == 0; }

void use_host_memory(App& app, const Device& memory) {
  if (memory.bandwidth <= 0) return;
  app.scenario.speed.host_bandwidth = memory.bandwidth;
  say(app, "Host memory: " + memory.name + ", " + rate_text(memory.bandwidth, "B"));
}

void remember(App& app, bool dragging) {
  if (dragging) return;
  History& h = app.history;
  if (!h.settled) h.settled = app.scenario;
  if (*h.settled == app.scenario) return;
  h.undo.push_back(std::move(*h.settled));
  if (h.undo.size() > history_limit) h.undo.erase(h.undo.begin());
  h.redo.clear();
  h.settled = app.scenario;
}

void undo(App& app) { go(app, app.history.undo, app.history.redo); }
void redo(App& app) { go(app, app.history.redo, app.history.undo); }

void say(App& app, std::string message, bool bad) {
  app.view.message = std::move(message);
  app.view.message_is_bad = bad;
  constexpr double seconds_shown = 8;
  app.view.message_until = seconds_shown + (ImGui::GetCurrentContext() ? ImGui::GetTime() : 0.0);
}

}  // namespace llmcalc::ui
