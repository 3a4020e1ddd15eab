// Memory and speed over a range of values of one setting.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "report/estimate_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/warnings.hpp>
#include <llmcalc/questions/sweep.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

/// The inference half of a sweep's row: memory, verdict, and speed where it is known.
void add_inference(const SweepPoint& point, ByteUnits units, std::vector<std::string>& row, ordered_json& json) {
  row.push_back(text(point.inference_bytes, units));
  row.emplace_back(label_of(point.inference));
  json["inference_bytes"] = point.inference_bytes.count;
  json["inference"] = key_of(point.inference);
  const auto& speed = point.inference_speed;
  row.push_back(speed ? two_digits(speed->tokens_per_second.typical) : "");
  row.push_back(speed ? two_digits(speed->total_tokens_per_second.typical) : "");
  if (!speed) return;
  json["tokens_per_second"] = io::rate_json(speed->tokens_per_second);
  json["total_tokens_per_second"] = io::rate_json(speed->total_tokens_per_second);
  if (speed->first_token_seconds.typical > 0) json["first_token_seconds"] = io::rate_json(speed->first_token_seconds);
}

/// The training half.
void add_training(const SweepPoint& point, ByteUnits units, std::vector<std::string>& row, ordered_json& json) {
  row.push_back(text(point.training_bytes, units));
  row.emplace_back(label_of(point.training));
  json["training_bytes"] = point.training_bytes.count;
  json["training"] = key_of(point.training);
  const auto& speed = point.training_speed;
  row.push_back(speed ? two_digits(speed->tokens_per_second.typical) : "");
  if (speed) json["training_tokens_per_second"] = io::rate_json(speed->tokens_per_second);
}

Result<Answer> sweep_answer(const Scenario& s, const QuestionOptions& options, const std::string& path, Count low,
                            Count high, Count points) {
  const auto swept = sweep(s, path, low, high, points);
  if (!swept) return swept.issues();
  const bool inference = wants(options.half(), Task::Inference);
  const bool training = wants(options.half(), Task::Training);
  Answer out;
  out.table.columns = {{path, true}};
  auto& columns = out.table.columns;
  if (inference)
    columns.insert(columns.end(), {{"inference", true}, {"fits"}, {"tokens/s per sequence", true}, {"total", true}});
  if (training) columns.insert(columns.end(), {{"training", true}, {"fits"}, {"tokens/s", true}});
  out.json = ordered_json::array();
  for (const SweepPoint& point : *swept) {
    std::vector<std::string> row{grouped(point.value)};
    ordered_json json{{"value", point.value}};
    if (inference) add_inference(point, options.units(), row, json);
    if (training) add_training(point, options.units(), row, json);
    out.table.rows.push_back(std::move(row));
    out.json.push_back(std::move(json));
  }
  return out;
}

}  // namespace

Command sweep_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "sweep", "memory of the fullest device, and speed, over a range of values of one setting");
  struct Request : QuestionOptions {
    std::string path = "serving.context";
    Count low = 1024;
    Count high = 131072;
    Count points = 8;
  };
  const auto request = std::make_shared<Request>();
  request->add_to(*parser);
  parser->add_option("--over", request->path, "setting to vary [default: serving.context]")->option_text("SETTING");
  add_count(*parser, "--from", request->low, "first value [default: 1024]");
  add_count(*parser, "--to", request->high, "last value [default: 131072]");
  add_count(*parser, "--points", request->points, "number of values, 2 to 1000 [default: 8]");
  return {parser, [request](Streams streams) {
            return answer_all(*request, streams, [&](const Scenario& s) {
              return sweep_answer(s, *request, request->path, request->low, request->high, request->points);
            });
          }};
}

}  // namespace llmcalc::cli
