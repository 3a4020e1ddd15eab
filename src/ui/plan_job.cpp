#include "ui/plan_job.hpp"

#include <utility>

namespace llmcalc::ui {
namespace {

/// Rows that are shown.
constexpr std::size_t most_layouts = 12;

}  // namespace

PlanJob::PlanJob(Scenario scenario, PlanQuestion question, std::vector<DevicePtr> devices)
    : scenario_(std::move(scenario)),
      question_(question),
      thread_([this, list = std::move(devices)] { search(list); }) {}

PlanJob::~PlanJob() {
  cancel();
  if (thread_.joinable()) thread_.join();
}

void PlanJob::search(const std::vector<DevicePtr>& devices) {
  PlanOptions options;
  options.most = most_layouts;
  options.rank = question_.rank;
  options.progress = [this](double share) {
    progress_ = share;
    return !cancelled_;
  };
  if (question_.kind == PlanKind::Devices) {
    answer_.needs = device_needs(scenario_, question_.task, devices, 64, options);
  } else {
    answer_.plan = plan(scenario_, question_.task, options);
    const auto& found = answer_.plan.candidates;
    if (found.size() > 1) answer_.reason = reason(found[0], found[1], question_.rank);
  }
  done_ = true;
}

}  // namespace llmcalc::ui
