// estimate-numbers [golden] [presets] [settings] [questions] > FILE: every number that llmcalc gives for its golden scenarios, for every preset in every engine by
// both methods, for training every preset in three recipes, for every value of every setting, and for the questions, as
// JSON Lines. estimate-numbers --compare OLD NEW lists what differs and exits with 1 when anything does. Texts (names,
// formulas, sources, warnings) are left out: a rebuild may change words, numbers only on purpose.

#include "readers/model_preset.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/answers_json.hpp"
#include "report/estimate_json.hpp"
#include "report/golden.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llmcalc;
using namespace llmcalc::io;
using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Words of an answer: everything a person reads.
constexpr std::array texts{
    "formula", "source", "not_counted", "warnings", "name",   "worst_rank", "bytes_per_parameter",
    "label",   "price",  "reason",      "text",     "prices", "notes"};

ordered_json without_texts(const ordered_json& value) {
  if (value.is_array()) {
    ordered_json out = ordered_json::array();
    for (const ordered_json& item : value) out.push_back(without_texts(item));
    return out;
  }
  if (!value.is_object()) return value;
  ordered_json out = ordered_json::object();
  for (const auto& [key, item] : value.items()) {
    if (std::find(texts.begin(), texts.end(), key) == texts.end()) out[key] = without_texts(item);
  }
  return out;
}

void print(const std::string& id, const ordered_json& numbers) {
  std::puts(ordered_json{{"id", id}, {"numbers", without_texts(numbers)}}.dump().c_str());
}

/// Prints the estimate of a scenario document, or which settings were refused.
void estimate(const std::string& id, const json& document, const Resolver& resolver) {
  const Result<Scenario> scenario = read_scenario(document, resolver);
  if (scenario) return print(id, estimate_json(*scenario, evaluate(*scenario)));
  ordered_json refused = ordered_json::array();
  for (const Issue& issue : scenario.issues()) refused.push_back(issue.where);
  print(id, {{"refused", refused}});
}

void golden_scenarios(const fs::path& folder, const Resolver& resolver) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (const auto golden = read_golden_case(line)) {
        estimate("golden/" + file.stem().string() + "/" + golden->id, golden->scenario, resolver);
      }
    }
  }
}

/// A number that changes when any tensor or layer of a model does.
std::uint64_t digest_of(const Model& m) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto take = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ULL; };
  for (const Tensor& t : m.tensors) {
    for (const Count n : {t.rows, t.columns, t.copies, t.count}) take(n);
    take(static_cast<std::uint64_t>(t.part));
    take(static_cast<std::uint64_t>(t.role));
    take(static_cast<std::uint64_t>(t.kind));
    take((t.vector ? 1U : 0U) + (t.buffer ? 2U : 0U));
  }
  for (const auto kind : m.layers) take(kind);
  for (const Layer& layer : m.kinds) {
    const AttentionShape& a = layer.attention;
    for (const Count n : {a.heads, a.kv_heads, a.head_dim, a.value_head_dim, a.window, a.chunk}) take(n);
    take(static_cast<std::uint64_t>(layer.mixer));
    take(layer.feed_forward.experts);
    take(layer.feed_forward.experts_per_token);
  }
  return hash;
}

