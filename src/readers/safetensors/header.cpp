#include "readers/safetensors/header.hpp"

#include "readers/safetensors/characters.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace llmcalc::io {

namespace {

using nlohmann::json;

/// Receives the header's JSON piece by piece, so that no tree of it is ever built and depth costs nothing.
class HeaderHandler {
 public:
  HeaderHandler(SafetensorsHeader& header, Problems& problems, TensorRoom& room)
      : header_(header), problems_(problems), room_(room) {}

  bool null() { return scalar("null"); }
  bool boolean(bool) { return scalar("true or false"); }
  bool number_integer(json::number_integer_t) { return scalar("a negative number"); }
  bool number_float(json::number_float_t, const std::string&) { return scalar("a number that is not a whole one"); }
  bool binary(json::binary_t&) { return scalar("bytes"); }
  bool number_unsigned(json::number_unsigned_t value) {
    if (depth_ != 3 || (field_ != Field::Shape && field_ != Field::Offsets)) return scalar("a number");
    if (field_ == Field::Shape) {
      current_.shape.push(value);
    } else if (offsets_seen_ < offsets_.size()) {
      offsets_[offsets_seen_++] = value;
    } else {
      ++offsets_seen_;
    }
    return true;
  }
  bool string(std::string& text) {
    if (depth_ == 2 && in_metadata_) {
      if (header_.metadata.size() < 64 && text.size() <= 1024) header_.metadata.emplace_back(metadata_key_, text);
      return true;
    }
    if (depth_ != 2 || field_ != Field::Type) return scalar("text");
    current_type_ = stored_type(text);
    if (!current_type_) refuse("unknown dtype " + in_quotes(text));
    return true;
  }
  bool start_object(std::size_t) {
    if (depth_ == 1) {
      current_ = StoredTensor{};
      current_.name = std::move(name_);
      current_type_.reset();
      offsets_seen_ = 0;
      seen_ = 0;
      sound_ = true;
    } else if (depth_ >= 2 && in_metadata_) {
      note_metadata();
    } else if (depth_ >= 2 && field_ != Field::Other) {
      refuse("has an object where a value is expected");
    }
    return enter();
  }
  bool start_array(std::size_t) {
    if (depth_ < 2) {
      field_ = Field::Other;
      in_metadata_ = false;
      return scalar("a list") && enter();
    }
    const bool wanted = depth_ == 2 && (field_ == Field::Shape || field_ == Field::Offsets);
    if (in_metadata_) {
      note_metadata();
    } else if (!wanted && field_ != Field::Other) {
      refuse("has a list where a value is expected");
    }
    return enter();
  }
  bool key(std::string& text) {
    if (depth_ == 1) {
      in_metadata_ = text == "__metadata__";
      name_ = std::move(text);
    } else if (depth_ == 2 && in_metadata_) {
      metadata_key_ = text.substr(0, 256);
    } else if (depth_ == 2) {
      field_ = text == "dtype"          ? Field::Type
               : text == "shape"        ? Field::Shape
               : text == "data_offsets" ? Field::Offsets
                                        : Field::Other;
      const unsigned bit = 1U << static_cast<unsigned>(field_);
      if (field_ != Field::Other && (seen_ & bit) != 0) refuse("names " + in_quotes(text) + " twice");
      seen_ |= bit;
    }
    return true;
  }
  bool end_object() {
    --depth_;
    if (depth_ == 1 && !in_metadata_) finish_tensor();
    return !full_;
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception& error) {
    error_ = "header is not valid JSON: " + json_problem(error.what());
    return false;
  }
  /// Why the text is no JSON; "" when it is.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  enum class Field : unsigned { Type, Shape, Offsets, Other };
  static constexpr std::size_t deepest = most(Limit::SafetensorsDepth);

