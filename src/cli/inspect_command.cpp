// What a model file contains: architecture, layers by kind, parameters by part, stored types, bytes, and whatever is
// odd about it.

#include "cli/commands.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/config_folder.hpp"
#include "readers/json_text.hpp"
#include "readers/model_file.hpp"
#include "readers/resolve.hpp"
#include "report/json_output.hpp"
#include "report/model_file_json.hpp"
#include "report/text_table.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <nlohmann/json.hpp>

#include <cctype>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace llmcalc::cli {

namespace {

using io::ModelFile;
using io::TextTable;

struct InspectRequest {
  std::string path;
  OutputFormat format = OutputFormat::Table;
  bool tensors = false;
  bool as_preset = false;
  std::vector<std::string> sources;  ///< of the preset
};

std::string amount(Bytes bytes) { return text(bytes) + " (" + exact_text(bytes) + ")"; }

/// The heading's facts, name and value.
TextTable facts(const ModelFile& file) {
  const Model& model = file.model;
  TextTable table{{{""}, {""}}, {}};
  const auto row = [&](std::string name, std::string value) {
    table.rows.push_back({std::move(name), std::move(value)});
  };
  row("kind", std::string(label_of(file.kind)) + (file.files > 1 ? ", " + counted(file.files, "file") : ""));
  row("architecture", model.model_type.empty() ? "unknown" : model.model_type);
  row("parameters", grouped(parameter_count(model)));
  if (const Count active = active_parameter_count(model); active != parameter_count(model))
    row("active parameters", grouped(active));
  row("layers",
      grouped(model.layer_count()) +
          (model.mtp_layers.empty() ? "" : " + " + grouped(model.mtp_layers.size()) + " for multi-token prediction"));
  row("hidden size", grouped(model.hidden));
  row("vocabulary", grouped(model.vocabulary) + (model.ties_head() ? ", head tied to the embedding" : ""));
  if (model.max_context > 0) row("context", grouped(model.max_context));
  row("weight format",
      model.released_mix.empty() ? std::string(label_of(model.released_format)) : model.released_mix);
  if (file.files > 0) {
    row("tensors", grouped(file.tensors.size()) + " with " + grouped(file.parameters) + " parameters");
    row("tensor bytes", amount(file.tensor_bytes));
    if (file.scale_bytes.count > 0) row("of which scales", amount(file.scale_bytes));
    row("file size", amount(file.file_bytes));
  }
  row("trust", std::string(label_of(model.trust)));
  return table;
}

TextTable layers_table(const Model& model) {
  TextTable table{{{"layers", true}, {"kind"}}, {}};
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Count count = model.layers_of_kind(k);
    if (count > 0) table.rows.push_back({grouped(count), io::describe_layer(model.kinds[k])});
  }
  return table;
}

TextTable parts_table(const Model& model) {
  TextTable table{{{"part"}, {"parameters", true}, {"share", true}}, {}};
  const Count all = parameter_count(model);
  for (const PartCount& part : parameters_by_part(model)) {
    table.rows.push_back({std::string(label_of(part.part)), grouped(part.parameters),
                          counts_as_parameter(part.part) ? share_text({part.parameters}, {all}) : "not counted"});
  }
  return table;
}

TextTable types_table(const ModelFile& file) {
  TextTable table{{{"stored as"}, {"tensors", true}, {"parameters", true}, {"bytes", true}, {"share", true}}, {}};
  for (const io::StoredSum& sum : file.types) {
    table.rows.push_back({sum.type, grouped(sum.tensors), grouped(sum.parameters), grouped(sum.bytes.count),
                          share_text(sum.bytes, file.tensor_bytes)});
  }
  return table;
}

