// What runs on a machine: `recommend` asks every known model, or every format of one.

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "host/machine.hpp"
#include "host/preset_folders.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"
#include "readers/known_models.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_tables.hpp"
#include "report/json_output.hpp"
#include "report/recommended.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

struct RecommendRequest {
  ScenarioOptions scenario;
  OutputFormat format = OutputFormat::Table;
  bool decimal = false;
  std::string use = "chat";
  std::string order = "size";
  std::string with;  ///< other devices to compare with
  Wish wish;
  io::RunFilter filter;
  Count top = 20;
  bool all = false;   ///< what does not run is listed too
  bool free = false;  ///< only what is free now counts

  [[nodiscard]] ByteUnits units() const { return decimal ? ByteUnits::Decimal : ByteUnits::Binary; }
};

/// The machine, and whether a model was named.
struct Asked {
  Scenario machine;
  bool one_model = false;
  bool ram_known = false;
};

/// Leaves of this computer's memory only what is free now.
void leave_what_is_free(Scenario& s) {
  const host::Machine machine = host::look_at_this_machine();
  if (machine.memory.available.count != 0)
    s.host.reserve_bytes = (machine.memory.total - machine.memory.available).count;
  for (const host::FoundGpu& gpu : machine.gpus) {
    if (!gpu.free || gpu.unified) continue;
    s.display_bytes = (gpu.total - *gpu.free).count;
    return;
  }
}

/// The scenario of the flags: this computer unless a device was named, its RAM less what the system needs.
Result<Asked> machine_of(RecommendRequest& request, Streams streams, const io::Resolver& resolver) {
  std::vector<Result<json>> documents;
  request.scenario.each_document(streams, [&](const Result<json>& document) {
    documents.push_back(document);
    return documents.size() < 2;
  });
  if (documents.size() != 1) return Issue{"--scenario", "must hold one scenario"};
  if (!documents.front()) return documents.front().issues();
  json document = *documents.front();
  // Anything but an object is refused by the reader, in its words.
  if (!document.is_object()) return io::read_scenario(document, resolver).issues();
  Asked asked;
  asked.one_model = document["model"] != default_model_id || request.scenario.given("model");
  if (!document.contains("device")) document["device"] = this_computer_id;
  const json serving = document.value("serving", json::object());
  const bool training = request.wish.task() == Task::Training;
  Result<Scenario> scenario = io::read_scenario(document, resolver);
  if (!scenario) return scenario.issues();
  asked.machine = std::move(scenario).value();
  Scenario& s = asked.machine;
  if (!training && serving.contains("context")) request.wish.context = s.serving.context;
  if (!training && serving.contains("sequences")) request.wish.sequences = s.serving.sequences;
  const json trained = document.value("training", json::object());
  if (training && trained.contains("sequence")) request.wish.context = s.training.sequence;
  if (training && trained.contains("micro_batch")) request.wish.sequences = s.training.micro_batch;
  if (!serving.contains("runtime")) s.serving.runtime = usual_engine(s.devices, request.wish.use);
  if (request.free) leave_what_is_free(s);
  asked.ram_known = usable_host_memory(s, {}).has_value();
  if (!s.host.reserve_bytes) s.host.reserve_bytes = usual_reserve(s).count;
  return asked;
}

std::string machine_text(const Scenario& s, ByteUnits units) {
  std::string out = printable(io::devices_text(s.devices));
  if (s.host.memory_bytes) out += ", " + text(Bytes{*s.host.memory_bytes}, units) + " of RAM";
  if (s.host.reserve_bytes.value_or(0) != 0)
    out += ", " + text(Bytes{*s.host.reserve_bytes}, units) + " of it left for the system";
  return out;
}

/// Every format of one model.
void answer_model(const RecommendRequest& request, const Asked& asked, Answer& out) {
  const Scenario& s = asked.machine;
  const Recommendation best = recommend(s, s.model, s.model_source, request.wish);
  out.sentence = printable(s.model->name) + " on " + machine_text(s, request.units()) + ". " +
                 reason(best, request.wish, request.units());
  out.table.columns = {{"weights"},
                       {"bits", true},
                       {"loss", true},
                       {"where"},
                       {std::string(giga_name(request.units())), true},
                       {"free", true},
                       {"context", true},
                       {"tokens/s", true}};
  out.json = {{"model", s.model->id},
              {"best", io::candidate_json(best.best)},
              {"why", reason(best, request.wish)},
              {"formats", ordered_json::array()}};
  const Count parameters = evaluate(s).model.parameters;
  for (const Candidate& c : formats_that_fit(s, s.model, s.model_source, request.wish)) {
    const Count context = reachable_context(c, request.wish);
    out.table.rows.push_back({format_name(c), fixed(io::stored_bits(c, parameters), 1), io::loss_text(c.loss),
                              place_text(c), io::memory_cell(c, request.units()),
                              giga_text(c.room(), request.units()), grouped(context), io::speed_span(c.speed)});
    out.json["formats"].push_back(io::candidate_json(c));
    out.json["formats"].back()["context"] = context;
  }
}

