// schema: JSON Schemas. mcp: the program's questions as tools for agents, over standard input and output (Model Context
// Protocol, JSON-RPC 2.0, one message per line). A tool is a row: its name, what it is for, and the subcommand that
// answers; its arguments are those of the subcommand, and the scenario's schema is made from the table of fields.

#include "cli/bounded_lines.hpp"
#include "cli/commands.hpp"
#include "host/limits.hpp"
#include "readers/json_text.hpp"
#include "report/json_output.hpp"
#include "report/schema.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <build_info.hpp>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// An argument of a tool besides the scenario.
struct ToolArgument {
  std::string_view name;  ///< in JSON, and as --name
  std::string_view type;  ///< of JSON Schema
  std::string_view help;
};

/// How a tool is given what it is about.
enum class ToolInput : std::uint8_t { Scenario, Text, Words };

struct AgentTool {
  std::string_view name;
  std::string_view command;
  std::string_view help;
  ToolInput input = ToolInput::Scenario;
  std::string_view word{};   ///< name of the argument, of Text and Words
  std::string_view small{};  ///< fields of a short answer; "" is all of it
  std::array<ToolArgument, 5> arguments{};
};

constexpr ToolArgument task_argument{"task", "string", "inference, training or both"};
constexpr std::array agent_tools{
    AgentTool{
        .name = "estimate",
        .command = "estimate",
        .help = "Memory that a model needs for inference and training on a device, in bytes, and whether it fits.",
        .small = "scenario,inference.total_bytes,inference.fits,inference.headroom_bytes,inference.components."
                 "weights,inference.components.kv_cache,"
                 "inference.kv_pool_tokens,training.total_bytes,training.fits,training.headroom_bytes,training."
                 "trainable_parameters,warnings",
        .arguments = {{task_argument}}},
    AgentTool{.name = "fit",
              .command = "fit",
              .help = "Whether a scenario fits, device by device; with all on every known device.",
              .small = "",
              .arguments = {{task_argument, {"all", "boolean", "try every known device"}}}},
    AgentTool{.name = "solve",
              .command = "solve",
              .help = "The largest context, batch or other setting that still fits.",
              .arguments = {{task_argument, {"for", "string", "setting to solve for, such as serving.context"}}}},
    AgentTool{.name = "levers",
              .command = "levers",
              .help = "Single changes that save memory, what each saves and costs.",
              .small = "label,saved_bytes,price,fits",
              .arguments = {{task_argument}}},
    AgentTool{.name = "advise",
              .command = "advise",
              .help = "The one change, or set of changes, that makes a scenario fit, quality first.",
              .arguments = {{task_argument, {"prefer", "string", "quality, speed or context"}}}},
    AgentTool{.name = "recommend",
              .command = "recommend",
              .help = "Which models run on a machine, each with its best format and placement.",
              .input = ToolInput::Words,
              .arguments = {{{"device", "string", "device, such as \"RTX 4090\" or 24GB; here: this computer"},
                             {"ram", "string", "memory of the machine, such as 64GB"},
                             {"context", "string", "tokens, such as 32k"},
                             task_argument,
                             {"top", "integer", "how many"}}}},
    AgentTool{.name = "plan",
              .command = "plan",
              .help = "How to divide a model over devices, and how many are needed.",
              .arguments = {{task_argument, {"needs", "boolean", "how many devices are needed"}}}},
    AgentTool{.name = "inspect",
              .command = "inspect",
              .help = "What a model's file, folder or preset contains.",
              .input = ToolInput::Words,
              .word = "path"},
    AgentTool{.name = "check",
              .command = "check",
              .help = "Compares a prediction with the start-up log of an engine, nvidia-smi's output or PyTorch's "
                      "memory summary.",
              .word = "log",
              .arguments = {{task_argument}}},
    AgentTool{.name = "import",
              .command = "import",
              .help = "A scenario from another tool's command line or configuration (vLLM, llama.cpp, Axolotl, "
                      "DeepSpeed ...); says what became of every option.",
              .input = ToolInput::Text,
              .word = "text"},
    AgentTool{.name = "launch",
              .command = "launch",
              .help = "The command, and the files, that start a scenario in its engine or framework.",
              .arguments = {{task_argument, {"tool", "string", "another program for the same"}}}},
    AgentTool{.name = "lookup",
              .command = "lookup",
              .help = "Which known model or device a name means.",
              .input = ToolInput::Words,
              .word = "name"},
};

/// Names of the subcommands there are: a tool without one is not offered.
bool offers(const CLI::App& program, const AgentTool& tool) {
  const auto all = program.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(all.begin(), all.end(), [&](const CLI::App* one) { return one->get_name() == tool.command; });
}