  bool enter() {
    if (++depth_ <= deepest) return true;
    problems_.add("", "header is nested deeper than " + std::to_string(deepest) + " levels");
    return false;
  }
  void refuse(std::string what) {
    problems_.add(current_.name, std::move(what));
    sound_ = false;
  }
  void note_metadata() {
    if (!metadata_refused_) problems_.add("__metadata__", "must hold text only");
    metadata_refused_ = true;
  }
  bool scalar(std::string_view kind) {
    if (depth_ == 0) {
      problems_.add("", "header must be a JSON object, is " + std::string(kind));
    } else if (depth_ == 1) {
      problems_.add(name_, "must be an object with dtype, shape and data_offsets, is " + std::string(kind));
    } else if (in_metadata_) {
      note_metadata();
    } else if (field_ != Field::Other) {
      static constexpr std::array<std::string_view, 3> names{"dtype", "shape", "data_offsets"};
      refuse(std::string(names[static_cast<std::size_t>(field_)]) + " holds " + std::string(kind));
    }
    return depth_ > 0;
  }
  void finish_tensor() {
    const auto missing = [&](Field field) { return (seen_ & (1U << static_cast<unsigned>(field))) == 0; };
    if (missing(Field::Type)) refuse("has no dtype");
    if (missing(Field::Shape)) refuse("has no shape");
    if (missing(Field::Offsets)) refuse("has no data_offsets");
    if (sound_ && offsets_seen_ != 2)
      refuse("data_offsets must be two numbers, are " + std::to_string(offsets_seen_));
    if (!sound_) return;
    current_.type = *current_type_;
    if (offsets_[0] > offsets_[1]) {
      return refuse("data_offsets run backwards: " + std::to_string(offsets_[0]) + " to " +
                    std::to_string(offsets_[1]));
    }
    if (full_ = !room_.take(current_.name); full_) return problems_.add("", TensorRoom::problem());
    current_.begin = offsets_[0];
    current_.bytes = offsets_[1] - offsets_[0];
    header_.tensors.push_back(std::move(current_));
  }

