#pragma once
// What holds for every estimate as JSON.

#include <llmcalc/base/units.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace llmcalc::cli {

/// Ranges and sums of a list of components; the sum.
inline Count checked_sum(const nlohmann::json& components, const std::string& where) {
  Count sum = 0;
  for (const nlohmann::json& c : components) {
    const Count bytes = c["bytes"], low = c["low"], high = c["high"];
    EXPECT_LE(low, bytes) << where << " " << c["id"];
    EXPECT_LE(bytes, high) << where << " " << c["id"];
    if (c["trust"] == "exact") {
      EXPECT_TRUE(low == bytes && bytes == high) << where << " " << c["id"] << " is exact and has a range";
    }
    sum = add(sum, bytes);
  }
  return sum;
}

/// The half of an estimate that is inference: its lists add up.
inline void expect_inference_sums(const nlohmann::json& inference) {
  ASSERT_EQ(checked_sum(inference["components"], "inference"), inference["total_bytes"]);
  Count devices = 0;
  for (const nlohmann::json& d : inference["devices"]) {
    const Count total = d["total_bytes"];
    ASSERT_EQ(checked_sum(d["components"], d["name"]), total);
    devices = add(devices, multiply(total, d.value("devices", Count{1})));
  }
  ASSERT_EQ(devices, inference["total_bytes"]) << "devices add up to the whole";
}

/// And that is training.
inline void expect_training_sums(const nlohmann::json& training) {
  ASSERT_EQ(checked_sum(training["components"], "training"), training["total_bytes"]);
  Count highest = 0;
  for (const nlohmann::json& phase : training["phases"]) {
    ASSERT_EQ(checked_sum(phase["components"], phase["id"]), phase["total_bytes"]);
    highest = std::max<Count>(highest, phase["total_bytes"]);
  }
  ASSERT_EQ(highest, training["total_bytes"]) << "the peak is the highest phase";
  Count worst = 0;
  for (const nlohmann::json& rank : training["ranks"])
    worst = std::max(worst, checked_sum(rank["components"], rank["name"]));
  ASSERT_EQ(worst, training["total_bytes"]) << "the answer is the worst rank";
}

/// Every list of an estimate adds up to its total, and what is exact has no range.
inline void expect_sums(const nlohmann::json& e) {
  ASSERT_NO_FATAL_FAILURE(expect_inference_sums(e.at("inference")));
  ASSERT_NO_FATAL_FAILURE(expect_training_sums(e.at("training")));
  Count parameters = 0;
  for (const auto& [part, n] : e["model"]["parameters_by_part"].items()) {
    const nlohmann::json& left_out = e["model"]["parts_not_counted"];
    if (std::find(left_out.begin(), left_out.end(), part) == left_out.end()) parameters = add(parameters, n);
  }
  ASSERT_EQ(parameters, e["model"]["parameters"]);
}

}  // namespace llmcalc::cli