ordered_json tool_schema(const AgentTool& tool) {
  ordered_json properties = ordered_json::object();
  ordered_json required = ordered_json::array();
  if (tool.input == ToolInput::Scenario) {
    ordered_json scenario = io::scenario_schema();
    scenario.erase("$schema");
    properties["scenario"] = std::move(scenario);
    required.push_back("scenario");
  }
  if (!tool.word.empty()) {
    properties[std::string(tool.word)] = {{"type", "string"}};
    required.push_back(tool.word);
  }
  for (const ToolArgument& argument : tool.arguments) {
    if (!argument.name.empty())
      properties[std::string(argument.name)] = {{"type", argument.type}, {"description", argument.help}};
  }
  if (!tool.small.empty())
    properties["full"] = {{"type", "boolean"}, {"description", "the whole answer instead of the short one"}};
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

std::string word_of(const json& value) { return value.is_string() ? value.get<std::string>() : io::compact(value); }

ordered_json text_result(std::string text, std::optional<ordered_json> structured, bool failed) {
  const ordered_json piece{{"type", "text"}, {"text", std::move(text)}};
  ordered_json out{{"content", ordered_json::array({piece})}};
  if (structured) out["structuredContent"] = std::move(*structured);
  out["isError"] = failed;
  return out;
}

/// Calls the subcommand as a command line would.
ordered_json call_tool(const AgentTool& tool, const json& given) {
  std::vector<std::string> arguments{std::string(tool.command)};
  std::string input;
  const json none = json::object();
  const json& asked = given.is_object() ? given : none;
  const auto value = [&](std::string_view name) {
    return asked.contains(std::string(name)) ? asked.at(std::string(name)) : json();
  };
  Issues issues;
  for (const auto& item : asked.items()) {
    const std::string& key = item.key();  // clang 14 captures no structured binding
    const bool known = key == "scenario" || key == "full" || key == tool.word ||
                       std::any_of(tool.arguments.begin(), tool.arguments.end(),
                                   [&](const ToolArgument& a) { return a.name == key; });
    if (!known) issues.push_back({"/" + key, "unknown argument"});
  }
  std::vector<std::string> positional;
  if (tool.input == ToolInput::Scenario && !value("scenario").is_object())
    issues.push_back({"/scenario", "must be an object"});
  if (!tool.word.empty() && !value(tool.word).is_string())
    issues.push_back({"/" + std::string(tool.word), "must be a string"});
  if (!issues.empty()) {
    std::string text;
    for (const Issue& issue : issues) text += issue.where + ": " + issue.what + "\n";
    return text_result(text, std::nullopt, true);
  }
  if (tool.input == ToolInput::Scenario && tool.word.empty()) {
    arguments.insert(arguments.end(), {"--scenario", "-"});
    input = io::compact(value("scenario"));
  } else if (tool.input == ToolInput::Scenario) {
    // The log comes over standard input; the scenario as settings.
    positional.emplace_back("-");
    input = value(tool.word).get<std::string>();
    const json flat = value("scenario").flatten();
    for (const auto& [pointer, setting] : flat.items()) {
      std::string path = pointer.substr(1);
      for (char& c : path) c = c == '/' ? '.' : c;
      arguments.insert(arguments.end(), {"--set", path + "=" + word_of(setting)});
    }
  } else if (tool.input == ToolInput::Text) {
    positional.emplace_back("-");
    input = value(tool.word).get<std::string>();
  } else if (!tool.word.empty()) {
    positional.push_back(value(tool.word).get<std::string>());
  }
  for (const ToolArgument& argument : tool.arguments) {
    const json one = argument.name.empty() ? json() : value(argument.name);
    if (one.is_null() || one == false) continue;
    arguments.push_back("--" + std::string(argument.name));
    if (one != true) arguments.push_back(word_of(one));
  }
  if (!tool.small.empty() && value("full") != true)
    arguments.insert(arguments.end(), {"--fields", std::string(tool.small)});
  arguments.insert(arguments.end(), {"--format", "json"});
  if (!positional.empty()) arguments.emplace_back("--");
  arguments.insert(arguments.end(), positional.begin(), positional.end());
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  const int status = run(std::move(arguments), {in, out, errors});
  std::optional<ordered_json> structured;
  std::string text = out.str();
  ordered_json lines = ordered_json::array();
  const ordered_json whole = ordered_json::parse(text, nullptr, false);
  if (!whole.is_discarded()) {
    structured = whole.is_object() ? whole : ordered_json{{"results", whole}};
    text = io::json_line(whole);
  } else {
    std::istringstream each(text);
    for (std::string line; std::getline(each, line);) {
      ordered_json parsed = ordered_json::parse(line, nullptr, false);
      if (!parsed.is_discarded()) lines.push_back(std::move(parsed));
    }
    if (!lines.empty()) structured = ordered_json{{"results", lines}};
  }
  if (status != success && status != does_not_fit) {
    // What was wrong, as issues; what was answered all the same comes with it.
    return text_result(errors.str() + text, structured, true);
  }
  if (!errors.str().empty()) text = errors.str() + text;
  return text_result(std::move(text), std::move(structured), false);
}

constexpr int parse_error = -32700;
constexpr int invalid_request = -32600;
constexpr int method_not_found = -32601;
constexpr int invalid_params = -32602;
/// Revisions of the protocol that are spoken; the newest is offered to a client that asks for another.
constexpr std::array<std::string_view, 4> protocol_versions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};

