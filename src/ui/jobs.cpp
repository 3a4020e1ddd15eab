#include "ui/jobs.hpp"

#include "host/aside.hpp"
#include "host/text_file.hpp"
#include "ui/answers.hpp"
#include "ui/app.hpp"

#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>

namespace llmcalc::ui {
namespace {

/// The golden cases of this installation, file by file.
struct GoldenRun {
  io::Resolver resolver;
  std::vector<std::filesystem::path> files;  ///< still to run, the last one first
  std::vector<io::GoldenFileOutcomes> outcomes{};
  std::promise<Accuracy> result{};

  explicit GoldenRun(io::Resolver names) : resolver(std::move(names)), files(io::golden_files(io::golden_folder())) {
    // The article's own arithmetic is no measurement.
    std::erase_if(files, [](const auto& file) { return file.filename() == "article.jsonl"; });
  }

  /// Runs the next file; false when that was the last or something is wrong.
  bool next() {
    if (files.empty() && outcomes.empty()) return end(Issue{io::shown(io::golden_folder()), "holds no golden cases"});
    if (files.empty()) return end(io::component_errors(outcomes, io::AccuracyBy::Component));
    auto run = io::run_golden_files({files.back()}, resolver);
    if (!run) return end(run.issues());
    files.pop_back();
    std::move(run->begin(), run->end(), std::back_inserter(outcomes));
    return true;
  }

  bool end(Accuracy accuracy) {
    result.set_value(std::move(accuracy));
    return false;
  }
};

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

void update_runs(App& app, Jobs& jobs) {
  const bool seen = app.view.screen == Screen::WhatRuns;
  if (jobs.runs && app.view.marks_wanted) {
    const RunAnswers& answers = jobs.runs->answers();
    if (answers.done && !app.view.marks_known) {
      app.view.marks = marks_of(answers);
      app.view.marks_known = true;
    }
    app.view.marks_known = app.view.marks_known && answers.done;
  }
  if ((!seen && !app.view.marks_wanted) || ImGui::GetIO().MouseDown[0]) return;
  if (!jobs.runs) jobs.runs = std::make_unique<RunsJob>(app.library.folders, app.resolver);
  jobs.runs->ask(question_of(app.view.runs, app.scenario, upgrades_of(app.library, app.scenario)),
                 app.library.on_disk);
}

void update_advice(App& app, Jobs& jobs) {
  const bool running = jobs.advice.valid();
  // A layout of the devices at hand costs no quality: nothing else has to be looked for.
  const Remedy& remedy = app.answers.remedy[static_cast<std::size_t>(app.preferences.focus.task)];
  if (app.view.make_it_fit && !running && app.answers.revision == app.results.revision && remedy.scenario &&
      remedy.scenario->parallelism != app.scenario.parallelism &&
      remedy.scenario->devices.smallest() == app.scenario.devices.smallest()) {
    app.view.make_it_fit = false;
    say(app, remedy.words + " · Ctrl+Z takes it back");
    return use_scenario(app, *remedy.scenario);
  }
  if (app.view.make_it_fit && !running && app.results.issues.empty()) {
    jobs.advised = std::make_shared<Advice>();
    jobs.advice = host::aside([into = jobs.advised, s = app.scenario, task = app.preferences.focus.task] {
      *into = advise(s, task);
      return false;
    });
  }
  app.view.make_it_fit = false;
  if (!running || jobs.advice.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  jobs.advice.get();
  Advice advice = std::move(*jobs.advised);
  if (!advice.found || advice.fits_already) {
    const std::string words = summary(advice, app.preferences.units);
    return advice.found ? say(app, words) : complain(app, words);
  }
  std::string words = "Fits with";
  for (const AdviceStep& step : advice.steps) words += (&step == &advice.steps.front() ? ": " : "; ") + step.what;
  if (advice.speed.typical > 0) words += " · " + io::speed_span(advice.speed) + " tokens/s";
  use_scenario(app, std::move(advice.scenario));
  say(app, words + " · Ctrl+Z takes it back");
}

void ask_for_accuracy(const App& app, Jobs& jobs) {
  if (jobs.accuracy.valid()) return;
  const auto run = std::make_shared<GoldenRun>(app.resolver);
  jobs.accuracy = run->result.get_future().share();
  jobs.accuracy_work = host::aside([run] { return run->next(); });
}

bool at_work(const Jobs& jobs) {
  return (jobs.plan && !jobs.plan->done()) || (jobs.runs && jobs.runs->busy()) || jobs.advice.valid() ||
         (jobs.accuracy.valid() && known_accuracy(jobs) == nullptr);
}

const Accuracy* known_accuracy(const Jobs& jobs) {
  const bool done =
      jobs.accuracy.valid() && jobs.accuracy.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  return done ? &jobs.accuracy.get() : nullptr;
}

}  // namespace llmcalc::ui
