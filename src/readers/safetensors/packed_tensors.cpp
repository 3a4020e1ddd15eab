#include "readers/safetensors/packed_tensors.hpp"

#include "readers/problems.hpp"
#include "readers/safetensors/stored_tensor.hpp"

#include <llmcalc/base/units.hpp>
#include <llmcalc/base/words.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llmcalc::io {

namespace {

/// The tensors stored beside a main one.
struct CompanionList {
  std::span<const StoredTensor> stored;
  std::span<const std::uint32_t> indices;

  /// The companion whose name ends like this; null when there is none.
  const StoredTensor* ending(std::string_view suffix) const;
};

/// All companions of a checkpoint.
class Companions {
 public:
  explicit Companions(std::span<const StoredTensor> stored);
  bool belongs_to_another(std::size_t i) const { return main_of_[i] != none; }
  CompanionList of(std::size_t i) const;

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  std::span<const StoredTensor> stored_;
  std::vector<std::uint32_t> main_of_;  ///< by tensor
  std::vector<std::uint32_t> starts_;   ///< by tensor: where its companions start in `members_`
  std::vector<std::uint32_t> members_;
};

/// Endings of companions, and the ending their main tensor has in that place.
struct Endings {
  std::string_view main;
  std::string_view companions;  ///< with blanks between them
};

// Tried from the top; the first main tensor that exists wins.
constexpr auto companion_endings = std::to_array<Endings>({
    {"",
     ".absmax .quant_map .nested_absmax .nested_quant_map .quant_state.bitsandbytes__nf4 "
     ".quant_state.bitsandbytes__fp4"},
    {".weight", ".SCB .weight_format"},
    {".qweight", ".qzeros .scales .g_idx"},
    {".weight", ".weight_scale_inv"},
    {"", "_scale_inv _scale_2"},
    {"_packed", "_scale"},
    {"", "_scale"},
    {".weight", ".weight_scales"},
    {"_packed", "_zero_point"},
    {"", "_zero_point"},
    {"_packed", "_global_scale"},
    {"", "_global_scale"},
    {"_packed", "_shape _g_idx"},
    {".weight", ".input_scale"},
    {".weight_packed", ".input_scale .input_global_scale"},
    {".weight", ".input_global_scale .input_zero_point .output_scale"},
    {"", "_input_scale"},
    {"_blocks", "_scales"},
    {".weight", ".scale .scales .biases"},
    {"", "_scales _biases"},
    {".q_weight", ".q_scale .q_scale_max .q_groups .q_invperm .q_perm .q_group_map"},
    {".trellis", ".suh .svh .su .sv .mcg .mul1"},
    {".W_q",
     ".scale .zero .nbits .group_size .axis .shape .view_as_float .packing .unpack_view_dtype "
     ".compute_dtype .quant_scale .quant_zero .offload_meta .round_zeros .stores_quant_config "
     ".channel_wise .encoded_state_dict .optimize"},
});

/// The main tensor of the one called so; nothing when it is no companion.
std::optional<std::uint32_t> main_of(std::string_view name,
                                     const std::unordered_map<std::string_view, std::uint32_t>& by_name) {
  std::string main;
  for (const Endings& row : companion_endings) {
    for (std::string_view rest = row.companions; !rest.empty();) {
      const std::string_view ending = take_until(rest, " ");
      if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
      main.assign(name.substr(0, name.size() - ending.size())).append(row.main);
      if (const auto found = by_name.find(main); found != by_name.end()) return found->second;
    }
  }
  return std::nullopt;
}

const StoredTensor* CompanionList::ending(std::string_view suffix) const {
  for (const std::uint32_t i : indices) {
    if (stored[i].name.ends_with(suffix)) return &stored[i];
  }
  return nullptr;
}

Companions::Companions(std::span<const StoredTensor> stored)
    : stored_(stored), main_of_(stored.size(), none), starts_(stored.size() + 1, 0) {
  std::unordered_map<std::string_view, std::uint32_t> by_name;
  by_name.reserve(stored.size());
  for (std::uint32_t i = 0; i < stored.size(); ++i) by_name.emplace(stored[i].name, i);
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    if (stored[i].name.ends_with("weight")) continue;  // by far the most, and never a companion
    if (const auto main = main_of(stored[i].name, by_name)) main_of_[i] = *main;
  }
  // A companion of a companion (nested scales) belongs to the main tensor; names get shorter on the way, so this
  // ends.
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    for (int steps = 0; main_of_[i] != none && main_of_[main_of_[i]] != none && steps < 8; ++steps)
      main_of_[i] = main_of_[main_of_[i]];
  }
  for (const std::uint32_t main_index : main_of_) {
    if (main_index != none) ++starts_[main_index + 1];
  }
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  members_.resize(starts_.back());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t i = 0; i < stored.size(); ++i) {
    if (main_of_[i] != none) members_[next[main_of_[i]]++] = i;
  }
}

