// check: compares a prediction with a start-up log, nvidia-smi or PyTorch's memory summary.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "report/self_check_json.hpp"

#include <llmcalc/base/printable.hpp>

#include <istream>
#include <iterator>
#include <memory>
#include <string>

namespace llmcalc::cli {
namespace {

struct CheckRequest : QuestionOptions {
  std::string log;
  bool adopt = false;
};

/// The text of the log: a file, or standard input for "-".
Result<std::string> log_text(const std::string& name, std::istream& in) {
  if (name != "-") return io::read_text_file(name, io::most(io::Limit::LogBytes));
  std::string text;
  constexpr std::size_t piece = std::size_t{1} << 16;
  while (in && text.size() <= io::most(io::Limit::LogBytes)) {  // one piece more, so that read_log() knows it is cut
    const std::size_t old = text.size();
    text.resize(old + piece);
    in.read(text.data() + old, static_cast<std::streamsize>(piece));
    text.resize(old + static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

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
  const Result<std::string> text = log_text(request.log, streams.in);
  if (!text) {
    print_issues(text.issues(), streams.errors);
    return bad_input;
  }
  const Result<io::MeasuredLog> log = io::read_log(*text);
  if (!log) {
    print_issues(log.issues(), streams.errors);
    return bad_input;
  }
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
