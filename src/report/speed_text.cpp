#include "report/speed_text.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>

namespace llmcalc::io {
namespace {

/// Seconds as "47 ms (25 to 93)" or "1.2 s (0.8 to 2.4)".
std::string seconds_words(const Rate& seconds) {
  const bool small = seconds.typical < 1;
  const double k = small ? 1000 : 1;
  const Rate shown{seconds.low * k, seconds.typical * k, seconds.high * k};
  return rate_words(shown) + (small ? " ms" : " s");
}

/// "$2.40/hour, $3.1 (2.2 to 4.4) per million tokens, 1.9 (1.4 to 2.8) J/token", as far as it is known.
std::string cost_words(const Cost& cost) {
  std::string out;
  const auto part = [&](const std::string& words) { out += (out.empty() ? "" : ", ") + words; };
  if (cost.dollars_per_hour > 0) part("$" + fixed(cost.dollars_per_hour, 2) + "/hour");
  if (cost.dollars_per_million.typical > 0) part("$" + rate_words(cost.dollars_per_million) + " per million tokens");
  if (cost.joules_per_token.typical > 0) part(rate_words(cost.joules_per_token) + " J/token");
  return out;
}

}  // namespace

std::string rate_words(const Rate& rate) {
  const auto [low, high] = std::minmax(rate.low, rate.high);
  return two_digits(rate.typical) + " (" + two_digits(low) + " to " + two_digits(high) + ")";
}

std::vector<std::string> inference_speed_lines(const Scenario& s, const InferenceEstimate& e) {
  const auto speed = inference_speed(s, e);
  if (!speed) return {};
  std::vector<std::string> lines;
  std::string decode = rate_words(speed->tokens_per_second) + " tokens/s";
  if (s.serving.sequences > 1) decode += " per sequence, " + rate_words(speed->total_tokens_per_second) + " in total";
  lines.push_back(decode + ", limited by " + (speed->bound == Bound::Bandwidth ? "memory bandwidth" : "compute"));
  if (const std::string words = residence_words(s, *speed); !words.empty()) lines.push_back(words);
  if (speed->first_token_seconds.typical > 0) {
    const std::string seconds = seconds_words(speed->first_token_seconds);
    const std::string tokens = counted(s.prompt(), "token");
    lines.push_back(s.model->encodes() ? "a text of " + tokens + " takes " + seconds
                                       : "first token after " + seconds + " for a prompt of " + tokens);
  }
  const std::string cost = cost_words(cost_of(s, Task::Inference, speed->total_tokens_per_second));
  if (!cost.empty()) lines.push_back(cost);
  return lines;
}

std::vector<std::string> training_speed_lines(const Scenario& s) {
  const auto speed = training_speed(s);
  if (!speed) return {};
  std::vector<std::string> lines;
  const Rate percent{speed->mfu.low * 100, speed->mfu.typical * 100, speed->mfu.high * 100};
  lines.push_back(rate_words(speed->tokens_per_second) + " tokens/s, MFU " + rate_words(percent) + " %" +
                  (s.speed.mfu > 0 ? " (given)" : ""));
  const Cost cost = cost_of(s, Task::Training, speed->tokens_per_second);
  lines.push_back(count_text(s.cost.tokens) + " tokens take " + rate_words(cost.hours) + " hours" +
                  (cost.dollars.typical > 0 ? ", $" + rate_words(cost.dollars) : "") +
                  (cost.kilowatt_hours.typical > 0 ? ", " + rate_words(cost.kilowatt_hours) + " kWh" : ""));
  return lines;
}

}  // namespace llmcalc::io