CompanionList Companions::of(std::size_t i) const {
  return {stored_, std::span(members_).subspan(starts_[i], starts_[i + 1] - starts_[i])};
}

/// True for scales that belong to no tensor but to a module (scales of a quantized KV cache).
bool is_scale_alone(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{".k_scale",    ".v_scale",     ".q_scale",
                                                  ".prob_scale", ".input_scale", ".output_scale"};
  return std::ranges::any_of(names, [&](std::string_view n) { return name.ends_with(n); });
}

/// The logical tensor behind a packed one.
struct Decoded {
  Packing packing = Packing::Plain;
  std::string name;
  Shape shape;
  std::uint32_t bits = 0;
  std::uint64_t group_size = 0;
  bool bits_guessed = false;
};

constexpr bool is_fp8(StoredType type) {
  return type == StoredType::F8E4M3 || type == StoredType::F8E5M2 || type == StoredType::F8E4M3Fnuz ||
         type == StoredType::F8E5M2Fnuz;
}
constexpr bool is_byte(StoredType type) { return type == StoredType::U8 || type == StoredType::I8; }
constexpr bool is_32_bit(StoredType type) { return type == StoredType::I32 || type == StoredType::U32; }

/// `name` with its ending replaced.
std::string renamed(std::string_view name, std::string_view ending, std::string_view by) {
  return std::string(name.substr(0, name.size() - ending.size())).append(by);
}

/// The shape with another last size.
Shape with_last(const Shape& shape, std::uint64_t last) {
  Shape out;
  for (std::size_t i = 0; i + 1 < shape.rank(); ++i) out.push(shape[i]);
  out.push(last);
  return out;
}

std::uint64_t group_of(std::uint64_t columns, std::uint64_t scales) {
  return scales > 1 ? ceil_divide(columns, scales) : 0;
}

/// bitsandbytes 4 bit: the matrix is flattened, its shape is in the data of quant_state.
std::optional<Decoded> bitsandbytes_4bit(const StoredTensor& main, const CompanionList& with) {
  const StoredTensor* absmax = with.ending(".absmax");
  if (absmax == nullptr || with.ending(".quant_map") == nullptr) return std::nullopt;
  const bool fp4 = with.ending(".bitsandbytes__fp4") != nullptr, nested = with.ending(".nested_absmax") != nullptr;
  const std::uint64_t elements = multiply(main.bytes, 2);
  const std::uint64_t blocks = absmax->shape.elements().value_or(0);
  return Decoded{fp4      ? Packing::Fp4
                 : nested ? Packing::Nf4Dq
                          : Packing::Nf4,
                 main.name, Shape{elements}, 4, group_of(elements, blocks)};
}

std::optional<Decoded> int8_with_row_scales(const StoredTensor& main, const CompanionList& with) {
  if (main.type != StoredType::I8) return std::nullopt;
  if (with.ending(".SCB") != nullptr) return Decoded{Packing::BnbInt8, main.name, main.shape, 8};
  if (with.ending("_scale") != nullptr || with.ending("_scales") != nullptr)
    return Decoded{Packing::Int8, main.name, main.shape, 8};
  return std::nullopt;
}

