#include "ui/app.hpp"

#include "readers/scenario_json.hpp"
#include "ui/answers.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>
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
    complain(app, (app.library.models.empty() ? "No presets were found: " : "") + issue_words(why));
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
    complain(app, issue_words(model.issues().front()));
    return false;
  }
  if (source.kind == ModelSource::Kind::File && app.resolver.adapter) {
    if (const auto adapter = app.resolver.adapter(source)) io::set_training(*adapter, app.scenario.training);
  }
  app.scenario.model = *model;
  app.scenario.model_source = source;
  if (source.kind != ModelSource::Kind::Custom) app.view.base_model = source;
  app.reference = reference_of(app.scenario);
  return true;
}

void use_slot_model(App& app, const ModelSlot& slot, const std::optional<ModelSource>& source) {
  if (!source) {
    slot.model.edit(app.scenario) = nullptr;
    slot.source.edit(app.scenario) = {};
    return;
  }
  Result<ModelPtr> model = app.resolver.model(*source);
  if (!model) return complain(app, issue_words(model.issues().front()));
  slot.model.edit(app.scenario) = std::move(model).value();
  slot.source.edit(app.scenario) = *source;
}

namespace {

/// Takes a computer's memory as what the bandwidth of the host is; the devices stay as they are.
void use_host_memory(App& app, const Device& memory) {
  if (memory.bandwidth <= 0) return;
  app.scenario.speed.host_bandwidth = memory.bandwidth;
  say(app, "Host memory: " + memory.name + ", " + rate_text(memory.bandwidth, "B"));
}

}  // namespace

bool is_host_memory(const Device& device) { return device.whole().count == 0; }

void use_device(App& app, DevicePtr device, Count count) {
  if (device && is_host_memory(*device)) return use_host_memory(app, *device);
  app.scenario.devices.groups.clear();
  app.scenario.devices.groups.push_back(device ? DeviceGroup{std::move(device), count} : host_memory_only());
  app.reference = reference_of(app.scenario);
}

void use_this_computer(App& app) {
  if (!app.library.here) return;
  app.scenario.devices = app.library.here->devices;
  app.scenario.host.memory_bytes = app.library.here->memory_bytes;
  if (app.library.here->memory_bandwidth > 0) app.scenario.speed.host_bandwidth = app.library.here->memory_bandwidth;
  app.scenario.host.reserve_bytes.reset();
  app.scenario.display_bytes = 0;
  app.reference = reference_of(app.scenario);
}

void use_free_memory(App& app) {
  use_this_computer(app);
  const host::Machine& machine = app.library.machine;
  const host::HostMemory& memory = machine.memory;
  if (memory.available.count != 0) app.scenario.host.reserve_bytes = (memory.total - memory.available).count;
  for (const host::FoundGpu& gpu : machine.gpus) {
    if (!gpu.free || gpu.unified) continue;
    app.scenario.display_bytes = (gpu.total - *gpu.free).count;
    break;
  }
}

void begin_with_this_computer(App& app) {
  if (!app.view.first_start || !app.library.here || !app.history.undo.empty()) return;
  const io::ThisComputer& here = *app.library.here;
  if (here.devices.count() == 0 && !here.memory_bytes) return;
  use_this_computer(app);
  Scenario machine = with_engine(app.scenario, usual_engine(app.scenario.devices, Use::Chat));
  // The default model, else smaller ones of its kind.
  for (const char* id : {"llama-3.1-8b", "llama-3.2-3b", "llama-3.2-1b"}) {
    const ModelSource source{ModelSource::Kind::Preset, id};
    const Result<ModelPtr> model = app.resolver.model(source);
    if (!model) continue;
    Recommendation answer = recommend(machine, *model, source, {});
    if (!answer.best.runs()) continue;
    use_scenario(app, std::move(answer.best.scenario));
    break;
  }
  app.history.settled = app.scenario;
}

void add_device(App& app, const DevicePtr& device, Count count) {
  if (!device || app.scenario.devices.groups.empty()) return use_device(app, device, count);
  if (is_host_memory(*device)) return use_host_memory(app, *device);
  for (DeviceGroup& group : app.scenario.devices.groups) {
    if (group.device && *group.device == *device) {
      group.count = add(group.count, count);
      return;
    }
  }
  app.scenario.devices.groups.push_back({device, count});
}

bool pin_scenario(App& app) {
  for (std::size_t i = 0; i < app.pins.size(); ++i) {
    if (app.pins[i]) continue;
    app.pins[i] = pin_of(app.scenario);
    say(app, "Pinned as " + std::string(pin_names[i]));
    return true;
  }
  return false;
}

void wake_after(Requests& requests, double seconds) {
  if (requests.wake_after < 0 || seconds < requests.wake_after) requests.wake_after = seconds;
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

namespace {

Message message_of(std::string text) {
  constexpr double seconds_shown = 8;
  return {.text = std::move(text), .until = seconds_shown + (ImGui::GetCurrentContext() ? ImGui::GetTime() : 0.0)};
}

}  // namespace

std::string issue_words(const Issue& issue) {
  if (issue.where.empty()) return issue.what;
  const Field* field = field_of_place(issue.where);
  return field == nullptr ? issue.where + ": " + issue.what : std::string(field->label) + " " + issue.what;
}

void say(App& app, std::string message) { app.view.message = message_of(std::move(message)); }

void complain(App& app, std::string message) {
  app.view.message = message_of(std::move(message));
  app.view.message.is_bad = true;
}

}  // namespace llmcalc::ui
