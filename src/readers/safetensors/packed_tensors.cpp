#include "readers/safetensors/packed_tensors.hpp"

#include "readers/problems.hpp"
#include "readers/safetensors/packed_companions.hpp"
#include "readers/safetensors/packed_decoders.hpp"

#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace llmcalc::io {

namespace {

constexpr bool is_integer(StoredType type) {
  switch (type) {
    case StoredType::Bool:
    case StoredType::U8:
    case StoredType::I8:
    case StoredType::I16:
    case StoredType::U16:
    case StoredType::I32:
    case StoredType::U32:
    case StoredType::I64:
    case StoredType::U64:
      return true;
    case StoredType::F4:
    case StoredType::F6E2M3:
    case StoredType::F6E3M2:
    case StoredType::F8E5M2:
    case StoredType::F8E4M3:
    case StoredType::F8E8M0:
    case StoredType::F8E4M3Fnuz:
    case StoredType::F8E5M2Fnuz:
    case StoredType::F16:
    case StoredType::BF16:
    case StoredType::F32:
    case StoredType::C64:
    case StoredType::F64:
      break;
  }
  return false;
}

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

}  // namespace llmcalc::io
