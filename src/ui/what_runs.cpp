#include "ui/what_runs.hpp"

#include "host/aside.hpp"
#include "report/launch_command.hpp"

#include <llmcalc/scenario/usable_memory.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace llmcalc::ui {

RunQuestion question_of(const WhatRuns& view, const Scenario& scenario, std::vector<DeviceGroup> others) {
  Scenario machine;
  machine.devices = scenario.devices;
  machine.host = scenario.host;
  machine.speed = scenario.speed;
  machine.cost = scenario.cost;
  machine.display_bytes = scenario.display_bytes;
  machine.ecc = scenario.ecc;
  machine = with_engine(std::move(machine), view.engine.value_or(usual_engine(scenario.devices, view.wish.use)));
  if (!machine.host.reserve_bytes) machine.host.reserve_bytes = usual_reserve(machine).count;
  return {std::move(machine), view.wish, view.filter, std::move(others)};
}

ModelMarks marks_of(const RunAnswers& answers) {
  ModelMarks marks;
  for (const io::RecommendedModel& row : answers.rows) {
    if (row.known->on_disk) continue;
    marks[row.known->entry.id] = {io::mark_of(row.answer),
                                  row.answer.best.runs() ? format_name(row.answer.best) : ""};
  }
  return marks;
}

RunsJob::RunsJob(std::vector<std::filesystem::path> folders, io::Resolver resolver)
    : folders_(std::move(folders)), resolver_(std::move(resolver)) {}

RunsJob::~RunsJob() { stop_ = true; }

void RunsJob::ask(RunQuestion question, const std::vector<host::LocalModel>& on_disk) {
  const bool more_models = on_disk.size() != on_disk_.size();
  if (question_ == question && !more_models) return;
  stop_ = true;
  work_ = {};
  explaining_ = {};
  stop_ = false;
  if (more_models) {
    on_disk_ = on_disk;
    read_ = false;
  }
  question_ = std::move(question);
  wanted_.clear();
  {
    const std::lock_guard guard(lock_);
    found_ = {};
    explained_ = {};
    ++revision_;
  }
  busy_ = true;
  step_ = Step::Read;
  began_ = std::chrono::steady_clock::now();
  work_ = host::aside([this, search = ++search_] { return search_on(search); });
}

bool RunsJob::search_on(std::size_t search) {
  if (search != search_ || stop_) return false;
  switch (step_) {
    case Step::Read:
      read();
      step_ = Step::Ask;
      return true;
    case Step::Ask:
      ask_all();
      step_ = Step::Contexts;
      return true;
    case Step::Contexts:
      reach();
      step_ = Step::Compare;
      return true;
    case Step::Compare:
      compare();
      step_ = Step::Done;
      busy_ = false;
      return false;
    case Step::Done: break;
  }
  return false;
}

void RunsJob::read() {
  if (!read_) {
    models_ = io::known_models(folders_, on_disk_, &stop_);
    read_ = !stop_;
  }
  const std::lock_guard guard(lock_);
  found_.asked = models_.size();
}

void RunsJob::ask_all() {
  rows_ = io::recommend_all(models_, question_->machine, question_->wish, question_->filter, &stop_,
                            [this](const io::RecommendedModel& row) {
                              const std::lock_guard guard(lock_);
                              found_.rows.push_back(row);
                              ++revision_;
                            });
  const std::lock_guard guard(lock_);
  found_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  found_.done = true;
  ++revision_;
}

void RunsJob::reach() {
  io::on_all_processors(
      rows_.size(),
      [&](std::size_t i) {
        const Count context = reachable_context(rows_[i].answer.best, question_->wish);
        const std::lock_guard guard(lock_);
        for (io::RecommendedModel& row : found_.rows) {
          if (row.known == rows_[i].known) row.context = context;
        }
        ++revision_;
      },
      &stop_);
}

void RunsJob::compare() {
  std::set<const io::KnownModel*> here, short_here;
  for (const io::RecommendedModel& row : rows_) {
    if (row.answer.best.runs()) (row.answer.as_wished() ? here : short_here).insert(row.known);
  }
  for (const DeviceGroup& devices : question_->others) {
    if (stop_) return;
    Scenario machine = question_->machine;
    machine.devices.groups = {devices};
    machine.display_bytes = 0;
    auto rows = io::recommend_all(models_, machine, question_->wish, question_->filter, &stop_);
    std::erase_if(
        rows, [&](const io::RecommendedModel& row) { return !row.answer.as_wished() || here.contains(row.known); });
    io::sort_recommended(rows, io::RunOrder::Size);
    Upgrade upgrade{.devices = devices, .models = {}};
    for (const io::RecommendedModel& row : rows) {
      (short_here.contains(row.known) ? upgrade.better : upgrade.models)
          .push_back({row.known->entry.name, io::speed_span(row.answer.best.speed)});
    }
    const std::lock_guard guard(lock_);
    found_.upgrades.push_back(std::move(upgrade));
    ++revision_;
  }
}

void RunsJob::ask_formats(const std::string& id) {
  if (wanted_ == id || !question_) return;
  explaining_ = {};  // ends before what it reads changes
  wanted_ = id;
  explaining_ = host::aside([this] {
    explain();
    return false;
  });
}

void RunsJob::explain() {
  io::RecommendedModel row;
  {
    const std::lock_guard guard(lock_);
    for (const io::RecommendedModel& found : found_.rows) {
      if (found.known->entry.id == wanted_) row = found;
    }
  }
  if (row.known == nullptr) return;
  FormatAnswers answer{.of = row.known->entry.id,
                       .formats = {},
                       .contexts = {},
                       .reason = reason(row.answer, question_->wish),
                       .command = {}};
  answer.formats = formats_that_fit(question_->machine, row.known->model, row.known->source, question_->wish);
  for (const Candidate& c : answer.formats) answer.contexts.push_back(reachable_context(c, question_->wish));
  const io::ModelEntry& entry = row.known->entry;
  const auto launch = io::launch(row.answer.best.scenario, question_->wish.task(),
                                 entry.hf_id.empty() ? entry.id : entry.hf_id, resolver_);
  answer.command = launch ? launch->command : launch.issues().front().what;
  const std::lock_guard guard(lock_);
  explained_ = std::move(answer);
  ++revision_;
}

const RunAnswers& RunsJob::answers() {
  const std::lock_guard guard(lock_);
  if (shown_revision_ != revision_) {
    shown_ = found_;
    shown_formats_ = explained_;
    shown_revision_ = revision_;
  }
  return shown_;
}

const FormatAnswers* RunsJob::formats() {
  return shown_formats_.of.empty() || shown_formats_.of != wanted_ ? nullptr : &shown_formats_;
}

}  // namespace llmcalc::ui
