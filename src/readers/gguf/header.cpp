#include "readers/gguf/header.hpp"

#include "readers/problems.hpp"

#include <algorithm>
#include <bit>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace llmcalc::io {

namespace {

/// Types that GGML once had and no longer reads. Source: ggml.h, enum ggml_type, commented-out rows.
constexpr std::string_view removed_type(std::uint32_t number) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 8> removed{{{4, "Q4_2"},
                                                                               {5, "Q4_3"},
                                                                               {31, "Q4_0_4_4"},
                                                                               {32, "Q4_0_4_8"},
                                                                               {33, "Q4_0_8_8"},
                                                                               {36, "IQ4_NL_4_4"},
                                                                               {37, "IQ4_NL_4_8"},
                                                                               {38, "IQ4_NL_8_8"}}};
  const auto found = std::ranges::find(removed, number, &std::pair<std::uint32_t, std::string_view>::first);
  return found == removed.end() ? std::string_view{} : found->second;
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

/// Sets every tensor's type and bytes and reports all that cannot be: sizes, types, alignment, places outside the
/// file, overlaps, names given twice. Needs alignment and data_bytes of the header; sets unused_bytes.
void check_gguf_tensors(GgufHeader& header, Problems& problems) { Checker(header, problems).check(); }

constexpr std::size_t longest_kept_text = 4096;
constexpr std::uint64_t longest_kept_list = 4096;
constexpr std::uint64_t longest_key = 65'535;        // docs/gguf.md
constexpr std::uint64_t longest_tensor_name = 1024;  // ggml stops at 63; forks differ
constexpr unsigned deepest_list = unsigned{most(Limit::GgufDepth)};

/// Bytes of a value of fixed width; 0 for texts and lists.
constexpr std::uint64_t width_of(GgufKind kind) {
  constexpr std::array<std::uint64_t, 13> widths{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  return widths[static_cast<std::size_t>(kind)];
}

constexpr bool is_known(std::uint32_t kind) { return kind <= static_cast<std::uint32_t>(GgufKind::F64); }

/// Reads the pieces one after the other; the first one that cannot be right ends it, as all after it would be
/// misread.
class HeaderReader {
 public:
  HeaderReader(const ByteSource& source, Problems& problems, TensorRoom& room)
      : cursor_(source), size_(source.size()), problems_(problems), room_(room) {}

  GgufHeader read() {
    std::uint64_t tensors = 0, entries = 0;
    if (!start(tensors, entries)) return std::move(header_);
    for (std::uint64_t i = 0; i < entries; ++i) {
      if (!entry(i)) return std::move(header_);
    }
    if (!alignment()) return std::move(header_);
    for (std::uint64_t i = 0; i < tensors; ++i) {
      if (!tensor(i)) return std::move(header_);
    }
    finish();
    return std::move(header_);
  }

 private:
  bool fail(std::string_view where, std::string what) {
    problems_.add(where, std::move(what));
    return false;
  }
  bool ends_early(std::string_view where) {
    return fail(where, "ends in the middle of its header, at byte " + std::to_string(size_) +
                           " (cut short, or changed while it was read?)");
  }

  bool start(std::uint64_t& tensors, std::uint64_t& entries) {
    std::array<char, 4> magic{};
    if (!cursor_.read(magic) || std::string_view(magic.data(), 4) != "GGUF")
      return fail("", "does not start with GGUF");
    if (!cursor_.number(header_.version)) return ends_early("");
    const std::uint32_t version = header_.version;
    if (version != 0 && (version & 0xFFFFU) == 0)
      return fail("", "is a big-endian GGUF file; only little-endian ones are read");
    if (version < 2)
      return fail("",
                  "is of GGUF version " + std::to_string(version) + ", which is no longer in use; 2 and 3 are read");
    if (version > 3)
      return fail("", "is of GGUF version " + std::to_string(version) + ", newer than the known ones (2 and 3)");
    if (!cursor_.number(tensors) || !cursor_.number(entries)) return ends_early("");
    // an entry takes 13 bytes at the least, a tensor 24
    if (entries > most(Limit::GgufEntries) || entries > cursor_.left() / 13) {
      return fail("", "says it has " + std::to_string(entries) + " metadata entries, more than fit or make sense");
    }
    if (tensors > most(Limit::Tensors) || tensors > cursor_.left() / 24) {
      return fail("", "says it has " + std::to_string(tensors) + " tensors, more than fit or make sense");
    }
    return true;
  }

  /// A text of at most `limit` bytes; `kept` of them are stored.
  bool text(std::string& out, std::uint64_t limit, std::size_t kept, std::string_view where) {
    std::uint64_t length = 0;
    if (!cursor_.number(length)) return ends_early(where);
    if (length > cursor_.left() || length > limit) {
      return fail(where, "says a text is " + std::to_string(length) + " bytes long; " +
                             std::to_string(std::min(limit, cursor_.left())) + " are possible");
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, kept));
    if (size > budget_)
      return fail(
          where, "names and texts of the header take more than " + std::to_string(most(Limit::GgufTexts)) + " bytes");
    out.resize(size);
    budget_ -= size;
    if (!cursor_.read(out) || !cursor_.skip(length - out.size())) return ends_early(where);
    return in_header(where);
  }

  bool in_header(std::string_view where) {
    if (cursor_.position() <= most(Limit::GgufHeaderBytes)) return true;
    return fail(where, "header is longer than " + std::to_string(most(Limit::GgufHeaderBytes)) + " bytes");
  }

  bool entry(std::uint64_t i) {
    GgufEntry entry;
    const std::string place = "metadata entry " + std::to_string(i + 1);
    if (!text(entry.key, longest_key, static_cast<std::size_t>(longest_key), place)) return false;
    std::uint32_t kind = 0;
    if (!cursor_.number(kind)) return ends_early(entry.key);
    if (!is_known(kind)) return fail(entry.key, "is of an unknown kind, " + std::to_string(kind));
    entry.kind = static_cast<GgufKind>(kind);
    if (!value(entry.kind, entry.value, entry.key)) return false;
    header_.metadata.push_back(std::move(entry));
    return true;
  }

  bool value(GgufKind kind, GgufValue& out, std::string_view key) {
    if (kind == GgufKind::String) return text(out.emplace<std::string>(), UINT64_MAX, longest_kept_text, key);
    if (kind == GgufKind::Array) return list(out.emplace<GgufList>(), key);
    std::array<char, 8> bytes{};
    if (!cursor_.read({bytes.data(), static_cast<std::size_t>(width_of(kind))})) return ends_early(key);
    const auto bits = little_endian<std::uint64_t>(bytes);
    switch (kind) {
      case GgufKind::I8: out = std::int64_t{static_cast<std::int8_t>(bits)}; break;
      case GgufKind::I16: out = std::int64_t{static_cast<std::int16_t>(bits)}; break;
      case GgufKind::I32: out = std::int64_t{static_cast<std::int32_t>(bits)}; break;
      case GgufKind::I64: out = static_cast<std::int64_t>(bits); break;
      case GgufKind::F32: out = double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}; break;
      case GgufKind::F64: out = std::bit_cast<double>(bits); break;
      case GgufKind::Bool: out = bits != 0; break;
      case GgufKind::U8:
      case GgufKind::U16:
      case GgufKind::U32:
      case GgufKind::String:
      case GgufKind::Array:
      case GgufKind::U64: out = bits;
    }
    return true;
  }

