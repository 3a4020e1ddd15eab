// Every setting of the field table has a control in the window; every way to work it changes exactly that setting.

#include "differences.hpp"
#include "driver.hpp"
#include "support/sanitized.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace llmcalc::ui::test {
namespace every_field_test {

/// What a control of this setting may change: itself, and for the layout the number of devices that make it.
std::vector<std::string_view> unexpected(const Field& field, const Scenario& start, const Scenario& now) {
  std::vector<std::string_view> paths = differences(start, now);
  std::erase_if(paths, [&](std::string_view path) {
    if (path == field.path) return true;
    // A framework or an engine brings its defaults.
    if (field.path == "training.framework" || field.path == "training.version" || field.path == "serving.runtime" ||
        field.path == "serving.version") {
      return std::any_of(usual_settings.begin(), usual_settings.end(),
                         [&](const UsualSetting& usual) { return usual.path == path; });
    }
    if (path != "device" || field.group() != "parallelism") return false;
    return start.devices.groups.size() == 1 && now.devices.groups.size() == 1 &&
           start.devices.groups.front().device == now.devices.groups.front().device;
  });
  return paths;
}

/// Scenarios under which settings matter that do not under the defaults.
using Change = void (*)(App&);
constexpr std::array<Change, 25> surroundings{
    [](App&) {},
    [](App& a) { a.scenario.serving.runtime = Runtime::LlamaCpp; },
    [](App& a) { a.scenario.serving.runtime = Runtime::Transformers; },
    [](App& a) { a.scenario.serving.runtime = Runtime::Sglang; },
    [](App& a) {
      a.scenario.weights.format = WeightFormat::GptqInt4;
      a.scenario.training.method = TrainingMethod::Qlora;
    },
    [](App& a) { a.scenario.training.method = TrainingMethod::Freeze; },
    [](App& a) { a.scenario.weights.format = WeightFormat::Fp8; },
    [](App& a) { a.scenario.weights.format = WeightFormat::Exl2; },
    [](App& a) { a.scenario.weights.format = WeightFormat::Gguf; },
    [](App& a) {
      a.scenario.serving.draft_model = a.scenario.model;
      a.scenario.serving.draft_tokens = 3;
    },
    [](App& a) { a.scenario.serving.adapters = 2; },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "gemma-3-4b"});
    },
    [](App& a) {
      a.scenario.training.optimizer = Optimizer::Galore;
      a.scenario.training.loss = Loss::Chunked;
    },
    [](App& a) { a.scenario.training.framework = TrainingFramework::Megatron; },
    [](App& a) {
      a.scenario.training.framework = TrainingFramework::Megatron;
      a.scenario.training.float8 = true;
    },
    [](App& a) { a.scenario.parallelism.context = 2; },
    [](App& a) {
      a.scenario.training.framework = TrainingFramework::DeepSpeed;
      a.scenario.parallelism.data = 2;
      a.scenario.parallelism.zero = 2;
    },
    [](App& a) {
      a.scenario.training.framework = TrainingFramework::DeepSpeed;
      a.scenario.parallelism.data = 2;
      a.scenario.parallelism.zero = 3;
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "mixtral-8x7b-v0.1"});
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "mixtral-8x7b-v0.1"});
      a.scenario.parallelism.data = 8;
      a.scenario.parallelism.expert = 2;
      a.scenario.parallelism.zero = 1;
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "mixtral-8x7b-v0.1"});
      a.scenario.serving.runtime = Runtime::LlamaCpp;
      a.scenario.parallelism.expert = 4;
      a.scenario.parallelism.data = 4;
    },
    [](App& a) {
      a.scenario.parallelism.tensor = 2;
      a.scenario.parallelism.pipeline = 4;
      a.scenario.parallelism.data = 4;
      a.scenario.parallelism.zero = 3;
      a.scenario.parallelism.schedule = PipelineSchedule::Interleaved;
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "gemma-3-4b"});  // has a vision tower
      a.scenario.training.vision_tower = VisionTower::Trained;
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "gemma-2-9b"});
    },
    [](App& a) {
      use_model(a, {ModelSource::Kind::Preset, "gemma-2-9b"});
      a.scenario.serving.runtime = Runtime::LlamaCpp;
    },
};

