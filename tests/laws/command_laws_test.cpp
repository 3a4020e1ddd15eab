// Laws across commands: over random scenarios no two of them, and no two forms of one, say different things. Every run
// tries some hundreds; support/random_scenarios.hpp says how to ask for more.

#include "cli/called.hpp"
#include "cli/estimate_sums.hpp"
#include "cli/print_estimate.hpp"
#include "readers/json_text.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "readers/share_text.hpp"
#include "report/answers_json.hpp"
#include "report/estimate_json.hpp"
#include "report/estimate_tables.hpp"
#include "report/json_output.hpp"
#include "support/random_scenarios.hpp"
#include "support/sanitized.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/advise.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/sweep.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace command_laws_test {

using nlohmann::json;
using nlohmann::ordered_json;
using tests::Case;
using tests::cases;
using tests::Draw;
using tests::shared_resolver;
using tests::wanted_scenarios;
using tests::written_and_read;

/// How many scenarios a slow law is put to: all where many were asked for, else a part.
std::size_t cases_of_slow_law(std::size_t part) {
  return cases().size() > 1000 ? cases().size() : std::min(cases().size(), cases().size() / part + 1);
}

/// Looks at scenarios, some at a time: answers to thousands of them are gigabytes, and each block reads the presets
/// anew. `look` is given the number of the first and of the one behind the last, and them as JSON Lines.
template <class Look>
void in_blocks(std::size_t from, std::size_t end, const Look& look) {
  constexpr std::size_t most = 1000;
  for (; from < end && !testing::Test::HasFatalFailure(); from += most) {
    const std::size_t to = std::min(from + most, end);
    std::string lines;
    for (std::size_t i = from; i < to; ++i) lines += cases()[i].line + "\n";
    look(from, to, lines);
  }
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(std::move(line));
  return out;
}

/// An answer's verdict in one line.
std::string in_words(const FitAnswer& answer) { return io::fit_json(answer).dump(); }

/// What an answer says of its scenario is what estimate and fit say of it when they are given that scenario.
void expect_same(const Scenario& s, Task task, const FitAnswer& answer, const std::string& what) {
  const Result<Scenario> again = written_and_read(s);
  ASSERT_TRUE(again) << what << " gives a scenario that is refused: " << again.issues().front().where << " "
                     << again.issues().front().what;
  ASSERT_EQ(in_words(fit(*again, task)), in_words(answer)) << what;
  const Estimate e = evaluate(*again);
  ASSERT_EQ(in_words(task == Task::Inference ? fit(e.inference) : fit(e.training)), in_words(answer)) << what;
}

// --- One estimate ---

TEST(CommandLaws, OfAnEstimateEveryListAddsUpAndExactHasNoRange) {
  ASSERT_EQ(cases().size(), wanted_scenarios()) << "too few of the drawn ones are valid";
  in_blocks(0, cases().size(), [](std::size_t from, std::size_t to, const std::string& lines) {
    const std::vector<std::string> printed = split_lines(call({"estimate", "--scenario", "-"}, lines).out);
    ASSERT_EQ(printed.size(), to - from);
    for (std::size_t i = from; i < to; ++i) {
      SCOPED_TRACE(cases()[i].line);
      ASSERT_NO_FATAL_FAILURE(expect_sums(io::parse_json(printed[i - from]).value()));
    }
  });
}

// --- One estimate in every form ---

/// Cells of CSV, row by row.
std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1);
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',' || c == '\n') {
      rows.back().push_back(std::exchange(cell, {}));
      if (c == '\n') rows.emplace_back();
    } else if (c != '\r') {
      cell += c;
    }
  }
  rows.pop_back();
  return rows;
}

/// "what,where,component" -> "bytes low high trust", of CSV and of JSON.
using Figures = std::vector<std::pair<std::string, std::string>>;

void put(Figures& into, const std::string& what, const std::string& where, const json& components) {
  for (const json& c : components) {
    into.emplace_back(
        what + "," + where + "," + c["id"].get<std::string>(),
        c["bytes"].dump() + " " + c["low"].dump() + " " + c["high"].dump() + " " + c["trust"].get<std::string>());
  }
}

