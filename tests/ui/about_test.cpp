#include "driver.hpp"
#include "report/accuracy.hpp"
#include "ui/actions.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace llmcalc::ui::test {
namespace about_test {

TEST(About, ShowsTheErrorsThatTheGoldenCasesHave) {
  Driver d(1440, 1000);
  d.app.view.opening.dialogue = Dialogue::About;
  d.frames(2);
  ASSERT_TRUE(d.jobs.accuracy.valid());
  d.jobs.accuracy.wait();
  d.frames(3);
  const auto& errors = d.jobs.accuracy.get();
  ASSERT_TRUE(errors);
  ASSERT_GT(errors->size(), 10U);
  EXPECT_TRUE(d.shows("to the byte"));
  EXPECT_TRUE(d.shows("model: parameters"));
  EXPECT_TRUE(d.shows(io::error_text(errors->front().worst)));
  d.press(Key::Escape);
  d.frames(2);
  EXPECT_FALSE(d.shows("to the byte"));
}

TEST(About, IsFoundAmongTheActions) {
  Driver d;
  for (const Action& action : actions()) {
    if (action.name == std::string_view("About llmcalc")) action.run(d.app);
  }
  EXPECT_EQ(d.app.view.opening.dialogue, Dialogue::About);
}

}  // namespace about_test
}  // namespace llmcalc::ui::test
