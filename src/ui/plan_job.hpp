#pragma once
// The search for a plan, on a thread of its own: it asks the engine some thousand times, and the window goes on.

#include "ui/plan_question.hpp"

#include <llmcalc/questions/plan.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace llmcalc::ui {

/// What was found.
struct PlanAnswer {
  Plan plan;
  std::vector<DeviceNeed> needs;
  std::string reason;  ///< why the first is before the second; "" when there is nothing to say
};

/// One search. Its destructor cancels it and waits.
class PlanJob {
 public:
  /// Starts. `devices` are the kinds tried when the question is about devices.
  PlanJob(Scenario scenario, PlanQuestion question, std::vector<DevicePtr> devices);
  ~PlanJob();
  PlanJob(const PlanJob&) = delete;
  PlanJob& operator=(const PlanJob&) = delete;

  void cancel() { cancelled_ = true; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  [[nodiscard]] bool done() const { return done_; }
  /// 0 to 1.
  [[nodiscard]] double progress() const { return progress_; }
  [[nodiscard]] const PlanQuestion& question() const { return question_; }
  /// The answer once done() is true.
  [[nodiscard]] const PlanAnswer& answer() const { return answer_; }

 private:
  void search(const std::vector<DevicePtr>& devices);

  Scenario scenario_;
  PlanQuestion question_;
  PlanAnswer answer_;
  std::atomic<double> progress_{0};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;  // last: it starts when everything else is there
};

}  // namespace llmcalc::ui