/// Figures of every estimate of CSV, an empty line between two of them.
std::vector<Figures> csv_figures(const std::string& csv) {
  std::vector<Figures> all(1);
  for (const std::vector<std::string>& row : csv_rows(csv)) {
    if (row.size() == 1) all.emplace_back();
    if (row.size() != 9 || row[0] == "what" || row[2] == "total") continue;
    // Where several devices hold the same, each form names them in its way.
    const bool device = row[0] == "inference" && row[1] != "all devices";
    all.back().emplace_back(row[0] + "," + (device ? "" : row[1]) + "," + row[2],
                            row[3] + " " + row[4] + " " + row[5] + " " + row[6]);
  }
  return all;
}

/// What a command prints of several scenarios, cut off one by one: each is what is printed of it alone.
class Printed {
 public:
  explicit Printed(std::string all) : all_(std::move(all)) {}
  void expect_next(const std::string& one) {
    if (at_ != 0) ++at_;  // an empty line
    ASSERT_EQ(all_.compare(std::min(at_, all_.size()), one.size(), one), 0)
        << one << "\nis not the beginning of\n"
        << all_.substr(std::min(at_, all_.size()), one.size() + 200);
    at_ += one.size();
  }

 private:
  std::string all_;
  std::size_t at_ = 0;
};

/// A text for people names every component's size.
void expect_sizes(const json& estimate, const std::string& text) {
  for (const char* half : {"inference", "training"}) {
    for (const json& c : estimate[half]["components"]) {
      const std::string giga = " " + giga_text(Bytes{c["bytes"].get<Count>()}) + " ";
      ASSERT_NE(text.find(giga), std::string::npos) << half << " " << c["id"] << giga << "\n" << text;
    }
  }
}

TEST(CommandLaws, EveryFormOfAnEstimateHasTheSameNumbers) {
  in_blocks(0, cases().size(), [](std::size_t from, std::size_t to, const std::string& lines) {
    const auto printed = [&](const char* form) {
      return call({"estimate", "--scenario", "-", "--format", form}, lines).out;
    };
    const std::vector<std::string> estimates = split_lines(call({"estimate", "--scenario", "-"}, lines).out);
    const std::vector<Figures> csv = csv_figures(printed("csv"));
    Printed tables(printed("table")), pages(printed("markdown"));
    ASSERT_EQ(csv.size(), estimates.size());
    ASSERT_EQ(estimates.size(), to - from);
    for (std::size_t i = from; i < to; ++i) {
      SCOPED_TRACE(cases()[i].line);
      const json e = io::parse_json(estimates[i - from]).value();
      Figures figures;
      put(figures, "inference", "all devices", e["inference"]["components"]);
      for (const json& d : e["inference"]["devices"]) put(figures, "inference", "", d["components"]);
      put(figures, "training", "peak", e["training"]["components"]);
      for (const json& p : e["training"]["phases"]) put(figures, "training", p["id"], p["components"]);
      for (const json& r : e["training"]["ranks"]) put(figures, "training", r["name"], r["components"]);
      ASSERT_EQ(csv[i - from], figures);
      const Scenario& s = cases()[i].scenario;
      const Estimate again = evaluate(s);
      for (const auto& [all, one] : {std::pair{&tables, estimate_text(s, again, {.width = 120})},
                                     std::pair{&pages, io::estimate_markdown(s, again, ByteUnits::Binary)}}) {
        ASSERT_NO_FATAL_FAILURE(all->expect_next(one));
        ASSERT_NO_FATAL_FAILURE(expect_sizes(e, one));
      }
    }
  });
}

std::string estimate_line(const Scenario& s) { return io::json_line(io::estimate_json(s, evaluate(s))); }

/// A scenario that comes back as it was has, as a function of it alone, the same estimate; else the estimates are compared.
void expect_back(const Result<Scenario>& back, const Scenario& s, const std::string& line, const char* from) {
  ASSERT_TRUE(back) << from << ": " << back.issues().front().where << " " << back.issues().front().what;
  if (*back == s) return;
  ASSERT_EQ(estimate_line(*back), line) << from;
}