/// GPTQ packs along the inputs: qweight [in x bits / 32, out]. AWQ along the outputs: qweight [in, out x bits / 32].
/// Both: scales [groups, out], qzeros [groups, out x bits / 32].
std::optional<Decoded> gptq_or_awq(const StoredTensor& main, const CompanionList& with) {
  if (!main.name.ends_with(".qweight") || main.shape.rank() != 2) return std::nullopt;
  const StoredTensor *scales = with.ending(".scales"), *zeros = with.ending(".qzeros"),
                     *groups = with.ending(".g_idx");
  if (scales == nullptr || scales->shape.rank() != 2) return std::nullopt;
  const std::string name = renamed(main.name, ".qweight", ".weight");
  const std::uint64_t out = scales->shape[1];
  if (out == 0 || scales->shape[0] == 0) return std::nullopt;
  if (main.shape[1] != out) {
    const std::uint64_t bits = multiply(main.shape[1], 32) / out;
    if (bits == 0 || bits > 8) return std::nullopt;
    return Decoded{Packing::Awq, name, Shape{out, main.shape[0]}, static_cast<std::uint32_t>(bits),
                   group_of(main.shape[0], scales->shape[0])};
  }
  std::uint64_t bits = zeros != nullptr && zeros->shape.rank() == 2 ? multiply(zeros->shape[1], 32) / out : 0;
  if (bits == 0 && groups != nullptr && groups->shape.rank() == 1 && groups->shape[0] > 0)
    bits = multiply(main.shape[0], 32) / groups->shape[0];
  const bool guessed = bits == 0 || bits > 8;
  if (guessed) bits = 4;
  const std::uint64_t in = multiply(main.shape[0], 32) / bits;
  return Decoded{
      Packing::Gptq, name, Shape{out, in}, static_cast<std::uint32_t>(bits), group_of(in, scales->shape[0]), guessed};
}

/// gpt-oss: blocks [.., groups, 16] of 32 values, scales [.., groups].
std::optional<Decoded> mxfp4_blocks(const StoredTensor& main, const CompanionList& with) {
  if (!main.name.ends_with("_blocks") || main.type != StoredType::U8 || with.ending("_scales") == nullptr)
    return std::nullopt;
  if (main.shape.rank() < 2 || main.shape.back() != 16) return std::nullopt;
  Shape shape;
  for (std::size_t i = 0; i + 2 < main.shape.rank(); ++i) shape.push(main.shape[i]);
  shape.push(multiply(main.shape[main.shape.rank() - 2], 32));
  return Decoded{Packing::Mxfp4, renamed(main.name, "_blocks", ""), shape, 4, 32};
}

/// Two 4-bit floats a byte along the last dimension; the scales' type and number tell MXFP4 (32) from NVFP4 (16).
std::optional<Decoded> fp4_pairs(const StoredTensor& main, const CompanionList& with, const std::string& name) {
  const StoredTensor* scale = nullptr;
  for (const std::string_view ending : {"_scale", ".scale", "_scales", ".scales"}) {
    if (scale == nullptr) scale = with.ending(ending);
  }
  if (scale == nullptr || scale->shape.rank() < 2 || scale->shape.back() == 0) return std::nullopt;
  const std::uint64_t columns = main.type == StoredType::F4 ? main.shape.back() : multiply(main.shape.back(), 2);
  const std::uint64_t group = columns / scale->shape.back();
  const Shape shape = with_last(main.shape, columns);
  const bool exponents = scale->type == StoredType::F8E8M0 || scale->type == StoredType::U8;
  if (exponents && group == 32) return Decoded{Packing::Mxfp4, name, shape, 4, 32};
  if (scale->type == StoredType::F8E4M3 && group == 16) return Decoded{Packing::Nvfp4, name, shape, 4, 16};
  return std::nullopt;
}

/// compressed-tensors pack-quantized: weight_packed I32 [out, in x bits / 32], weight_scale [out, groups].
std::optional<Decoded> packed_integers(const StoredTensor& main, const CompanionList& with,
                                       const QuantizationConfig& config) {
  if (!main.name.ends_with("_packed")) return std::nullopt;
  const std::string name = renamed(main.name, "_packed", "");
  if (is_byte(main.type) || main.type == StoredType::F4) return fp4_pairs(main, with, name);
  if (!is_32_bit(main.type) || main.shape.rank() < 2) return std::nullopt;
  const bool known = config.bits > 0 && config.bits <= 16;
  const std::uint32_t bits = known ? config.bits : 4;
  const std::uint64_t columns = multiply(main.shape.back(), 32 / bits);
  const StoredTensor* scale = with.ending("_scale");
  const std::uint64_t groups = scale == nullptr ? 0 : scale->shape.back();
  return Decoded{Packing::PackedInt, name, with_last(main.shape, columns), bits, group_of(columns, groups), !known};
}

