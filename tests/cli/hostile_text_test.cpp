// Names out of files and arguments go through every printer of the command line: a terminal, a spreadsheet and a
// reader of Markdown must find nothing in them to obey.

#include "called.hpp"
#include "support/gguf_builder.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/printable.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace hostile_text_test {

using nlohmann::json;
using tests::GgufBuilder;
using tests::TempFolder;

/// Sets a title, clears the screen with a C1 command, reverses text, and is a formula, a tag and code.
const std::string hostile =
    "=cmd\x1B]0;owned\x07\xC2\x9B"
    "2J\xE2\x80\xAE<script>`x`|\xE2\x81\xA6";
const std::vector<std::string> forms{"table", "json", "csv", "markdown"};

/// Fails when the text holds something that a terminal obeys, or bytes that are no text.
void expect_safe(std::string_view text, const std::string& what) {
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Character c = first_character(rest);
    ASSERT_NE(c.length, 0U) << what;
    const bool layout = c.code_point == U'\n' || (c.code_point == U'\r' && rest.substr(1).starts_with('\n'));
    ASSERT_TRUE(layout || !is_control(c.code_point))
        << what << ": U+" << std::hex << static_cast<unsigned>(c.code_point) << " in\n"
        << printable_lines(text.substr(0, 3000));
    rest.remove_prefix(c.length);
  }
}

/// Calls the command in every form and looks at all that it prints, the name among it.
void expect_safe_call(std::vector<std::string> arguments, const std::string& input = {}) {
  for (const std::string& form : forms) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--format", form});
    const Called c = call(all, input);
    const std::string what = arguments.front() + " as " + form;
    expect_safe(c.out, what);
    expect_safe(c.errors, what + ", errors");
    const std::string everything = c.out + c.errors;
    // The CSV of inspect holds tensors only.
    EXPECT_TRUE(form == "csv" || everything.find("owned") != std::string::npos)
        << what << " does not show the name at all:\n"
        << everything.substr(0, 2000);
    if (form == "json" && !c.out.empty()) {
      EXPECT_TRUE(json::accept(c.out)) << what;
    }
    if (form == "csv") {
      EXPECT_EQ(("\n" + c.out).find("\n=cmd"), std::string::npos) << what;
      EXPECT_EQ(c.out.find(",=cmd"), std::string::npos) << what;
      EXPECT_EQ(c.out.find("\"=cmd"), std::string::npos) << what;
    }
    if (form == "markdown") {
      for (std::size_t at = c.out.find("<script"); at != std::string::npos; at = c.out.find("<script", at + 1)) {
        EXPECT_TRUE(at > 0 && c.out[at - 1] == '\\') << what;
      }
    }
  }
}

/// A folder of presets for the time of a test.
class PresetFolder {
 public:
  explicit PresetFolder(const std::string& folder) { setenv("LLMCALC_PRESETS", folder.c_str(), 1); }
  PresetFolder(const PresetFolder&) = delete;
  PresetFolder& operator=(const PresetFolder&) = delete;
  ~PresetFolder() { unsetenv("LLMCALC_PRESETS"); }
};

json scenario_with_hostile_names() {
  return {{"model",
           {{"config",
             {{"model_type", "llama"},
              {"torch_dtype", hostile},
              {"hidden_act", hostile},
              {"hidden_size", 512},
              {"intermediate_size", 1024},
              {"num_hidden_layers", 2},
              {"num_attention_heads", 8},
              {"vocab_size", 1000}}}}},
          {"device",
           {{"memory_bytes", 17179869184U}, {"count", 2}, {"name", hostile}, {"bandwidth_bytes_per_second", 1e12}}}};
}

TEST(HostileText, OfAScenarioIsHarmlessInEveryAnswer) {
  const std::string scenario = scenario_with_hostile_names().dump();
  for (const char* command : {"estimate", "fit", "levers", "plan", "solve", "sweep", "advise"}) {
    for (const std::string& form : forms) {
      const Called c = call({command, "--scenario", "-", "--format", form}, scenario);
      EXPECT_EQ(c.status, success) << command << c.errors;
      expect_safe(c.out, std::string(command) + " as " + form);
      expect_safe(c.errors, std::string(command) + " as " + form);
    }
  }
  for (const char* form : {"table", "markdown"}) {
    const Called c = call({"estimate", "--scenario", "-", "--format", form}, scenario);
    EXPECT_NE(c.out.find("owned"), std::string::npos) << form << "\n" << c.out;
  }
}

TEST(HostileText, OfAScenarioIsHarmlessInAMessage) {
  json wrong = scenario_with_hostile_names();
  wrong[hostile] = 1;
  wrong["weights"] = {{"format", hostile}};
  wrong["serving"]["runtime"] = hostile;
  expect_safe_call({"estimate", "--scenario", "-"}, wrong.dump());
  expect_safe_call({"fit", "--scenario", "-"}, wrong.dump());
  expect_safe_call({"estimate", "--scenario", "-"}, json{{"model", hostile}, {"device", hostile}}.dump());
}

