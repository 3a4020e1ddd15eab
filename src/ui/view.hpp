#pragma once
// What only the widgets need: texts being typed, what is open, what glides. Plain values; nothing of it is saved.

#include "report/self_check.hpp"
#include "ui/controls.hpp"
#include "ui/folder_list.hpp"
#include "ui/meant.hpp"
#include "ui/opening.hpp"
#include "ui/plan_question.hpp"
#include "ui/preferences.hpp"
#include "ui/results.hpp"
#include "ui/tab_order.hpp"
#include "ui/what_runs.hpp"

#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// A popup with a search line and a list.
struct Chooser {
  std::array<char, 96> query{};
  std::size_t chosen = 0;
  float wanted = 0;         ///< height that its rows took in the last frame; 0: not known yet
  ImVec2 below{};           ///< where it opens
  bool focus_now = false;   ///< put the keyboard into the search line
  bool scroll_now = false;  ///< bring the chosen row into view
};

/// The dialogue that opens files.
struct OpenView {
  /// What becomes of the cursor in the next frame: nothing, to the end of a path that was put in place, all selected.
  enum class Cursor : std::uint8_t { Typed, End, All };
  std::array<char, longest_path> path{};  ///< as typed
  Cursor cursor = Cursor::Typed;
  Chooser list;
  FolderList folder;    ///< the one that is listed
  std::string problem;  ///< why the last one could not be opened
};

/// A model that was opened, dropped or pasted and waits for a yes.
struct Preview {
  ModelSource source;
  ModelPtr model;
};

/// A log that was pasted or opened, compared with the prediction.
struct LogCheck {
  io::MeasuredLog log;
  Task task = Task::Inference;
  io::SelfCheck result;
  std::size_t revision = 0;  ///< of the results it was compared with
};

/// The dialogue of named scenarios.
struct ScenariosView {
  std::array<char, 96> name{};
  std::vector<std::string> names;  ///< as last read from the folder
  std::string renaming;            ///< which one gets the typed name; "" none
  std::string deleting;            ///< which one waits for a yes; "" none
};

/// Widths of the bars' segments on their way to where they belong.
struct Motion {
  bool on = false;       ///< set by the platform unless the system asks for reduced motion
  bool started = false;  ///< nothing glides into the first frame
  bool moving = false;   ///< something was on its way in the last frame
  std::array<std::array<std::array<float, part_count>, 4>, 2> widths{};  ///< by task, lane and part
};

/// What the status bar says.
struct Message {
  std::string text;  ///< the last thing that happened; "" nothing
  bool is_bad = false;
  double until = 0;  ///< when it disappears, in Dear ImGui's time
};

/// Everything that only the widgets need.
struct View {
  Screen screen = Screen::OneModel;
  WhatRuns runs;
  bool marks_wanted = false;  ///< the list of models was opened: it shows how each runs
  bool marks_known = false;   ///< `marks` are those of the present machine
  ModelMarks marks;
  bool make_it_fit = false;  ///< the changes that make it fit are wanted
  Typing typing;
  TabOrder tab_order;
  std::string_view seek{};  ///< path of the setting that gets the keyboard once it is drawn; "" none
  bool seek_chart = false;  ///< the chart is scrolled into view once it is drawn
  Motion motion;
  PlanQuestion plan;
  SheetOrder sheet_order = SheetOrder::Inventory;
  Opening opening;
  Chooser models;
  MeantModel meant_model;  ///< by what is typed into a chooser of models
  MeantDevices meant_devices;
  Chooser devices;
  Chooser palette;
  std::array<Chooser, model_slots.size()> slots;
  std::string_view side = "fits";  ///< key of the panel that a narrow window shows
  ModelSource base_model;          ///< the model before sliders changed it
  bool drawer_open = false;
  bool first_start = false;  ///< show what to do first
  bool all_levers = false;
  std::array<char, longest_path> export_folder{};  ///< the text field
  OpenView open;
  std::optional<Preview> preview;
  std::optional<LogCheck> check;
  ScenariosView scenarios;
  Message message;
};

}  // namespace llmcalc::ui
