#include "ui/rates.hpp"

#include "ui/answers.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/fit.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Sequences or devices along the axis: powers of two, and where the scenario is.
std::vector<Count> powers_of_two(Count highest, Count present) {
  std::vector<Count> values{present};
  for (Count n = 1; n <= std::max(highest, present); n *= 2) values.push_back(n);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// The scenario with another value on the axis of its task.
Scenario moved(const Scenario& s, Task task, Count value) {
  if (task == Task::Training) return with_devices(s, task, value);
  Scenario there = s;
  there.serving.sequences = value;
  return there;
}

/// Points along the axis; `fill` gives a point its rates, and none when they are not known.
template <class Fill>
Rates along_axis(const Scenario& s, Task task, const char* missing, Fill fill) {
  Rates rates{.points = {}, .words = {}, .missing = missing};
  if (s.devices.count() == 0) return rates;
  const Count present = task == Task::Inference ? s.serving.sequences : s.devices.count();
  for (const Count x : powers_of_two(task == Task::Inference ? 256 : 128, present)) {
    const Scenario there = x == present ? s : moved(s, task, x);
    if (!is_valid(there)) continue;
    RatePoint point;
    point.x = x;
    point.marked = x == present;
    if (!fill(there, point)) continue;
    point.fits = fits(fit(there, task).verdict);
    if (!point.fits) point.lines.emplace_back("does not fit");
    point.scenario = there;
    rates.points.push_back(std::move(point));
  }
  return rates;
}

std::string axis_words(Task task, Count x) { return counted(x, task == Task::Inference ? "sequence" : "device"); }

}  // namespace

std::string range_text(const Rate& rate, std::string_view unit) {
  std::string words = two_digits(std::min(rate.low, rate.high)) + "–" + two_digits(std::max(rate.low, rate.high));
  if (!unit.empty()) words.append(" ").append(unit);
  return words;
}

Rates speed_rates(const Scenario& scenario, Task task) {
  constexpr const char* missing = "The speed of these devices is not known: no rates are published.";
  if (task == Task::Training) {
    Rates rates = along_axis(scenario, task, missing, [&](const Scenario& there, RatePoint& point) {
      const auto speed = training_speed(there);
      if (!speed) return false;
      point.first = speed->tokens_per_second;
      const Rate percent{speed->mfu.low * 100, speed->mfu.typical * 100, speed->mfu.high * 100};
      point.lines = {axis_words(task, point.x), range_text(point.first, "tokens/s"),
                     "MFU " + range_text(percent, "%")};
      return true;
    });
    rates.words.first = "tokens/s, all devices";
    return rates;
  }
  Rates rates = along_axis(scenario, task, missing, [&](const Scenario& there, RatePoint& point) {
    const auto speed = inference_speed(there, evaluate_inference(there));
    if (!speed) return false;
    point.first = speed->total_tokens_per_second;
    point.second = speed->tokens_per_second;
    point.lines = {axis_words(task, point.x), "all: " + range_text(point.first, "tokens/s"),
                   "each: " + range_text(point.second, "tokens/s"),
                   speed->bound == Bound::Bandwidth ? "limited by memory bandwidth" : "limited by compute"};
    return true;
  });
  rates.words.first = "tokens/s, all sequences";
  rates.words.second = "tokens/s, each";
  return rates;
}

Rates cost_rates(const Scenario& scenario, Task task) {
  constexpr const char* missing = "No price is known for this device. Set Price under More settings.";
  const bool training = task == Task::Training;
  Rates rates = along_axis(scenario, task, missing, [&](const Scenario& there, RatePoint& point) {
    Rate speed;
    if (training) {
      const auto found = training_speed(there);
      if (!found) return false;
      speed = found->tokens_per_second;
    } else {
      const auto found = inference_speed(there, evaluate_inference(there));
      if (!found) return false;
      speed = found->total_tokens_per_second;
    }
    const Cost cost = cost_of(there, task, speed);
    point.first = training ? cost.dollars : cost.dollars_per_million;
    if (point.first.typical <= 0) return false;
    point.lines = {axis_words(task, point.x), "$" + range_text(point.first, training ? "" : "per million tokens"),
                   "$" + fixed(cost.dollars_per_hour, 2) + " per hour"};
    if (training) point.lines.push_back(range_text(cost.hours, "h"));
    if (cost.watts > 0) point.lines.push_back(range_text(cost.joules_per_token, "J/token"));
    return true;
  });
  rates.words.first = training ? "$ for " + count_text(scenario.cost.tokens) + " tokens" : "$ per million tokens";
  return rates;
}

}  // namespace llmcalc::ui
