// What `llmcalc` alone says, and whether a first word is a model.

#include "cli/commands.hpp"
#include "cli/recommend_answers.hpp"
#include "host/preset_folders.hpp"
#include "readers/field_text.hpp"
#include "readers/known_models.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_tables.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>
#include <ostream>
#include <string>

namespace llmcalc::cli {

using nlohmann::json;

bool names_model(const std::string& word) { return model_refusal(word).empty(); }

std::string model_refusal(const std::string& word) {
  const json model = io::value_of_text(field_at("model"), word);
  const io::ReadScenario read =
      io::read_scenario_leniently({{"model", model}, {"device", host_only_id}}, io::default_resolver());
  if (read.scenario.model != nullptr) return {};
  return read.issues.empty() ? "no model is called \"" + word + "\"" : read.issues.front().what;
}

int welcome(Streams streams) {
  const io::Resolver resolver = io::default_resolver();
  RecommendRequest request;
  const Result<Scenario> here =
      io::read_scenario({{"model", default_model_id}, {"device", this_computer_id}}, resolver);
  if (!here) return refuse(here.issues(), streams);
  Scenario machine = *here;
  machine.host.reserve_bytes = usual_reserve(machine).count;
  machine.serving.runtime = usual_engine(machine.devices, Use::Chat);
  streams.out << "This computer: " << machine_text(machine, ByteUnits::Binary) << "\n\n";
  const auto models = io::known_models(io::preset_folders());
  auto found = io::recommend_all(models, machine, request.wish, request.filter);
  io::sort_recommended(found, io::RunOrder::Size);
  streams.out << io::recommended_sentence(found, request.wish) << " The largest:\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 3); ++i) {
    const Candidate& best = found[i].answer.best;
    if (!best.runs()) break;
    streams.out << "  " << pad_right(found[i].known->entry.id, 28) << " " << pad_right(format_name(best), 12) << " "
                << place_text(best) << ", " << io::speed_span(best.speed) << " tokens/s\n";
  }
  streams.out << "\n  llmcalc recommend              everything that runs here, with format, placement and speed\n"
                 "  llmcalc MODEL                  one model in full; llmcalc estimate --help for its settings\n"
                 "  llmcalc advise MODEL           what makes it fit\n"
                 "  llmcalc here                   what was found on this computer\n"
                 "  llmcalc --help                 every command\n";
  return success;
}

}  // namespace llmcalc::cli
