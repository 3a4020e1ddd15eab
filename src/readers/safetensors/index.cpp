#include "readers/safetensors/index.hpp"

#include "readers/problems.hpp"
#include "readers/safetensors/characters.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace llmcalc::io {

namespace {

using nlohmann::json;

class IndexHandler {
 public:
  IndexHandler(SafetensorsIndex& index, Problems& problems) : index_(index), problems_(problems) {}

  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(json::number_integer_t) { return other(); }
  bool binary(json::binary_t&) { return other(); }
  bool number_unsigned(json::number_unsigned_t value) {
    if (depth_ == 2 && section_ == Section::Metadata && name_ == "total_size") index_.total_bytes = value;
    return other();
  }
  bool number_float(json::number_float_t value, const std::string&) {
    // some writers put 16060522496.0
    const bool total = depth_ == 2 && section_ == Section::Metadata && name_ == "total_size";
    if (total && value >= 0 && value < 9e15) index_.total_bytes = static_cast<std::uint64_t>(value);
    return other();
  }
  bool string(std::string& file) {
    if (depth_ != 2 || section_ != Section::Map) return other();
    const auto [place, fresh] = file_numbers_.try_emplace(file, static_cast<std::uint32_t>(index_.files.size()));
    if (fresh) index_.files.push_back(file);
    if (!room_.take(name_)) {
      problems_.add("weight_map", TensorRoom::problem());
      return false;
    }
    index_.tensors.emplace_back(std::move(name_), place->second);
    if (index_.files.size() <= most(Limit::Parts)) return true;
    problems_.add("weight_map", "names more than " + std::to_string(most(Limit::Parts)) + " files");
    return false;
  }
  bool start_object(std::size_t) {
    if (depth_ >= 2) other();
    return enter();
  }
  bool start_array(std::size_t) {
    other();
    return enter();
  }
  bool key(std::string& text) {
    if (depth_ == 1) {
      section_ = text == "weight_map" ? Section::Map : text == "metadata" ? Section::Metadata : Section::Other;
      map_seen_ = map_seen_ || section_ == Section::Map;
    } else if (depth_ == 2) {
      name_ = std::move(text);
    }
    return true;
  }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }
  bool parse_error(std::size_t, const std::string&, const json::exception& error) {
    error_ = "is not valid JSON: " + json_problem(error.what());
    return false;
  }
  /// Why the text is no JSON; "" when it is.
  [[nodiscard]] const std::string& error() const { return error_; }
  bool map_seen() const { return map_seen_; }

 private:
  enum class Section { Other, Metadata, Map };

  bool enter() {
    if (++depth_ <= most(Limit::IndexDepth)) return true;
    problems_.add("", "is nested deeper than " + std::to_string(most(Limit::IndexDepth)) + " levels");
    return false;
  }
  /// A value that is not a file name; in the map that is wrong, elsewhere of no interest.
  bool other() {
    if (depth_ == 1 && section_ == Section::Map)
      problems_.add("weight_map", "must be an object of tensor and file names");
    if (depth_ == 2 && section_ == Section::Map) problems_.add(name_, "must name a file");
    return true;
  }

  SafetensorsIndex& index_;
  Problems& problems_;
  TensorRoom room_;
  std::unordered_map<std::string, std::uint32_t> file_numbers_;
  std::string name_, error_;
  std::size_t depth_ = 0;
  Section section_ = Section::Other;
  bool map_seen_ = false;
};

}  // namespace

SafetensorsIndex read_safetensors_index(const ByteSource& source, Problems& problems) {
  SafetensorsIndex index;
  if (source.size() > most(Limit::IndexBytes)) {
    problems.add("", "is " + std::to_string(source.size()) + " bytes long; an index of at most " +
                         std::to_string(most(Limit::IndexBytes)) + " is read");
    return index;
  }
  Characters text(source, 0, source.size());
  IndexHandler handler(index, problems);
  const bool parsed = json::sax_parse(text.begin(), Characters::end(), &handler);
  if (!text.problem().empty()) {
    problems.add("", text.problem());
  } else if (!handler.error().empty()) {
    problems.add("", handler.error());
  }
  if (!parsed || !text.problem().empty()) return {};
  if (!handler.map_seen()) problems.add("", "has no weight_map");
  std::unordered_set<std::string_view> names;
  names.reserve(index.tensors.size());
  for (const auto& [name, file] : index.tensors) {
    if (!names.insert(name).second) problems.add(name, "is named twice");
  }
  if (source.changed()) problems.add("", std::string(changed_text));
  return index;
}

}  // namespace llmcalc::io
