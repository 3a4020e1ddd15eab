#include "readers/model_from_shapes.hpp"

#include "models/config_json.hpp"
#include "readers/problems.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

namespace llmcalc::io {

namespace {

/// The gate for sizes: a tensor without elements says nothing about a model, and a width or a head size of 0 must not
/// reach any division.
bool has_elements(const LogicalTensor& tensor) {
  return std::ranges::all_of(tensor.shape.sizes(), [](std::uint64_t size) { return size > 0; });
}

/// The first tensor with elements whose name ends like one of these.
const LogicalTensor* ending(const LogicalTensors& stored, std::initializer_list<std::string_view> endings) {
  for (const std::string_view text : endings) {
    const auto found = std::ranges::find_if(
        stored.tensors, [&](const LogicalTensor& t) { return t.name.ends_with(text) && has_elements(t); });
    if (found != stored.tensors.end()) return &*found;
  }
  return nullptr;
}

Count rows(const LogicalTensor* tensor) {
  return tensor == nullptr || tensor->shape.rank() < 2 ? 0 : tensor->shape[0];
}
Count columns(const LogicalTensor* tensor) {
  return tensor == nullptr || tensor->shape.rank() < 2 ? 0 : tensor->shape.back();
}

/// How many different numbers follow this step of the names ("layers." of "model.layers.17.mlp").
Count numbers_after(const LogicalTensors& stored, std::string_view step) {
  std::set<Count> numbers;
  for (const LogicalTensor& tensor : stored.tensors) {
    const std::size_t at = tensor.name.find(step);
    if (at == std::string::npos) continue;
    Count number = 0;
    const char* begin = tensor.name.data() + at + step.size();
    const auto [end, error] = std::from_chars(begin, tensor.name.data() + tensor.name.size(), number);
    if (error == std::errc{} && number < 10'000) numbers.insert(number);
  }
  return numbers.size();
}

/// Head size when no tensor shows it: 128 in most models, 64 in small ones, which have fewer than 16 heads of 128.
Count assumed_head(Count query_rows, Count key_rows) {
  for (const Count fewest : {Count{16}, Count{1}}) {
    for (const Count size : {Count{128}, Count{64}, Count{80}, Count{96}, Count{256}, Count{32}, Count{16}}) {
      if (query_rows % size != 0 || key_rows % size != 0 || key_rows == 0) continue;
      if (query_rows / size >= fewest && (query_rows / size) % (key_rows / size) == 0) return size;
    }
  }
  return std::max<Count>(std::min(query_rows, key_rows), 1);
}

}  // namespace

Result<Model> model_from_shapes(const LogicalTensors& stored, const std::string& id) {
  if (ending(stored, {"lora_A.weight", "lora_A.default.weight", "lora_down.weight"}) != nullptr)
    return Issue{id, "is a LoRA adapter, not a model: open the model it was trained for"};
  const LogicalTensor* embedding = ending(stored, {"embed_tokens.weight", "wte.weight", "tok_embeddings.weight",
                                                   "word_embeddings.weight", "embed_in.weight"});
  const LogicalTensor *query = ending(stored, {"q_proj.weight", "attention.wq.weight"}),
                      *key = ending(stored, {"k_proj.weight", "attention.wk.weight"});
  const LogicalTensor *up = ending(stored, {"mlp.up_proj.weight", "feed_forward.w3.weight", "up_proj.weight"}),
                      *norm = ending(stored, {"q_norm.weight"});
  const Count layers = numbers_after(stored, "layers.");
  if (embedding == nullptr || query == nullptr || key == nullptr || up == nullptr || layers == 0 ||
      columns(embedding) == 0) {
    return Issue{id,
                 "has no config.json beside it, and its tensors are not named like those of a known language model: "
                 "put the model's "
                 "config.json into the same folder"};
  }
  const bool unpacked = rows(query) > 0 && rows(key) > 0 && rows(up) > 0;
  if (!unpacked)
    return Issue{id,
                 "has no config.json beside it, and its packing hides the shapes: put the model's config.json into "
                 "the same folder"};
  const Count head = norm != nullptr && norm->shape.rank() == 1 && norm->shape[0] < rows(query)
                         ? norm->shape[0]
                         : assumed_head(rows(query), rows(key));
  const Count experts = numbers_after(stored, "experts.");
  nlohmann::json config{{"model_type", ""},
                        {"hidden_size", columns(embedding)},
                        {"vocab_size", rows(embedding)},
                        {"num_hidden_layers", layers},
                        {"num_attention_heads", rows(query) / head},
                        {"num_key_value_heads", rows(key) / head},
                        {"head_dim", head},
                        {"intermediate_size", rows(up)},
                        {"tie_word_embeddings", ending(stored, {"lm_head.weight", "output.weight"}) == nullptr},
                        {"attention_bias", ending(stored, {"q_proj.bias"}) != nullptr}};
  Result<Model> built = model_from_config(config, id);
  if (!built) return built.issues();
  Model model = std::move(built).value();
  Count described = 0;
  for (const Tensor& tensor : model.tensors) described = add(described, tensor.total());
  model.other_parameters = subtract(stored.parameters, described);
  model.notes = {"no config.json beside the weights: layers and widths were read from the tensors, a head size of " +
                 std::to_string(head) + (norm != nullptr ? " from the norms" : " was assumed")};
  if (experts > 0) model.notes.emplace_back("it is a mixture of experts: how many a token uses is not known");
  if (model.other_parameters > 0)
    model.notes.push_back(std::to_string(model.other_parameters) +
                          " parameters are in tensors whose purpose is not known");
  model.trust = Trust::Assumed;
  return model;
}

}  // namespace llmcalc::io
