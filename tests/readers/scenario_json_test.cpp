#include "readers/scenario_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace llmcalc::io {
namespace scenario_json_test {

using nlohmann::json;

const Resolver& resolver() {
  static const Resolver shared = default_resolver();
  return shared;
}

/// The issue at this place of this scenario; "" when there is none.
std::string problem(const char* text, const std::string& where) {
  const auto scenario = read_scenario_text(text, resolver());
  for (const Issue& issue : scenario.issues()) {
    if (issue.where == where) return issue.what;
  }
  return {};
}

TEST(ScenarioJson, ReadsTheContractsForms) {
  const auto s = read_scenario_text(R"({
    "model": "llama-3.1-8b",
    "weights": {"format": "gguf:Q4_K_M", "imatrix": true},
    "serving": {"runtime": "llama.cpp", "context": 16384, "kv_format": {"k": "q8_0", "v": "f16"}, "gpu_layers": 10,
                "max_model_len": null, "gpu_memory_utilization": 0.85},
    "training": {"method": "qlora", "lora": {"rank": 8, "targets": ["q", "v"]}, "recompute": {"every": 4}},
    "parallelism": {"schedule": "1f1b"},
    "device": {"memory_bytes": 85899345920, "count": 2},
    "overhead": {"context_bytes": 1408237568}, "measure": "reserved"})",
                                    resolver());
  ASSERT_TRUE(s) << s.issues().front().where << s.issues().front().what;
  EXPECT_EQ(s->model->name, "Llama 3.1 8B");
  EXPECT_EQ(s->weights.format, WeightFormat::Gguf);
  EXPECT_EQ(s->weights.mix, GgufMix::Q4_K_M);
  EXPECT_TRUE(s->weights.imatrix);
  EXPECT_EQ(s->serving.key_format, KvFormat::Q8_0);
  EXPECT_EQ(s->serving.value_format, KvFormat::Fp16);
  EXPECT_EQ(s->serving.gpu_layers, 10U);
  EXPECT_EQ(s->serving.max_model_len, std::nullopt);
  EXPECT_EQ(s->serving.gpu_memory_utilization, 0.85);
  EXPECT_TRUE(s->training.lora.targets.has(LoraTarget::Value));
  EXPECT_FALSE(s->training.lora.targets.has(LoraTarget::Key));
  EXPECT_EQ(s->training.recompute, RecomputeKind::EveryN);
  EXPECT_EQ(s->training.recompute_every, 4U);
  ASSERT_EQ(s->devices.groups.size(), 1U);
  EXPECT_EQ(s->devices.groups[0].device->addressable(), 80_GiB);
  EXPECT_EQ(s->devices.count(), 2U);
  EXPECT_EQ(s->context_bytes, 1408237568U);
  EXPECT_EQ(s->measure, Measure::Reserved);
}

TEST(ScenarioJson, TakesWhatIsLeftOutFromTheDefaults) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b"})", resolver());
  ASSERT_TRUE(s);
  const Scenario defaults;
  EXPECT_EQ(s->serving, defaults.serving);
  EXPECT_EQ(s->training, defaults.training);
  EXPECT_EQ(s->parallelism, defaults.parallelism);
  ASSERT_EQ(s->devices.groups.size(), 1U);
  EXPECT_EQ(s->devices.groups[0].device->id, default_device_id);
  EXPECT_EQ(s->devices.count(), 1U);
}

TEST(ScenarioJson, TakesAsManyDevicesAsTheLayoutOccupies) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "device": "rtx-4090",
                                   "parallelism": {"tensor": 2, "pipeline": 4}})",
                                    resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->devices.count(), 8U);
}

TEST(ScenarioJson, ReadsEveryFormOfRecomputation) {
  const auto read = [](const std::string& value) {
    return read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"recompute": )" + value + "}}", resolver());
  };
  const auto block = read(R"({"block": 8})");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->training.recompute, RecomputeKind::Block);
  EXPECT_EQ(block->training.recompute_every, 8U);
  EXPECT_EQ(json(write_scenario(*block)["training"]["recompute"]), json({{"block", 8}}));
  EXPECT_EQ(read(R"({"uniform": 4})")->training.recompute, RecomputeKind::EveryN);
  EXPECT_EQ(read(R"("one-of:2")")->training.recompute, RecomputeKind::OneOfN);
  for (const char* wrong : {R"({"blocks": 8})", R"({"block": 0})", R"("block")", R"({"none": 2})"}) {
    EXPECT_FALSE(read(wrong)) << wrong;
  }
}

