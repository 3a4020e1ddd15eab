#include "readers/model_file.hpp"

#include "readers/checkpoint_model.hpp"
#include "report/json_output.hpp"
#include "report/model_file_json.hpp"
#include "support/gguf_builder.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace llmcalc::io {
namespace model_file_test {

namespace fs = std::filesystem;
using tests::first_issue;
using tests::has_issue;
using tests::SafetensorsBuilder;
using tests::TempFolder;

const std::string small_llama =
    R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,"num_hidden_layers":2,"num_attention_heads":4,
  "num_key_value_heads":2,"vocab_size":100,"tie_word_embeddings":true,"torch_dtype":"bfloat16"})";

constexpr Count small_llama_parameters = 100 * 64 + 64 + 2 * (64 * 64 * 2 + 32 * 64 * 2 + 3 * 64 * 160 + 2 * 64);

/// The tensors of that model; `matrix` writes each matrix in its own way.
template <class Matrix>
void add_small_llama(SafetensorsBuilder& file, Matrix matrix) {
  file.bf16("model.embed_tokens.weight", {100, 64}).bf16("model.norm.weight", {64});
  for (const std::string layer : {"model.layers.0.", "model.layers.1."}) {
    matrix(file, layer + "self_attn.q_proj", 64, 64), matrix(file, layer + "self_attn.k_proj", 32, 64),
        matrix(file, layer + "self_attn.v_proj", 32, 64);
    matrix(file, layer + "self_attn.o_proj", 64, 64), matrix(file, layer + "mlp.gate_proj", 160, 64),
        matrix(file, layer + "mlp.up_proj", 160, 64);
    matrix(file, layer + "mlp.down_proj", 64, 160);
    file.bf16(layer + "input_layernorm.weight", {64}).bf16(layer + "post_attention_layernorm.weight", {64});
  }
}

void plain(SafetensorsBuilder& file, const std::string& name, Count rows, Count columns) {
  file.bf16(name + ".weight", {rows, columns});
}

void gptq(SafetensorsBuilder& file, const std::string& name, Count rows, Count columns) {
  file.add(name + ".qweight", "I32", {columns / 8, rows}, 32)
      .add(name + ".qzeros", "I32", {columns / 32, rows / 8}, 32);
  file.add(name + ".scales", "F16", {columns / 32, rows}, 16).add(name + ".g_idx", "I32", {columns}, 32);
}

Bytes measured(const Model& model) {
  Bytes sum;
  for (const Tensor& tensor : model.tensors) sum += tensor.measured;
  return sum;
}

TEST(ModelFile, JoinsSafetensorsWithTheConfigBesideThem) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  const fs::path path = file.write(folder, "model.safetensors");
  for (const fs::path& chosen : {path, folder.path()}) {
    const auto opened = open_model_file(chosen);
    ASSERT_TRUE(opened) << first_issue(opened);
    EXPECT_EQ(opened->kind, ModelFileKind::Safetensors);
    EXPECT_EQ(opened->parameters, small_llama_parameters);
    EXPECT_EQ(parameter_count(opened->model), small_llama_parameters);
    EXPECT_EQ(opened->tensor_bytes.count, file.data_bytes());
    EXPECT_EQ(measured(opened->model).count, file.data_bytes());
    EXPECT_TRUE(opened->oddities.empty()) << opened->oddities.front();
  }
}

TEST(ModelFile, CountsParametersOfPackedWeightsAndMeasuresTheirBytes) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, gptq);
  file.write(folder, "model.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(opened->parameters, small_llama_parameters);
  EXPECT_EQ(opened->model.released_format, WeightFormat::GptqInt4);
  EXPECT_EQ(opened->model.quantization_group, 32U);
  EXPECT_EQ(measured(opened->model).count, file.data_bytes());
  EXPECT_EQ(opened->types.front().type, "GPTQ 4 bit");
  EXPECT_TRUE(opened->oddities.empty()) << opened->oddities.front();
}

TEST(ModelFile, SaysWhereConfigAndWeightsDiffer) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  file.bf16("lm_head.weight", {100, 64}).bf16("model.surprise.weight", {7});
  file.write(folder, "model.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  ASSERT_EQ(opened->oddities.size(), 2U);
  EXPECT_NE(opened->oddities[0].find("12800 bytes that are not loaded"), std::string::npos);
  EXPECT_NE(opened->oddities[1].find("'surprise.weight' (7 elements, 14 bytes)"), std::string::npos);
}

TEST(ModelFile, FusedTensorsOfOtherNamesAreMeasuredTogether) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  file.bf16("transformer.everything", {small_llama_parameters / 2, 2});
  file.write(folder, "model.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(measured(opened->model).count, file.data_bytes());
}

