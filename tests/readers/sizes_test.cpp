// Sizes of 0 and sizes beyond every model, in each place a model file has one: refused or read, never a crash.

#include "models/config_json.hpp"
#include "readers/checkpoint_model.hpp"
#include "readers/gguf/model.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace sizes_test {

using namespace llmcalc;

constexpr std::array<std::uint64_t, 4> odd_sizes{0, 1, std::uint64_t{1} << 31, std::uint64_t{1} << 63};

/// Reads what was accepted, too. True when it was.
bool survives(const Result<Model>& model) {
  if (!model) {
    EXPECT_FALSE(model.issues().empty());
    return false;
  }
  (void)parameter_count(*model);
  (void)active_parameter_count(*model);
  for (const Layer& kind : model->kinds) {
    EXPECT_FALSE(kind.attends() && (kind.attention.heads == 0 || kind.attention.head_dim == 0));
  }
  return true;
}

io::LogicalTensors small_llama() {
  io::LogicalTensors stored;
  const auto add = [&](std::string name, io::Shape shape) {
    stored.tensors.push_back({.name = std::move(name), .shape = shape, .parameters = shape.elements().value_or(0)});
  };
  add("model.embed_tokens.weight", {100, 128});
  add("model.layers.0.self_attn.q_proj.weight", {128, 128});
  add("model.layers.0.self_attn.k_proj.weight", {64, 128});
  add("model.layers.0.self_attn.v_proj.weight", {64, 128});
  add("model.layers.0.self_attn.o_proj.weight", {128, 128});
  add("model.layers.0.self_attn.q_norm.weight", {32});
  add("model.layers.0.mlp.up_proj.weight", {256, 128});
  add("lm_head.weight", {100, 128});
  return stored;
}

TEST(Sizes, OfTensorsWithoutAConfigMayBeAnything) {
  ASSERT_TRUE(survives(io::model_from_shapes(small_llama(), "m")));
  std::size_t accepted = 0, refused = 0;
  for (std::size_t t = 0; t < small_llama().tensors.size(); ++t) {
    for (std::size_t d = 0; d < small_llama().tensors[t].shape.rank(); ++d) {
      for (const std::uint64_t size : odd_sizes) {
        io::LogicalTensors stored = small_llama();
        const io::Shape before = stored.tensors[t].shape;
        io::Shape& shape = stored.tensors[t].shape = {};
        for (std::size_t i = 0; i < before.rank(); ++i) shape.push(i == d ? size : before[i]);
        ++(survives(io::model_from_shapes(stored, "m")) ? accepted : refused);
      }
    }
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, 0U);
}

TEST(Sizes, AHeadSizeOfZeroIsNotDividedBy) {
  io::LogicalTensors stored = small_llama();
  stored.tensors[5].shape = {0};
  const Result<Model> model = io::model_from_shapes(stored, "m");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->kinds[0].attention.head_dim, 64U) << "as without the empty tensor";
}

TEST(Sizes, ARefusalNamesTheTensorThatMakesNoModel) {
  const auto refusal = [](std::size_t tensor, io::Shape shape) {
    io::LogicalTensors stored = small_llama();
    stored.tensors[tensor].shape = shape;
    const Result<Model> model = io::model_from_shapes(stored, "m");
    return model ? std::string() : model.issues().front().what;
  };
  EXPECT_NE(refusal(0, {100, 0}).find("'model.embed_tokens.weight' has no elements"), std::string::npos);
  EXPECT_NE(refusal(2, {std::uint64_t{1} << 31, 128}).find("'model.layers.0.self_attn.k_proj.weight'"),
            std::string::npos);
}

TEST(Sizes, OfAConfigMayBeAnything) {
  const nlohmann::json config{{"model_type", "qwen3_moe"},
                              {"hidden_size", 128},
                              {"num_hidden_layers", 2},
                              {"num_attention_heads", 4},
                              {"num_key_value_heads", 2},
                              {"head_dim", 32},
                              {"intermediate_size", 256},
                              {"moe_intermediate_size", 64},
                              {"num_experts", 8},
                              {"num_experts_per_tok", 2},
                              {"max_position_embeddings", 4096},
                              {"vocab_size", 100}};
  ASSERT_TRUE(survives(model_from_config(config, "m")));
  for (const std::string_view type : known_model_types()) {
    for (const auto& [key, value] : config.items()) {
      if (!value.is_number()) continue;
      for (const std::uint64_t size : odd_sizes) {
        nlohmann::json changed = config;
        changed["model_type"] = type;
        changed[key] = size;
        survives(model_from_config(changed, "m"));
      }
    }
  }
}

TEST(Sizes, OfAGgufFileMayBeAnything) {
  std::size_t accepted = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LLMCALC_SOURCE_DIR "/tests/fuzz/corpus/gguf")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const io::MemorySource source(bytes);
    io::Problems problems("m.gguf");
    const io::GgufHeader header = io::read_gguf_header(source, problems);
    io::GgufSet set{.version = header.version,
                    .parts = {{"m.gguf", source.size(), header.header_bytes}},
                    .metadata = header.metadata,
                    .tensors = header.tensors,
                    .oddities = {}};
    const auto read = [&] { ++(survives(io::model_from_gguf(set, "m")) ? accepted : refused); };
    // One tensor of each name: the layers are alike.
    std::set<std::string> seen;
    for (io::GgufTensorInfo& tensor : set.tensors) {
      if (!seen.insert(tensor.name.substr(tensor.name.find('.', 4) + 1)).second) continue;
      for (std::size_t d = 0; d < 4; ++d) {
        for (const std::uint64_t size : odd_sizes) {
          const std::uint64_t before = std::exchange(tensor.sizes[d], size);
          read();
          tensor.sizes[d] = before;
        }
      }
    }
    for (io::GgufEntry& item : set.metadata) {
      if (!std::holds_alternative<std::uint64_t>(item.value)) continue;
      for (const std::uint64_t size : odd_sizes) {
        const io::GgufValue before = std::exchange(item.value, size);
        read();
        item.value = before;
      }
    }
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 100U);
}

}  // namespace sizes_test
