#include "ui/plan_job.hpp"

#include "host/aside.hpp"

#include <utility>

namespace llmcalc::ui {
namespace {

/// Rows that are shown.
constexpr std::size_t most_layouts = 12;
/// Devices of a kind that are tried.
constexpr Count most_devices = 64;

}  // namespace

PlanJob::PlanJob(Scenario scenario, PlanQuestion question, std::vector<DevicePtr> devices)
    : search_(std::make_shared<Search>()) {
  search_->scenario = std::move(scenario);
  search_->question = question;
  search_->devices = std::move(devices);
  work_ = host::aside([search = search_] { return search->next(); });
}

bool PlanJob::Search::next() {
  const bool more = question.kind == PlanKind::Devices ? next_device() : layouts();
  if (!more) done = true;
  return more;
}

bool PlanJob::Search::layouts() {
  PlanOptions options;
  options.most = most_layouts;
  options.rank = question.rank;
  options.progress = [this](double share) {
    progress = share;
    return !cancelled;
  };
  answer.plan = plan(scenario, question.task, options);
  const auto& found = answer.plan.candidates;
  if (found.size() > 1) answer.reason = reason(found[0], found[1], question.rank);
  return false;
}

bool PlanJob::Search::next_device() {
  if (tried < devices.size() && !cancelled) {
    for (DeviceNeed& need : device_needs(scenario, question.task, {devices[tried]}, most_devices)) {
      answer.needs.push_back(std::move(need));
    }
    ++tried;
    progress = static_cast<double>(tried) / static_cast<double>(devices.size());
    if (tried < devices.size() && !cancelled) return true;
  }
  cheapest_first(answer.needs);
  return false;
}

}  // namespace llmcalc::ui
