// Devices that hold the same as one row.

#include "unit/questions/scenarios.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <gtest/gtest.h>

#include <set>

namespace llmcalc {
namespace device_span_test {

std::set<Count> numbers(const std::vector<DeviceSpan>& pieces) {
  std::set<Count> all;
  for (const DeviceSpan& piece : pieces) {
    for (Count k = 0; k < piece.count(); ++k) EXPECT_TRUE(all.insert(piece.at(k)).second) << "twice: " << piece.at(k);
  }
  return all;
}

TEST(DeviceSpan, SplitsAtAnyBoundaryWithoutLosingADevice) {
  for (const DeviceSpan& whole :
       {DeviceSpan{0, 1, 1, 1}, DeviceSpan{0, 8, 1, 8}, DeviceSpan{3, 2, 4, 5}, DeviceSpan{4, 4, 3, 4}}) {
    for (Count boundary = 0; boundary < 30; ++boundary) {
      const std::vector<DeviceSpan> pieces = split(whole, boundary);
      EXPECT_EQ(numbers(pieces), numbers({whole})) << whole.first << " at " << boundary;
      for (const DeviceSpan& piece : pieces) {
        EXPECT_TRUE(piece.last() < boundary || piece.first >= boundary) << piece.first << " at " << boundary;
      }
    }
  }
}

TEST(DeviceSpan, JoinsWhatFollows) {
  const DeviceSpan first{0, 4, 2, 8};
  const DeviceSpan second{4, 4, 2, 8};
  ASSERT_TRUE(can_join(first, second));
  EXPECT_TRUE(joined(first, second).neighbours());
  EXPECT_EQ(joined(first, second).last(), 15U);
  EXPECT_FALSE(can_join(second, first));
  EXPECT_FALSE(can_join(first, DeviceSpan{4, 4, 1, 8}));
}

TEST(DeviceSpan, ListsEveryDeviceUnlessThereAreTooMany) {
  const DeviceUse first{.name = "GPU 0", .span = {0, 2, 2, 4}};
  const DeviceUse second{.name = "GPU 2", .span = {2, 2, 2, 4}};
  const DeviceUse host = DeviceUse::host();
  const std::vector<DeviceUse> all = listed(std::vector{first, second, host});
  ASSERT_EQ(all.size(), 9U);
  for (Count i = 0; i < 8; ++i) EXPECT_EQ(all[i].name, device_name(i));
  EXPECT_EQ(all.back().name, "host");
  const DeviceUse many{.name = "GPU 0", .span = {0, 4096, 1, 4096}};
  ASSERT_EQ(listed(std::vector{many}).size(), 1U);
  EXPECT_EQ(shared_name(many), "GPU 0–4095");
  EXPECT_EQ(shared_name(first), "4 like GPU 0");
}

TEST(DeviceSpan, FindsTheRowOfAName) {
  const std::vector<DeviceUse> rows{{.name = "GPU 0", .span = {0, 2, 2, 4}}, {.name = "GPU 2", .span = {2, 2, 2, 4}}};
  EXPECT_EQ(row_of(rows, "GPU 5"), rows.data());
  EXPECT_EQ(row_of(rows, "GPU 7"), rows.data() + 1);
  for (const char* none : {"GPU 8", "GPU 05", "GPU", "", "5", "host", "GPU 5x", "GPU 18446744073709551621"}) {
    EXPECT_EQ(row_of(rows, none), nullptr) << none;
  }
}

TEST(DeviceSpan, DevicesThatDifferHaveRowsOfTheirOwn) {
  Scenario s = tests::on_cards(24_GiB, 3);
  Device larger = *s.devices.groups.front().device;
  larger.memory = 48_GiB;
  larger.reported = {};
  s.devices.groups.push_back({std::make_shared<const Device>(larger), 5});
  s.parallelism = {.data = 2, .tensor = 2, .pipeline = 2};
  s.display_bytes = (1_GiB).count;
  const InferenceEstimate e = evaluate_inference(s);
  const std::vector<DeviceUse> all = listed(e.devices);
  ASSERT_EQ(all.size(), 8U);
  for (Count i = 0; i < 8; ++i) {
    EXPECT_EQ(all[i].capacity, i == 0 ? 23_GiB : i < 3 ? 24_GiB : 48_GiB) << i;
    EXPECT_EQ(all[i].breakdown.total(), all[i % 4].breakdown.total()) << i;
  }
}

TEST(DeviceSpan, ReplicasOfAHugeRunAreNoRowsOfTheirOwn) {
  Scenario s = tests::on_cards(80_GiB, 16384);
  s.parallelism = {.data = 512, .tensor = 8, .pipeline = 4};
  const InferenceEstimate e = evaluate_inference(s);
  ASSERT_EQ(e.devices.size(), 4U);
  Bytes sum;
  for (const DeviceUse& use : e.devices) sum += use.breakdown.total() * use.span.count();
  EXPECT_EQ(sum, e.breakdown.total());
}

}  // namespace device_span_test
}  // namespace llmcalc