/// Engines and frameworks are named here as a reader of the numbers names them.
void presets(const std::vector<ModelEntry>& models, const Resolver& resolver) {
  const Field& runtimes = field_at("serving.runtime");
  const auto& engines = std::get<ChoiceAccess>(runtimes.access);
  const std::array<std::pair<const char*, json>, 3> recipes{{
      {"bf16", json::parse(R"({"training":{"sequence":2048}})")},
      {"sharded", json::parse(R"({"training":{"framework":"torchtitan","recipe":"fsdp-bf16","recompute":"full"},
                                  "parallelism":{"data":8,"zero":3},"device":{"id":"h100-sxm","count":8}})")},
      {"qlora", json::parse(R"({"training":{"method":"qlora","recompute":"full","optimizer":"adamw-paged-8bit"},
                                "weights":{"format":"nf4"}})")},
  }};
  for (const ModelEntry& entry : models) {
    const auto model = resolver.model({ModelSource::Kind::Preset, entry.id});
    if (model) {
      print("model/" + entry.id, {{"digest", digest_of(**model)}, {"layers", (*model)->layer_count()}});
    }
    for (std::size_t i = 0; i < engines.size; ++i) {
      for (const char* method : {"detailed", "article"}) {
        const std::string engine(engines.row(i).key);
        json document{{"model", entry.id}, {"method", method}, {"serving", {{"runtime", engine}}}};
        if (engine == "llama.cpp") document["weights"] = {{"format", "gguf:Q4_K_M"}};
        estimate("preset/" + entry.id + "/" + engine + "/" + method, document, resolver);
      }
    }
    for (const auto& [name, changes] : recipes) {
      json document = changes;
      document["model"] = entry.id;
      estimate("training/" + entry.id + "/" + name, document, resolver);
    }
  }
}

/// Values of a setting worth an estimate.
std::vector<json> values_of(const Field& field) {
  std::vector<json> values;
  switch (field.kind()) {
    case FieldKind::Choice: {
      const auto& choice = std::get<ChoiceAccess>(field.access);
      for (std::size_t i = 0; i < choice.size; ++i) values.emplace_back(choice.row(i).key);
      break;
    }
    case FieldKind::Coded:
      for (const std::string& option : std::get<CodedAccess>(field.access).options()) values.emplace_back(option);
      break;
    case FieldKind::Flag: values = {true, false}; break;
    case FieldKind::Whole:
    case FieldKind::OptionalWhole:
      for (const double n : {1.0, 2.0, 4.0, 64.0, 4096.0}) {
        if (n >= field.limits.low && n <= field.limits.high) values.emplace_back(static_cast<Count>(n));
      }
      break;
    case FieldKind::Real: values = {field.limits.low, (field.slider.low + field.slider.high) / 2}; break;
    case FieldKind::Text:
    case FieldKind::External: break;
  }
  return values;
}

/// Every value of every setting on a dense model, a mixture with latent attention and a hybrid, in every engine or
/// framework where the setting is one of serving or training.
void settings(const Resolver& resolver) {
  for (const char* model : {"llama-3.1-8b", "deepseek-v3", "qwen3-next-80b-a3b", "gemma-3-4b"}) {
    for (const char* owner : {"serving.runtime", "training.framework"}) {
      const auto& owners = std::get<ChoiceAccess>(find_field(owner)->access);
      for (std::size_t i = 0; i < owners.size; ++i) {
        json base{{"model", model}, {"device", {{"id", "h100-sxm"}, {"count", 8}}}};
        base[json::json_pointer(pointer_of(owner))] = owners.row(i).key;
        for (const Field& field : fields) {
          const bool serving = field.group() == "serving" || field.group() == "weights";
          const bool training = field.group() == "training" || field.group() == "parallelism";
          if (std::string_view(owner) == "serving.runtime" ? training : serving) continue;
          if (field.path == owner) continue;
          for (const json& value : values_of(field)) {
            json document = base;
            document[json::json_pointer(field.pointer())] = value;
            estimate("setting/" + std::string(model) + "/" + std::string(owners.row(i).key) + "/" +
                         std::string(field.path) + "=" + value.dump(),
                     document, resolver);
          }
        }
      }
    }
  }
}