TEST(HostileText, OfArgumentsIsHarmless) {
  const std::string word = hostile.substr(1);  // what follows a "=" is a value
  const std::vector<std::vector<std::string>> calls{{word},
                                                    {"estimate", "--" + word},
                                                    {"estimate", word},
                                                    {"estimate", "--model", word},
                                                    {"estimate", "--device", word},
                                                    {"estimate", "--set", word},
                                                    {"estimate", "--set", word + "=1"},
                                                    {"estimate", "--format", word},
                                                    {"estimate", "--scenario", "/" + word},
                                                    {"plan", "--rank", word},
                                                    {"sweep", "--over", word},
                                                    {"sweep", "--from", word},
                                                    {"solve", "--for", word},
                                                    {"check", "/" + word},
                                                    {"inspect", word},
                                                    {"completion", word},
                                                    {"verify", "--folder", "/" + word}};
  for (const auto& arguments : calls) {
    const Called c = call(arguments);
    EXPECT_EQ(c.status, bad_input) << printable(arguments.front());
    expect_safe(c.out + c.errors, printable(arguments.front()));
    EXPECT_NE((c.out + c.errors).find("owned"), std::string::npos) << printable(arguments.back());
  }
}

TEST(HostileText, OfPresetsIsHarmlessInTheLists) {
  const TempFolder folder;
  const std::string shipped = std::string(LLMCALC_SOURCE_DIR) + "/presets/";
  json model = json::parse(std::ifstream(shipped + "models/bge-m3.json"));
  for (const char* key : {"name", "family", "license"}) model[key] = hostile;
  model["id"] = "hostile";
  folder.write("models/hostile.json", model.dump());
  json family = json::parse(std::ifstream(shipped + "devices/nvidia-hopper.json"));
  json& device = family["devices"][0];
  for (const char* key : {"name", "class", "notes"}) device[key] = hostile;
  device["id"] = "hostile";
  device.erase("aliases");
  family["devices"] = json::array({device});
  folder.write("devices/hostile.json", family.dump());
  const PresetFolder used(folder.path().string());
  expect_safe_call({"models", "hostile"});
  expect_safe_call({"devices", "hostile"});
  expect_safe_call({"inspect", "hostile"});
  folder.write("models/broken.json", json{{hostile, 1}, {"id", hostile}}.dump());
  for (const std::string& form : forms) {
    const Called c = call({"models", "--format", form});
    expect_safe(c.out + c.errors, "a broken preset as " + form);
  }
}

TEST(HostileText, OfModelFilesIsHarmless) {
  const TempFolder folder;
  GgufBuilder file;
  file.string("general.architecture", "llama").string("general.name", hostile).u32("llama.block_count", 1);
  file.u32("llama.embedding_length", 256).u32("llama.attention.head_count", 4);
  file.string_list("tokenizer.ggml.tokens", 32, "abc");
  file.tensor("token_embd.weight", GgmlType::Q8_0, {256, 32}).tensor("output_norm.weight", GgmlType::F32, {256});
  const std::string b = "blk.0.";
  for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output"}) {
    file.tensor(b + name + ".weight", GgmlType::Q8_0, {256, 256});
  }
  file.tensor(b + "ffn_gate.weight", GgmlType::Q8_0, {256, 512})
      .tensor(b + "ffn_up.weight", GgmlType::Q8_0, {256, 512});
  file.tensor(b + "ffn_down.weight", GgmlType::Q8_0, {512, 256}).tensor(b + "attn_norm.weight", GgmlType::F32, {256});
  file.tensor(b + "ffn_norm.weight", GgmlType::F32, {256}).tensor(hostile, GgmlType::Q8_0, {256, 32});
  expect_safe_call({"inspect", "--tensors", file.write(folder, "m.gguf").string()});
  json config = scenario_with_hostile_names()["model"]["config"];
  folder.write("config.json", config.dump());
  expect_safe_call({"inspect", (folder / "config.json").string()});
  config["quantization_config"] = {{"quant_method", hostile}};
  config["model_type"] = hostile;
  folder.write("config.json", config.dump());
  expect_safe_call({"inspect", (folder / "config.json").string()});
}

#if !defined(_WIN32)

TEST(HostileText, OfFileNamesIsHarmless) {
  const TempFolder folder;
  std::string name =
      "owned\x1B]0;x\x07\xC2\x9B"
      "2J\xFF";
  folder.write(name + "/config.json", scenario_with_hostile_names()["model"]["config"].dump());
  expect_safe_call({"inspect", (folder / name).string()});
  expect_safe_call({"inspect", (folder / name / "missing.gguf").string()});
  for (const std::string& form : forms) {
    const Called c = call({"here", "--folder", folder.path().string(), "--format", form});
    EXPECT_EQ(c.status, success) << c.errors;
    expect_safe(c.out + c.errors, "here as " + form);
  }
}