  bool list(GgufList& list, std::string_view key, unsigned depth = 1) {
    std::uint32_t kind = 0;
    if (depth > deepest_list)
      return fail(key, "holds lists nested deeper than " + std::to_string(deepest_list) + " levels");
    if (!cursor_.number(kind) || !cursor_.number(list.count)) return ends_early(key);
    if (!is_known(kind)) return fail(key, "is a list of an unknown kind, " + std::to_string(kind));
    list.of = static_cast<GgufKind>(kind);
    const std::uint64_t least = list.of == GgufKind::Array ? 12 : list.of == GgufKind::String ? 8 : width_of(list.of);
    if (list.count > cursor_.left() / least) {
      return fail(key, "says it is a list of " + std::to_string(list.count) + "; the rest of the file has room for " +
                           std::to_string(cursor_.left() / least));
    }
    if (list.of == GgufKind::String || list.of == GgufKind::Array) return walk_over(list, key, depth);
    const bool keep = list.count <= std::min<std::uint64_t>(longest_kept_list, budget_ / 8) &&
                      list.of != GgufKind::F32 && list.of != GgufKind::F64 && depth == 1;
    if (!keep) return cursor_.skip(list.count * least) ? in_header(key) : ends_early(key);
    list.numbers.reserve(static_cast<std::size_t>(list.count));
    budget_ -= 8 * static_cast<std::size_t>(list.count);
    for (std::uint64_t i = 0; i < list.count; ++i) {
      GgufValue number;
      if (!value(list.of, number, key)) return false;
      list.numbers.push_back(std::visit(
          [](const auto& v) -> std::int64_t {
            if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) return static_cast<std::int64_t>(v);
            return 0;
          },
          number));
    }
    return in_header(key);
  }

  bool walk_over(const GgufList& outer, std::string_view key, unsigned depth) {
    for (std::uint64_t i = 0; i < outer.count; ++i) {
      if (outer.of == GgufKind::Array) {
        GgufList inner;
        if (!list(inner, key, depth + 1)) return false;
        continue;
      }
      std::uint64_t length = 0;
      if (!cursor_.number(length)) return ends_early(key);
      if (!cursor_.skip(length))
        return fail(key, "says its text " + std::to_string(i) + " is " + std::to_string(length) + " bytes long");
      if (!in_header(key)) return false;
    }
    return true;
  }

  bool alignment() {
    const GgufEntry* entry = find_entry(header_.metadata, "general.alignment");
    if (entry == nullptr) return true;
    const auto alignment = whole_number(header_.metadata, entry->key);
    if (!alignment || *alignment == 0 || *alignment > 1U << 20 || !std::has_single_bit(*alignment)) {
      return fail(entry->key, "must be a power of two up to 1048576" +
                                  (alignment ? ", is " + std::to_string(*alignment) : std::string{}));
    }
    header_.alignment = *alignment;
    return true;
  }

  bool tensor(std::uint64_t i) {
    GgufTensorInfo tensor;
    if (!text(tensor.name, longest_tensor_name, static_cast<std::size_t>(longest_tensor_name),
              "tensor " + std::to_string(i + 1)))
      return false;
    if (!cursor_.number(tensor.rank)) return ends_early(tensor.name);
    if (!room_.take(tensor.name)) return fail("", TensorRoom::problem());
    if (tensor.rank > most(Limit::GgufDimensions))
      return fail(tensor.name, "has " + std::to_string(tensor.rank) + " dimensions; " +
                                   std::to_string(most(Limit::GgufDimensions)) + " is the most");
    for (std::uint32_t d = 0; d < tensor.rank; ++d) {
      if (!cursor_.number(tensor.sizes[d])) return ends_early(tensor.name);
    }
    if (!cursor_.number(tensor.type_number) || !cursor_.number(tensor.offset)) return ends_early(tensor.name);
    header_.tensors.push_back(std::move(tensor));
    return in_header("");
  }

  void finish() {
    const std::uint64_t end = (cursor_.position() + header_.alignment - 1) / header_.alignment * header_.alignment;
    header_.header_bytes = std::min(end, size_);
    header_.data_bytes = size_ - header_.header_bytes;
    check_gguf_tensors(header_, problems_);
  }

  Cursor cursor_;
  std::uint64_t size_;
  Problems& problems_;
  TensorRoom& room_;
  GgufHeader header_;
  std::size_t budget_ = most(Limit::GgufTexts);  // bytes of names, texts and lists that are kept at the most
};

}  // namespace

