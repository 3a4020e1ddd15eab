// Laws over random scenarios: the window shows what the engine answers and the command line prints, its command gives the
// same estimate, and its session comes back.

#include "cli/run.hpp"
#include "readers/field_json.hpp"
#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "report/estimate_json.hpp"
#include "report/json_output.hpp"
#include "support/random_scenarios.hpp"
#include "ui/answers.hpp"
#include "ui/command_line.hpp"
#include "ui/session.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {
namespace window_laws_test {

using tests::Case;
using tests::cases;

std::string json_of(const Scenario& s, const Estimate& e) { return io::json_line(io::estimate_json(s, e)); }

/// Every figure of an estimate; what is said of settings that have no effect is not in a command.
nlohmann::json figures_of(std::string_view json) {
  nlohmann::json all = io::parse_json(json).value();
  all.erase("warnings");
  return all;
}

/// What has to change in the figures of one estimate to get another's.
std::string differences(const nlohmann::json& figures, const nlohmann::json& others) {
  return figures == others ? "" : nlohmann::json::diff(figures, others).dump(2);
}

TEST(WindowLaws, WhatIsShownIsWhatTheEngineAnswers) {
  App app = make_app(tests::shared_resolver(), io::preset_folders());
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.line);
    use_scenario(app, one.scenario);
    update_results(app);
    ASSERT_TRUE(app.results.issues.empty());
    ASSERT_EQ(json_of(app.scenario, app.results.estimate), json_of(one.scenario, evaluate(one.scenario)));
  }
}

TEST(WindowLaws, ItsCommandGivesTheSameEstimate) {
  // A command line is parsed slowly.
  const std::size_t step = cases().size() > 1000 ? 1 : 4;
  for (std::size_t i = 0; i < cases().size(); i += step) {
    const Scenario& s = cases()[i].scenario;
    const std::string line = command_line(s);
    SCOPED_TRACE(cases()[i].line + "\n" + line);
    const std::vector<io::ShellCommand> commands = io::shell_commands(line);
    ASSERT_EQ(commands.size(), 1U);
    std::vector<std::string> words(commands.front().words.begin() + 1, commands.front().words.end());
    words.insert(words.end(), {"--format", "json"});
    std::istringstream in;
    std::ostringstream out, errors;
    ASSERT_EQ(cli::run(words, {in, out, errors}), cli::success) << errors.str();
    const std::string estimate = json_of(s, evaluate(s));
    if (tests::in_one_line(out.str()) == estimate) continue;
    EXPECT_EQ(differences(figures_of(out.str()), figures_of(estimate)), "");
  }
}

TEST(WindowLaws, WhatItsCommandLeavesOutHasNoEffect) {
  tests::Draw draw(cases().size());
  for (const Case& one : cases()) {
    const std::string line = command_line(one.scenario);
    nlohmann::json figures;
    for (const Field& field : fields) {
      const std::string text = draw.once_in(16) ? draw.text_for(field) : "";
      Scenario changed = one.scenario;
      if (text.empty() || !io::set_field(field, io::value_of_text(field, text), changed).empty()) continue;
      if (!validate(changed).empty() || command_line(changed) != line) continue;
      SCOPED_TRACE(one.line + "\n" + std::string(field.path) + " = " + text);
      if (figures.empty()) figures = figures_of(json_of(one.scenario, evaluate(one.scenario)));
      EXPECT_EQ(differences(figures_of(json_of(changed, evaluate(changed))), figures), "");
    }
  }
}

TEST(WindowLaws, ItsSessionComesBack) {
  const tests::TempFolder folder;
  const App fresh = make_app(tests::shared_resolver(), io::preset_folders());
  const std::size_t step = cases().size() > 1000 ? 1 : 20;  // each is flushed to the disk
  for (std::size_t i = 0; i < cases().size(); i += step) {
    const Scenario& s = cases()[i].scenario;
    SCOPED_TRACE(cases()[i].line);
    const auto session = [&] {
      return Session({.file = folder / "session.json", .begin_with = folder / "session.json", .lock = {}});
    };
    App before = fresh, after = fresh;
    use_scenario(before, s);
    before.pins[0] = pin_of(s);
    ASSERT_TRUE(session().save(before).empty());
    Session next = session();
    ASSERT_TRUE(next.restore(after).empty());
    next.started();
    ASSERT_EQ(json_of(after.scenario, evaluate(after.scenario)), json_of(s, evaluate(s)));
    ASSERT_TRUE(after.pins[0]);
    ASSERT_EQ(json_of(after.pins[0]->scenario, after.pins[0]->estimate), json_of(s, evaluate(s)));
  }
}

}  // namespace window_laws_test
}  // namespace llmcalc::ui