/// One scenario from a program, a file, flags, the window's session and the browser's address.
void expect_agreement(std::size_t number, const std::string& line) {
  const Case& one = cases()[number];
  ASSERT_EQ(estimate_line(one.scenario), line);
  ASSERT_NO_FATAL_FAILURE(expect_back(written_and_read(one.scenario), one.scenario, line, "as the window saves it"));
  ASSERT_NO_FATAL_FAILURE(expect_back(io::read_share_text(io::share_text(one.scenario), shared_resolver()),
                                      one.scenario, line, "as the browser's address and a picture carry it"));
  // A command line is parsed slowly.
  if (one.flags.empty() || (number % 8 != 0 && cases().size() <= 1000)) return;
  std::vector<std::string> words{"estimate", "--format", "json"};
  words.insert(words.end(), one.flags.begin(), one.flags.end());
  const Called c = call(words);
  ASSERT_EQ(c.status, success) << c.errors;
  ASSERT_EQ(tests::in_one_line(c.out), line);
}

TEST(CommandLaws, FlagsAndJsonAndTheEngineAgree) {
  in_blocks(0, cases().size(), [](std::size_t from, std::size_t to, const std::string& lines) {
    const std::vector<std::string> printed = split_lines(call({"estimate", "--scenario", "-"}, lines).out);
    ASSERT_EQ(printed.size(), to - from);
    for (std::size_t i = from; i < to; ++i) {
      SCOPED_TRACE(cases()[i].line);
      ASSERT_NO_FATAL_FAILURE(expect_agreement(i, printed[i - from]));
    }
  });
}

// --- Several commands ---

TEST(CommandLaws, ASweepsPointIsTheEstimate) {
  Draw draw(1);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    static const std::vector<std::string> paths{"serving.context", "serving.sequences", "training.micro_batch",
                                                "training.sequence"};
    const std::string& path = draw.of(paths);
    const auto points = sweep(one.scenario, path, 1, 4096, 3);
    if (!points) continue;
    ++tried;
    for (const SweepPoint& point : *points) {
      Scenario at = one.scenario;
      std::get<Access<Count>>(find_field(path)->access).edit(at) = point.value;
      if (path == "serving.context") at = within_context(at);
      const FitAnswer inference = fit(at, Task::Inference), training = fit(at, Task::Training);
      ASSERT_EQ(key_of(point.inference), key_of(inference.verdict)) << path << " " << point.value;
      ASSERT_EQ(key_of(point.training), key_of(training.verdict)) << path << " " << point.value;
      const Estimate e = evaluate(at);
      Bytes fullest = at.devices.count() == 0 ? e.inference.breakdown.total() : Bytes{};
      for (const DeviceUse& use : e.inference.devices) {
        if (!use.is_host()) fullest = max(fullest, use.breakdown.total());
      }
      ASSERT_EQ(point.inference_bytes, fullest) << path << " " << point.value;
      ASSERT_EQ(point.training_bytes, e.training.breakdown.total()) << path << " " << point.value;
    }
  }
  EXPECT_GT(tried, cases().size() / 2);
}

TEST(CommandLaws, SolvesCheckIsTheEstimate) {
  Draw draw(2);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    const SolveTarget& target = solve_targets[draw.below(solve_targets.size())];
    const Result<Solution> solved = solve(one.scenario, target.path, target.task);
    if (!solved || !solved->found) continue;
    ++tried;
    ASSERT_TRUE(fits(solved->at.verdict)) << target.path;
    expect_same(solved->scenario, target.task, solved->at, "solve " + std::string(target.path));
    ASSERT_TRUE(solved->beyond.devices.empty() || !fits(solved->beyond.verdict)) << target.path;
  }
  EXPECT_GT(tried, cases().size() / 10);
}

TEST(CommandLaws, WhatALeverSavesIsTheDifferenceOfTwoEstimates) {
  Draw draw(3);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    const Task task = draw.below(2) == 0 ? Task::Inference : Task::Training;
    const std::vector<LeverEffect> effects = levers(one.scenario, task);
    if (effects.empty()) continue;
    ++tried;
    const LeverEffect& lever = effects[draw.below(effects.size())];
    expect_same(lever.scenario, task, lever.after, "lever " + lever.id);
    ASSERT_GT(lever.saved.count, 0U) << lever.id;
  }
  EXPECT_GT(tried, cases().size() / 10);
}

