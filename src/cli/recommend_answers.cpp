// The answers of `recommend`: the formats of one model, or models on a machine and what other devices add.

#include "cli/recommend_answers.hpp"

#include "host/preset_folders.hpp"
#include "readers/field_text.hpp"
#include "readers/json_text.hpp"
#include "readers/known_models.hpp"
#include "readers/local_models.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_tables.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

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
  out.sentence = "Compared with what runs on " + machine_text(asked.machine, request.units()) + " (" +
                 grouped(whole.size()) + " whole, " + grouped(any.size()) + " in all):";
}

/// Whether the files on this computer's disks are models that may be recommended: only for this computer.
std::vector<host::LocalModel> models_on_disk(const RecommendRequest& request) {
  if (request.scenario.given("device") && !request.filter.on_disk) return {};
  return host::find_local_models(host::model_folders_of_this_user(), {.time = std::chrono::milliseconds{150}}).models;
}

}  // namespace

std::string machine_text(const Scenario& s, ByteUnits units) {
  std::string out = printable(io::devices_text(s.devices));
  if (s.host.memory_bytes) out += ", " + text(Bytes{*s.host.memory_bytes}, units) + " of RAM";
  if (s.host.reserve_bytes.value_or(0) != 0)
    out += ", " + text(Bytes{*s.host.reserve_bytes}, units) + " of it left for the system";
  return out;
}

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

}  // namespace llmcalc::cli
