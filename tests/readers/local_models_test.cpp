#include "readers/local_models.hpp"

#include "readers/ollama_manifest.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/units.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

namespace llmcalc::host {
namespace local_models_test {

namespace fs = std::filesystem;
using tests::TempFolder;

LocalModels find(const fs::path& folder, ModelStore store, const SearchLimits& limits = {}) {
  return find_local_models({{folder, store}}, limits);
}

std::vector<std::string> names(const LocalModels& found) {
  std::vector<std::string> all;
  for (const LocalModel& model : found.models) all.push_back(model.name);
  return all;
}

const std::string digest(64, 'a');

std::string manifest(const std::string& blob_digest) {
  return R"({"schemaVersion": 2, "layers": [{"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:bb"},
            {"mediaType": "application/vnd.ollama.image.model", "digest": ")" +
         blob_digest + R"(", "size": 4096}]})";
}

TEST(LocalModels, AreFoundInTheHuggingFaceCache) {
  const TempFolder hub;
  const std::string repository = "models--meta-llama--Llama-3.1-8B/";
  hub.write(repository + "blobs/one", "", 3'000'000'000);
  hub.write(repository + "blobs/two", "", 2'000'000'000);
  hub.write(repository + "refs/main", "new");
  hub.write(repository + "snapshots/old/config.json", "{}");
  hub.write(repository + "snapshots/new/config.json", "{}");
  fs::create_symlink("../../blobs/one", hub.path() / (repository + "snapshots/new/model-00001-of-00002.safetensors"));
  fs::create_symlink("../../blobs/two", hub.path() / (repository + "snapshots/new/model-00002-of-00002.safetensors"));
  hub.write("datasets--x--y/snapshots/a/config.json", "{}");
  const auto found = find(hub.path(), ModelStore::HuggingFace);
  ASSERT_EQ(names(found), std::vector<std::string>{"meta-llama/Llama-3.1-8B"});
  EXPECT_EQ(found.models[0].bytes.count, 5'000'000'000U);
  EXPECT_EQ(found.models[0].path, hub.path() / (repository + "snapshots/new"));
  EXPECT_TRUE(found.complete);
}

TEST(LocalModels, OfAGgufRepositoryAreListedFileByFile) {
  const TempFolder hub;
  const std::string snapshot = "models--bartowski--Qwen3-8B-GGUF/snapshots/x/";
  hub.write(snapshot + "Qwen3-8B-Q4_K_M.gguf", "", 500);
  hub.write(snapshot + "Qwen3-8B-Q8_0-00001-of-00002.gguf", "", 300);
  hub.write(snapshot + "Qwen3-8B-Q8_0-00002-of-00002.gguf", "", 200);
  hub.write(snapshot + "mmproj-F16.gguf", "", 100);
  const auto found = find(hub.path(), ModelStore::HuggingFace);
  ASSERT_EQ(names(found), (std::vector<std::string>{"bartowski/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M",
                                                    "bartowski/Qwen3-8B-GGUF/Qwen3-8B-Q8_0"}));
  EXPECT_EQ(found.models[1].bytes.count, 500U);
  EXPECT_EQ(found.models[1].path.filename(), "Qwen3-8B-Q8_0-00001-of-00002.gguf");
}

TEST(LocalModels, AreFoundInOllamasManifests) {
  const TempFolder root;
  root.write("manifests/registry.ollama.ai/library/qwen3/8b", manifest("sha256:" + digest));
  root.write("manifests/registry.ollama.ai/someone/thing/latest", manifest("sha256:" + digest));
  root.write("manifests/hf.co/org/model/Q4_K_M", manifest("sha256:" + digest));
  root.write("manifests/registry.ollama.ai/library/gone/1b", manifest("sha256:" + std::string(64, 'c')));
  root.write("manifests/registry.ollama.ai/library/evil/1b", manifest("sha256:../../../../etc/passwd"));
  root.write("manifests/registry.ollama.ai/library/broken/1b", "{");
  root.write("blobs/sha256-" + digest, "", 4096);
  const auto found = find(root.path(), ModelStore::Ollama);
  ASSERT_EQ(names(found), (std::vector<std::string>{"hf.co/org/model:Q4_K_M", "qwen3:8b", "someone/thing:latest"}));
  EXPECT_EQ(found.models[1].path, root.path() / "blobs" / ("sha256-" + digest));
  EXPECT_EQ(found.models[1].bytes.count, 4096U);
}

TEST(LocalModels, AreFoundInAFolder) {
  const TempFolder root;
  root.write("publisher/model-mlx/config.json", "{}");
  root.write("publisher/model-mlx/model.safetensors", "", 1000);
  root.write("publisher/gguf/tiny-Q4_K_M.gguf", "", 10);
  root.write("loose.safetensors", "", 20);
  root.write("notes/readme.md", "no model");
  const auto found = find(root.path(), ModelStore::LmStudio);
  EXPECT_EQ(names(found), (std::vector<std::string>{"loose", "publisher/model-mlx", "tiny-Q4_K_M"}));
  EXPECT_EQ(found.models[1].bytes.count, 1000U);
}

TEST(LocalModels, SearchFollowsNoLoop) {
  const TempFolder root;
  root.write("a/b/model.gguf", "", 10);
  fs::create_directory_symlink("../..", root.path() / "a/b/up");
  fs::create_symlink("self", root.path() / "a/self");
  fs::create_directory_symlink("/", root.path() / "everything");
  const auto found = find(root.path(), ModelStore::Folder);
  EXPECT_EQ(found.models.size(), 1U);
  EXPECT_TRUE(found.complete);
}

TEST(LocalModels, SearchIsBounded) {
  const TempFolder root;
  for (int i = 0; i < 300; ++i) root.write("many/" + std::to_string(i) + ".gguf", "");
  fs::path deep = root.path();
  for (int i = 0; i < 40; ++i) deep /= "d";
  fs::create_directories(deep);
  SearchLimits limits;
  limits.entries = 100;
  EXPECT_FALSE(find(root.path(), ModelStore::Folder, limits).complete);
  limits = {};
  limits.models = 50;
  const auto few = find(root.path(), ModelStore::Folder, limits);
  EXPECT_FALSE(few.complete);
  EXPECT_EQ(few.models.size(), 50U);
  EXPECT_FALSE(find(root.path(), ModelStore::Folder).complete);  // too deep
  limits = {};
  limits.time = std::chrono::milliseconds(-1);
  EXPECT_FALSE(find(root.path(), ModelStore::Folder, limits).complete);
}

TEST(LocalModels, OfFoldersThatAreMissingAreNone) {
  const TempFolder root;
  for (const auto& row : model_stores) EXPECT_TRUE(find(root.path() / "missing", row.id).models.empty());
}

std::string no_variable(const char*) { return {}; }
std::string some_variables(const char* name) {
  return std::string(name) == "OLLAMA_MODELS" ? fs::temp_directory_path().string() : std::string();
}

TEST(ModelFolders, AreThoseOfEachProgram) {
  const TempFolder home;
  fs::create_directories(home.path() / ".cache/huggingface/hub");
  fs::create_directories(home.path() / ".lmstudio/models");
  const auto by_default = model_folders(home.path(), no_variable);
  ASSERT_GE(by_default.size(), 2U);
  EXPECT_EQ(by_default[0].path, home.path() / ".cache/huggingface/hub");
  const auto with_variable = model_folders(home.path(), some_variables);
  const auto ollama = std::find_if(with_variable.begin(), with_variable.end(),
                                   [](const ModelFolder& folder) { return folder.store == ModelStore::Ollama; });
  ASSERT_NE(ollama, with_variable.end());
  EXPECT_EQ(ollama->path, fs::temp_directory_path());
}

TEST(OllamaManifest, WithoutAModelLayerIsAnIssue) {
  for (const char* text :
       {"", "[]", "{}", R"({"layers": 1})", R"({"layers": []})", R"({"layers": [1, {"mediaType": 2}]})"}) {
    EXPECT_FALSE(io::read_ollama_manifest(text, "manifest")) << text;
  }
}

}  // namespace local_models_test
}  // namespace llmcalc::host