TEST(CommandLaws, APlansRowIsTheEstimate) {
  Draw draw(4);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    if (one.scenario.devices.groups.size() != 1 || one.scenario.devices.count() == 0) continue;
    SCOPED_TRACE(one.line);
    const Task task = draw.below(2) == 0 ? Task::Inference : Task::Training;
    for (const PlanCandidate& c : plan(one.scenario, task, {.most = 3}).candidates) {
      ++tried;
      ASSERT_TRUE(fits(c.fit.verdict));
      expect_same(c.scenario, task, c.fit, "layout " + layout_text(c.scenario, task));
    }
  }
  EXPECT_GT(tried, cases().size() / 10);
}

TEST(CommandLaws, WhatIsRecommendedAndAdvisedIsTheEstimate) {
  Draw draw(5);
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    const Wish wish{.use = uses[draw.below(uses.size())].id};
    const Recommendation best = recommend(one.scenario, one.scenario.model, one.scenario.model_source, wish);
    if (best.best.runs()) expect_same(best.best.scenario, wish.task(), best.best.fit, "recommend");
    const Task task = draw.below(2) == 0 ? Task::Inference : Task::Training;
    const Advice advice = advise(one.scenario, task);
    if (advice.found) expect_same(advice.scenario, task, advice.after, "advise");
  }
}

// --- What commands print ---

using Rows = std::vector<std::vector<std::string>>;

/// A question: its command, and what its JSON, and so its table, has to say of a scenario.
struct Question {
  std::vector<std::string> words;
  /// Fails when the JSON is not what the engine answers.
  std::function<void(const Scenario&, const json&)> expect_answer;
  std::vector<std::size_t> columns;  ///< of the table, that `cells` gives
  /// What the JSON makes stand in these columns.
  std::function<Rows(const json&)> cells;
};

std::string bytes_text(const json& n) { return text(Bytes{n.get<Count>()}); }
json parsed(const ordered_json& value) { return io::parse_json(io::json_line(value)).value(); }

const std::vector<Question>& questions() {
  static const std::vector<Question> all{
      {.words = {"fit", "--task", "both"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             for (const auto& row : tasks)
               ASSERT_EQ(printed[std::string(row.key)], parsed(io::fit_json(fit(s, row.id))));
           },
       .columns = {0, 3, 4},
       .cells =
           [](const json& printed) {
             Rows rows;
             for (const auto& row : tasks) {
               for (const json& d : printed[std::string(row.key)]["devices"])
                 rows.push_back({std::string(row.label), bytes_text(d["bytes"]), bytes_text(d["capacity_bytes"])});
             }
             return rows;
           }},
      {.words = {"levers", "--task", "both"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             std::vector<json> answers;
             for (const auto& row : tasks) {
               for (const LeverEffect& e : levers(s, row.id)) answers.push_back(parsed(io::lever_json(e)));
             }
             ASSERT_EQ(printed.size(), answers.size());
             for (std::size_t i = 0; i < answers.size(); ++i) {
               json one = printed[i];
               one.erase("of");
               one.erase("task");
               ASSERT_EQ(one, answers[i]);
             }
           },
       .columns = {1, 2, 3},
       .cells =
           [](const json& printed) {
             Rows rows;
             for (const json& e : printed) rows.push_back({e["label"], bytes_text(e["saved_bytes"]), e["price"]});
             return rows;
           }},
      {.words = {"solve", "--for", "serving.context"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             const Result<Solution> solved = solve(s, "serving.context", Task::Inference);
             ASSERT_EQ(printed.contains("error"), !solved);
             if (solved) {
               ASSERT_EQ(printed["serving.context"], parsed(io::solution_json(*solved)));
             }
           },
       .columns = {1},
       .cells =
           [](const json& printed) {
             if (printed.contains("error")) return Rows{};
             const json& answer = printed["serving.context"];
             std::string value = answer["found"].get<bool>() ? answer["text"].get<std::string>() : "nothing fits";
             if (answer["at_limit"].get<bool>()) value += " (limit)";
             if (!answer["monotone"].get<bool>()) value += " (larger values may fit again)";
             return Rows{{value}};
           }},
      {.words = {"sweep", "--from", "512", "--to", "8192", "--points", "3"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             const auto points = sweep(s, "serving.context", 512, 8192, 3);
             ASSERT_EQ(printed.is_object() && printed.contains("error"), !points);
             if (!points) return;
             ASSERT_EQ(printed.size(), points->size());
             for (std::size_t i = 0; i < points->size(); ++i) {
               ASSERT_EQ(printed[i]["inference_bytes"], (*points)[i].inference_bytes.count);
               ASSERT_EQ(printed[i]["training_bytes"], (*points)[i].training_bytes.count);
               ASSERT_EQ(printed[i]["inference"], key_of((*points)[i].inference));
               ASSERT_EQ(printed[i]["training"], key_of((*points)[i].training));
             }
           },
       .columns = {0, 1, 5},
       .cells =
           [](const json& printed) {
             Rows rows;
             if (printed.is_object()) return rows;
             for (const json& p : printed)
               rows.push_back({grouped(p["value"].get<Count>()), bytes_text(p["inference_bytes"]),
                               bytes_text(p["training_bytes"])});
             return rows;
           }},
      {.words = {"plan", "--most", "2"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             ASSERT_EQ(printed.contains("error"), s.devices.groups.size() != 1);
             if (printed.contains("error")) return;
             const json answer = parsed(io::plan_json(plan(s, Task::Inference, {.most = 2}), Task::Inference));
             ASSERT_EQ(printed["layouts"], answer["layouts"]);
           },
       .columns = {0, 1},
       .cells =
           [](const json& printed) {
             Rows rows;
             for (const json& l : printed.value("layouts", json::array()))
               rows.push_back({grouped(l["devices"].get<Count>()), l["layout"]});
             return rows;
           }},
      {.words = {"advise", "--task", "inference"},
       .expect_answer =
           [](const Scenario& s, const json& printed) {
             const Advice advice = advise(s, Task::Inference);
             ASSERT_EQ(printed["found"], advice.found);
             ASSERT_EQ(printed["after"], parsed(io::fit_json(advice.after)));
             ASSERT_EQ(printed["steps"].size(), advice.steps.size());
           },
       .columns = {0, 1, 2},
       .cells =
           [](const json& printed) {
             Rows rows;
             for (const json& step : printed["steps"])
               rows.push_back(
                   {step["what"], step["gives_bytes"] == 0 ? "" : bytes_text(step["gives_bytes"]), step["costs"]});
             return rows;
           }},
  };
  return all;
}

