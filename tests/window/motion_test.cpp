#include "platform/motion.hpp"

#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace llmcalc::platform {
namespace motion_test {

/// Sets the configuration folder for one test.
class Motion : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* before = std::getenv("XDG_CONFIG_HOME")) before_ = before;
    ::setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1);
  }
  void TearDown() override {
    if (before_.empty()) ::unsetenv("XDG_CONFIG_HOME");
    if (!before_.empty()) ::setenv("XDG_CONFIG_HOME", before_.c_str(), 1);
  }
  tests::TempFolder folder_;
  std::string before_;
};

TEST_F(Motion, IsWantedWithoutSettings) { EXPECT_TRUE(animations_wanted()); }

TEST_F(Motion, IsOffWhenGtkSaysSo) {
  folder_.write("gtk-3.0/settings.ini", "[Settings]\ngtk-theme-name = Adwaita\ngtk-enable-animations = 0\n");
  EXPECT_FALSE(animations_wanted());
  folder_.write("gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n");
  EXPECT_TRUE(animations_wanted());
}

TEST_F(Motion, IsOffWhenKdeSaysSo) {
  folder_.write("kdeglobals", "[KDE]\nAnimationDurationFactor=0\n");
  EXPECT_FALSE(animations_wanted());
  folder_.write("kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n=\n");
  EXPECT_TRUE(animations_wanted());
}

}  // namespace motion_test
}  // namespace llmcalc::platform