void questions(const std::vector<ModelEntry>& models, const Resolver& resolver) {
  for (const ModelEntry& entry : models) {
    // A twelfth of the models, the same ones whatever others are added.
    std::uint32_t sum = 0;
    for (const char c : entry.id) sum = sum * 31 + static_cast<unsigned char>(c);
    if (sum % 12 != 0) continue;
    for (const char* device : {"rtx-4090", "h100-sxm"}) {
      const json document{{"model", entry.id}, {"device", {{"id", device}, {"count", 2}}}};
      const Result<Scenario> scenario = read_scenario(document, resolver);
      if (!scenario) continue;
      for (const Task task : {Task::Inference, Task::Training}) {
        const std::string id = "question/" + entry.id + "/" + device + "/" + std::string(key_of(task));
        print(id + "/fit", fit_json(fit(*scenario, task)));
        ordered_json found = ordered_json::array();
        for (const LeverEffect& lever : levers(*scenario, task)) found.push_back(lever_json(lever));
        print(id + "/levers", found);
        const char* path = task == Task::Inference ? "serving.context" : "training.sequence";
        if (const auto solution = solve(*scenario, path)) print(id + "/solve", solution_json(*solution));
      }
    }
  }
}

/// Writes the groups that are named, all when none is.
int write_numbers(std::span<char*> names) {
  const auto wanted = [&](std::string_view group) {
    return names.empty() || std::find(names.begin(), names.end(), group) != names.end();
  };
  const fs::path source(LLMCALC_SOURCE_DIR);
  const Resolver resolver = default_resolver();
  const std::vector<fs::path> folders{source / "presets"};
  const std::vector<ModelEntry> models = read_model_catalogue(folders).entries;
  if (wanted("golden")) golden_scenarios(source / "tests" / "golden", resolver);
  if (wanted("presets")) presets(models, resolver);
  if (wanted("settings")) settings(resolver);
  if (wanted("questions")) questions(models, resolver);
  return 0;
}

std::map<std::string, std::string> lines_of(const char* file) {
  std::map<std::string, std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    lines[line.substr(0, line.find(",\"numbers\""))] = line;
  }
  return lines;
}

/// Lists the first differing numbers of each line, grouped so that one change of a rule is one look.
int compare(const char* old_file, const char* new_file) {
  const auto before = lines_of(old_file);
  const auto after = lines_of(new_file);
  const auto group_of = [](const std::string& id) { return id.substr(0, id.find('/')); };
  std::set<std::string> groups;  // only those that were written
  for (const auto& [id, line] : after) groups.insert(group_of(id));
  std::size_t differences = 0;
  std::size_t added = 0;
  for (const auto& [id, line] : before) {
    if (!groups.contains(group_of(id))) continue;
    const auto found = after.find(id);
    if (found != after.end() && found->second == line) continue;
    if (++differences > 40) continue;
    if (found == after.end()) {
      std::printf("gone     %s\n", id.c_str());
      continue;
    }
    const json old_numbers = json::parse(line)["numbers"];
    const json changes = json::diff(old_numbers, json::parse(found->second)["numbers"]);
    std::printf("differs  %s\n", id.c_str());
    for (std::size_t i = 0; i < std::min<std::size_t>(changes.size(), 4); ++i) {
      const std::string place = changes[i]["path"];
      const json::json_pointer pointer(place);
      const std::string was = old_numbers.contains(pointer) ? old_numbers[pointer].dump().substr(0, 60) : "nothing";
      std::printf("         %s: %s -> %s\n", place.c_str(), was.c_str(),
                  changes[i].value("value", json("nothing")).dump().substr(0, 60).c_str());
    }
  }
  for (const auto& [id, line] : after) added += before.contains(id) ? 0U : 1U;
  std::printf("%zu lines before, %zu after, %zu new, %zu differ\n", before.size(), after.size(), added, differences);
  return differences == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    const bool compares = argc > 1 && std::string_view(arguments[1]) == "--compare";
    if (!compares) return write_numbers(arguments.subspan(1));
    if (argc == 4) return compare(arguments[2], arguments[3]);
    std::fputs("usage: estimate-numbers --compare OLD NEW\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "estimate-numbers: %s\n", error.what());
    return 2;
  }
}
