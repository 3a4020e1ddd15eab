#include "readers/model_file.hpp"

#include "host/byte_source.hpp"
#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/checkpoint_model.hpp"
#include "readers/config_folder.hpp"
#include "readers/folder.hpp"
#include "readers/folder_walk.hpp"
#include "readers/gguf/file.hpp"
#include "readers/gguf/header.hpp"
#include "readers/gguf/model.hpp"
#include "readers/json_text.hpp"
#include "readers/local_models.hpp"
#include "readers/lookup.hpp"
#include "readers/model_preset.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/file.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/index.hpp"
#include "readers/safetensors/packed_tensors.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/memory/weights.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llmcalc::io {

namespace fs = std::filesystem;

namespace {

/// The first bytes, up to 64.
std::string beginning(const ByteSource& source) {
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(64, source.size())), '\0');
  if (!source.read(0, text)) text.clear();
  return text;
}

struct Foreign {
  std::string_view start, what;
};

constexpr std::string_view pickle =
    "is a PyTorch file, which runs code when it is opened and is therefore not read; use the model's safetensors "
    "files, "
    "or its config.json alone";

const std::array foreign_starts{
    Foreign{"PK\x03\x04", pickle},
    Foreign{"\x80\x02", pickle},
    Foreign{"\x80\x03", pickle},
    Foreign{"\x80\x04", pickle},
    Foreign{"ggjt", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"tjgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"lmgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"fmgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"FUGG", "is a GGUF file with its bytes in the wrong order"},
    Foreign{"\x89HDF", "is an HDF5 file (Keras), which is not read"},
    Foreign{"\x93NUMPY", "is a NumPy array, not a model"},
    Foreign{"version https://git-lfs", "is a Git LFS pointer: the model itself was not downloaded (git lfs pull)"},
    Foreign{"<!DOCTYPE", "is a web page: the download went wrong"},
    Foreign{"<html", "is a web page: the download went wrong"},
};

/// The kind of model file these bytes start; none when they start none.
std::optional<ModelFileKind> sniff(const ByteSource& source) {
  if (looks_like_gguf(source)) return ModelFileKind::Gguf;
  if (looks_like_safetensors(source)) return ModelFileKind::Safetensors;
  const std::string text = beginning(source);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start != std::string::npos && text[start] == '{') return ModelFileKind::Config;
  return std::nullopt;
}

/// What a file that is none of them seems to be, and what to do about it, for a message.
std::string explain_foreign(const ByteSource& source, const std::filesystem::path& path) {
  if (source.size() == 0) return "is empty";
  const std::string text = beginning(source);
  for (const Foreign& foreign : foreign_starts) {
    if (text.starts_with(foreign.start)) return std::string(foreign.what);
  }
  if (std::ranges::all_of(text, [](char c) { return c == '\0'; }))
    return "holds only zeros at its start: the download was not completed";
  const std::string extension = shown(path.extension());
  if (extension == ".gguf") return "does not start with GGUF: damaged, or not a GGUF file";
  if (extension == ".safetensors") return "does not start like a safetensors file: damaged, cut short, or not one";
  return "is not a model file (expected config.json, .safetensors or .gguf)";
}

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

/// Bytes of everything the model describes, prediction layers too, as it is released.
Bytes described_bytes(const Model& model) {
  const WeightRules rules = weight_rules(model, Weights{});
  Bytes sum = storage(model.other_parameters, plain_block(rules.format));
  for (const Tensor& t : model.tensors) sum += tensor_bytes(rules, t, {t.rows, t.columns, t.copies}) * t.count;
  return sum;
}

/// What a Git LFS pointer stands for, in bytes; nothing when the file is none.
std::optional<Count> lfs_pointer_size(const fs::path& path) {
  const Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source || (*source)->size() > 1024) return std::nullopt;
  std::string text(static_cast<std::size_t>((*source)->size()), '\0');
  if (!(*source)->read(0, text) || !text.starts_with("version https://git-lfs")) return std::nullopt;
  Count size = 0;
  if (const std::size_t at = text.find("\nsize "); at != std::string::npos)
    std::from_chars(text.data() + at + 6, text.data() + text.size(), size);
  return size;
}

