#include "ui/jobs.hpp"

#include "ui/app.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

namespace llmcalc::ui {
namespace {

/// Runs the golden cases of this installation.
Accuracy measured_errors(const io::Resolver& resolver) {
  const auto folder = io::golden_folder();
  std::vector<std::filesystem::path> files = io::golden_files(folder);
  // The article's own arithmetic is no measurement.
  std::erase_if(files, [](const auto& file) { return file.filename() == "article.jsonl"; });
  if (files.empty()) return Issue{folder.string(), "holds no golden cases"};
  const auto outcomes = io::run_golden_files(files, resolver);
  if (!outcomes) return outcomes.issues();
  return io::component_errors(*outcomes, io::AccuracyBy::Component);
}

}  // namespace

void update_plan(const App& app, Jobs& jobs) {
  if (app.preferences.tab != Tab::Plan || app.scenario.devices.groups.size() != 1) return;
  PlanQuestion question = app.view.plan;
  question.task = app.preferences.focus.task;
  const bool same = jobs.plan && jobs.plan_revision == app.results.revision && jobs.plan->question() == question;
  if (same || !app.results.issues.empty() || ImGui::GetIO().MouseDown[0]) return;
  jobs.plan_revision = app.results.revision;
  std::vector<DevicePtr> devices;
  for (const DeviceChoice& choice : app.library.devices) {
    if (!is_host_memory(*choice.device)) devices.push_back(choice.device);
  }
  jobs.plan.reset();  // the old search ends before the new one begins
  jobs.plan = std::make_unique<PlanJob>(app.scenario, question, std::move(devices));
}

void ask_for_accuracy(const App& app, Jobs& jobs) {
  if (!jobs.accuracy.valid()) jobs.accuracy = std::async(std::launch::async, measured_errors, app.resolver).share();
}

const Accuracy* known_accuracy(const Jobs& jobs) {
  const bool done =
      jobs.accuracy.valid() && jobs.accuracy.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  return done ? &jobs.accuracy.get() : nullptr;
}

}  // namespace llmcalc::ui