/// US dollars that the makers asked for devices when they were released; 0 when one's price was not read.
double launch_price(const DeviceSet& devices) {
  double sum = 0;
  for (const DeviceGroup& group : devices.groups) {
    if (!group.device || group.device->launch_price <= 0) return 0;
    sum += static_cast<double>(group.count) * group.device->launch_price;
  }
  return sum;
}

/// What each of some other devices lets run beside what runs here.
void compare_devices(const RecommendRequest& request, const Asked& asked, const std::vector<io::KnownModel>& models,
                     const std::vector<io::RecommendedModel>& here, const io::Resolver& resolver, Answer& out) {
  std::set<const io::KnownModel*> whole, any;
  for (const io::RecommendedModel& m : here) {
    if (m.answer.as_wished()) any.insert(m.known);
    if (io::mark_of(m.answer) == io::RunMark::Fits) whole.insert(m.known);
  }
  out.table.columns = {{"devices"},   {"whole", true},       {"with RAM", true},      {"more", true},
                       {"$/h", true}, {"$ at launch", true}, {"newly, largest first"}};
  out.json = ordered_json::array();
  const json list = io::value_of_text(field_at("device"), request.with);
  for (const json& device : list.is_array() ? list : json::array({list})) {
    Result<Scenario> there = io::read_scenario({{"model", default_model_id}, {"device", device}}, resolver);
    if (!there) {
      out.table.rows.push_back({io::compact(device), "", "", "", "", "", there.issues().front().what});
      continue;
    }
    Scenario machine = asked.machine;
    machine.devices = there->devices;
    if (!request.scenario.given("serving.runtime"))
      machine.serving.runtime = usual_engine(machine.devices, request.wish.use);
    auto found = io::recommend_all(models, machine, request.wish, request.filter);
    io::sort_recommended(found, io::RunOrder::Size);
    const auto counts = io::count_marks(found);
    std::string names;
    Count more = 0, named = 0;
    ordered_json newly = ordered_json::array();
    for (const io::RecommendedModel& m : found) {
      const bool is_new = m.answer.as_wished() && !any.contains(m.known);
      if (!is_new) continue;
      ++more;
      newly.push_back({{"model", m.known->entry.id},
                       {"weights", format_name(m.answer.best)},
                       {"where", place_text(m.answer.best)}});
      if (named++ < 4) names += (names.empty() ? "" : ", ") + m.known->entry.name + " " + format_name(m.answer.best);
    }
    const double price = price_per_hour(machine);
    const double launch = launch_price(machine.devices);
    out.table.rows.push_back({io::devices_text(machine.devices), grouped(counts[0]), grouped(counts[1]),
                              "+" + grouped(more), price > 0 ? two_digits(price) : "",
                              launch > 0 ? grouped(static_cast<Count>(launch + 0.5)) : "",
                              names + (more > named ? ", ..." : "")});
    out.json.push_back({{"device", io::devices_text(machine.devices)},
                        {"whole", counts[0]},
                        {"offloaded", counts[1]},
                        {"more", more},
                        {"price_usd_per_hour", price > 0 ? ordered_json(price) : ordered_json(nullptr)},
                        {"launch_price_usd", launch > 0 ? ordered_json(launch) : ordered_json(nullptr)},
                        {"newly", newly}});
  }
  out.sentence = "Beside what runs on " + machine_text(asked.machine, request.units()) + " (" +
                 grouped(whole.size()) + " whole, " + grouped(any.size()) + " in all):";
}

/// Whether the files on this computer's disks are models that may be recommended: only for this computer.
std::vector<host::LocalModel> models_on_disk(const RecommendRequest& request) {
  if (request.scenario.given("device") && !request.filter.on_disk) return {};
  return host::find_local_models(host::model_folders_of_this_user(), {.time = std::chrono::milliseconds{150}}).models;
}

