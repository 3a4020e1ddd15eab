// Laws across commands: over random scenarios no two of them, and no two forms of one, say different things. Every run
// tries some hundreds; LLMCALC_LAW_SCENARIOS asks for more, LLMCALC_LAW_SEED for others.

#include "called.hpp"
#include "readers/field_text.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "readers/share_text.hpp"
#include "report/answers_json.hpp"
#include "report/estimate_json.hpp"
#include "report/json_output.hpp"
#include "support/sanitized.hpp"

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
#include <cmath>
#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const io::Resolver& resolver() {
  static const io::Resolver shared = io::default_resolver();
  return shared;
}

std::size_t number_from(const char* variable, std::size_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

/// How many scenarios the laws are put to.
std::size_t wanted_scenarios() { return number_from("LLMCALC_LAW_SCENARIOS", sanitized ? 60 : 300); }

/// A scenario three times: as a program has it, as JSON, and as the words of a command line.
struct Case {
  Scenario scenario;
  std::string line;
  std::vector<std::string> flags;
};

class Draw {
 public:
  explicit Draw(std::size_t seed) : random_(static_cast<std::mt19937::result_type>(seed)) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  double share() { return static_cast<double>(random_()) / static_cast<double>(std::mt19937::max()); }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

  /// What somebody might type for a setting; "" for one that names a model or a device.
  std::string text_for(const Field& field) {
    return std::visit(
        [&](const auto& access) -> std::string {
          using A = std::decay_t<decltype(access)>;
          if constexpr (std::is_same_v<A, ChoiceAccess>) {
            return std::string(access.row(below(access.size)).key);
          } else if constexpr (std::is_same_v<A, CodedAccess>) {
            const std::vector<std::string> options = access.options();
            return options.empty() ? "" : of(options);
          } else if constexpr (std::is_same_v<A, Access<Count>> || std::is_same_v<A, Access<std::optional<Count>>>) {
            const double low = std::max(field.slider.low, 1.0), high = std::max(field.slider.high, low);
            return std::to_string(static_cast<Count>(low * std::pow(high / low, share())));
          } else if constexpr (std::is_same_v<A, Access<double>>) {
            return shortest(field.slider.low + (field.slider.high - field.slider.low) * share());
          } else if constexpr (std::is_same_v<A, Access<bool>>) {
            return below(2) == 0 ? "on" : "off";
          } else {
            return {};
          }
        },
        field.access);
  }

 private:
  std::mt19937 random_;
};

/// Ids of a catalogue.
std::vector<std::string> ids_of(const std::string& list) {
  std::vector<std::string> ids;
  for (const json& row : json::parse(call({list, "--format", "json"}).out)) ids.push_back(row["id"]);
  if (ids.empty()) throw std::runtime_error("no " + list + ": the presets are not found");
  return ids;
}

/// Some settings of a random model on random devices, valid or not.
Case drawn(Draw& draw) {
  static const std::vector<std::string> models = ids_of("models"), devices = ids_of("devices");
  Case out;
  json document;
  const auto say = [&](std::string_view path, const std::string& flag, const std::string& text) {
    const Field* field = find_field(path);
    document[json::json_pointer(field->pointer())] = io::value_of_text(*field, text);
    out.flags.insert(out.flags.end(), {flag, text});
  };
  say("model", "--model", draw.of(models));
  static const std::vector<std::string> counts{"", "", ":2", ":4", ":8"};
  say("device", "--device", draw.below(12) == 0 ? "80GiB" : draw.of(devices) + draw.of(counts));
  std::set<std::size_t> chosen;
  for (std::size_t n = draw.below(6); n > 0; --n) chosen.insert(draw.below(fields.size()));
  // Settings that only mean something together: a layout, answers that an engine generates.
  static const std::vector<std::vector<std::string_view>> together{
      {},
      {},
      {"parallelism.data", "parallelism.zero", "training.optimizer", "training.framework"},
      {"parallelism.tensor", "parallelism.pipeline", "training.optimizer", "training.recipe"},
      {"parallelism.data", "parallelism.zero", "training.method", "training.offload"},
      {"training.objective", "training.rollout.generator", "training.value", "serving.max_num_seqs"}};
  for (const std::string_view path : draw.of(together))
    chosen.insert(static_cast<std::size_t>(find_field(path) - fields.data()));
  // What weights alone ask for, the flags name too.
  const std::string runtime = draw.text_for(*find_field("serving.runtime"));
  say("serving.runtime", "--runtime", runtime);
  for (const std::size_t i : chosen) {
    const Field& field = fields[i];
    if (field.kind() == FieldKind::External || field.path == "serving.runtime") continue;
    const std::string text = draw.text_for(field);
    if (text.empty()) continue;
    if (field.kind() == FieldKind::Flag) {
      document[json::json_pointer(field.pointer())] = text == "on";
      out.flags.push_back(std::string(field.flag) + "=" + text);
    } else {
      say(field.path, draw.below(2) == 0 ? std::string(field.flag) : std::string("--set"), text);
      if (out.flags[out.flags.size() - 2] == "--set") out.flags.back() = std::string(field.path) + "=" + text;
    }
  }
  out.line = document.dump();
  return out;
}

/// Valid scenarios, the same in every run.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    Draw draw(number_from("LLMCALC_LAW_SEED", 20261130));
    std::vector<Case> out;
    const std::size_t wanted = wanted_scenarios();
    for (std::size_t tries = 0; out.size() < wanted && tries < 50 * wanted; ++tries) {
      Case one = drawn(draw);
      Result<Scenario> read = io::read_scenario_text(one.line, resolver());
      if (!read) continue;
      one.scenario = std::move(read).value();
      out.push_back(std::move(one));
    }
    return out;
  }();
  return all;
}

