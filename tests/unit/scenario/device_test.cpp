// What a device's figures mean to programs.

#include <llmcalc/scenario/device.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace device_test {

using namespace llmcalc;

TEST(Device, ShowsCudaLessThanTheDriverReports) {
  Device card;
  card.memory = 24_GiB;
  EXPECT_EQ(card.visible_to_cuda(), 24_GiB) << "memory given by hand is taken as it is";
  card.reported = 24_GiB;
  EXPECT_EQ(card.visible_to_cuda(), 24_GiB - 480_MiB);
  card.memory = card.reported = 8_GiB;
  EXPECT_EQ(card.visible_to_cuda(), 8_GiB - scale(8_GiB, 1, 50));
  card.cuda_total = 7_GiB;
  EXPECT_EQ(card.visible_to_cuda(), 7_GiB) << "read, not derived";
  card.cuda_total = {};
  card.vendor = Vendor::Amd;
  EXPECT_EQ(card.visible_to_cuda(), 8_GiB);
}

TEST(Device, ErrorCorrectionTakesFromWhatCudaSeesToo) {
  Device card;
  card.memory = card.reported = 48_GiB;
  card.cuda_total = 47_GiB;
  card.ecc_cost = 3_GiB;
  DeviceSet set;
  set.groups.push_back({std::make_shared<const Device>(card), 1});
  EXPECT_EQ(set.with_ecc().smallest()->visible_to_cuda(), 44_GiB);
}

}  // namespace device_test