TEST(ScenarioJson, ReadsSwitchesThatMayBeLeftToTheProgram) {
  const auto read = [](const std::string& training) {
    return read_scenario_text(R"({"model": "llama-3.1-8b", "training": )" + training + "}", resolver());
  };
  EXPECT_EQ(read(R"({"kbit_preparation": true})")->training.kbit_preparation, true);
  EXPECT_EQ(read(R"({"kbit_preparation": null})")->training.kbit_preparation, std::nullopt);
  EXPECT_EQ(read(R"({"lora": {"experts": false}})")->training.lora.experts, false);
  EXPECT_EQ(read(R"({"trainable_share": 0.25})")->training.trainable_share, 0.25);
  EXPECT_FALSE(read(R"({"trainable_share": 2})"));
  EXPECT_FALSE(read(R"({"kbit_preparation": 3})"));
  const auto mixed = read(R"({"attention": {"full": "sdpa", "sliding": "flash"}})");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->training.attention, AttentionKernel::Sdpa);
  EXPECT_EQ(mixed->training.sliding_attention, AttentionKernel::Flash);
  EXPECT_EQ(json(write_scenario(*mixed)["training"]["attention"]), json({{"full", "sdpa"}, {"sliding", "flash"}}));
  EXPECT_FALSE(read(R"({"attention": {"full": "sdpa"}})"));
  EXPECT_FALSE(read(R"({"attention": {"full": "sdpa", "global": "flash"}})"));
}

TEST(ScenarioJson, TakesWhatIsLeftOutFromTheFramework) {
  const auto trl = read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"framework": "trl"}})", resolver());
  ASSERT_TRUE(trl);
  EXPECT_EQ(trl->training.loss, Loss::ChunkedLinear);
  EXPECT_EQ(trl->training.recompute, RecomputeKind::Full);
  const auto dpo = read_scenario_text(
      R"({"model": "llama-3.1-8b", "training": {"framework": "trl", "objective": "dpo"}})", resolver());
  ASSERT_TRUE(dpo);
  EXPECT_EQ(dpo->training.loss, Loss::FreedBeforeBackward);
  const auto given = read_scenario_text(
      R"({"model": "llama-3.1-8b", "training": {"framework": "trl", "loss": "full", "recompute": "none"}})",
      resolver());
  ASSERT_TRUE(given);
  EXPECT_EQ(given->training.loss, Loss::Full);
  EXPECT_EQ(given->training.recompute, RecomputeKind::None);
}

TEST(ScenarioJson, NamesTheNearestFramework) {
  const auto read = read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"framework": "nemo"}})", resolver());
  ASSERT_FALSE(read);
  EXPECT_NE(read.issues().front().what.find("the nearest is \"megatron-bridge\""), std::string::npos)
      << read.issues().front().what;
}

TEST(ScenarioJson, ReadsTheModelsBesideThePolicy) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"objective": "ppo",
                                   "reward_model": "llama-3.2-1b", "rollout": {"group": 4}}})",
                                    resolver());
  ASSERT_TRUE(s);
  ASSERT_NE(s->training.models.reward_model, nullptr);
  EXPECT_EQ(s->training.models.reward_model->id, "llama-3.2-1b");
  EXPECT_EQ(s->training.models.value_model, nullptr);
  EXPECT_EQ(s->training.rollout.group, 4U);
  EXPECT_EQ(json(write_scenario(*s, Written::Changed)["training"]["reward_model"]), "llama-3.2-1b");
}

TEST(ScenarioJson, ReadsUnequalDevices) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "device": [{"id": "rtx-4090", "count": 2},
                                   {"memory_bytes": 8589934592, "count": 1}]})",
                                    resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->devices.count(), 3U);
  EXPECT_EQ(s->devices.smallest()->addressable(), 8_GiB);
}

