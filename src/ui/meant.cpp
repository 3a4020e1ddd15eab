#include "ui/meant.hpp"

#include "readers/field_text.hpp"
#include "readers/lookup.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc::ui {

void look_up_model(const io::Resolver& resolver, std::string_view query, MeantModel& meant) {
  if (meant.query == query) return;
  meant = {.query = std::string(query)};
  if (query.size() < 3 || !resolver.meant) return;
  Result<ModelSource> source = resolver.meant(query);
  if (source) {
    meant.source = std::move(source).value();
    meant.weights = io::model_name(query).weights;
  } else if (const std::size_t blank = query.rfind(' '); blank != std::string_view::npos) {
    // "qwen3 235b fp8": the last word may be a format.
    meant.weights = io::model_name("model-" + std::string(query.substr(blank + 1))).weights;
    if (!meant.weights.empty()) meant.stem = query.substr(0, blank);
  } else if (io::is_repository_name(query)) {
    meant.refusal = source.issues().front().what;
  }
}

void look_up_devices(const io::Resolver& resolver, std::string_view query, MeantDevices& meant) {
  if (meant.query == query) return;
  meant = {.query = std::string(query)};
  if (query.size() < 3) return;
  // A scenario reads devices as the command line writes them; any model serves.
  const auto look_up = [&](std::string_view words) {
    const nlohmann::json scenario{{"model", {{"custom", nlohmann::json::object()}}},
                                  {"device", io::value_of_text(field_at("device"), words)}};
    Result<Scenario> read = io::read_scenario(scenario, resolver);
    if (read && read->devices.count() != 0) meant.devices = std::move(read).value().devices;
  };
  look_up(query);
  // "16 h100" is meant as "16x h100".
  const std::size_t digits = std::min(query.find_first_not_of("0123456789"), query.size());
  if (meant.devices || digits == 0 || !query.substr(digits).starts_with(' ')) return;
  look_up(std::string(query.substr(0, digits)) + "x" + std::string(query.substr(digits)));
}

}  // namespace llmcalc::ui