/// The rows of all tables of a Markdown text, without their headings.
Rows markdown_rows(const std::string& text) {
  Rows rows;
  for (const std::string& line : split_lines(text)) {
    if (!line.starts_with("| ")) continue;
    if (line.starts_with("| --- |") || line.starts_with("| ---: |")) {
      rows.pop_back();
      continue;
    }
    rows.emplace_back(1);
    for (std::size_t i = 2; i < line.size(); ++i) {
      std::string& cell = rows.back().back();
      if (line[i] == '\\') {
        cell += line[++i];
      } else if (line[i] == '|') {
        cell.pop_back();  // the blank before it
        if (++i < line.size()) rows.back().emplace_back();
      } else {
        cell += line[i];
      }
    }
  }
  return rows;
}

/// The same of CSV, whose tables have one heading; what keeps a cell from being a formula is taken off.
Rows data_rows(const std::string& csv) {
  Rows rows = csv_rows(csv);
  if (rows.empty()) return rows;
  const std::vector<std::string> heading = rows.front();
  std::erase(rows, heading);
  for (auto& row : rows) {
    for (std::string& cell : row) {
      if (cell.size() > 1 && cell[0] == '\'' && std::string_view("=+-@").find(cell[1]) != std::string_view::npos)
        cell.erase(0, 1);
    }
  }
  return rows;
}