Result<ModelFile> open_at(const fs::path& path, int depth);

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
           : logical.bits == 3 ? WeightFormat::MlxQ3
           : logical.bits == 2 ? WeightFormat::MlxQ2
                               : WeightFormat::MlxQ4;
  }
  const WeightFormat format = row_of(logical.packing).format;
  return format == WeightFormat::AsReleased ? otherwise : format;
}

/// A preset opened as a file, to see how it is read: its configuration is inside.
Result<Model> model_of_preset_file(const fs::path& path) {
  const Result<ModelPreset> preset = read_model_preset(path);
  return preset ? model_from_preset(*preset) : Result<Model>(preset.issues());
}

Result<Model> model_of_config(const nlohmann::json& config, const fs::path& path) {
  Result<Model> model = model_from_config(config, name_of(path.parent_path()));
  return model ? std::move(model) : Result<Model>(placed(model.issues(), path));
}

Result<ModelFile> open_adapter(const nlohmann::json& config, const fs::path& path, int depth);

Result<ModelFile> open_config(const fs::path& path, int depth) {
  const Result<std::string> text = read_text_file(path, most(Limit::ConfigBytes));
  if (!text) return text.issues();
  Result<nlohmann::json> parsed = parse_json(*text, shown(path), {}, most(Limit::ConfigPieces));
  if (!parsed) return parsed.issues();
  nlohmann::json config = std::move(parsed).value();
  if (is_adapter_config(config)) return open_adapter(config, path, depth);
  const bool preset = config.is_object() && config.contains("hf_id") && config.contains("config");
  if (const Result<Folder> folder = Folder::open(path.parent_path()); folder && !preset)
    add_quantization_beside(config, *folder);
  Result<Model> model = preset ? model_of_preset_file(path) : model_of_config(config, path);
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
  Result<Folder> folder = Folder::open(folder_path);
  if (!folder) return folder.issues();
  Result<SafetensorsSet> set = read_safetensors(path);
  Result<std::optional<nlohmann::json>> config = config_of_folder(*folder);
  if (!set || !config) {
    Issues issues = set.issues();
    append(issues, config.issues());
    return issues;
  }
  const nlohmann::json none;
  const nlohmann::json& settings = config->has_value() ? **config : none;
  const LogicalTensors logical = logical_tensors(set->tensors, quantization_config(settings));
  ModelFile file;
  file.kind = ModelFileKind::Safetensors;
  file.path = path;
  file.files = set->parts.size();
  for (const SafetensorsPart& part : set->parts) file.file_bytes += Bytes{part.file_bytes};
  describe(logical, file);
  file.oddities = set->oddities;
  file.oddities.insert(file.oddities.end(), logical.oddities.begin(), logical.oddities.end());
  Result<Model> model = config->has_value() ? model_from_config(settings, name_of(folder_path))
                                            : model_from_shapes(logical, name_of(path));
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

/// The weight files that a folder or its index names, as they are on disk.
struct Shards {
  std::size_t here = 0, pointers = 0, missing = 0;
  Count pointer_bytes = 0;             ///< that the Git LFS pointers stand for
  std::optional<Count> total_bytes{};  ///< of all tensors, as the index says
};

Shards shards_of(const Folder& folder) {
  Shards out;
  std::vector<std::string> names = folder.files_ending(".safetensors");
  for (const std::string& index_name : folder.files_ending(".safetensors.index.json")) {
    const Result<fs::path> path = folder.resolve(index_name);
    if (!path) continue;
    const Result<std::unique_ptr<ByteSource>> source = open_file(*path);
    if (!source) continue;
    Problems problems(index_name);
    const SafetensorsIndex index = read_safetensors_index(**source, problems);
    names.insert(names.end(), index.files.begin(), index.files.end());
    out.total_bytes = index.total_bytes;
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    const Result<fs::path> path = folder.resolve(name);
    if (!path) {
      ++out.missing;
      continue;
    }
    const auto pointed = lfs_pointer_size(*path);
    if (!pointed) {
      ++out.here;
      continue;
    }
    ++out.pointers;
    out.pointer_bytes = add(out.pointer_bytes, *pointed);
  }
  return out;
}

/// A config without its weights: the index, or the pointers, still say how much they are.
Result<ModelFile> open_without_weights(const fs::path& config, const Shards& shards) {
  Result<ModelFile> opened = open_config(config, 0);
  if (!opened) return opened;
  ModelFile file = std::move(opened).value();
  std::string what = "the weights are not in this folder";
  if (shards.pointers > 0)
    what = counted(shards.pointers, "weight file") + " in this folder: Git LFS pointers to " +
           grouped(shards.pointer_bytes) + " bytes (git lfs pull gets them)";
  if (shards.total_bytes) what += ", the index counts " + grouped(*shards.total_bytes) + " bytes of tensors";
  const Count claimed = shards.total_bytes.value_or(shards.pointer_bytes);
  const Count described = described_bytes(file.model).count;
  const Count off = claimed > described ? claimed - described : described - claimed;
  if (claimed != 0 && off > described / 500) {
    what += "; the config describes " + grouped(described);
    file.model.trust = std::max(file.model.trust, Trust::Modelled);
  }
  file.oddities.push_back(std::move(what));
  return file;
}

/// The base model of an adapter: beside it, in the Hugging Face cache of this user, or a preset of that name.
Result<ModelFile> open_base(const AdapterConfig& adapter, const fs::path& path, int depth) {
  std::error_code error;
  const fs::path named = path_of(adapter.base);
  for (const fs::path& place : {path.parent_path() / named, named}) {
    if (!adapter.base.empty() && fs::exists(place, error) && depth < 2) return open_at(place, depth + 1);
  }
  std::string repository = adapter.base;
  if (const std::size_t slash = repository.find('/'); slash != std::string::npos) repository.replace(slash, 1, "--");
  const bool plain = repository.find_first_of("/\\") == std::string::npos && !repository.empty();
  for (const host::ModelFolder& folder : host::model_folders_of_this_user()) {
    const fs::path cached = folder.path / path_of("models--" + repository);
    if (plain && folder.store == host::ModelStore::HuggingFace && fs::is_directory(cached, error) && depth < 2)
      return open_at(cached, depth + 1);
  }
  const auto folders = preset_folders();
  const ModelCatalogue catalogue = read_model_catalogue(folders);
  if (const Meant meant = meant_model(adapter.base, catalogue.entries); meant.found) {
    const ModelEntry& entry = catalogue.entries[*meant.found];
    Result<ModelPreset> preset = find_model_preset(folders, entry.id);
    Result<Model> model = preset ? model_from_preset(*preset) : Result<Model>(preset.issues());
    if (!model) return model.issues();
    ModelFile file;
    file.model = std::move(model).value();
    if (entry.hf_id != adapter.base)
      file.oddities.push_back("the base model is not on this computer: its shapes are those of the preset " +
                              entry.id);
    return file;
  }
  return Issue{shown(path), "is an adapter for " + in_quotes(adapter.base) +
                                ", which is neither beside it nor in the Hugging Face cache nor a preset: open that "
                                "model and set the training method to " +
                                std::string(key_of(adapter.method))};
}

/// Parameters in the weights beside an adapter_config.json; 0 when there are none.
Count stored_parameters(const fs::path& config) {
  const Result<std::unique_ptr<ByteSource>> source = open_file(config.parent_path() / "adapter_model.safetensors");
  if (!source) return 0;
  Problems problems("adapter_model.safetensors");
  Count sum = 0;
  for (const StoredTensor& tensor : read_safetensors_header(**source, problems).tensors)
    sum = add(sum, tensor.shape.elements().value_or(0));
  return problems.empty() ? sum : 0;
}

Result<ModelFile> open_adapter(const nlohmann::json& given, const fs::path& path, int depth) {
  const nlohmann::json config = as_peft(given);
  Result<AdapterConfig> read = read_adapter_config(config, shown(path));
  if (!read) return read.issues();
  AdapterConfig adapter = std::move(read).value();
  Result<ModelFile> opened = open_base(adapter, path, depth);
  if (!opened) return opened;
  ModelFile file = std::move(opened).value();
  file.path = path;
  fit_rank(adapter, adapter_size(config, file.model), stored_parameters(path));
  const bool prompt = adapter.method == TrainingMethod::PromptTuning;
  const std::string size = prompt                 ? ", " + counted(adapter.virtual_tokens, "virtual token")
                           : adapter.what.empty() ? ", rank " + grouped(adapter.lora.rank)
                                                  : "";
  file.oddities.push_back("an adapter (" + adapter.type + size + ") for " + in_quotes(adapter.base) +
                          ": this is the base model, with that training method");
  if (adapter.base.ends_with("4bit") && adapter.method == TrainingMethod::Lora)
    adapter.method = TrainingMethod::Qlora;
  file.oddities.insert(file.oddities.end(), adapter.notes.begin(), adapter.notes.end());
  file.adapter = std::move(adapter);
  return file;
}

Result<ModelFile> open_folder(const fs::path& path, int depth) {
  Result<Folder> opened = Folder::open(path);
  if (!opened) return opened.issues();
  const Folder& folder = *opened;
  if (folder.has("adapter_config.json")) return open_config(path / "adapter_config.json", depth);
  std::error_code error;
  if (fs::is_directory(path / "snapshots", error) && !folder.has("config.json")) {
    host::SearchBudget budget{host::SearchLimits{}};
    if (const fs::path snapshot = host::snapshot_of(path, budget); !snapshot.empty() && depth < 2)
      return open_folder(snapshot, depth + 1);
  }
  const bool safetensors =
      !folder.files_ending(".safetensors").empty() || !folder.files_ending(".safetensors.index.json").empty();
  const bool gguf = !folder.files_ending(".gguf").empty();
  if (safetensors) {
    if (const Shards shards = shards_of(folder); shards.here == 0 && folder.has("config.json"))
      return open_without_weights(path / "config.json", shards);
    Result<ModelFile> file = open_safetensors(path, path);
    if (!file || !gguf) return file;
    ModelFile found = std::move(file).value();
    found.oddities.emplace_back("GGUF files lie beside the safetensors files and are not counted");
    return found;
  }
  if (gguf) return open_gguf(path);
  if (folder.has("config.json")) {
    const Result<fs::path> config = folder.resolve("config.json");
    return config ? open_config(path / "config.json", depth) : Result<ModelFile>(config.issues());
  }
  return Issue{shown(path), "holds no model: no config.json, no .safetensors and no .gguf file"};
}

Result<ModelFile> open_at(const fs::path& path, int depth) {
  std::error_code error;
  if (fs::is_directory(path, error)) return open_folder(path, depth);
  if (shown(path.filename()).ends_with(".safetensors.index.json")) return open_safetensors(path, path.parent_path());
  const Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return source.issues();
  const std::optional<ModelFileKind> kind = sniff(**source);
  if (!kind) return Issue{shown(path), explain_foreign(**source, path)};
  switch (*kind) {
    case ModelFileKind::Gguf: return open_gguf(path);
    case ModelFileKind::Safetensors:
      if (path.filename() == "adapter_model.safetensors" &&
          fs::exists(path.parent_path() / "adapter_config.json", error))
        return open_config(path.parent_path() / "adapter_config.json", depth);
      return open_safetensors(path, path.parent_path());
    case ModelFileKind::Config: break;
  }
  return open_config(path, depth);
}

}  // namespace

Result<ModelFile> open_model_file(const fs::path& path) { return open_at(path, 0); }

std::optional<AdapterConfig> adapter_at(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  const bool named = fs::is_directory(path, error) || path.filename() == "adapter_config.json" ||
                     path.filename() == "adapter_model.safetensors";
  if (!named || !fs::exists(folder / "adapter_config.json", error)) return std::nullopt;
  // With its base model the rank that stands for it is known; without it the adapter alone has to do.
  if (Result<ModelFile> whole = open_at(folder / "adapter_config.json", 0); whole && whole->adapter)
    return std::move(whole->adapter);
  const Result<std::string> text = read_text_file(folder / "adapter_config.json", most(Limit::ConfigBytes));
  if (!text) return std::nullopt;
  const Result<nlohmann::json> config = parse_json(*text);
  if (!config || !is_adapter_config(*config)) return std::nullopt;
  Result<AdapterConfig> adapter = read_adapter_config(*config, shown(path));
  if (!adapter) return std::nullopt;
  return std::move(adapter).value();
}

}  // namespace llmcalc::io