/// Works one control in every way it knows and puts everything back after each.
class Worker {
 public:
  Worker(Driver& driver, const Field& f) : d(driver), field(f), start(driver.app.scenario) {}

  void work() {
    switch (field.kind()) {
      case FieldKind::Whole:
      case FieldKind::OptionalWhole:
      case FieldKind::Real: work_slider(); break;
      case FieldKind::Flag: toggle(); break;
      case FieldKind::Choice:
      case FieldKind::Coded:
        if (field.path == "training.trainable_share") {  // a share is a slider
          drag();
          step_by_keys();
          break;
        }
        choose();
        break;
      case FieldKind::Text: write(); break;
      case FieldKind::External: break;
    }
  }

 private:
  /// By the mouse and by keys. Under a sanitizer one of the ways, in turn: the next setting gets another.
  void work_slider() {
    constexpr std::array ways{&Worker::drag, &Worker::type, &Worker::refuse, &Worker::step_by_keys};
    static std::size_t turn = 0;
    const std::size_t only = turn++ % ways.size();
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (!sanitized || i == only) (this->*ways[i])();
    }
  }

  /// Exactly this setting changed; then everything goes back.
  void expect_changed(const char* how) {
    const bool changed = !same_setting(field, start, d.app.scenario);
    EXPECT_TRUE(changed) << field.path << " did not change by " << how;
    for (const std::string_view path : unexpected(field, start, d.app.scenario)) {
      ADD_FAILURE() << field.path << " changed " << path << " too, by " << how;
    }
    if (changed && d.find(std::string(field.path) + ".reset")) {
      // The mark that appears beside it sets back this setting alone.
      ASSERT_TRUE(d.click(std::string(field.path) + ".reset"));
      EXPECT_TRUE(same_setting(field, d.app.scenario, d.app.reference)) << field.path;
      EXPECT_TRUE(unexpected(field, start, d.app.scenario).empty()) << field.path;
    }
    restore();
  }
  void restore() {
    d.press(Key::Escape);
    d.press(Key::Escape);
    d.app.scenario = start;
    d.app.view.typing = {};
    d.move({-1000, -1000});
    d.frames(2);
  }

  void drag() {
    ASSERT_TRUE(d.drag(field.path, 0.8f)) << field.path;
    if (d.app.scenario == start) {  // it stood there; waits, or it would be a double click
      d.frames(60);
      d.drag(field.path, 0.1f);
    }
    expect_changed("drag");
  }

  void open_typing() {
    d.move(d.find(field.path)->middle());
    compat::feed_modifiers(true, false);
    compat::feed_mouse_button(0, true);
    d.frames(2);
    compat::feed_mouse_button(0, false);
    compat::feed_modifiers(false, false);
    d.frames(3);
    ASSERT_EQ(d.app.view.typing.name, field.path);
  }

  void type() {
    open_typing();
    const bool real = field.kind() == FieldKind::Real;
    const double middle = std::floor((field.slider.low + field.slider.high) / 3) + 1;
    const auto at = [&](double share) { return field.slider.low + (field.slider.high - field.slider.low) * share; };
    const auto* now = std::get_if<Access<double>>(&field.access);
    const bool same =
        now != nullptr && std::abs(now->get(d.app.scenario) - at(0.25)) < 0.002;  // typing it would change nothing
    const auto* whole = std::get_if<Access<Count>>(&field.access);
    const double within = std::min(std::max(middle, field.limits.low), field.limits.high);
    const bool stands = whole != nullptr && static_cast<double>(whole->get(d.app.scenario)) == within;
    const double asked = real ? at(same ? 0.5 : 0.25) : stands ? field.limits.low : within;
    const bool large = !real || asked >= 1e6;  // digits, not "2.5e+11"
    d.type(large ? std::to_string(static_cast<Count>(asked)) : shortest(std::round(asked * 1000) / 1000));
    d.press(Key::Enter);
    if (const auto* a = std::get_if<Access<Count>>(&field.access)) {
      EXPECT_EQ(a->get(d.app.scenario), static_cast<Count>(asked)) << field.path;
    } else if (const auto* o = std::get_if<Access<std::optional<Count>>>(&field.access)) {
      EXPECT_EQ(o->get(d.app.scenario), static_cast<Count>(asked)) << field.path;
    } else if (const auto* r = std::get_if<Access<double>>(&field.access)) {
      EXPECT_NEAR(r->get(d.app.scenario), asked, 0.0011) << field.path;
    }
    expect_changed("typing");
  }

  /// Text that is no number is refused with a word and changes nothing.
  void refuse() {
    open_typing();
    d.type("nonsense");
    d.press(Key::Enter);
    EXPECT_EQ(d.app.scenario, start) << field.path;
    EXPECT_EQ(d.app.view.typing.complaint, "Type a number from ") << field.path;
    restore();
  }

  /// The focused slider goes a stop up with + or down with -.
  void step_by_keys() {
    d.click(d.find(field.path)->middle());  // gives it the keyboard, and a value of its middle
    d.app.scenario = start;
    d.frames(2);
    d.type("+");
    if (d.app.scenario == start) d.type("-");
    expect_changed("+ and -");
  }

  void toggle() {
    ASSERT_TRUE(d.click(field.path));
    expect_changed("click");
  }

  /// Every option that can be seen in the open list, by the mouse; one by the keys.
  void choose() {
    ASSERT_TRUE(d.click(field.path));
    std::vector<std::string> options;
    const std::string prefix = std::string(field.path) + ".";
    for (const Audit::Control& c : d.audit.controls) {
      if (c.name.starts_with(prefix) && c.name != prefix + "reset") options.push_back(c.name);
    }
    ASSERT_GT(options.size(), 1U) << field.path;
    restore();
    std::size_t changed = 0;
    for (std::size_t i = 0; i < options.size() && changed < 3; ++i) {
      ASSERT_TRUE(d.click(field.path));
      ASSERT_TRUE(d.click(options[i])) << options[i];
      if (d.app.scenario == start) continue;  // it was this one
      ++changed;
      expect_changed(options[i].c_str());
    }
    EXPECT_GT(changed, 0U) << field.path;
    ASSERT_TRUE(d.click(field.path));
    d.press(Key::Down);
    d.press(Key::Enter);
    if (d.app.scenario == start) {  // it was the last
      ASSERT_TRUE(d.click(field.path));
      d.press(Key::Up);
      d.press(Key::Enter);
    }
    expect_changed("arrow and Enter");
  }

  void write() {
    d.click(d.find(field.path)->middle());
    d.press(Key::A, true);
    d.type("0.9");
    const auto* a = std::get_if<Access<std::string>>(&field.access);
    ASSERT_TRUE(a);
    EXPECT_EQ(a->get(d.app.scenario), "0.9") << field.path;
    expect_changed("writing");
  }

  Driver& d;
  const Field& field;
  const Scenario start;
};