/// Devices that hold the same are one row of a table, and a row each of JSON.
Rows distinct(Rows rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

/// The lines of plain tables hold these cells, row by row.
void expect_in_plain(const std::string& text, const Rows& rows) {
  const std::vector<std::string> lines = split_lines(text);
  std::size_t at = 0;
  for (const auto& row : rows) {
    const auto holds = [&](const std::string& line) {
      std::size_t from = 0;
      return std::all_of(row.begin(), row.end(), [&](const std::string& cell) {
        const std::size_t found = line.find(printable(cell), from);
        from = found == std::string::npos ? from : found + cell.size();
        return found != std::string::npos;
      });
    };
    while (at < lines.size() && !holds(lines[at])) ++at;
    ASSERT_LT(at++, lines.size()) << "no line with " << row.front() << " in\n" << text;
  }
}

TEST(CommandLaws, EveryFormOfAnAnswerIsWhatTheEngineAnswers) {
  const std::size_t all = cases_of_slow_law(5);
  // Of many scenarios each is asked one question: an answer takes dozens of estimates, and every form of it as many.
  const std::size_t share = all > 1000 ? all / questions().size() + 1 : all;
  std::size_t first = 0;
  for (const Question& question : questions()) {
    SCOPED_TRACE(question.words.front());
    const std::size_t last = std::min(first + share, all);
    in_blocks(first, last, [&](std::size_t from, std::size_t to, const std::string& lines) {
      const auto printed = [&](const char* form) {
        std::vector<std::string> words = question.words;
        words.insert(words.end(), {"--scenario", "-", "--format", form});
        return call(words, lines);
      };
      const std::vector<json> answers = printed("json").lines();
      ASSERT_EQ(answers.size(), to - from);
      Rows expected;
      for (std::size_t i = from; i < to; ++i) {
        SCOPED_TRACE(cases()[i].line);
        ASSERT_NO_FATAL_FAILURE(question.expect_answer(cases()[i].scenario, answers[i - from]));
        for (auto& row : question.cells(answers[i - from])) expected.push_back(std::move(row));
      }
      const Rows csv = data_rows(printed("csv").out);
      Rows picked;
      for (const auto& row : csv) {
        picked.emplace_back();
        for (const std::size_t c : question.columns) picked.back().push_back(row.at(c));
      }
      if (question.words.front() == "fit") {
        ASSERT_EQ(distinct(picked), distinct(expected));
      } else {
        ASSERT_EQ(picked, expected);
      }
      ASSERT_EQ(markdown_rows(printed("markdown").out), csv);
      ASSERT_NO_FATAL_FAILURE(expect_in_plain(printed("table").out, csv));
    });
    if (share < all) first = last;
  }
}

TEST(CommandLaws, WhatRecommendPrintsIsTheEstimateOfItsScenario) {
  std::size_t tried = 0;
  const std::size_t all = cases_of_slow_law(4);
  for (std::size_t i = 0; i < all; ++i) {
    const Case& one = cases()[i];
    SCOPED_TRACE(one.line);
    const Called c = call({"recommend", "--scenario", "-", "--format", "json"}, one.line);
    if (c.status != success) continue;
    const json printed = json::parse(c.out);
    if (!printed.contains("best") || !printed["best"].value("fits", false)) continue;
    ++tried;
    const Result<Scenario> again = io::read_scenario(printed["best"]["scenario"], shared_resolver());
    ASSERT_TRUE(again) << again.issues().front().where << " " << again.issues().front().what;
    Bytes devices, host;
    for (const DeviceUse& use : evaluate(*again).inference.devices)
      (use.is_host() ? host : devices) += use.breakdown.total() * use.span.count();
    ASSERT_EQ(printed["best"]["device_bytes"], devices.count);
    ASSERT_EQ(printed["best"]["host_bytes"], host.count);
    ASSERT_TRUE(fits(fit(*again, Task::Inference).verdict));
  }
  EXPECT_GT(tried, all / 10);
}

/// Loads that need no less memory when they are one, a half or once again larger.
TEST(CommandLaws, ALargerLoadNeverNeedsLess) {
  struct Load {
    std::string_view path;
    Task task;
  };
  static const std::vector<Load> loads{
      {"serving.context", Task::Inference},       {"serving.sequences", Task::Inference},
      {"serving.prompt", Task::Inference},        {"serving.ubatch", Task::Inference},
      {"serving.max_num_seqs", Task::Inference},  {"serving.max_num_batched_tokens", Task::Inference},
      {"training.micro_batch", Task::Training},   {"training.sequence", Task::Training},
      {"training.accumulation", Task::Training},  {"training.lora.rank", Task::Training},
      {"serving.batch", Task::Inference},         {"serving.beams", Task::Inference},
      {"serving.adapters", Task::Inference},      {"serving.adapter_rank", Task::Inference},
      {"serving.draft_tokens", Task::Inference},  {"training.optimizer_rank", Task::Training},
      {"training.rollout.group", Task::Training}, {"training.rollout.completion", Task::Training},
      {"serving.max_num_seqs", Task::Training},   {"serving.max_num_batched_tokens", Task::Training}};
  Draw draw(6);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    const Load& load = draw.of(loads);
    const Field& field = *find_field(load.path);
    Scenario once = one.scenario, twice = one.scenario;
    const std::size_t step = draw.below(3);
    const auto larger = [&](Count n) { return add(n, step == 0 ? n : step == 1 ? n / 2 : 1); };
    if (const auto* count = std::get_if<Access<Count>>(&field.access)) {
      count->edit(twice) = larger(count->get(twice));
    } else {
      const auto& optional = std::get<Access<std::optional<Count>>>(field.access);
      const Count given = optional.get(once).value_or(256);  // where it is left to the engine
      optional.edit(once) = given;
      optional.edit(twice) = larger(given);
    }
    const Result<Scenario> before = written_and_read(once), after = written_and_read(twice);
    if (!before || !after) continue;
    ++tried;
    const auto breakdown = [&](const Scenario& of) {
      return load.task == Task::Inference ? evaluate(of).inference.breakdown : evaluate(of).training.breakdown;
    };
    const Breakdown less = breakdown(*before), more = breakdown(*after);
    // What may shrink, as its source says: of the engine that generates, where longer answers leave a shorter prompt and
    // what its steps take at their largest is not left to its pool; and what ggml's allocator lays out.
    const bool divides_a_share = load.path == "training.rollout.completion" ||
                                 (load.task == Task::Training && load.path.starts_with("serving."));
    const auto may_shrink = [&](Part part) {
      if (part == Part::GenerationEngine) return divides_a_share;
      return std::any_of(more.components.begin(), more.components.end(), [&](const Component& c) {
        return c.part == part && c.source.find("may need a smaller buffer") != std::string_view::npos;
      });
    };
    Bytes a = less.total(), b = more.total();
    for (const Part part : {Part::GenerationEngine, Part::ComputeBuffer}) {
      if (b >= a || !may_shrink(part)) continue;
      a -= less.bytes(part);
      b -= more.bytes(part);
    }
    ASSERT_GE(b.count, a.count) << load.path << " " << step;
  }
  EXPECT_GT(tried, cases().size() / 3);
}

