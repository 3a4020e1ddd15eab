// check: compares a prediction with a start-up log, nvidia-smi or PyTorch's memory summary.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/limits.hpp"
#include "report/answers_json.hpp"

#include <llmcalc/base/printable.hpp>

#include <memory>
#include <string>

namespace llmcalc::cli {
namespace {

struct CheckRequest : QuestionOptions {
  std::string log;
  bool adopt = false;
};

Answer check_answer(const io::MeasuredLog& log, const Scenario& s, const QuestionOptions& options) {
  const io::SelfCheck check = io::self_check(log, s, options.task_or(io::usual_task(log)));
  Answer out;
  out.sentence = printable(io::sentence(check, options.units()));
  for (const std::string& words : check.settings) out.sentence += "\nDiffers: " + printable(words) + ".";
  for (const std::string& words : check.notes) out.sentence += "\nNote: " + printable(words);
  out.table = io::self_check_table(check, options.units());
  out.json = io::self_check_json(check);
  return out;
}

int check(const CheckRequest& request, Streams streams) {
  const Result<std::string> text = read_input(request.log, io::most(io::Limit::LogBytes), streams.in);
  if (!text) return refuse(text.issues(), streams);
  const Result<io::MeasuredLog> log = io::read_log(*text);
  if (!log) return refuse(log.issues(), streams);
  return answer_all(request, streams, [&](const Scenario& s) -> Result<Answer> {
    return check_answer(*log, request.adopt ? io::adopted(*log, s) : s, request);
  });
}

}  // namespace

Command check_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "check", "compares a scenario with what an engine's log, nvidia-smi, PyTorch or a trainer prints about memory");
  const auto request = std::make_shared<CheckRequest>();
  parser->add_option("log", request->log, "file with the log; - reads standard input")->required()->type_name("LOG");
  parser->add_flag("--adopt", request->adopt, "takes engine, version and settings from the log first");
  request->add_to(*parser);
  return {parser, [request](Streams streams) { return check(*request, streams); }};
}

}  // namespace llmcalc::cli
