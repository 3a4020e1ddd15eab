#pragma once
// What is remembered between two starts: scenario, preferences, pins. Written while the program runs, so that a crash
// or a lost display loses no more than the last seconds; a file that cannot be understood is put aside, never lost.

#include "host/file_lock.hpp"
#include "ui/app.hpp"

#include <array>
#include <filesystem>
#include <optional>

namespace llmcalc::ui {

/// Where a window keeps its session.
struct SessionPlace {
  std::filesystem::path file;          ///< this window's own; empty: the session is not kept
  std::filesystem::path begin_with;    ///< what is restored
  std::optional<host::FileLock> lock;  ///< keeps other windows off `file`
};

/// session.json in this folder; while other windows have it open session-2.json and so on, which begin with the state
/// of the first. An empty folder gives a place that keeps nothing.
SessionPlace take_session_place(const std::filesystem::path& folder);

/// The session of one window.
class Session {
 public:
  explicit Session(SessionPlace place) : place_(std::move(place)) {}

  /// Takes over what the last session left, as far as it can be read; a missing file changes nothing. What cannot be
  /// read is an issue, and the file is kept beside under another name. So is a session whose last start ended before a
  /// frame was drawn: nothing of it is looked at.
  Issues restore(App& app);
  /// The start went well, or ended for a reason that is not in the session; keep() says so itself.
  void started();
  /// Writes scenario, preferences and pins; the old file stays when that fails.
  Issues save(const App& app) const;
  /// Saves once nothing has changed for two seconds. Returns the seconds after which it wants to be called again; <
  /// 0: there is nothing to save. A failure is said in the status bar.
  double keep(App& app, double now);

  [[nodiscard]] const std::filesystem::path& file() const { return place_.file; }

 private:
  /// What is saved, for finding out whether it changed.
  struct Snapshot {
    Preferences preferences;
    Scenario scenario;
    std::array<std::optional<Scenario>, pin_names.size()> pins;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
  };
  static Snapshot snapshot_of(const App& app);
  Issue put_aside(const std::string& why);
  bool begin_start();

  SessionPlace place_;
  std::filesystem::path marker_;  ///< there from before the session is read until a frame is drawn
  std::optional<Snapshot> saved_;
  std::optional<Snapshot> seen_;
  double seen_at_ = 0;
};

}  // namespace llmcalc::ui