/// What a rank stores of the model is never more than what a single device does, or the estimate says why.
TEST(CommandLaws, ShardsNeverExceedTheWholeWithoutAReason) {
  static const std::vector<std::pair<std::string_view, Parallelism>> layouts{
      {"ZeRO 1", {.data = 8, .zero = 1}},
      {"ZeRO 2", {.data = 4, .zero = 2}},
      {"ZeRO 3", {.data = 8, .zero = 3}},
      {"tensor", {.tensor = 2}},
      {"tensor and data", {.data = 2, .zero = 1, .tensor = 4}},
      {"pipeline", {.pipeline = 2}},
      {"all", {.data = 2, .zero = 3, .tensor = 2, .pipeline = 2, .context = 2}}};
  Draw draw(7);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    Scenario alone = one.scenario;
    alone.parallelism = {};
    alone.training.optimizer = optimizers[draw.below(optimizers.size())].id;
    Scenario divided = alone;
    const auto& [name, layout] = draw.of(layouts);
    divided.parallelism = layout;
    divided.devices.groups.resize(1);
    divided.devices.groups.front().count = ranks_of(layout);
    if (!validate(alone).empty() || !validate(divided).empty()) continue;
    ++tried;
    const Breakdown whole = evaluate(alone).training.phases.back().breakdown;
    const Estimate e = evaluate(divided);
    const Breakdown& shard = e.training.phases.back().breakdown;
    for (const Part part : {Part::Weights, Part::Adapters, Part::Gradients, Part::MasterWeights, Part::EmaWeights,
                            Part::OptimizerStates}) {
      const Bytes bytes = shard.bytes(part);
      const bool explained = std::any_of(e.warnings.begin(), e.warnings.end(), [&](const std::string& warning) {
        return warning.find("than an undivided model") != std::string::npos &&
               warning.find(text(bytes)) != std::string::npos;
      });
      ASSERT_TRUE(bytes <= whole.bytes(part) || explained)
          << name << ", " << key_of(alone.training.optimizer) << ": " << bytes.count << " of "
          << whole.bytes(part).count << " " << key_of(part);
    }
  }
  EXPECT_GT(tried, cases().size() / 10);
}