#endif

TEST(HostileText, OfLogsIsHarmless) {
  const std::string log = "INFO vLLM API server version " + hostile + "\nINFO args: model='" + hostile +
                          "'\nINFO Model loading took 14.99 GiB\nINFO Available KV cache memory: 4.00 GiB\n";
  for (const std::string& form : forms) {
    const Called c = call({"check", "-", "--model", "llama-3.1-8b", "--format", form}, log);
    EXPECT_EQ(c.status, success) << c.errors;
    expect_safe(c.out + c.errors, "check as " + form);
  }
}

TEST(HostileText, OfOtherToolsIsHarmless) {
  const std::string word = hostile.substr(1);
  const std::vector<std::string> texts{
      "vllm serve '" + word + "' --max-model-len 4096 --" + word + " '" + word + "' --dtype '" + word + "'\n",
      "base_model: \"" + printable(word) + "\"\nadapter: lora\n\"" + printable(word) + "\": 1\nmicro_batch_size: 1\n",
      json{{"zero_optimization", {{"stage", 3}, {word, word}}}, {"train_micro_batch_size_per_gpu", 1}, {word, word}}
          .dump(),
      word + "\n"};
  for (const std::string& text : texts) {
    for (const std::string& form : forms) {
      const Called c = call({"import", "-", "--format", form}, text);
      expect_safe(c.out, "import as " + form);
      expect_safe(c.errors, "import as " + form + ", errors");
    }
  }
}

TEST(HostileText, IsHarmlessInCommandsAndFilesToLaunch) {
  json scenario = scenario_with_hostile_names();
  scenario["model"]["config"]["_name_or_path"] = hostile;
  for (const char* task : {"inference", "training"}) {
    for (const char* runtime : {"vllm", "llama.cpp", "transformers"}) {
      scenario["serving"]["runtime"] = runtime;
      const Called c = call({"launch", "--scenario", "-", "--task", task}, scenario.dump());
      expect_safe(c.out + c.errors, std::string("launch ") + runtime + " " + task);
    }
  }
}

TEST(HostileText, ThatIsNoTextIsWrittenIntoCommandsAndFilesAsSuch) {
  for (const auto& [program, setting] :
       std::vector<std::pair<std::string, std::string>>{{"vllm", "serving.version=0.1\x87"},
                                                        {"vllm", "serving.draft_model=./\xff.gguf"},
                                                        {"llama.cpp", "serving.mmproj=\xff"}}) {
    const Called c =
        call({"launch", "--model", "gpt2", "--device", "rtx-4090", "--runtime", program, "--set", setting});
    EXPECT_NE(c.status, failure) << setting << c.errors;
    expect_safe(c.out + c.errors, setting);
  }
}

TEST(HostileText, OfNamesThatAreLookedUpIsHarmless) {
  const std::string word = hostile.substr(1);
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"lookup", word},
                                                    {"recommend", "-d", word},
                                                    {"recommend", "-d", "rtx-4090", "--sort", word},
                                                    {"advise", "--prefer", word},
                                                    {"launch", "--tool", word},
                                                    {"schema", word},
                                                    {"limits", word},
                                                    {"here", "--folder", "/" + word}}) {
    const Called c = call(arguments);
    expect_safe(c.out, arguments.front());
    expect_safe(c.errors, arguments.front() + ", errors");
  }
}

TEST(HostileText, OfAgentsIsHarmless) {
  const auto request = [](const json& arguments, const char* tool) {
    return json{{"jsonrpc", "2.0"},
                {"id", 1},
                {"method", "tools/call"},
                {"params", {{"name", tool}, {"arguments", arguments}}}}
               .dump() +
           "\n";
  };
  const std::string asked = request({{"scenario", scenario_with_hostile_names()}}, "estimate") +
                            request({{"path", hostile}}, "inspect") + request({{"name", hostile}}, "lookup") +
                            request({{"text", "vllm serve " + hostile}}, "import") + request({}, hostile.c_str());
  const Called c = call({"mcp"}, asked);
  expect_safe(c.out, "mcp");
  expect_safe(c.errors, "mcp, errors");
  for (const json& answer : c.lines()) EXPECT_TRUE(answer.contains("jsonrpc"));
}

TEST(HostileText, OfGoldenCasesIsHarmless) {
  const TempFolder folder;
  json golden{{"id", hostile},
              {"group", hostile},
              {"source", hostile},
              {"scenario", {{"model", "llama-3.2-1b"}}},
              {"expect", {{{"at", "inference.components." + hostile}, {"bytes", 1}}}}};
  folder.write("owned.jsonl", golden.dump() + "\n");
  for (const std::string& form : forms) {
    const Called c = call({"verify", "--folder", folder.path().string(), "--failures", "5", "--format", form});
    expect_safe(c.out + c.errors, "verify as " + form);
  }
}

}  // namespace hostile_text_test
}  // namespace llmcalc::cli
