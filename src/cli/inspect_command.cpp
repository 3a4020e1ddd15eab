// What a model file contains: architecture, layers by kind, parameters by part, stored types, bytes, and whatever is
// odd about it.

#include "cli/commands.hpp"
#include "host/text_file.hpp"
#include "readers/model_file.hpp"
#include "readers/resolve.hpp"
#include "report/json_output.hpp"
#include "report/model_file_json.hpp"
#include "report/text_table.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/summary.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

namespace llmcalc::cli {

namespace {

using io::ModelFile;
using io::TextTable;

struct InspectRequest {
  std::string path;
  OutputFormat format = OutputFormat::Table;
  bool tensors = false;
};

std::string amount(Bytes bytes) { return text(bytes) + " (" + exact_text(bytes) + ")"; }

/// The heading's facts, name and value.
TextTable facts(const ModelFile& file) {
  const Model& model = file.model;
  TextTable table{{{"", false}, {"", false}}, {}};
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
  row("weight format", std::string(label_of(model.released_format)));
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
  TextTable table{{{"layers", true}, {"kind", false}}, {}};
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Count count = model.layers_of_kind(k);
    if (count > 0) table.rows.push_back({grouped(count), io::describe_layer(model.kinds[k])});
  }
  return table;
}

TextTable parts_table(const Model& model) {
  TextTable table{{{"part", false}, {"parameters", true}, {"share", true}}, {}};
  const Count all = parameter_count(model);
  for (const PartCount& part : parameters_by_part(model)) {
    table.rows.push_back(
        {std::string(label_of(part.part)), grouped(part.parameters), share_text({part.parameters}, {all})});
  }
  return table;
}

TextTable types_table(const ModelFile& file) {
  TextTable table{{{"stored as", false}, {"tensors", true}, {"parameters", true}, {"bytes", true}, {"share", true}},
                  {}};
  for (const io::StoredSum& sum : file.types) {
    table.rows.push_back({sum.type, grouped(sum.tensors), grouped(sum.parameters), grouped(sum.bytes.count),
                          share_text(sum.bytes, file.tensor_bytes)});
  }
  return table;
}

/// Every tensor of the file; of a config alone, the groups of tensors it describes.
TextTable tensors_table(const ModelFile& file) {
  TextTable table{{{"name", false}, {"stored_as", false}, {"shape", false}, {"parameters", true}, {"bytes", true}},
                  {}};
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
  const bool bare = std::filesystem::path(path).filename() == path;
  if (!bare || std::filesystem::exists(path, error)) return io::open_model_file(path);
  const Result<ModelPtr> preset = io::default_resolver().model({ModelSource::Kind::Preset, path});
  if (!preset) {
    Issues issues = io::open_model_file(path).issues();
    issues.insert(issues.end(), preset.issues().begin(), preset.issues().end());
    return issues;
  }
  ModelFile file;
  file.model = **preset;
  file.path = "preset " + path;
  return file;
}

int inspect(const InspectRequest& request, Streams streams) {
  const Result<ModelFile> file = file_or_preset(request.path);
  if (!file) {
    print_issues(file.issues(), streams.errors);
    return bad_input;
  }
  switch (request.format) {
    case OutputFormat::Json:
      streams.out << io::json_block(io::model_file_json(*file, request.tensors)) << "\n";
      break;
    case OutputFormat::Csv:
      streams.out << tensors_table(*file).csv();
      break;
    case OutputFormat::Table:
    case OutputFormat::Markdown:
      print_people(*file, request, streams.out);
      break;
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
  return {parser, [request](Streams streams) { return inspect(*request, streams); }};
}

}  // namespace llmcalc::cli