void answer_catalogue(const RecommendRequest& request, const Asked& asked, const io::Resolver& resolver,
                      Answer& out) {
  const auto models = io::known_models(io::preset_folders(), models_on_disk(request));
  auto found = io::recommend_all(models, asked.machine, request.wish, request.filter);
  if (!request.with.empty()) return compare_devices(request, asked, models, found, resolver, out);
  const io::RunOrder order = from_key<io::RunOrder>(request.order).value_or(io::RunOrder::Size);
  if (order == io::RunOrder::Context) {
    io::on_all_processors(found.size(), [&](std::size_t i) {
      found[i].context = reachable_context(found[i].answer.best, request.wish);
    });
  }
  io::sort_recommended(found, order);
  out.sentence = io::recommended_sentence(found, request.wish) + "\n" + machine_text(asked.machine, request.units());
  if (!asked.ram_known) out.sentence += "; RAM is not known, so nothing is put there (--ram 32GiB)";
  std::vector<io::RecommendedModel> shown;
  for (io::RecommendedModel& m : found) {
    const io::RunMark mark = io::mark_of(m.answer);
    if (mark == io::RunMark::No && !request.all) continue;
    if (mark == io::RunMark::Short && !request.filter.compromises) continue;
    if (request.top == 0 || shown.size() < request.top) shown.push_back(std::move(m));
  }
  io::on_all_processors(shown.size(), [&](std::size_t i) {
    if (shown[i].context == 0) shown[i].context = reachable_context(shown[i].answer.best, request.wish);
  });
  out.table = io::recommended_table(shown, request.units());
  out.json = ordered_json::array();
  if (request.format == OutputFormat::Json) {
    for (const io::RecommendedModel& m : shown) out.json.push_back(io::recommended_json(m, request.wish));
  }
}

int recommend_models(RecommendRequest& request, Streams streams) {
  const io::Resolver resolver = io::default_resolver();
  request.wish.use = request.use == "inference"  ? Use::Chat
                     : request.use == "training" ? Use::Qlora
                                                 : *from_key<Use>(request.use);
  const Result<Asked> asked = machine_of(request, streams, resolver);
  if (!asked) {
    Issues issues = asked.issues();
    for (Issue& issue : issues) issue = request.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
    return bad_input;
  }
  Answer answer;
  if (asked->one_model) {
    answer_model(request, *asked, answer);
  } else {
    answer_catalogue(request, *asked, resolver, answer);
  }
  print(answer, request.format, /*one_line=*/false, streams.out);
  return success;
}

}  // namespace

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

Command recommend_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "recommend", "what runs on this computer or another: every model with its best format and placement");
  const auto request = std::make_shared<RecommendRequest>();
  request->scenario.add_to(*parser);
  add_format(*parser, request->format);
  parser->add_flag("--gb", request->decimal, "show GB (10^9 bytes) instead of GiB");
  const auto name = [&](const char* flag, std::string& into, const std::string& help, const std::string& keys) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < keys.size(); at += words.back().size() + 2)
      words.push_back(keys.substr(at, keys.find(',', at) - at));
    add_choice(*parser, flag, into, help + ": " + keys, words);
  };
  name("--task,--use", request->use, "what for (inference is chat, training is qlora)",
       keys_of(Use::Chat) + ", inference, training");
  name("--sort", request->order, "what the list is sorted by", keys_of(io::RunOrder::Size));
  parser
      ->add_option("--min-speed", request->wish.min_speed,
                   "tokens per second of one sequence, at least [default: 10]")
      ->option_text("X");
  parser->add_option("--min-bits", request->wish.min_bits, "bits per weight, at least where possible [default: 4]")
      ->option_text("X");
  add_count(*parser, "--top", request->top, "how many to list; 0: all [default: 20]");
  parser->add_option("--family", request->filter.family, "only models with this in their family's or their own name")
      ->option_text("TEXT");
  parser->add_option("--license,--licence", request->filter.license, "only models with this in their licence")
      ->option_text("TEXT");
  parser->add_flag("--vision", request->filter.vision, "only models that read images");
  parser->add_flag("--moe", request->filter.mixture, "only mixtures of experts");
  parser->add_flag("--on-disk", request->filter.on_disk, "only models on this computer's disks");
  parser->add_flag_callback(
      "--as-wished", [request] { request->filter.compromises = false; },
      "only what is as fast and has as many bits as wished");
  parser->add_flag("--free", request->free, "count only what is free on this computer now");
  parser->add_flag("--all", request->all, "list what does not run too, with the reason");
  parser
      ->add_option("--with", request->with,
                   "compare with other devices: what each newly lets run, such as \"rtx-5090, 2 x rtx-3090\"")
      ->option_text("DEVICES");
  add_conservative(*parser, request->wish.certainty);
  return {parser, [request](Streams streams) { return recommend_models(*request, streams); }};
}

}  // namespace llmcalc::cli