TEST(EveryField, HasAControlThatChangesExactlyIt) {
  Driver d(1440, 4200);
  d.app.preferences.more_settings = true;
  const Scenario fresh = d.app.scenario;
  std::vector<const Field*> left;
  for (const Field& field : fields) {
    // Chosen in the bar at the top, and there tested on their own.
    if (field.kind() != FieldKind::External && field.path != "method") left.push_back(&field);
  }
  const auto work_under = [&](const auto& change) {
    d.app.scenario = fresh;
    use_scenario(d.app, d.app.scenario);
    change(d.app);
    d.app.reference = d.app.scenario;  // marks show what departs from these surroundings
    d.frames(4);
    std::erase_if(left, [&](const Field* field) {
      if (!d.find(field->path)) return false;
      Worker(d, *field).work();
      return true;
    });
  };
  for (const Change change : surroundings) work_under(change);
  // The rest matters under some choice of another setting: that one is looked for.
  for (const Field& other : fields) {
    const auto* choice = std::get_if<ChoiceAccess>(&other.access);
    for (std::size_t i = 0; choice && i < choice->size; ++i) {
      Scenario there = fresh;
      choice->set(there, i);
      const auto matters = [&](const Field* field) { return field->matters(there); };
      if (std::none_of(left.begin(), left.end(), matters)) continue;
      work_under([&](App& app) { choice->set(app.scenario, i); });
    }
  }
  for (const Field* field : left) ADD_FAILURE() << field->path << " was not met under any surroundings";
}

}  // namespace every_field_test
}  // namespace llmcalc::ui::test