TEST(ScenarioJson, KeepsTheDeviceOfAHostOnlyScenario) {
  const char* text = R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "count": 0}})";
  const auto s = read_scenario_text(text, resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->devices.count(), 0U);
  EXPECT_EQ(s->devices.smallest(), nullptr);
  EXPECT_EQ(json(write_scenario(*s)["device"]), json({{"id", "rtx-4090"}, {"count", 0}}));
}

TEST(ScenarioJson, LetsMemoryOverrideAPreset) {
  const auto s = read_scenario_text(
      R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "memory_bytes": 51539607552}})", resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->devices.groups[0].device->addressable(), 48_GiB);
  const json written = write_scenario(*s);
  const auto again = read_scenario(written, resolver());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *s);
}

TEST(ScenarioJson, ReadsADeviceOfOnesOwn) {
  const auto scenario = read_scenario_text(
      R"({"model": "llama-3.1-8b", "device": {"memory_bytes": 1000, "name": "mine", "bandwidth_bytes_per_second": 2e12,
          "bf16_flops": 3e14, "link_bytes_per_second": 1e11, "power_watts": 300, "price_usd_per_hour": 1.5, "count": 2}})",
      resolver());
  ASSERT_TRUE(scenario);
  const Device& device = *scenario->devices.groups.front().device;
  EXPECT_EQ(device.name, "mine");
  EXPECT_EQ(device.bandwidth, 2e12);
  EXPECT_EQ(device.operations.bf16, 3e14);
  EXPECT_EQ(device.link_bandwidth, 1e11);
  EXPECT_EQ(device.power, 300);
  EXPECT_EQ(device.price_per_hour, 1.5);
  const auto again = read_scenario(json(write_scenario(*scenario)), resolver());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->devices, scenario->devices);
}

TEST(ScenarioJson, LetsFiguresOverrideAPreset) {
  const auto scenario = read_scenario_text(
      R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "price_usd_per_hour": 0.5}})", resolver());
  ASSERT_TRUE(scenario);
  const Device& device = *scenario->devices.groups.front().device;
  EXPECT_EQ(device.price_per_hour, 0.5);
  EXPECT_NE(device.reported.count, 0U) << "the driver's figure stays when the memory does";
  const auto again = read_scenario(json(write_scenario(*scenario)), resolver());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->devices, scenario->devices);
}

TEST(ScenarioJson, RefusesFiguresThatAreNone) {
  EXPECT_FALSE(read_scenario_text(
      R"({"model": "llama-3.1-8b", "device": {"memory_bytes": 1000, "power_watts": "much"}})", resolver()));
  EXPECT_FALSE(read_scenario_text(R"({"model": "llama-3.1-8b", "device": {"memory_bytes": 1000, "bf16_flops": -1}})",
                                  resolver()));
  EXPECT_FALSE(read_scenario_text(R"({"model": "llama-3.1-8b", "device": {"bf16_flops": 1e12}})", resolver()));
}

TEST(ScenarioJson, NamesTheNearestKey) {
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "serving": {"contxt": 1}})", "/serving/contxt"),
            "unknown key (did you mean \"context\"?)");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "trainin": {}})", "/trainin"),
            "unknown key (did you mean \"training\"?)");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "micro_batch": 4})", "/micro_batch"),
            "unknown key (did you mean \"training.micro_batch\"?)");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "zebra": 4})", "/zebra"), "unknown key");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "device": {"ide": "a"}})", "/device/ide"),
            "unknown key (did you mean \"id\"?)");
}

TEST(ScenarioJson, NamesTheNearestValue) {
  EXPECT_THAT(problem(R"({"model": "lama-3.1-8b"})", "/model"), testing::HasSubstr("did you mean \"llama-3.1-8b\""));
  EXPECT_THAT(problem(R"({"model": "llama-3.1-8b", "device": "rtx-409"})", "/device"),
              testing::HasSubstr("did you mean \"rtx-4090\""));
  EXPECT_THAT(problem(R"({"model": "llama-3.1-8b", "training": {"optimizer": "adamv"}})", "/training/optimizer"),
              testing::HasSubstr("got \"adamv\" (did you mean \"adamw\"?)"));
}