TEST(ModelFile, ReadsWeightsWithoutConfigFromTheirShapes) {
  const TempFolder folder;
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  const auto opened = open_model_file(file.write(folder, "model.safetensors"));
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(parameter_count(opened->model), small_llama_parameters);
  EXPECT_EQ(opened->model.layer_count(), 2U);
  EXPECT_EQ(opened->model.trust, Trust::Assumed);
  SafetensorsBuilder adapter;
  EXPECT_TRUE(
      has_issue(open_model_file(
                    adapter.bf16("base.layers.0.q_proj.lora_A.weight", {8, 64}).write(folder, "adapter.safetensors")),
                "", "LoRA adapter"));
  SafetensorsBuilder other;
  EXPECT_TRUE(has_issue(open_model_file(other.bf16("x", {8}).write(folder, "other.safetensors")), "",
                        "put the model's config.json"));
}

TEST(ModelFile, OpensAConfigByAnyNameAndAFolderWithNothingElse) {
  const TempFolder folder;
  for (const char* name : {"config.json", "blob-without-extension"}) {
    const auto opened = open_model_file(folder.write(name, small_llama));
    ASSERT_TRUE(opened) << first_issue(opened);
    EXPECT_EQ(opened->kind, ModelFileKind::Config);
    EXPECT_EQ(parameter_count(opened->model), small_llama_parameters);
  }
  EXPECT_TRUE(open_model_file(folder.path()));
}

TEST(ModelFile, KnowsGgufByContentWhateverItsName) {
  const TempFolder folder;
  tests::GgufBuilder file;
  file.string("general.architecture", "clip");
  EXPECT_TRUE(
      has_issue(open_model_file(file.write(folder, "sha256-1234")), "general.architecture", "image projector"));
  EXPECT_TRUE(
      has_issue(open_model_file(file.write(folder, "wrong.safetensors")), "general.architecture", "image projector"));
}

TEST(ModelFile, ExplainsFilesItDoesNotRead) {
  const TempFolder folder;
  const auto explain = [&](const std::string& name, const std::string& content) {
    return open_model_file(folder.write(name, content));
  };
  EXPECT_TRUE(
      has_issue(explain("pytorch_model.bin", "PK\x03\x04zip"), "pytorch_model.bin", "runs code when it is opened"));
  EXPECT_TRUE(
      has_issue(explain("a.gguf", "version https://git-lfs.github.com/spec/v1"), "a.gguf", "Git LFS pointer"));
  EXPECT_TRUE(has_issue(explain("b.gguf", std::string(100, '\0')), "b.gguf", "download was not completed"));
  EXPECT_TRUE(has_issue(explain("c.gguf", "hello"), "c.gguf", "does not start with GGUF"));
  EXPECT_TRUE(has_issue(explain("d.safetensors", ""), "d.safetensors", "is empty"));
  EXPECT_TRUE(has_issue(explain("e.txt", "hello"), "e.txt", "is not a model file"));
  EXPECT_TRUE(has_issue(open_model_file(folder / "gone"), "gone", "does not exist"));
  const TempFolder empty;
  EXPECT_TRUE(has_issue(open_model_file(empty.path()), "", "holds no model"));
}