/// A rank of an engine stores no more of a model than a single device does.
TEST(CommandLaws, AServingRankNeverHoldsMoreThanTheWhole) {
  static const std::vector<Parallelism> layouts{
      {.tensor = 2}, {.tensor = 4}, {.tensor = 8}, {.pipeline = 2}, {.tensor = 2, .pipeline = 2}};
  Draw draw(8);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    Scenario alone = one.scenario;
    alone.parallelism = {};
    if (alone.devices.count() == 0) continue;
    alone.devices.groups.resize(1);
    Scenario divided = alone;
    divided.parallelism = draw.of(layouts);
    alone.devices.groups.front().count = 1;
    divided.devices.groups.front().count = ranks_of(divided.parallelism);
    if (!validate(alone).empty() || !validate(divided).empty()) continue;
    ++tried;
    const auto fullest = [](const Scenario& s, Part part) {
      Bytes most;
      for (const DeviceUse& use : evaluate(s).inference.devices)
        most = use.is_host() ? most : max(most, use.breakdown.bytes(part));
      return most;
    };
    for (const Part part : {Part::Weights, Part::RecurrentState})
      ASSERT_LE(fullest(divided, part).count, fullest(alone, part).count) << key_of(part);
  }
  EXPECT_GT(tried, cases().size() / 10);
}

/// The random scenarios are of every kind that is told apart.
TEST(CommandLaws, TheScenariosAreOfEveryKind) {
  if (sanitized) GTEST_SKIP() << "these are the first of those that are tried without sanitizers";
  std::map<std::string, std::size_t> seen;
  const auto note = [&](const std::string& kind, bool is_one = true) { seen[kind] += is_one ? 1 : 0; };
  for (const auto& row : runtimes) note("engine " + std::string(row.key), false);
  for (const auto& row : training_frameworks) note("framework " + std::string(row.key), false);
  for (const auto& row : training_methods) note("method " + std::string(row.key), false);
  for (const auto& row : objectives) note("objective " + std::string(row.key), false);
  for (const Case& one : cases()) {
    const Scenario& s = one.scenario;
    note("engine " + std::string(key_of(s.serving.runtime)));
    note("framework " + std::string(key_of(s.training.framework)));
    note("method " + std::string(key_of(s.training.method)));
    note("objective " + std::string(key_of(s.training.objective)));
    note("model of a preset", s.model_source.kind == ModelSource::Kind::Preset);
    note("model by numbers", s.model_source.kind == ModelSource::Kind::Custom);
    note("model inline", s.model_source.kind == ModelSource::Kind::Config);
    note("model in a file", s.model_source.kind == ModelSource::Kind::File);
    note("no device", s.devices.count() == 0);
    note("several kinds of devices", s.devices.groups.size() > 1);
    note("draft", s.serving.draft_tokens != 0 || s.serving.draft_model);
    note("adapters", s.serving.adapters != 0);
    note("experts in RAM", s.serving.moe_layers_on_cpu != 0);
    note("layers in RAM", s.serving.gpu_layers.has_value());
    note("weights in RAM", s.serving.cpu_offload_bytes != 0);
    note("training offloads", s.training.offload != Offload::None);
    note("GGUF format", s.weights.format == WeightFormat::Gguf);
    note("by the article", s.method == Method::Article);
    note("layout", ranks_of(s.parallelism) > 1);
  }
  std::string told, missing;
  std::size_t unseen = 0;
  for (const auto& [kind, n] : seen) {
    told += kind + ": " + std::to_string(n) + "\n";
    if (n != 0) continue;
    missing += kind + "\n";
    ++unseen;
  }
  // A few hundred may lack some kinds of dozens.
  EXPECT_LE(unseen, cases().size() >= 1000 ? 0 : seen.size() / 10) << missing;
  if (cases().size() > 1000) std::cout << told;
}

}  // namespace command_laws_test
}  // namespace llmcalc::cli