TEST(ScenarioJson, RefusesWrongTypesAndNegativeNumbers) {
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "training": {"micro_batch": -1}})", "/training/micro_batch"),
            "must be a whole number from 1 to 1,000,000, got -1");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "training": {"micro_batch": "4"}})", "/training/micro_batch"),
            "must be a whole number from 1 to 1,000,000, got \"4\"");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "training": {"micro_batch": 1.5}})", "/training/micro_batch"),
            "must be a whole number from 1 to 1,000,000, got 1.5");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "training": {"micro_batch": 1e30}})", "/training/micro_batch"),
            "must be a whole number from 1 to 1,000,000, got 1e+30");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "serving": []})", "/serving"), "must be an object, got []");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "weights": {"imatrix": 1}})", "/weights/imatrix"),
            "must be true or false, got 1");
  EXPECT_EQ(problem(R"({"model": 7})", "/model"),
            "must be a preset id, or an object with one of file, config, custom; got 7");
  EXPECT_EQ(problem(R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "count": -2}})", "/device/count"),
            "must be a whole number from 0 to 1,000,000, got -2");
  EXPECT_EQ(problem("[]", ""), "must be a JSON object, got []");
}

TEST(ScenarioJson, AcceptsAWholeNumberWrittenWithAPoint) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {"context": 4096.0}})", resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->serving.context, 4096U);
}

TEST(ScenarioJson, ReportsAllProblemsAndEachOnce) {
  const auto s = read_scenario_text(R"({"model": "nope", "serving": {"context": 0, "contxt": 1},
                                   "training": {"micro_batch": -1, "optimizer": 3}, "device": {"count": 1}})",
                                    resolver());
  EXPECT_EQ(s.issues().size(), 6U);
}

TEST(ScenarioJson, PointsIntoInlineConfigurations) {
  const auto custom = read_scenario_text(R"({"model": {"custom": {"layers": 0, "hiden_size": 8}}})", resolver());
  ASSERT_FALSE(custom);
  EXPECT_EQ(custom.issues().front().where, "/model/custom/hiden_size");
  const auto config =
      read_scenario_text(R"({"model": {"config": {"model_type": "llama", "hidden_size": "wide"}}})", resolver());
  ASSERT_FALSE(config);
  EXPECT_TRUE(config.issues().front().where.starts_with("/model/config")) << config.issues().front().where;
}

TEST(ScenarioJson, SaysWhereJsonIsBroken) {
  const auto s = read_scenario_text(R"({"model": )", resolver());
  ASSERT_EQ(s.issues().size(), 1U);
  EXPECT_THAT(s.issues()[0].what, testing::HasSubstr("is not valid JSON: parse error at line 1, column 11"));
}

TEST(ScenarioJson, SurvivesHostileDepth) {
  const std::string brackets(200'000, '[');
  const auto s = read_scenario_text(R"({"model": )" + brackets + std::string(200'000, ']') + "}", resolver());
  ASSERT_EQ(s.issues().size(), 1U);
  EXPECT_THAT(s.issues()[0].what, testing::HasSubstr("nested deeper than"));
}

TEST(ScenarioJson, TakesNullAsNoVersion) {
  const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {"version": null}})", resolver());
  ASSERT_TRUE(s);
  EXPECT_EQ(s->serving.version, "");
}

TEST(ScenarioJson, ReadsSwitchesAsNullTrueAndFalse) {
  const auto caching = [](std::string_view value) {
    const std::string text =
        R"({"model": "llama-3.1-8b", "serving": {"prefix_caching": )" + std::string(value) + "}}";
    const auto read = read_scenario_text(text, resolver());
    return read ? std::optional(read->serving.prefix_caching) : std::nullopt;
  };
  EXPECT_EQ(caching("null"), Switch::EngineDefault);
  EXPECT_EQ(caching("true"), Switch::On);
  EXPECT_EQ(caching("false"), Switch::Off);
  EXPECT_EQ(caching("3"), std::nullopt);
  Scenario s;
  s.serving.prefix_caching = Switch::Off;
  EXPECT_EQ(json(write_scenario(s, Written::All))["serving"]["prefix_caching"], json(false));
  EXPECT_TRUE(json(write_scenario({}, Written::All))["serving"]["prefix_caching"].is_null());
}

TEST(ScenarioJson, TakesTheNamesThatServersGiveToCaches) {
  const auto read = read_scenario_text(
      R"({"model": "llama-3.1-8b", "serving": {"kv_format": "fp8_e5m2", "draft_kv_format": "bfloat16"}})",
      resolver());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->serving.key_format, KvFormat::Fp8);
  EXPECT_EQ(read->serving.draft_kv_format, KvFormat::Bf16);
  EXPECT_FALSE(read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {"kv_format": "fp8_e9m9"}})", resolver()));
  EXPECT_TRUE(json(write_scenario({}, Written::All))["serving"]["draft_kv_format"].is_null());
}