TEST(ModelFile, TakesTheNameFromTheHuggingFaceCache) {
  const TempFolder cache;
  fs::create_directories(cache / "models--org--small/blobs");
  const fs::path config = cache.write("models--org--small/snapshots/abc/config.json", small_llama);
  const auto opened = open_model_file(config.parent_path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(opened->model.name, "org/small");
}

TEST(ModelFile, IsShownAsJson) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  file.write(folder, "model.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  std::ostringstream out;
  print_with_tensors(*opened, out);
  const auto json = nlohmann::ordered_json::parse(out.str());
  EXPECT_EQ(out.str(), json_block(json) + "\n") << "as one document would be printed";
  EXPECT_EQ(json["kind"], "safetensors");
  EXPECT_EQ(json["model"]["parameters"], small_llama_parameters);
  EXPECT_EQ(json["model"]["layers_by_kind"][0]["count"], 2);
  EXPECT_EQ(json["model"]["layers_by_kind"][0]["kind"], "full attention, 4 heads of 16, 2 KV; dense 160");
  EXPECT_EQ(json["file"]["types"][0]["bytes"], file.data_bytes());
  EXPECT_EQ(json["tensors"].size(), 20U);
  EXPECT_FALSE(model_file_json(*opened).contains("tensors"));
  std::ostringstream without;
  print_with_tensors(ModelFile{}, without);
  EXPECT_TRUE(nlohmann::json::parse(without.str())["tensors"].empty());
}

TEST(GroupName, JoinsLayersExpertsAndWrappers) {
  EXPECT_EQ(group_name("model.layers.12.mlp.experts.7.up_proj.weight"), "layers.{}.mlp.experts.{}.up_proj.weight");
  EXPECT_EQ(group_name("model.language_model.layers.3.input_layernorm.weight"), "layers.{}.input_layernorm.weight");
  EXPECT_EQ(group_name("language_model.lm_head.weight"), "lm_head.weight");
  EXPECT_EQ(group_name("model.layers.{}.x"), "layers.{}.x");
}

TEST(ModelFile, ReadsQuantizationThatLiesBesideTheConfig) {
  struct Beside {
    const char* name;
    const char* text;
    WeightFormat format;
  };
  for (const Beside& file :
       {Beside{
            "hf_quant_config.json",
            R"({"producer":{"name":"modelopt"},"quantization":{"quant_algo":"NVFP4","exclude_modules":["lm_head"]}})",
            WeightFormat::Nvfp4},
        Beside{"quantize_config.json", R"({"bits":4,"group_size":32,"desc_act":false})", WeightFormat::GptqInt4},
        Beside{"quant_config.json", R"({"zero_point":true,"q_group_size":128,"w_bit":4,"version":"GEMM"})",
               WeightFormat::AwqInt4}}) {
    const TempFolder folder;
    folder.write("config.json", small_llama);
    folder.write(file.name, file.text);
    for (const fs::path& path : {folder.path(), folder / "config.json"}) {
      const auto opened = open_model_file(path);
      ASSERT_TRUE(opened) << file.name << first_issue(opened);
      EXPECT_EQ(opened->model.released_format, file.format) << file.name;
    }
  }
}

TEST(ModelFile, OpensACacheFolderByItsRoot) {
  const TempFolder folder;
  folder.write("models--org--tiny/refs/main", "abc");
  folder.write("models--org--tiny/snapshots/abc/config.json", small_llama);
  folder.write("models--org--tiny/snapshots/zzz/config.json", "{}");
  const auto opened = open_model_file(folder / "models--org--tiny");
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(opened->model.name, "org/tiny");
  EXPECT_EQ(opened->model.hidden, 64u);
}

TEST(ModelFile, DescribesAModelWhoseWeightsAreNotThere) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  folder.write("model.safetensors.index.json", R"({"metadata":{"total_size":)" +
                                                   std::to_string(2 * small_llama_parameters) +
                                                   R"(},"weight_map":{"a":"model-00001-of-00001.safetensors"}})");
  const auto index = open_model_file(folder.path());
  ASSERT_TRUE(index) << first_issue(index);
  EXPECT_EQ(parameter_count(index->model), small_llama_parameters);
  EXPECT_EQ(index->model.trust, Trust::Exact);
  ASSERT_EQ(index->oddities.size(), 1u);
  EXPECT_NE(index->oddities[0].find("not in this folder"), std::string::npos);
  folder.write("model-00001-of-00001.safetensors",
               "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 999999999\n");
  const auto pointer = open_model_file(folder.path());
  ASSERT_TRUE(pointer) << first_issue(pointer);
  EXPECT_NE(pointer->oddities.back().find("Git LFS"), std::string::npos);
  EXPECT_NE(pointer->oddities.back().find("999,999,999"), std::string::npos) << pointer->oddities.back();
}

TEST(ModelFile, CountsTwoCopiesOnceAndNamesThemInOneLine) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  file.write(folder, "consolidated.safetensors");
  file.write(folder, "weights.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(opened->tensor_bytes.count, file.data_bytes());
  file.write(folder, "again.safetensors");
  const auto twice = open_model_file(folder.path());
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.issues().size(), 1u);
}

TEST(ModelFile, ReadsConsolidatedWeightsWithTheirParams) {
  const TempFolder folder;
  folder.write("params.json", R"({"dim":64,"n_layers":1,"head_dim":16,"hidden_dim":160,"n_heads":4,"n_kv_heads":4,
    "norm_eps":1e-05,"vocab_size":100,"tied_embeddings":false})");
  SafetensorsBuilder file;
  file.bf16("tok_embeddings.weight", {100, 64}).bf16("norm.weight", {64}).bf16("output.weight", {100, 64});
  for (const char* name : {"wq", "wk", "wv", "wo"})
    file.bf16(std::string("layers.0.attention.") + name + ".weight", {64, 64});
  file.bf16("layers.0.feed_forward.w1.weight", {160, 64}).bf16("layers.0.feed_forward.w3.weight", {160, 64});
  file.bf16("layers.0.feed_forward.w2.weight", {64, 160});
  file.bf16("layers.0.attention_norm.weight", {64}).bf16("layers.0.ffn_norm.weight", {64});
  file.write(folder, "consolidated.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_TRUE(opened->oddities.empty()) << opened->oddities.front();
  EXPECT_EQ(measured(opened->model).count, file.data_bytes());
}

TEST(ModelFile, NoStoredByteIsLostWhereNamesDoNotFit) {
  const TempFolder folder;
  folder.write("config.json", small_llama);
  SafetensorsBuilder file;
  add_small_llama(file, plain);
  file.bf16("model.strange.thing.weight", {1000, 64});
  file.write(folder, "model.safetensors");
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(measured(opened->model).count, file.data_bytes());
  EXPECT_EQ(parameter_count(opened->model), small_llama_parameters + 64'000);
  EXPECT_EQ(opened->model.trust, Trust::Modelled);
}

TEST(ModelFile, InfinityAndNanOfPythonAreReadAsNothing) {
  const TempFolder folder;
  std::string config = small_llama;
  config.insert(config.size() - 1,
                R"(,"time_step_limit":[0.0,Infinity],"x":-Infinity,"y":NaN,"z":"NaN \" Infinity")");
  folder.write("config.json", config);
  const auto opened = open_model_file(folder.path());
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(parameter_count(opened->model), small_llama_parameters);
}

}  // namespace model_file_test
}  // namespace llmcalc::io