std::optional<Decoded> fp8(const StoredTensor& main, const CompanionList& with) {
  if (!is_fp8(main.type)) return std::nullopt;
  const StoredTensor* scale = with.ending("_scale_inv");
  for (const std::string_view ending : {"_scale", ".scale"}) {
    if (scale == nullptr) scale = with.ending(ending);
  }
  if (scale == nullptr) return Decoded{Packing::Fp8, main.name, main.shape, 8};
  const bool blocks = scale->shape.rank() >= 2 && scale->shape.back() > 1;
  return Decoded{blocks ? Packing::Fp8Block : Packing::Fp8, main.name, main.shape, 8,
                 blocks ? group_of(main.shape.back(), scale->shape.back()) : 0};
}

/// MLX: weight U32 [out, in x bits / 32], scales and biases [out, groups].
std::optional<Decoded> mlx(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (main.type != StoredType::U32 || main.shape.rank() < 2) return std::nullopt;
  const StoredTensor* scales = with.ending("scales");
  if (scales == nullptr || scales->shape.rank() < 2 || scales->shape.back() == 0) return std::nullopt;
  const std::uint64_t groups = scales->shape.back(), stored_bits = multiply(main.shape.back(), 32);
  // config.json's bits may be those of most layers only; the ratio must come out even
  for (const std::uint64_t group : {std::uint64_t{config.group_size}, std::uint64_t{64}, std::uint64_t{32},
                                    std::uint64_t{128}, std::uint64_t{16}}) {
    const std::uint64_t columns = multiply(groups, group);
    if (columns == 0 || stored_bits % columns != 0) continue;
    const std::uint64_t bits = stored_bits / columns;
    if (bits < 2 || bits > 8 || bits == 7) continue;
    const bool exponents = scales->type == StoredType::U8 && bits == 4;
    return Decoded{exponents && group == 32 ? Packing::Mxfp4 : Packing::Mlx,
                   main.name,
                   with_last(main.shape, columns),
                   static_cast<std::uint32_t>(bits),
                   group,
                   config.group_size == 0};
  }
  return std::nullopt;
}

/// ExLlama: rows from the permutation, or 16 x 16 tiles.
std::optional<Decoded> exllama(const StoredTensor& main, const CompanionList& with) {
  if (main.name.ends_with(".q_weight") && main.shape.rank() == 2) {
    const StoredTensor* order = with.ending("perm");
    if (order == nullptr || order->shape.rank() != 1 || order->shape[0] == 0) return std::nullopt;
    const Shape shape{main.shape[1], order->shape[0]};
    const std::uint64_t bits = multiply(main.shape[0], 32) / order->shape[0];
    return Decoded{Packing::Exl2, renamed(main.name, ".q_weight", ".weight"), shape,
                   static_cast<std::uint32_t>(bits)};
  }
  if (main.name.ends_with(".trellis") && main.shape.rank() == 3) {
    const Shape shape{multiply(main.shape[1], 16), multiply(main.shape[0], 16)};
    return Decoded{Packing::Exl3, renamed(main.name, ".trellis", ".weight"), shape,
                   static_cast<std::uint32_t>(main.shape[2] / 16)};
  }
  return std::nullopt;
}

std::optional<Decoded> hqq(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (!main.name.ends_with(".W_q") || with.ending(".scale") == nullptr) return std::nullopt;
  const bool known = config.bits > 0 && config.bits <= 8;
  const std::uint32_t bits = known ? config.bits : 4;
  // 3 bit packs ten values into 32 bits, the others fill whole bytes (hqq/core/bitpack.py)
  const std::uint64_t elements = bits == 3 ? multiply(main.bytes / 4, 10) : multiply(main.bytes, 8 / bits);
  return Decoded{Packing::Hqq, renamed(main.name, ".W_q", ".weight"), Shape{elements}, bits, config.group_size,
                 !known};
}

/// BitNet: four ternary weights a byte along the rows.
std::optional<Decoded> ternary(const StoredTensor& main, const CompanionList& with,
                               const QuantizationConfig& config) {
  if (config.method != "bitnet" || main.type != StoredType::U8 || main.shape.rank() != 2 ||
      with.ending("_scale") == nullptr)
    return std::nullopt;
  return Decoded{Packing::Ternary, main.name, Shape{multiply(main.shape[0], 4), main.shape[1]}, 2};
}