TEST(ScenarioJson, KeepsWhatCouldBeRead) {
  const ReadScenario read = read_scenario_leniently(
      json::parse(R"({"model": "llama-3.1-8b", "serving": {"context": 77, "sequences": "x"}})"), resolver());
  EXPECT_EQ(read.issues.size(), 1U);
  EXPECT_EQ(read.scenario.serving.context, 77U);
  EXPECT_EQ(read.scenario.serving.sequences, Scenario{}.serving.sequences);
  EXPECT_NE(read.scenario.model, nullptr);
}

/// Gives a field a random value, anywhere in its range.
void randomize(const Field& f, Scenario& s) {
  if (const auto* a = std::get_if<Access<Count>>(&f.access)) {
    a->edit(s) = *rc::gen::inRange<Count>(static_cast<Count>(f.limits.low), static_cast<Count>(f.limits.high));
  } else if (const auto* o = std::get_if<Access<std::optional<Count>>>(&f.access)) {
    const Count n = *rc::gen::inRange<Count>(static_cast<Count>(f.limits.low), static_cast<Count>(f.limits.high));
    o->edit(s) = *rc::gen::arbitrary<bool>() ? std::optional<Count>(n) : std::nullopt;
  } else if (const auto* b = std::get_if<Access<bool>>(&f.access)) {
    b->edit(s) = *rc::gen::arbitrary<bool>();
  } else if (const auto* r = std::get_if<Access<double>>(&f.access)) {
    const int thousandth = *rc::gen::inRange(0, 1000);
    r->edit(s) = f.limits.low + (f.limits.high - f.limits.low) * thousandth / 997.0;
  } else if (const auto* t = std::get_if<Access<std::string>>(&f.access)) {
    t->edit(s) = *rc::gen::string<std::string>();
    for (char& c : t->edit(s)) c = static_cast<char>(c & 0x7F);  // JSON text is UTF-8
  } else if (const auto* c = std::get_if<ChoiceAccess>(&f.access)) {
    c->set(s, *rc::gen::inRange<std::size_t>(0, c->size));
  } else if (const auto* k = std::get_if<CodedAccess>(&f.access)) {
    const auto options = k->options();
    k->set(s, options[*rc::gen::inRange<std::size_t>(0, options.size())]);
  }
}

Scenario random_scenario() {
  const char* start = *rc::gen::element(
      R"({"model": "llama-3.1-8b"})", R"({"model": {"custom": {"layers": 3, "tied_head": true}}, "device": []})",
      R"({"model": {"config": {"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2,
          "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 100}},
          "serving": {"draft_model": "llama-3.2-1b"}, "device": [{"memory_bytes": 7, "count": 3}, {"id": "rtx-4090"}]})");
  Scenario s = read_scenario_leniently(json::parse(start), resolver()).scenario;
  for (const Field& f : fields) {
    if (*rc::gen::arbitrary<bool>()) randomize(f, s);
  }
  return s;
}

// Unsloth recomputes in full and keeps activations in host memory; without recomputation nothing of that is its default.
TEST(ScenarioJsonRoundTrip, WritesADefaultThatAnotherSettingTookAway) {
  Scenario s =
      read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"framework": "unsloth"}})", resolver()).value();
  ASSERT_EQ(s.training.recompute, RecomputeKind::Full);
  s.training.recompute = RecomputeKind::None;
  const std::string text = write_scenario(s, Written::Changed).dump();
  EXPECT_TRUE(read_scenario_leniently(json::parse(text), resolver()).scenario == s) << text;
}

