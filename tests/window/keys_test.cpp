// Which shortcut a key means on other keyboards than the American one.

#include "platform/keys.hpp"

#include "platform/gl.hpp"

#include <gtest/gtest.h>

namespace llmcalc::platform {
namespace keys_test {

TEST(PrintedKey, IsWhatIsOnTheKeyNotWhereItStands) {
  EXPECT_EQ(printed_key(GLFW_KEY_Q, "a"), GLFW_KEY_A);  // AZERTY
  EXPECT_EQ(printed_key(GLFW_KEY_W, "z"), GLFW_KEY_Z);
  EXPECT_EQ(printed_key(GLFW_KEY_Z, "y"), GLFW_KEY_Y);  // QWERTZ
  EXPECT_EQ(printed_key(GLFW_KEY_SLASH, "-"), GLFW_KEY_MINUS);
  EXPECT_EQ(printed_key(GLFW_KEY_RIGHT_BRACKET, "+"), GLFW_KEY_EQUAL);
  EXPECT_EQ(printed_key(GLFW_KEY_Z, ";"), GLFW_KEY_SEMICOLON);  // Dvorak
  EXPECT_EQ(printed_key(GLFW_KEY_M, ","), GLFW_KEY_COMMA);
}

TEST(PrintedKey, StandsWhereItDoesInOtherAlphabets) {
  EXPECT_EQ(printed_key(GLFW_KEY_Z, "\xD1\x8F"), GLFW_KEY_Z);            // Cyrillic ya
  EXPECT_EQ(printed_key(GLFW_KEY_2, "\xC3\xA9"), GLFW_KEY_2);            // AZERTY, e acute
  EXPECT_EQ(printed_key(GLFW_KEY_MINUS, "\xC3\x9F"), GLFW_KEY_UNKNOWN);  // QWERTZ, sharp s: not zoom
}

TEST(PrintedKey, OfAKeyThatTypesNothingIsItself) {
  for (const int key : {GLFW_KEY_ENTER, GLFW_KEY_F1, GLFW_KEY_LEFT_CONTROL, GLFW_KEY_KP_ENTER, GLFW_KEY_SPACE}) {
    EXPECT_EQ(printed_key(key, nullptr), key);
    EXPECT_EQ(printed_key(key, ""), key);
  }
  EXPECT_EQ(printed_key(GLFW_KEY_UNKNOWN, nullptr), GLFW_KEY_UNKNOWN);
}

}  // namespace keys_test
}  // namespace llmcalc::platform