/// Recognises a packed tensor; none when it is stored as it is.
std::optional<Decoded> decode(const StoredTensor& main, const CompanionList& with, const QuantizationConfig& config) {
  if (auto found = bitsandbytes_4bit(main, with)) return found;
  if (auto found = gptq_or_awq(main, with)) return found;
  if (auto found = mxfp4_blocks(main, with)) return found;
  if (auto found = packed_integers(main, with, config)) return found;
  if (auto found = exllama(main, with)) return found;
  if (auto found = hqq(main, with, config)) return found;
  if (auto found = ternary(main, with, config)) return found;
  const bool weight = main.shape.rank() >= 2;
  if (weight && (is_byte(main.type) || main.type == StoredType::F4)) {
    if (auto found = fp4_pairs(main, with, main.name)) return found;
  }
  if (auto found = int8_with_row_scales(main, with)) return found;
  if (auto found = fp8(main, with)) return found;
  if (auto found = mlx(main, with, config)) return found;
  return std::nullopt;
}

bool is_integer(StoredType type) { return has_word("BOOL U8 I8 I16 U16 I32 U32 I64 U64", info(type).key); }

/// Stored beside the weights by some checkpoints, but not parameters of the model.
bool is_buffer(const StoredTensor& tensor) {
  const std::string_view name = tensor.name;
  constexpr std::array<std::string_view, 9> endings{
      ".inv_freq",   ".masked_bias",         ".position_ids", "_correction_bias", ".cos_cached",
      ".sin_cached", ".num_batches_tracked", ".running_mean", ".running_var"};
  if (std::ranges::any_of(endings, [&](std::string_view e) { return name.ends_with(e); })) return true;
  // GPT-2's and GPT-NeoX's causal mask
  if (name.ends_with(".bias") && tensor.shape.rank() == 4 && tensor.shape[2] == tensor.shape[3]) return true;
  return tensor.type == StoredType::Bool || tensor.type == StoredType::I64 || tensor.type == StoredType::U64;
}

/// The totals, and what stands out.
class Sums {
 public:
  void add(LogicalTensor tensor) {
    sums_.parameters = llmcalc::add(sums_.parameters, tensor.parameters);
    sums_.bytes += tensor.bytes;  // disjoint ranges of real files
    sums_.scale_bytes += tensor.scale_bytes;
    if (tensor.buffer) sums_.buffer_bytes += tensor.bytes;
    if (tensor.packing != Packing::Plain) {
      auto& [parameters, bits, group] = packed_[tensor.packing];
      parameters = llmcalc::add(parameters, tensor.parameters);
      if (tensor.parameters >= largest_) bits = tensor.bits, group = tensor.group_size, largest_ = tensor.parameters;
    } else if (is_integer(tensor.type) && !tensor.buffer) {
      if (integers_++ == 0) first_integer_ = tensor.name;
    }
    sums_.tensors.push_back(std::move(tensor));
  }

  LogicalTensors finish() {
    std::uint64_t most = 0;
    for (const auto& [packing, sum] : packed_) {
      if (sum.parameters < most) continue;
      most = sum.parameters;
      sums_.packing = packing, sums_.bits = sum.bits, sums_.group_size = sum.group;
    }
    if (packed_.size() > 1) sums_.oddities.push_back("several packings: " + names());
    if (integers_ > 0) {
      sums_.oddities.push_back(std::to_string(integers_) + " integer tensors (" + in_quotes(first_integer_) +
                               ") are of no known packing and were counted one parameter a number");
    }
    return std::move(sums_);
  }

 private:
  struct Sum {
    std::uint64_t parameters = 0;
    std::uint32_t bits = 0;
    std::uint64_t group = 0;
  };
  std::string names() const {
    std::string text;
    for (const auto& [packing, sum] : packed_) text += (text.empty() ? "" : ", ") + std::string(label_of(packing));
    return text;
  }

  LogicalTensors sums_;
  std::map<Packing, Sum> packed_;
  std::uint64_t largest_ = 0;
  std::size_t integers_ = 0;
  std::string first_integer_;
};

LogicalTensor plain(const StoredTensor& tensor) {
  LogicalTensor out;
  out.name = tensor.name;
  out.shape = tensor.shape;
  out.type = tensor.type;
  out.bits = info(tensor.type).bits;
  out.bytes = tensor.bytes;
  const bool scale = is_scale_alone(tensor.name);
  out.buffer = scale || is_buffer(tensor);
  out.scale_bytes = scale ? tensor.bytes : 0;
  out.parameters = out.buffer ? 0 : tensor.shape.elements().value_or(0);
  return out;
}

