#pragma once
// The search for a plan, beside the drawing: it asks the engine some thousand times, and the window goes on.

#include "ui/plan_question.hpp"

#include <llmcalc/questions/plan.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// What was found.
struct PlanAnswer {
  Plan plan;
  std::vector<DeviceNeed> needs;
  std::string reason;  ///< why the first is before the second; "" when there is nothing to say
};

/// One search. Its destructor cancels it.
class PlanJob {
 public:
  /// Starts. `devices` are the kinds tried when the question is about devices.
  PlanJob(Scenario scenario, PlanQuestion question, std::vector<DevicePtr> devices);
  ~PlanJob() { cancel(); }
  PlanJob(const PlanJob&) = delete;
  PlanJob& operator=(const PlanJob&) = delete;

  void cancel() { search_->cancelled = true; }
  [[nodiscard]] bool cancelled() const { return search_->cancelled; }
  [[nodiscard]] bool done() const { return search_->done; }
  /// 0 to 1.
  [[nodiscard]] double progress() const { return search_->progress; }
  [[nodiscard]] const PlanQuestion& question() const { return search_->question; }
  /// The answer once done() is true.
  [[nodiscard]] const PlanAnswer& answer() const { return search_->answer; }

 private:
  /// What the work and this share.
  struct Search {
    Scenario scenario;
    PlanQuestion question;
    std::vector<DevicePtr> devices;
    std::size_t tried = 0;  ///< of the devices
    PlanAnswer answer;
    std::atomic<double> progress{0};
    std::atomic<bool> cancelled{false};
    std::atomic<bool> done{false};

    bool next();
    bool next_device();
    bool layouts();
  };

  std::shared_ptr<Search> search_;
  std::future<void> work_;  // last: it starts when everything else is there, and ends first
};

}  // namespace llmcalc::ui