/// Every tensor of the file; of a config alone, the groups of tensors it describes.
TextTable tensors_table(const ModelFile& file) {
  TextTable table{{{"name"}, {"stored_as"}, {"shape"}, {"parameters", true}, {"bytes", true}}, {}};
  for (const io::FileTensor& tensor : file.tensors) {
    std::string shape;
    for (const Count size : tensor.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
    table.rows.push_back(
        {tensor.name, tensor.type, shape, std::to_string(tensor.parameters), std::to_string(tensor.bytes.count)});
  }
  if (!file.tensors.empty()) return table;
  for (const Tensor& group : file.model.tensors) {
    const Count pieces = multiply(group.copies, group.count);
    const std::string shape =
        std::to_string(group.rows) + (group.vector ? "" : " x " + std::to_string(group.columns));
    table.rows.push_back({group.name, "", pieces > 1 ? std::to_string(pieces) + " of " + shape : shape,
                          std::to_string(group.total()), ""});
  }
  return table;
}

void print_people(const ModelFile& file, const InspectRequest& request, std::ostream& out) {
  const bool markdown = request.format == OutputFormat::Markdown;
  const auto safe = [markdown](std::string_view text) {
    return markdown ? io::markdown_text(text) : printable(text);
  };
  const auto print = [&](std::string_view title, const TextTable& table) {
    if (table.rows.empty()) return;
    out << "\n"
        << (markdown ? "## " : "") << safe(title) << "\n"
        << (markdown ? "\n" : "") << (markdown ? table.markdown() : table.plain());
  };
  out << (markdown ? "# " : "") << safe(file.model.name) << "\n";
  print(io::shown(file.path), facts(file));
  print("Layers by kind", layers_table(file.model));
  print("Parameters by part", parts_table(file.model));
  print("Stored types", types_table(file));
  if (request.tensors) print("Tensors", tensors_table(file));
  if (file.model.notes.empty() && file.oddities.empty()) return;
  out << "\n" << (markdown ? "## " : "") << "Notes\n" << (markdown ? "\n" : "");
  for (const std::string& note : file.model.notes) out << "- " << safe(note) << "\n";
  for (const std::string& note : file.oddities) out << "- " << safe(note) << "\n";
}

/// What lies at the path; where nothing does, the preset of that id.
Result<ModelFile> file_or_preset(const std::string& path) {
  std::error_code error;
  const std::filesystem::path place = io::path_of(path);
  const bool bare = place.filename() == place;
  if (!bare || std::filesystem::exists(place, error)) return io::open_model_file(place);
  const Result<ModelPtr> preset = io::default_resolver().model({ModelSource::Kind::Preset, path});
  if (!preset) {
    Issues issues = io::open_model_file(place).issues();
    issues.insert(issues.end(), preset.issues().begin(), preset.issues().end());
    return issues;
  }
  ModelFile file;
  file.model = **preset;
  file.path = "preset " + path;
  return file;
}

/// "Qwen3-8B" of ".../Qwen3-8B/config.json" or of the folder itself.
std::string folder_name(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error).lexically_normal();
  const std::filesystem::path folder = std::filesystem::is_directory(whole, error) ? whole : whole.parent_path();
  return io::shown((folder.has_filename() ? folder : folder.parent_path()).filename());
}

/// A model preset made of a config.json, complete but for what the config does not say: release, licence, sources.
int print_preset(const InspectRequest& request, Streams streams) {
  std::error_code error;
  const std::filesystem::path given = io::path_of(request.path);
  const auto config_file = std::filesystem::is_directory(given, error) ? given / "config.json" : given;
  const Result<std::string> text = io::read_text_file(config_file, io::most(io::Limit::ConfigBytes));
  if (!text) return refuse(text.issues(), streams);
  const std::string name = folder_name(given);
  const Result<ModelFile> file = io::open_model_file(config_file);
  if (!file) return refuse(file.issues(), streams);
  const Model& model = file->model;
  std::string id;
  for (const char c : name) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    id += kept ? lower_case(c) : '-';
  }
  using nlohmann::ordered_json;
  Result<nlohmann::json> parsed = io::parse_json(*text);
  if (!parsed || !parsed->is_object())
    return refuse({{request.path, "is not a config.json, which presets are made from"}}, streams);
  // What another tool wrote beside the config belongs to the model as well.
  nlohmann::json whole = std::move(parsed).value();
  if (const auto folder = io::Folder::open(config_file.parent_path())) io::add_quantization_beside(whole, *folder);
  const ordered_json config = whole;
  const auto published = config.find("_name_or_path");
  ordered_json preset{
      {"id", id},
      {"name", name},
      {"hf_id", published != config.end() && published->is_string() ? *published : ordered_json(name)},
      {"family", model.family},
      {"released", nullptr},
      {"license", ""},
      {"context", model.max_context},
      {"weights_dtype", key_of(model.released_format)},
      {"parameters", parameter_count(model)}};
  std::string notes;
  for (const std::string& note : model.notes) notes += (notes.empty() ? "" : "; ") + note;
  if (!notes.empty()) preset["notes"] = notes;
  preset["source_quality"] = "copy of config.json";
  preset["sources"] = request.sources;
  preset["config"] = config;
  streams.out << io::json_block(preset) << "\n";
  if (request.sources.empty()) streams.errors << "name the sources with --source: a preset without them is refused\n";
  return success;
}

int inspect(const InspectRequest& request, Streams streams) {
  if (request.path.empty()) return refuse({{"PATH", "is empty: a file, a folder or the id of a preset"}}, streams);
  if (request.as_preset) return print_preset(request, streams);
  const Result<ModelFile> file = file_or_preset(request.path);
  if (!file) return refuse(file.issues(), streams);
  switch (request.format) {
    case OutputFormat::Json:
      if (request.tensors) {
        io::print_with_tensors(*file, streams.out);
      } else {
        streams.out << io::json_block(io::model_file_json(*file)) << "\n";
      }
      break;
    case OutputFormat::Csv: streams.out << tensors_table(*file).csv(); break;
    case OutputFormat::Table:
    case OutputFormat::Markdown: print_people(*file, request, streams.out); break;
  }
  return success;
}

}  // namespace

Command inspect_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "inspect", "what a config.json, .safetensors, .gguf, a folder of them or a preset contains");
  const auto request = std::make_shared<InspectRequest>();
  parser->add_option("path", request->path, "file, folder or preset id")->required()->type_name("PATH");
  add_format(*parser, request->format);
  parser->add_flag("--tensors", request->tensors, "list every tensor (--format csv always does)");
  parser->add_flag("--as-preset", request->as_preset, "print a model preset made of the config.json at PATH");
  parser->add_option("--source", request->sources,
                     "where the preset's figures were read; may be given several times");
  return {parser, [request](Streams streams) { return inspect(*request, streams); }};
}

}  // namespace llmcalc::cli
