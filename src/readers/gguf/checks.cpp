#include "readers/gguf/checks.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace llmcalc::io {

namespace {

/// Types that GGML once had and no longer reads. Source: ggml.h, enum ggml_type, commented-out rows.
constexpr std::string_view removed_type(std::uint32_t number) {
  switch (number) {
    case 4:
      return "Q4_2";
    case 5:
      return "Q4_3";
    case 31:
      return "Q4_0_4_4";
    case 32:
      return "Q4_0_4_8";
    case 33:
      return "Q4_0_8_8";
    case 36:
      return "IQ4_NL_4_4";
    case 37:
      return "IQ4_NL_4_8";
    case 38:
      return "IQ4_NL_8_8";
    default:
      return {};
  }
}

std::optional<GgmlType> type_of(std::uint32_t number) {
  for (const GgmlTypeRow& row : ggml_types) {
    if (row.file_id == number) return row.id;
  }
  return std::nullopt;
}

class Checker {
 public:
  Checker(GgufHeader& header, Problems& problems) : header_(header), problems_(problems) {}

  void check() {
    for (GgufTensorInfo& tensor : header_.tensors) {
      if (!size_up(tensor)) tensor.offset = tensor.bytes = 0;
    }
    check_places();
    check_names();
  }

 private:
  bool fail(std::string_view where, std::string what) {
    problems_.add(where, std::move(what));
    return false;
  }

  /// Sets the tensor's bytes from its type and sizes; false when they make no sense.
  bool size_up(GgufTensorInfo& tensor) {
    std::uint64_t elements = 1;
    bool empty = false;
    for (const std::uint64_t size : tensor.sizes) {
      empty = empty || size == 0;
      elements = multiply(elements, std::max<std::uint64_t>(size, 1));
    }
    if (elements > INT64_MAX)
      return fail(tensor.name, "sizes are too large to be real (their product passes 63 bits)");
    if (tensor.offset % header_.alignment != 0) {
      return fail(tensor.name, "starts at byte " + std::to_string(tensor.offset) +
                                   ", which is not a multiple of the alignment " + std::to_string(header_.alignment));
    }
    if (tensor.offset > header_.data_bytes) return outside(tensor, tensor.offset);
    if (const auto name = removed_type(tensor.type_number); !name.empty()) {
      return fail(tensor.name, "is of type " + std::string(name) + " (" + std::to_string(tensor.type_number) +
                                   "), which GGML no longer has; quantize the model again");
    }
    tensor.type = type_of(tensor.type_number);
    if (!tensor.type) return true;  // its bytes follow from its neighbours' places
    const Block block = block_of(*tensor.type);
    if (tensor.sizes[0] % block.elements != 0) {
      return fail(tensor.name, "rows of " + std::to_string(tensor.sizes[0]) + " do not divide into blocks of " +
                                   std::to_string(block.elements) + " (" + std::string(row_of(*tensor.type).key) +
                                   ")");
    }
    tensor.bytes = empty ? 0 : storage(elements, block).count;
    if (tensor.bytes == saturated) return fail(tensor.name, "is too large to be real");
    if (tensor.bytes > header_.data_bytes - tensor.offset) return outside(tensor, add(tensor.offset, tensor.bytes));
    return true;
  }

  bool outside(const GgufTensorInfo& tensor, std::uint64_t end) {
    return fail(tensor.name, "lies outside the file: ends at byte " + std::to_string(end) +
                                 " of the tensor data, the file holds " + std::to_string(header_.data_bytes) +
                                 " (cut short?)");
  }

  void check_places() {
    std::vector<GgufTensorInfo*> order;
    order.reserve(header_.tensors.size());
    for (GgufTensorInfo& tensor : header_.tensors) order.push_back(&tensor);
    std::ranges::stable_sort(order, {}, [](const GgufTensorInfo* t) { return t->offset; });
    std::uint64_t end = 0;
    const GgufTensorInfo* last = nullptr;
    for (std::size_t i = 0; i < order.size(); ++i) {
      GgufTensorInfo& tensor = *order[i];
      if (!tensor.type)
        tensor.bytes = (i + 1 < order.size() ? order[i + 1]->offset : header_.data_bytes) - tensor.offset;
      if (tensor.bytes == 0) continue;
      if (tensor.offset < end) {
        problems_.add(tensor.name, "overlaps " + in_quotes(last->name) + ": starts at byte " +
                                       std::to_string(tensor.offset) + ", that one ends at " + std::to_string(end));
      } else {
        header_.unused_bytes += tensor.offset - round_up(end, header_.alignment);
      }
      if (tensor.offset + tensor.bytes > end) {
        end = tensor.offset + tensor.bytes;
        last = &tensor;
      }
    }
    header_.unused_bytes += subtract(header_.data_bytes, round_up(end, header_.alignment));
  }

  void check_names() {
    std::unordered_set<std::string_view> names;
    names.reserve(header_.tensors.size());
    for (const GgufTensorInfo& tensor : header_.tensors) {
      if (!names.insert(tensor.name).second) problems_.add(tensor.name, "is described twice");
    }
    names.clear();
    for (const GgufEntry& entry : header_.metadata) {
      if (!names.insert(entry.key).second) problems_.add(entry.key, "is given twice");
    }
  }

  GgufHeader& header_;
  Problems& problems_;
};

}  // namespace

void check_gguf_tensors(GgufHeader& header, Problems& problems) { Checker(header, problems).check(); }

}  // namespace llmcalc::io
