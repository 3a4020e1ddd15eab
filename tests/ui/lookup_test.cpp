// The choosers understand what the command line does.

#include "ui/driver.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace lookup_test {

void choose(Driver& d, Key chooser, std::string_view words) {
  d.press(chooser, true);
  d.frames(3);
  d.type(words);
  d.press(Key::Enter);
  d.frames(4);
}

TEST(DeviceChooser, UnderstandsNamesAsPeopleWriteThem) {
  struct Case {
    std::string_view typed, id;
    Count count;
  };
  for (const Case& c :
       {Case{"RTX 4090", "rtx-4090", 1}, Case{"2x 3090", "rtx-3090", 2}, Case{"8x h100", "h100-sxm-80gb", 8},
        Case{"16 h100", "h100-sxm-80gb", 16}, Case{"m4 max 64", "m4-max-64gb", 1}}) {
    Driver d;
    choose(d, Key::D, c.typed);
    ASSERT_EQ(d.app.scenario.devices.groups.size(), 1u) << c.typed;
    const DeviceGroup& group = d.app.scenario.devices.groups.front();
    ASSERT_TRUE(group.device) << c.typed;
    EXPECT_NE(group.device->id.find(std::string(c.id).substr(0, 4)), std::string::npos)
        << c.typed << " gives " << group.device->id;
    EXPECT_EQ(group.count, c.count) << c.typed;
  }
}

TEST(DeviceChooser, ShiftEnterAddsWhatWasTyped) {
  Driver d;
  choose(d, Key::D, "rtx 4090");
  d.press(Key::D, true);
  d.frames(3);
  d.type("2x 3090");
  d.press(Key::Enter, false, true);
  d.frames(4);
  EXPECT_EQ(d.app.scenario.devices.count(), 3u);
}

TEST(DeviceChooser, OpensAtThePresentDevice) {
  Driver d;
  choose(d, Key::D, "rtx 3090");
  d.press(Key::D, true);
  d.frames(4);
  const auto box = d.find("chooser." + d.app.scenario.devices.smallest()->name);
  ASSERT_TRUE(box);
  EXPECT_GT(box->from.y, 0);
  EXPECT_LT(box->to.y, ImGui::GetIO().DisplaySize.y);
}

TEST(ModelChooser, UnderstandsAddressesAndTakesTheWeightsThatANameStates) {
  Driver d;
  choose(d, Key::M, "https://huggingface.co/Qwen/Qwen3-8B-AWQ");
  ASSERT_TRUE(d.app.scenario.model);
  EXPECT_EQ(d.app.scenario.model_source.text, "qwen3-8b");
  EXPECT_EQ(d.app.scenario.weights.format, WeightFormat::AwqInt4);
  choose(d, Key::M, "Llama 3.3 70B");
  EXPECT_EQ(d.app.scenario.model_source.text, "llama-3.3-70b-instruct");
}

TEST(ModelChooser, SaysWhatToDoAboutARepositoryItDoesNotKnow) {
  Driver d;
  d.press(Key::M, true);
  d.frames(3);
  d.type("nobody/does-not-exist-17b");
  EXPECT_TRUE(d.shows("config.json")) << "which file to save";
}

TEST(ModelChooser, TakesAFormatBehindAName) {
  Driver d;
  d.press(Key::M, true);
  d.type("llama 3.3 70b q4_k_m");
  d.press(Key::Enter);
  d.frames(2);
  EXPECT_EQ(d.app.scenario.model->id, "llama-3.3-70b-instruct");
  EXPECT_EQ(d.app.scenario.weights.format, WeightFormat::Gguf);
  EXPECT_EQ(d.app.scenario.weights.mix, GgufMix::Q4_K_M);
}

}  // namespace lookup_test
}  // namespace llmcalc::ui::test
