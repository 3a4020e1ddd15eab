#include "ui/driver.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace first_hint_test {

TEST(FirstHint, IsShownOnceAndGoesWhenSentAway) {
  Driver d;
  EXPECT_FALSE(d.find("hint.done"));
  d.app.view.first_start = true;
  d.frames(2);
  ASSERT_TRUE(d.click("hint.done"));
  EXPECT_FALSE(d.find("hint.done"));
}

TEST(FirstHint, GoesWhenSomethingIsChanged) {
  Driver d;
  d.app.view.first_start = true;
  d.frames(2);
  ASSERT_TRUE(d.find("hint.done"));
  ASSERT_TRUE(d.drag("serving.context", 0.9f));
  d.frames(3);
  EXPECT_FALSE(d.find("hint.done"));
}

}  // namespace first_hint_test
}  // namespace llmcalc::ui::test