/// All of them as JSON Lines.
const std::string& lines() {
  static const std::string text = [] {
    std::string out;
    for (const Case& one : cases()) out += one.line + "\n";
    return out;
  }();
  return text;
}

/// The scenario as it is written and read again: what another command is given of an answer.
Result<Scenario> written_and_read(const Scenario& s) {
  const ordered_json written = io::write_scenario(s, io::Written::Changed);
  return io::read_scenario(json::parse(written.dump(-1, ' ', false, ordered_json::error_handler_t::replace)),
                           resolver());
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

/// Ranges and sums of a list of components; the sum.
Count checked_sum(const json& components, const std::string& where) {
  Count sum = 0;
  for (const json& c : components) {
    const Count bytes = c["bytes"], low = c["low"], high = c["high"];
    EXPECT_LE(low, bytes) << where << " " << c["id"];
    EXPECT_LE(bytes, high) << where << " " << c["id"];
    if (c["trust"] == "exact") {
      EXPECT_TRUE(low == bytes && bytes == high) << where << " " << c["id"] << " is exact and has a range";
    }
    sum = add(sum, bytes);
  }
  return sum;
}

TEST(CommandLaws, OfAnEstimateEveryListAddsUpAndExactHasNoRange) {
  const std::vector<json> estimates = call({"estimate", "--scenario", "-"}, lines()).lines();
  ASSERT_EQ(estimates.size(), wanted_scenarios()) << "too few of the drawn ones are valid";
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const json& e = estimates[i];
    SCOPED_TRACE(cases()[i].line);
    const json& inference = e["inference"];
    ASSERT_EQ(checked_sum(inference["components"], "inference"), inference["total_bytes"]);
    Count devices = 0;
    for (const json& d : inference["devices"]) {
      const Count total = d["total_bytes"];
      ASSERT_EQ(checked_sum(d["components"], d["name"]), total);
      devices = add(devices, multiply(total, d.value("devices", Count{1})));
    }
    ASSERT_EQ(devices, inference["total_bytes"]) << "devices add up to the whole";
    const json& training = e["training"];
    ASSERT_EQ(checked_sum(training["components"], "training"), training["total_bytes"]);
    Count highest = 0;
    for (const json& phase : training["phases"]) {
      ASSERT_EQ(checked_sum(phase["components"], phase["id"]), phase["total_bytes"]);
      highest = std::max<Count>(highest, phase["total_bytes"]);
    }
    ASSERT_EQ(highest, training["total_bytes"]) << "the peak is the highest phase";
    Count worst = 0;
    for (const json& rank : training["ranks"]) worst = std::max(worst, checked_sum(rank["components"], rank["name"]));
    ASSERT_EQ(worst, training["total_bytes"]) << "the answer is the worst rank";
    Count parameters = 0;
    for (const auto& [part, n] : e["model"]["parameters_by_part"].items()) {
      const json& left_out = e["model"]["parts_not_counted"];
      if (std::find(left_out.begin(), left_out.end(), part) == left_out.end()) parameters = add(parameters, n);
    }
    ASSERT_EQ(parameters, e["model"]["parameters"]);
  }
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

TEST(CommandLaws, EveryFormOfAnEstimateHasTheSameNumbers) {
  const std::vector<json> estimates = call({"estimate", "--scenario", "-"}, lines()).lines();
  const std::vector<Figures> csv = csv_figures(call({"estimate", "--scenario", "-", "--format", "csv"}, lines()).out);
  ASSERT_EQ(csv.size(), estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const Case& one = cases()[i];
    SCOPED_TRACE(one.line);
    const json& e = estimates[i];
    Figures figures;
    put(figures, "inference", "all devices", e["inference"]["components"]);
    for (const json& d : e["inference"]["devices"]) put(figures, "inference", "", d["components"]);
    put(figures, "training", "peak", e["training"]["components"]);
    for (const json& p : e["training"]["phases"]) put(figures, "training", p["id"], p["components"]);
    for (const json& r : e["training"]["ranks"]) put(figures, "training", r["name"], r["components"]);
    ASSERT_EQ(csv[i], figures);
    if (i % 8 != 0) continue;  // a command line is parsed slowly
    for (const char* form : {"table", "markdown"}) {
      const std::string out = call({"estimate", "--scenario", "-", "--format", form}, one.line).out;
      for (const char* half : {"inference", "training"}) {
        for (const json& c : e[half]["components"]) {
          const std::string giga = " " + giga_text(Bytes{c["bytes"].get<Count>()}) + " ";
          ASSERT_NE(out.find(giga), std::string::npos) << form << " " << half << " " << c["id"] << giga << "\n"
                                                       << out;
        }
      }
    }
  }
}

TEST(CommandLaws, FlagsAndJsonAndTheEngineAgree) {
  const std::vector<std::string> lines_of_json = [] {
    std::vector<std::string> out;
    std::istringstream stream(call({"estimate", "--scenario", "-"}, lines()).out);
    for (std::string line; std::getline(stream, line);) out.push_back(line);
    return out;
  }();
  ASSERT_EQ(lines_of_json.size(), cases().size());
  for (std::size_t i = 0; i < cases().size(); ++i) {
    const Case& one = cases()[i];
    SCOPED_TRACE(one.line);
    ASSERT_EQ(io::json_line(io::estimate_json(one.scenario, evaluate(one.scenario))), lines_of_json[i]);
    const Result<Scenario> again = written_and_read(one.scenario);
    ASSERT_TRUE(again) << again.issues().front().where << " " << again.issues().front().what;
    ASSERT_EQ(io::json_line(io::estimate_json(*again, evaluate(*again))), lines_of_json[i])
        << "as the window saves it";
    const Result<Scenario> shared = io::read_share_text(io::share_text(one.scenario), resolver());
    ASSERT_TRUE(shared) << shared.issues().front().where << " " << shared.issues().front().what;
    ASSERT_EQ(io::json_line(io::estimate_json(*shared, evaluate(*shared))), lines_of_json[i])
        << "as the browser edition's address and a picture carry it";
    if (i % 8 != 0) continue;  // a command line is parsed slowly
    std::vector<std::string> words{"estimate", "--format", "json"};
    words.insert(words.end(), one.flags.begin(), one.flags.end());
    const Called c = call(words);
    ASSERT_EQ(c.status, success) << c.errors;
    ASSERT_EQ(json::parse(c.out), json::parse(lines_of_json[i]));
  }
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
  for (std::size_t i = 0; i < cases().size(); i += 3) {
    const Case& one = cases()[i];
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
  for (std::size_t i = 0; i < cases().size(); i += 10) {
    const Case& one = cases()[i];
    if (one.scenario.devices.groups.size() != 1 || one.scenario.devices.count() == 0) continue;
    SCOPED_TRACE(one.line);
    const Task task = draw.below(2) == 0 ? Task::Inference : Task::Training;
    for (const PlanCandidate& c : plan(one.scenario, task, {.most = 3}).candidates) {
      ++tried;
      ASSERT_TRUE(fits(c.fit.verdict));
      expect_same(c.scenario, task, c.fit, "layout " + layout_text(c.scenario, task));
    }
  }
  EXPECT_GT(tried, cases().size() / 30);
}

TEST(CommandLaws, WhatIsRecommendedAndAdvisedIsTheEstimate) {
  Draw draw(5);
  for (std::size_t i = 0; i < cases().size(); i += 10) {
    const Case& one = cases()[i];
    SCOPED_TRACE(one.line);
    const Wish wish{.use = uses[draw.below(uses.size())].id};
    const Recommendation best = recommend(one.scenario, one.scenario.model, one.scenario.model_source, wish);
    if (best.best.runs()) expect_same(best.best.scenario, wish.task(), best.best.fit, "recommend");
    const Task task = draw.below(2) == 0 ? Task::Inference : Task::Training;
    const Advice advice = advise(one.scenario, task);
    if (advice.found) expect_same(advice.scenario, task, advice.after, "advise");
  }
}

TEST(CommandLaws, CommandsPrintWhatTheEngineAnswers) {
  const auto printed = [](const std::string& command, const std::string& task) {
    return call({command, "--scenario", "-", "--format", "json", "--task", task}, lines());
  };
  const std::vector<json> fitted = printed("fit", "both").lines();
  ASSERT_EQ(fitted.size(), cases().size());
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    SCOPED_TRACE(cases()[i].line);
    for (const auto& row : tasks) {
      json answer = fitted[i][std::string(row.key)];
      answer.erase("scenario");
      ASSERT_EQ(answer, json::parse(in_words(fit(cases()[i].scenario, row.id))));
    }
  }
}

/// Loads that need no less memory when they are twice as large.
TEST(CommandLaws, TwiceTheLoadNeverNeedsLess) {
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
      {"training.rollout.group", Task::Training}, {"training.rollout.completion", Task::Training},
      {"serving.max_num_seqs", Task::Training},   {"serving.max_num_batched_tokens", Task::Training}};
  Draw draw(6);
  std::size_t tried = 0;
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    const Load& load = draw.of(loads);
    const Field& field = *find_field(load.path);
    Scenario once = one.scenario, twice = one.scenario;
    if (const auto* count = std::get_if<Access<Count>>(&field.access)) {
      count->edit(twice) = multiply(count->get(twice), 2);
    } else {
      const auto& optional = std::get<Access<std::optional<Count>>>(field.access);
      const Count given = optional.get(once).value_or(256);  // where it is left to the engine
      optional.edit(once) = given;
      optional.edit(twice) = multiply(given, 2);
    }
    const Result<Scenario> before = written_and_read(once), after = written_and_read(twice);
    if (!before || !after) continue;
    ++tried;
    const auto bytes = [&](const Scenario& of) {
      const Estimate e = evaluate(of);
      const Breakdown& b = load.task == Task::Inference ? e.inference.breakdown : e.training.breakdown;
      // Of the engine that generates, the source says why it may hold less: longer answers leave a shorter prompt, and
      // what its steps take at their largest is not left to its pool.
      const bool divides_a_share = load.path == "training.rollout.completion" ||
                                   (load.task == Task::Training && load.path.starts_with("serving."));
      return divides_a_share ? b.total() - b.bytes(Part::GenerationEngine) : b.total();
    };
    ASSERT_GE(bytes(*after).count, bytes(*before).count) << load.path;
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

}  // namespace
}  // namespace llmcalc::cli