LogicalTensor packed(const StoredTensor& main, const CompanionList& companions, Decoded decoded) {
  LogicalTensor out;
  out.name = std::move(decoded.name);
  out.shape = decoded.shape;
  out.packing = decoded.packing;
  out.type = main.type;
  out.bits = decoded.bits;
  out.group_size = decoded.group_size;
  out.parameters = decoded.shape.elements().value_or(0);
  for (const std::uint32_t companion : companions.indices) out.scale_bytes += companions.stored[companion].bytes;
  out.bytes = main.bytes + out.scale_bytes;
  return out;
}

}  // namespace

LogicalTensors logical_tensors(std::span<const StoredTensor> stored, const QuantizationConfig& config) {
  const Companions companions(stored);
  Sums sums;
  std::uint64_t guesses = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (companions.belongs_to_another(i)) continue;
    const CompanionList list = companions.of(i);
    std::optional<Decoded> decoded = decode(stored[i], list, config);
    if (!decoded) {
      // nothing packed after all: what looked like companions are tensors of their own
      sums.add(plain(stored[i]));
      for (const std::uint32_t companion : list.indices) sums.add(plain(stored[companion]));
      continue;
    }
    if (decoded->bits_guessed) ++guesses;
    sums.add(packed(stored[i], list, std::move(*decoded)));
  }
  LogicalTensors out = sums.finish();
  if (guesses > 0) {
    out.oddities.push_back(std::to_string(guesses) +
                           " packed tensors do not say how many bits a weight has, and there is no config.json "
                           "that does: " +
                           std::to_string(out.bits) + " assumed");
  }
  return out;
}

namespace {

using nlohmann::json;

const json* object_at(const json& parent, std::string_view key) {
  const auto found = parent.is_object() ? parent.find(std::string(key)) : parent.end();
  return found != parent.end() && found->is_object() ? &*found : nullptr;
}

std::uint32_t small_number(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  if (found == object.end() || !found->is_number_unsigned()) return 0;
  const auto value = found->get<std::uint64_t>();
  return value <= 1U << 20 ? static_cast<std::uint32_t>(value) : 0;
}

std::string short_text(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  return found != object.end() && found->is_string() ? found->get_ref<const std::string&>().substr(0, 64)
                                                     : std::string{};
}

bool flag(const json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// compressed-tensors: config_groups.NAME.weights of the first group that has weights.
void read_groups(const json& entry, QuantizationConfig& out) {
  const json* groups = object_at(entry, "config_groups");
  if (groups == nullptr) return;
  for (const auto& [name, group] : groups->items()) {
    const json* weights = object_at(group, "weights");
    if (weights == nullptr) continue;
    out.bits = small_number(*weights, "num_bits");
    out.group_size = small_number(*weights, "group_size");
    if (out.format.empty()) out.format = short_text(group, "format");
    return;
  }
}

}  // namespace

QuantizationConfig quantization_config(const json& config) {
  QuantizationConfig out;
  const json* entry = object_at(config, "quantization_config");
  const json* text = object_at(config, "text_config");
  if (entry == nullptr && text != nullptr) entry = object_at(*text, "quantization_config");
  const json* mlx = object_at(config, "quantization");
  if (entry == nullptr && mlx == nullptr) return out;
  if (entry != nullptr) {
    out.method = short_text(*entry, "quant_method");
    out.format = short_text(*entry, "format");
    out.bits = small_number(*entry, "bits");
    out.group_size = small_number(*entry, "group_size");
    if (flag(*entry, "load_in_4bit")) out.bits = 4;
    if (flag(*entry, "load_in_8bit")) out.bits = 8;
    if (out.bits == 0) read_groups(*entry, out);
    if (const json* hqq = object_at(*entry, "quant_config"); hqq != nullptr && out.bits == 0) {
      if (const json* weights = object_at(*hqq, "weight_quant_params")) {
        out.bits = small_number(*weights, "nbits");
        out.group_size = small_number(*weights, "group_size");
      }
    }
  }
  // mlx-lm writes its own entry, and a copy without quant_method under the usual name
  if (mlx != nullptr && out.method.empty() && small_number(*mlx, "bits") > 0) {
    out = {"mlx", "", small_number(*mlx, "bits"), small_number(*mlx, "group_size")};
  }
  return out;
}

}  // namespace llmcalc::io
