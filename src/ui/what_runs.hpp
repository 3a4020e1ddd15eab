#pragma once
// The view "What runs": every known model on the machine of the scenario. Its questions and answers as plain values, and
// the search on a thread of its own, whose rows appear as they are ready.

#include "readers/known_models.hpp"
#include "readers/resolve.hpp"
#include "report/recommended.hpp"

#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// What the window shows.
enum class Screen : std::uint8_t { OneModel, WhatRuns };

/// What is asked in the view and which row is chosen.
struct WhatRuns {
  Wish wish;
  io::RunFilter filter;
  io::RunOrder order = io::RunOrder::Size;
  std::optional<Runtime> engine;  ///< nothing: the usual one
  std::string chosen;             ///< id of the chosen model; "": the first
  std::string card;               ///< of other cards the one whose models are listed; "": none
  bool failures = false;          ///< what does not run is listed too
  bool seek = false;              ///< the chosen row gets the keyboard once everything is found
};

/// How a model runs on the present machine, for lists that show a mark.
struct ModelMark {
  io::RunMark mark = io::RunMark::No;
  std::string format;
};
/// Marks by preset id.
using ModelMarks = std::map<std::string, ModelMark>;

/// One search: the machine with everything that was asked.
struct RunQuestion {
  Scenario machine;
  Wish wish;
  io::RunFilter filter;
  std::vector<DeviceGroup> others;  ///< devices to compare with
  friend bool operator==(const RunQuestion&, const RunQuestion&) = default;
};

/// The question of the view about the scenario's machine.
[[nodiscard]] RunQuestion question_of(const WhatRuns& view, const Scenario& scenario,
                                      std::vector<DeviceGroup> others);

/// What other devices would let run as it is wished, and does not so here.
struct Upgrade {
  using Models = std::vector<std::array<std::string, 2>>;  ///< name and tokens per second, largest first
  DeviceGroup devices;
  Models models;    ///< that do not run here at all
  Models better{};  ///< that run here, but slower or with fewer bits than wished
};

/// What was found so far.
struct RunAnswers {
  std::vector<io::RecommendedModel> rows;
  std::vector<Upgrade> upgrades;
  std::size_t asked = 0;  ///< models there are to ask
  bool done = false;
  double seconds = 0;  ///< from the question to the last row
};

/// Every format of one model, for the panel at the right.
struct FormatAnswers {
  std::string of;  ///< id of the model
  std::vector<Candidate> formats;
  std::vector<Count> contexts;  ///< reachable, by format
  std::string reason;
  std::string command;  ///< that starts the best one
};

/// The marks of what was found so far.
[[nodiscard]] ModelMarks marks_of(const RunAnswers& answers);

/// The search. Its destructor stops it and waits.
class RunsJob {
 public:
  RunsJob(std::vector<std::filesystem::path> folders, io::Resolver resolver);
  ~RunsJob();
  RunsJob(const RunsJob&) = delete;
  RunsJob& operator=(const RunsJob&) = delete;

  /// Asks; the answers to another question are given up. Models on disk are added once they are known.
  void ask(RunQuestion question, const std::vector<host::LocalModel>& on_disk);
  /// Asks for every format of a model that was found.
  void ask_formats(const std::string& id);
  /// What was found so far; rows refer to models that live as long as this.
  [[nodiscard]] const RunAnswers& answers();
  /// The formats of the model asked for last; null before they are known.
  [[nodiscard]] const FormatAnswers* formats();
  /// True while a thread is at work.
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  /// What a search does one after the other.
  enum class Step : std::uint8_t { Read, Ask, Contexts, Compare, Done };
  bool search_on(std::size_t search);
  void read();
  void ask_all();
  void reach();
  void compare();
  void explain();

  std::vector<std::filesystem::path> folders_;
  io::Resolver resolver_;
  std::vector<host::LocalModel> on_disk_;
  std::vector<io::KnownModel> models_;  ///< written by the thread before any row is
  bool read_ = false;
  std::optional<RunQuestion> question_;
  std::string wanted_;  ///< model whose formats are asked for
  std::mutex lock_;     ///< of what follows
  RunAnswers found_;
  FormatAnswers explained_;
  std::size_t revision_ = 0;
  RunAnswers shown_;
  FormatAnswers shown_formats_;
  std::size_t shown_revision_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<bool> busy_{false};
  std::size_t search_ = 0;  ///< number of the present search: pieces of an older one do nothing
  Step step_ = Step::Read;
  std::chrono::steady_clock::time_point began_{};
  std::vector<io::RecommendedModel> rows_;  ///< of the search, in the order of `models_`
  std::future<void> work_;                  // last: they end first
  std::future<void> explaining_;
};

}  // namespace llmcalc::ui