  SafetensorsHeader& header_;
  Problems& problems_;
  TensorRoom& room_;
  StoredTensor current_;
  std::optional<StoredType> current_type_;
  std::string name_, metadata_key_, error_;
  std::array<std::uint64_t, 2> offsets_{};
  std::size_t offsets_seen_ = 0, depth_ = 0;
  unsigned seen_ = 0;
  Field field_ = Field::Other;
  bool in_metadata_ = false, sound_ = true, metadata_refused_ = false, full_ = false;
};

/// The range must be what shape and type need and lie in the file.
bool range_is_sound(const StoredTensor& tensor, std::uint64_t data_bytes, Problems& problems) {
  const std::uint32_t bits = info(tensor.type).bits;
  const std::optional<std::uint64_t> elements = tensor.shape.elements();
  if (!elements || (*elements > 0 && *elements > UINT64_MAX / bits)) {
    problems.add(tensor.name, "shape is too large to be real (its size passes 64 bits)");
    return false;
  }
  if (*elements * bits % 8 != 0) {
    problems.add(tensor.name, "does not end on a whole byte: " + std::to_string(*elements) + " values of " +
                                  std::to_string(bits) + " bits");
    return false;
  }
  if (const std::uint64_t needed = *elements * bits / 8; needed != tensor.bytes) {
    problems.add(tensor.name, "shape and dtype " + std::string(info(tensor.type).key) + " need " +
                                  std::to_string(needed) + " bytes, data_offsets give " +
                                  std::to_string(tensor.bytes));
    return false;
  }
  if (tensor.begin > data_bytes || tensor.bytes > data_bytes - tensor.begin) {
    problems.add(tensor.name, "lies outside the file: ends at byte " + std::to_string(tensor.begin + tensor.bytes) +
                                  " of the tensor data, the file holds " + std::to_string(data_bytes));
    return false;
  }
  return true;
}

void check_names(const SafetensorsHeader& header, Problems& problems) {
  std::unordered_set<std::string_view> names;
  names.reserve(header.tensors.size());
  for (const StoredTensor& tensor : header.tensors) {
    if (!names.insert(tensor.name).second) problems.add(tensor.name, "is described twice");
  }
}

/// Sorts by place, reports overlaps and counts the bytes between tensors.
void check_places(SafetensorsHeader& header, Problems& problems) {
  const auto place = [](const StoredTensor& t) { return std::pair(t.begin, t.bytes); };
  std::ranges::stable_sort(header.tensors, {}, place);
  std::uint64_t end = 0;
  const StoredTensor* last = nullptr;
  for (const StoredTensor& tensor : header.tensors) {
    if (tensor.bytes == 0) continue;
    if (tensor.begin < end) {
      problems.add(tensor.name, "overlaps " + in_quotes(last->name) + ": starts at byte " +
                                    std::to_string(tensor.begin) + ", that one ends at " + std::to_string(end));
    } else {
      header.unused_bytes += tensor.begin - end;
    }
    if (const std::uint64_t its_end = tensor.begin + tensor.bytes; its_end > end) {
      end = its_end;
      last = &tensor;
    }
  }
  header.unused_bytes += header.data_bytes - end;
}

void report_truncation(const SafetensorsHeader& header, Problems& problems) {
  std::uint64_t end = 0;
  for (const StoredTensor& tensor : header.tensors) end = std::max(end, tensor.begin + tensor.bytes);
  if (end <= header.data_bytes) return;
  problems.add("", "is cut short or damaged: its header describes " + std::to_string(end) +
                       " bytes of tensor data, " + std::to_string(header.data_bytes) + " are there (" +
                       std::to_string(end - header.data_bytes) + " missing)");
}

SafetensorsHeader read_header(const ByteSource& source, Problems& problems, TensorRoom& room) {
  SafetensorsHeader header;
  std::array<char, 8> prefix{};
  if (!source.read(0, prefix)) {
    problems.add("", "is " + std::to_string(source.size()) + " bytes long, too short for a safetensors file");
    return header;
  }
  const auto length = little_endian<std::uint64_t>(prefix);
  if (length > source.size() - prefix.size()) {
    problems.add("", "says its header is " + std::to_string(length) + " bytes long, but only " +
                         std::to_string(source.size() - prefix.size()) +
                         " bytes follow: cut short, or not a safetensors file");
    return header;
  }
  if (length > most(Limit::SafetensorsHeaderBytes)) {
    problems.add("", "says its header is " + std::to_string(length) + " bytes long; the format allows at most " +
                         std::to_string(most(Limit::SafetensorsHeaderBytes)));
    return header;
  }
  header.header_bytes = prefix.size() + length;
  header.data_bytes = source.size() - header.header_bytes;
  Characters text(source, prefix.size(), length);
  HeaderHandler handler(header, problems, room);
  const bool parsed = json::sax_parse(text.begin(), Characters::end(), &handler);
  if (!text.problem().empty()) {
    problems.add("", text.problem());
  } else if (!handler.error().empty()) {
    problems.add("", handler.error());
  }
  if (!parsed || !text.problem().empty()) {
    header.tensors.clear();
    return header;
  }
  report_truncation(header, problems);
  check_names(header, problems);
  std::erase_if(header.tensors,
                [&](const StoredTensor& t) { return !range_is_sound(t, header.data_bytes, problems); });
  check_places(header, problems);
  return header;
}

}  // namespace

bool looks_like_safetensors(const ByteSource& source) {
  Cursor cursor(source);
  std::uint64_t length = 0;
  char first = 0;
  return cursor.number(length) && length <= cursor.left() && length <= most(Limit::SafetensorsHeaderBytes) &&
         cursor.read({&first, 1}) && first == '{';
}

SafetensorsHeader read_safetensors_header(const ByteSource& source, Problems& problems, TensorRoom& room) {
  SafetensorsHeader header = read_header(source, problems, room);
  if (source.changed()) problems.add("", std::string(changed_text));
  return header;
}

SafetensorsHeader read_safetensors_header(const ByteSource& source, Problems& problems) {
  TensorRoom room;
  return read_safetensors_header(source, problems, room);
}

}  // namespace llmcalc::io