bool looks_like_gguf(const ByteSource& source) {
  std::array<char, 4> magic{};
  return source.read(0, magic) && std::string_view(magic.data(), 4) == "GGUF";
}

GgufHeader read_gguf_header(const ByteSource& source, Problems& problems, TensorRoom& room) {
  GgufHeader header = HeaderReader(source, problems, room).read();
  if (source.changed()) problems.add("", std::string(changed_text));
  return header;
}

GgufHeader read_gguf_header(const ByteSource& source, Problems& problems) {
  TensorRoom room;
  return read_gguf_header(source, problems, room);
}

const GgufEntry* find_entry(std::span<const GgufEntry> metadata, std::string_view key) {
  const auto found = std::ranges::find(metadata, key, &GgufEntry::key);
  return found == metadata.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> whole_number(std::span<const GgufEntry> metadata, std::string_view key) {
  const GgufEntry* entry = find_entry(metadata, key);
  if (entry == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<std::uint64_t>(&entry->value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&entry->value); number != nullptr && *number >= 0) {
    return static_cast<std::uint64_t>(*number);
  }
  return std::nullopt;
}

std::string_view text_of(std::span<const GgufEntry> metadata, std::string_view key) {
  const GgufEntry* entry = find_entry(metadata, key);
  const auto* text = entry == nullptr ? nullptr : std::get_if<std::string>(&entry->value);
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

}  // namespace llmcalc::io
