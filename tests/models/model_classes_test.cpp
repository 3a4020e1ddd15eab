// src/models/model_classes.txt says of every class that vLLM, llama.cpp and Hugging Face transformers register whether
// its configs (GGUF files for llama.cpp) are read exactly, approximately or not at all. The readers decide; the list
// must agree with them.

#include "models/class_names.hpp"
#include "models/registry.hpp"
#include "readers/gguf/architectures.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace model_classes_test {

using namespace llmcalc;

std::string status_of_class(const std::string& name) {
  models::Findings findings;
  const models::Fields config(nlohmann::json{{"architectures", {name}}}, {}, {}, findings);
  const std::string_view type = models::model_type_of_class(name);
  if (models::is_draft(config, type)) return models::draft_is_exact(config, type) ? "exact" : "approximate";
  if (!models::refused_kind(type).empty()) return "refused";
  // The decoder alone of such a model.
  if (models::is_encoder_decoder(type) && name.ends_with("ForCausalLM")) return "refused";
  // transformers' layout of Phi-4-multimodal keeps the adapters in folders of their own; of dots3-note's towers no total is
  // published.
  const bool towers = models::approximates_towers(type) || type == "phi4_multimodal" || type == "dots3_note";
  return type.empty() || towers ? "approximate" : "exact";
}

std::string status_of_architecture(const std::string& name) {
  if (!io::why_not_a_decoder(name).empty()) return "refused";
  return io::find_architecture(name) ? "exact" : "approximate";
}

struct Line {
  std::string registry, name, status, why;
};

std::vector<Line> lines() {
  std::ifstream file(std::string(LLMCALC_SOURCE_DIR) + "/src/models/model_classes.txt");
  std::vector<Line> all;
  Line group;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text.front() == '#') continue;
    std::istringstream parts(text);
    if (text.front() != ' ') {
      group = {};
      std::getline(parts, group.registry, '\t');
      std::getline(parts, group.status, '\t');
      std::getline(parts, group.why, '\t');
      continue;
    }
    while (parts >> group.name) all.push_back(group);
  }
  return all;
}

TEST(ModelClasses, TheListAgreesWithTheReaders) {
  std::map<std::string, int> registries;
  std::map<std::string, int> counted;  // "vLLM exact": how many
  std::set<std::string> seen;
  for (const Line& line : lines()) {
    const bool gguf = line.registry == "llama.cpp";
    EXPECT_EQ(line.status, gguf ? status_of_architecture(line.name) : status_of_class(line.name)) << line.name;
    EXPECT_EQ(line.why.empty(), line.status == "exact") << line.name << " needs a reason when it is not exact";
    EXPECT_TRUE(seen.insert(line.registry + line.name).second) << line.name << " stands twice";
    ++registries[line.registry];
    ++counted[line.registry + " " + line.status];
  }
  for (const auto& [what, n] : counted) std::cout << what << ": " << n << "\n";
  EXPECT_GE(registries["vLLM"], 400);
  EXPECT_GE(registries["transformers"], 250);
  EXPECT_GE(registries["llama.cpp"], 150);
}

}  // namespace model_classes_test
