#include "platform/input_queue.hpp"

#include "platform/gl.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmcalc::platform {
namespace input_queue_test {

Input key(int code, bool down) { return {Input::Kind::Key, code, down, {}}; }
Input letter(char c) { return {Input::Kind::Character, c, false, {}}; }
Input button(bool down, Point at) { return {Input::Kind::Button, 0, down, at}; }

/// The frames as text: + and - for keys and the button, letters in quotes, @ with the place of the mouse.
std::string frames_of(InputQueue& queue) {
  std::string out;
  while (queue.waits()) {
    const FrameInput frame = queue.next();
    for (const Input& i : frame.inputs) {
      if (i.kind == Input::Kind::Character) {
        out += std::string("'") + static_cast<char>(i.code) + "'";
        continue;
      }
      out += i.down ? '+' : '-';
      out += i.kind == Input::Kind::Button     ? "button"
             : i.code == GLFW_KEY_LEFT_CONTROL ? "ctrl"
                                               : std::string(1, static_cast<char>(i.code));
    }
    if (frame.at) out += "@" + std::to_string(static_cast<int>(frame.at->x));
    out += '|';
  }
  return out;
}

TEST(InputQueue, GivesAChordItsControl) {
  InputQueue queue;
  for (const int letter : {GLFW_KEY_T, GLFW_KEY_G}) {
    queue.push(key(GLFW_KEY_LEFT_CONTROL, true));
    queue.push(key(letter, true));
    queue.push(key(GLFW_KEY_LEFT_CONTROL, false));
    queue.push(key(letter, false));
  }
  EXPECT_EQ(frames_of(queue), "+ctrl+T|-ctrl-T|+ctrl|+G|-ctrl-G|");
}

TEST(InputQueue, KeepsLettersInTheirOrderAndADoubledLetterTwice) {
  InputQueue queue;
  for (const char c : {'L', 'L', 'M'}) {
    queue.push(key(c, true));
    queue.push(letter(c));
    queue.push(key(c, false));
  }
  EXPECT_EQ(frames_of(queue), "+L'L'|-L|+L'L'|-L+M'M'|-M|");
}

TEST(InputQueue, CharactersWithoutKeysComeTogether) {
  InputQueue queue;
  for (const char c : {'a', 'b', 'c'}) queue.push(letter(c));
  queue.push(key(GLFW_KEY_LEFT_CONTROL, true));
  queue.push(key(GLFW_KEY_LEFT_CONTROL, false));
  EXPECT_EQ(frames_of(queue), "'a''b''c'+ctrl-ctrl|");
}

TEST(InputQueue, AClickIsAPressAndThenARelease) {
  InputQueue queue;
  queue.push(button(true, {5, 5}));
  queue.push(button(false, {5, 5}));
  queue.push(button(true, {7, 5}));
  EXPECT_EQ(frames_of(queue), "+button@5|@5|@5|-button@5|@5|@5|+button@7|");
}

TEST(InputQueue, WhatIsDraggedArrivesBeforeItIsLetGo) {
  InputQueue queue;
  queue.push(button(true, {5, 5}));
  queue.push(button(false, {90, 5}));
  EXPECT_EQ(frames_of(queue), "+button@5|@5|@5|@90|-button@90|");
}

TEST(InputQueue, AWindowThatHasJustOpenedIsLeftAloneForTwoFrames) {
  InputQueue queue;
  queue.rest();
  queue.push(button(true, {5, 5}));
  EXPECT_EQ(frames_of(queue), "||+button@5|");
}

TEST(InputQueue, AShortcutRestsBeforeWhatIsTypedIntoItsField) {
  InputQueue queue;
  queue.push(key(GLFW_KEY_P, true));
  queue.push(letter('g'));
  queue.push(key(GLFW_KEY_G, true));
  queue.push(letter('g'));
  EXPECT_EQ(frames_of(queue), "+P'g'|+G'g'|");
  queue.push(key(GLFW_KEY_P, true));
  queue.push(key(GLFW_KEY_G, true));
  queue.push(letter('g'));
  EXPECT_EQ(frames_of(queue), "+P|||+G'g'|");
}

TEST(InputQueue, WithoutInputAFrameGetsNone) {
  InputQueue queue;
  EXPECT_FALSE(queue.waits());
  const FrameInput frame = queue.next();
  EXPECT_TRUE(frame.inputs.empty());
  EXPECT_FALSE(frame.at);
}

}  // namespace input_queue_test
}  // namespace llmcalc::platform