// TRL's kernel for every layer is not the setting of a scenario that gives layers with a window another.
TEST(ScenarioJsonRoundTrip, WritesTheKernelOfWindowsBesideAFrameworksDefault) {
  const Scenario s = read_scenario_text(R"({"model": "llama-3.1-8b", "training": {"framework": "trl",
                                        "attention": {"full": "sdpa", "sliding": "flash"}}})",
                                        resolver())
                         .value();
  const std::string text = write_scenario(s, Written::Changed).dump();
  EXPECT_TRUE(read_scenario_leniently(json::parse(text), resolver()).scenario == s) << text;
}

RC_GTEST_PROP(ScenarioJsonRoundTrip, GivesEveryScenarioBack, ()) {
  const Scenario s = random_scenario();
  for (const Written written : {Written::All, Written::Changed}) {
    const std::string text = write_scenario(s, written).dump();
    const Scenario read = read_scenario_leniently(json::parse(text), resolver()).scenario;
    RC_LOG() << "all of it: " << write_scenario(s, Written::All).dump() << "\nread from: " << text
             << "\nall of it: " << write_scenario(read, Written::All).dump() << '\n';
    RC_ASSERT(read == s);
  }
}

TEST(ScenarioJsonRoundTrip, WritesOnlyWhatWasChangedWhenAsked) {
  auto read = read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {"context": 4096}})", resolver());
  ASSERT_TRUE(read);
  EXPECT_EQ(json(write_scenario(*read, Written::Changed)),
            json::parse(R"({"model": "llama-3.1-8b", "serving": {"context": 4096},
                            "device": {"id": "rtx-4090", "count": 1}})"));
}

TEST(ScenarioJson, AModelThatCannotBeReadIsNotCalledMissing) {
  const auto read = read_scenario_text(R"({"model": {"file": "/nowhere/model.gguf"}})", resolver());
  ASSERT_EQ(read.issues().size(), 1U);
  EXPECT_EQ(read.issues().front().what.find("is missing"), std::string::npos) << read.issues().front().what;
  EXPECT_EQ(read_scenario_text("{}", resolver()).issues().front().what.find("is missing"), 0U);
}

TEST(ScenarioJson, TheShareOfTheGpuIsTheVersionsUnlessItIsGiven) {
  const auto share = [](const std::string& serving) {
    const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {)" + serving + "}}", resolver());
    return s ? s->serving.gpu_memory_utilization : 0;
  };
  EXPECT_EQ(share(""), 0.92);
  EXPECT_EQ(share(R"("version": "0.20.2")"), 0.9);
  EXPECT_EQ(share(R"("version": "0.20.2", "gpu_memory_utilization": 0.85)"), 0.85);
  EXPECT_EQ(share(R"("runtime": "tensorrt-llm")"), 0.9);
}

TEST(ScenarioJson, RelativesOfLlamaCppHaveDefaultsOfTheirOwn) {
  const auto context = [](const std::string& runtime, const std::string& device, const std::string& more = "") {
    const auto s = read_scenario_text(R"({"model": "llama-3.1-8b", "serving": {"runtime": ")" + runtime + "\"" +
                                          more + R"(}, "device": ")" + device + "\"}",
                                      resolver());
    EXPECT_TRUE(s) << s.issues().front().where << s.issues().front().what;
    return s ? s->serving.context : 0;
  };
  EXPECT_EQ(context("ollama", "rtx-4070"), 4096U);
  EXPECT_EQ(context("ollama", "rtx-4090"), 32'768U);
  EXPECT_EQ(context("ollama", "h100-sxm-80gb"), 131'072U) << "262,144, but the model knows no more";
  EXPECT_EQ(context("lmstudio", "rtx-4090"), 4096U);
  EXPECT_EQ(context("koboldcpp", "rtx-4090"), 8192U);
  EXPECT_EQ(context("ollama", "rtx-4090", R"(, "context": 10000)"), 10'000U);
  EXPECT_EQ(context("llama.cpp", "rtx-4090"), Serving{}.context);
  const auto split = read_scenario_text(
      R"({"model": "llama-3.1-8b", "serving": {"runtime": "llama.cpp", "tensor_split": [3, 1], "mmproj": null}})",
      resolver());
  ASSERT_TRUE(split);
  EXPECT_EQ(split->serving.tensor_split, "3,1");
}

}  // namespace scenario_json_test
}  // namespace llmcalc::io
