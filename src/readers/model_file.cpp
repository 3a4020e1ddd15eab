#include "readers/model_file.hpp"

#include "host/byte_source.hpp"
#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/folder.hpp"
#include "readers/gguf/file.hpp"
#include "readers/gguf/model.hpp"
#include "readers/json_text.hpp"
#include "readers/measured_inventory.hpp"
#include "readers/model_from_shapes.hpp"
#include "readers/model_preset.hpp"
#include "readers/model_sniff.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/file.hpp"
#include "readers/safetensors/packed_tensors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace llmcalc::io {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_config = std::size_t{1} << 20;

/// A name for people from the place of a file: the folder's, in the Hugging Face cache "organisation/model".
std::string name_of(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::absolute(folder, error).lexically_normal();
  const fs::path last = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  for (const fs::path& step : whole) {
    std::string name = shown(step);
    if (!name.starts_with("models--")) continue;
    name.erase(0, 8);
    if (const auto at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
    return name;
  }
  return last.empty() ? "model" : shown(last);
}

/// Reads and parses a config.json; none and no issue when there is none in the folder.
Result<std::optional<nlohmann::json>> config_beside(const Folder& folder) {
  if (!folder.has("config.json")) return std::optional<nlohmann::json>{};
  const Result<fs::path> path = folder.resolve("config.json");
  if (!path) return path.issues();
  const Result<std::string> text = read_text_file(*path, largest_config);
  if (!text) return text.issues();
  Result<nlohmann::json> config = parse_json(*text, shown(folder.path() / "config.json"));
  if (!config) return config.issues();
  return std::optional(std::move(config).value());
}

/// Issues of a config with the file's name before them.
Issues placed(Issues issues, const fs::path& file) {
  for (Issue& issue : issues) issue.where = shown(file) + issue.where;
  return issues;
}

void sort_types(std::map<std::string, StoredSum>& sums, ModelFile& file) {
  for (auto& [type, sum] : sums) {
    sum.type = type;
    file.types.push_back(std::move(sum));
  }
  std::ranges::stable_sort(file.types, [](const StoredSum& a, const StoredSum& b) { return a.bytes > b.bytes; });
}

void add_to(std::map<std::string, StoredSum>& sums, const FileTensor& tensor) {
  StoredSum& sum = sums[tensor.type];
  ++sum.tensors;
  sum.parameters = add(sum.parameters, tensor.parameters);
  sum.bytes += tensor.bytes;
}

/// "BF16"; of packed tensors "GPTQ 4 bit".
std::string type_name(const LogicalTensor& tensor) {
  if (tensor.packing == Packing::Plain) return std::string(info(tensor.type).key);
  std::string name(label_of(tensor.packing));
  const bool width_differs = tensor.packing == Packing::Gptq || tensor.packing == Packing::Awq ||
                             tensor.packing == Packing::PackedInt || tensor.packing == Packing::Mlx ||
                             tensor.packing == Packing::Hqq || tensor.packing == Packing::Exl2 ||
                             tensor.packing == Packing::Exl3;
  return width_differs ? name + " " + std::to_string(tensor.bits) + " bit" : name;
}

/// The weight format that a checkpoint of these tensors is in.
WeightFormat format_of(const LogicalTensors& logical, WeightFormat otherwise) {
  if (logical.packing == Packing::Plain) {
    std::map<StoredType, Count> bytes;
    for (const LogicalTensor& tensor : logical.tensors) bytes[tensor.type] += tensor.bytes;
    const auto most = std::ranges::max_element(bytes, {}, [](const auto& entry) { return entry.second; });
    if (most == bytes.end()) return otherwise;
    return most->first == StoredType::F32    ? WeightFormat::Fp32
           : most->first == StoredType::F16  ? WeightFormat::Fp16
           : most->first == StoredType::BF16 ? WeightFormat::Bf16
                                             : otherwise;
  }
  if (logical.packing == Packing::Gptq && logical.bits == 8) return WeightFormat::GptqInt8;
  if (logical.packing == Packing::PackedInt && logical.bits == 8) return WeightFormat::Int8;
  if (logical.packing == Packing::Mlx) {
    return logical.bits == 8   ? WeightFormat::MlxQ8
           : logical.bits == 6 ? WeightFormat::MlxQ6
           : logical.bits == 5 ? WeightFormat::MlxQ5
                               : WeightFormat::MlxQ4;
  }
  const WeightFormat format = row_of(logical.packing).format;
  return format == WeightFormat::AsReleased ? otherwise : format;
}

/// A preset opened as a file, to see how it is read: its configuration is inside.
bool holds_a_preset(const std::string& text) {
  const Result<nlohmann::json> json = parse_json(text);
  return json && json->is_object() && json->contains("hf_id") && json->contains("config");
}

Result<Model> model_of_preset_file(const fs::path& path) {
  const Result<ModelPreset> preset = read_model_preset(path);
  return preset ? model_from_preset(*preset) : Result<Model>(preset.issues());
}

Result<Model> model_of_config_file(const fs::path& path, const std::string& text) {
  Result<Model> model = model_from_config_text(text, name_of(path.parent_path()));
  return model ? std::move(model) : Result<Model>(placed(model.issues(), path));
}

Result<ModelFile> open_config(const fs::path& path) {
  const Result<std::string> text = read_text_file(path, largest_config);
  if (!text) return text.issues();
  Result<Model> model = holds_a_preset(*text) ? model_of_preset_file(path) : model_of_config_file(path, *text);
  if (!model) return model.issues();
  ModelFile file;
  file.path = path;
  file.model = std::move(model).value();
  return file;
}

void describe(const LogicalTensors& logical, ModelFile& file) {
  std::map<std::string, StoredSum> sums;
  for (const LogicalTensor& tensor : logical.tensors) {
    FileTensor row{clean_text(tensor.name), type_name(tensor), {}, tensor.parameters, {tensor.bytes}};
    row.shape.assign(tensor.shape.sizes().begin(), tensor.shape.sizes().end());
    add_to(sums, row);
    file.tensors.push_back(std::move(row));
  }
  sort_types(sums, file);
  file.tensor_bytes = {logical.bytes};
  file.parameters = logical.parameters;
  file.scale_bytes = {logical.scale_bytes};
}

Result<ModelFile> open_safetensors(const fs::path& path, const fs::path& folder_path) {
  Result<Folder> folder = Folder::open(folder_path.empty() ? fs::path(".") : folder_path);
  if (!folder) return folder.issues();
  Result<SafetensorsSet> set = read_safetensors(path);
  Result<std::optional<nlohmann::json>> config = config_beside(*folder);
  if (!set || !config) {
    Issues issues = set.issues();
    append(issues, config.issues());
    return issues;
  }
  const nlohmann::json none;
  const nlohmann::json& json = config->has_value() ? **config : none;
  const LogicalTensors logical = logical_tensors(set->tensors, quantization_config(json));
  ModelFile file;
  file.kind = ModelFileKind::Safetensors;
  file.path = path;
  file.files = set->parts.size();
  for (const SafetensorsPart& part : set->parts) file.file_bytes += Bytes{part.file_bytes};
  describe(logical, file);
  file.oddities = set->oddities;
  file.oddities.insert(file.oddities.end(), logical.oddities.begin(), logical.oddities.end());
  Result<Model> model =
      config->has_value() ? model_from_config(json, name_of(folder_path)) : model_from_shapes(logical, name_of(path));
  if (!model) return config->has_value() ? placed(model.issues(), folder_path / "config.json") : model.issues();
  file.model = std::move(model).value();
  file.model.released_format = format_of(logical, file.model.released_format);
  if (logical.group_size > 0) file.model.quantization_group = logical.group_size;
  std::vector<std::string> differences = measure_inventory(file.model, logical);
  file.oddities.insert(file.oddities.end(), differences.begin(), differences.end());
  return file;
}

Result<ModelFile> open_gguf(const fs::path& path) {
  Result<GgufSet> set = read_gguf(path);
  if (!set) return set.issues();
  const std::string& first = set->parts.front().name;
  const std::string_view title = text_of(set->metadata, "general.name");
  Result<Model> model =
      model_from_gguf(*set, clean_text(title.empty() ? shown(fs::path(first).stem()) : std::string(title)));
  if (!model) return model.issues();
  ModelFile file;
  file.kind = ModelFileKind::Gguf;
  file.path = path;
  file.model = std::move(model).value();
  file.files = set->parts.size();
  for (const GgufPart& part : set->parts) file.file_bytes += Bytes{part.file_bytes};
  std::map<std::string, StoredSum> sums;
  for (const GgufTensorInfo& tensor : set->tensors) {
    FileTensor row{clean_text(tensor.name),
                   tensor.type ? std::string(row_of(*tensor.type).key) : "type " + std::to_string(tensor.type_number),
                   {},
                   tensor.elements(),
                   {tensor.bytes}};
    for (std::uint32_t d = std::max<std::uint32_t>(tensor.rank, 1); d-- > 0;) row.shape.push_back(tensor.sizes[d]);
    add_to(sums, row);
    file.parameters = add(file.parameters, row.parameters);
    file.tensors.push_back(std::move(row));
  }
  sort_types(sums, file);
  file.tensor_bytes = {set->tensor_bytes()};
  file.oddities = set->oddities;
  return file;
}

Result<ModelFile> open_folder(const fs::path& path) {
  Result<Folder> opened = Folder::open(path);
  if (!opened) return opened.issues();
  const Folder& folder = *opened;
  const bool safetensors =
      !folder.files_ending(".safetensors").empty() || !folder.files_ending(".safetensors.index.json").empty();
  const bool gguf = !folder.files_ending(".gguf").empty();
  if (safetensors) {
    Result<ModelFile> file = open_safetensors(path, path);
    if (!file || !gguf) return file;
    ModelFile found = std::move(file).value();
    found.oddities.emplace_back("GGUF files lie beside the safetensors files and are not counted");
    return found;
  }
  if (gguf) return open_gguf(path);
  if (folder.has("config.json")) {
    const Result<fs::path> config = folder.resolve("config.json");
    return config ? open_config(path / "config.json") : Result<ModelFile>(config.issues());
  }
  return Issue{shown(path), "holds no model: no config.json, no .safetensors and no .gguf file"};
}

}  // namespace

Result<ModelFile> open_model_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return open_folder(path);
  if (path.filename().string().ends_with(".safetensors.index.json"))
    return open_safetensors(path, path.parent_path());
  const Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return source.issues();
  const std::optional<ModelFileKind> kind = sniff(**source);
  if (!kind) return Issue{shown(path), explain_foreign(**source, path)};
  switch (*kind) {
    case ModelFileKind::Gguf:
      return open_gguf(path);
    case ModelFileKind::Safetensors:
      return open_safetensors(path, path.parent_path());
    case ModelFileKind::Config:
      break;
  }
  return open_config(path);
}

}  // namespace llmcalc::io