ordered_json failed(int code, std::string message) {
  return {{"error", {{"code", code}, {"message", std::move(message)}}}};
}

ordered_json succeeded(ordered_json result) { return {{"result", std::move(result)}}; }

/// The answer to a request, without id; nothing for a notification.
std::optional<ordered_json> answer_to(const json& message, const CLI::App& program) {
  const std::string method = message["method"].get<std::string>();
  const json parameters = message.value("params", json::object());
  if (!message.contains("id")) return std::nullopt;
  if (method == "initialize") {
    const json asked = parameters.is_object() ? parameters.value("protocolVersion", json()) : json();
    std::string_view version = protocol_versions.front();
    for (const std::string_view known : protocol_versions) {
      if (asked == known) version = known;
    }
    return succeeded(
        {{"protocolVersion", version},
         {"capabilities", {{"tools", ordered_json::object()}}},
         {"serverInfo", {{"name", "llmcalc"}, {"version", build_info::version}}},
         {"instructions",
          "Exact memory of large language models. A scenario needs only a model (\"Llama 3.1 8B\", a Hugging Face "
          "id); defaults stand for the rest. Bytes are whole numbers."}});
  }
  if (method == "ping") return succeeded(ordered_json::object());
  if (method == "tools/list") {
    ordered_json list = ordered_json::array();
    for (const AgentTool& tool : agent_tools) {
      if (!offers(program, tool)) continue;
      list.push_back({{"name", tool.name},
                      {"description", tool.help},
                      {"inputSchema", tool_schema(tool)},
                      {"annotations", {{"readOnlyHint", true}}}});
    }
    return succeeded({{"tools", std::move(list)}});
  }
  if (method == "tools/call") {
    const json name = parameters.is_object() ? parameters.value("name", json()) : json();
    for (const AgentTool& tool : agent_tools) {
      if (name == tool.name && offers(program, tool))
        return succeeded(call_tool(tool, parameters.value("arguments", json::object())));
    }
    return failed(invalid_params, "no tool is called " + io::compact(name));
  }
  return failed(method_not_found, "no method is called \"" + method + "\"");
}

int serve(const CLI::App& program, Streams streams) {
  constexpr std::size_t most = io::most(io::Limit::RequestBytes);
  BoundedLines lines(streams.in, most);
  for (std::string line; lines.next(line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Result<json> message =
        line.size() > most ? Issue{"", "is larger than the " + grouped(most) + " bytes that a request may have"}
                           : io::parse_json(line);
    std::optional<ordered_json> answer;
    json id = nullptr;
    if (!message) {
      answer = failed(parse_error, message.issues().front().what);
    } else if (!message->is_object() || !message->contains("method") || !(*message)["method"].is_string()) {
      if (message->is_object() && (message->contains("result") || message->contains("error"))) continue;
      answer = failed(invalid_request, "must be a JSON-RPC request");
    } else {
      id = message->value("id", json());
      answer = answer_to(*message, program);
    }
    if (!answer) continue;
    ordered_json whole{{"jsonrpc", "2.0"}, {"id", id}};
    whole.update(*answer);
    streams.out << io::json_line(whole) << "\n" << std::flush;
  }
  return success;
}

}  // namespace

Command schema_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("schema", "prints the JSON Schema of a scenario or of an estimate");
  const auto which = std::make_shared<std::string>("scenario");
  parser->add_option("which", *which, "scenario or estimate [default: scenario]")
      ->check(one_of({"scenario", "estimate"}))
      ->type_name("NAME");
  return {parser, [which](Streams streams) {
            streams.out << io::json_block(*which == "estimate" ? io::estimate_schema() : io::scenario_schema())
                        << "\n";
            return success;
          }};
}

Command mcp_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("mcp",
                                            "answers agents over standard input and output (Model Context Protocol): "
                                            "estimate, fit, import and more as tools");
  return {parser, [&program](Streams streams) { return serve(program, streams); }};
}

}  // namespace llmcalc::cli
