#include "ui/app.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <chrono>
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

Scenario first_scenario(const Library& library) {
  Scenario scenario;
  if (Result<Model> model = open_preset(library, "llama-3.1-8b")) {
    scenario.model = std::make_shared<const Model>(std::move(model).value());
  }
  if (DevicePtr device = find_device(library, "rtx-4090")) scenario.devices.groups = {{std::move(device), 1}};
  return scenario;
}

void use_model(App& app, Model model) {
  app.scenario.model = std::make_shared<const Model>(std::move(model));
  app.reference = reference_of(app.scenario);
}

void use_device(App& app, DevicePtr device, Count count) {
  app.scenario.devices.groups = {{std::move(device), count}};
  app.reference = reference_of(app.scenario);
}

void choose_model(App& app, const ModelChoice& choice) {
  Result<Model> model = open_choice(app.library, choice);
  if (!model) {
    const Issue& first = model.issues().front();
    say(app, first.where + ": " + first.what, true);
    return;
  }
  use_model(app, std::move(model).value());
  say(app, choice.name);
}

void update_results(App& app) {
  if (app.results.of == app.scenario || !app.scenario.model) return;
  const auto start = std::chrono::steady_clock::now();
  app.results.estimate = evaluate(app.scenario);
  app.results.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Scenario as_article = app.scenario;
  as_article.method = Method::Article;
  app.results.article = evaluate(as_article);
  app.results.of = app.scenario;
  ++app.results.revision;
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
}

}  // namespace llmcalc::ui
