#include "report/recommended.hpp"

#include "readers/scenario_json.hpp"
#include "report/estimate_tables.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <mutex>

namespace llmcalc::io {
namespace {

using nlohmann::ordered_json;

bool holds_part(std::string_view text, std::string_view part) {
  return lower_case(text).find(lower_case(part)) != std::string::npos;
}

}  // namespace

RunMark mark_of(const Recommendation& answer) {
  if (!answer.best.runs()) return RunMark::No;
  if (!answer.as_wished()) return RunMark::Short;
  return answer.best.placement == Placement::Devices || answer.best.placement == Placement::Host ? RunMark::Fits
                                                                                                 : RunMark::Offloaded;
}

bool passes(const RunFilter& filter, const KnownModel& known) {
  if (!filter.family.empty() &&
      !holds_part(known.entry.family + " " + known.entry.name + " " + known.entry.id, filter.family))
    return false;
  if (!filter.license.empty() && !holds_part(known.entry.license, filter.license)) return false;
  if (filter.vision && !known.sees()) return false;
  if (filter.mixture && !known.is_mixture()) return false;
  return !filter.on_disk || known.on_disk;
}

std::vector<RecommendedModel> recommend_all(const std::vector<KnownModel>& models, const Scenario& machine,
                                            const Wish& wish, const RunFilter& filter, const std::atomic<bool>* stop,
                                            const std::function<void(const RecommendedModel&)>& found) {
  std::vector<RecommendedModel> all;
  for (const KnownModel& known : models) {
    if (passes(filter, known)) all.push_back({.known = &known, .answer = {}});
  }
  std::mutex lock;
  on_all_processors(
      all.size(),
      [&](std::size_t i) {
        all[i].answer = recommend(machine, all[i].known->model, all[i].known->source, wish);
        if (!found) return;
        const std::lock_guard guard(lock);
        found(all[i]);
      },
      stop);
  return all;
}

void sort_recommended(std::vector<RecommendedModel>& models, RunOrder order) {
  const auto value = [order](const RecommendedModel& m) -> double {
    switch (order) {
      case RunOrder::Size: return static_cast<double>(m.known->parameters);
      case RunOrder::Speed: return m.answer.best.speed.typical;
      case RunOrder::Newest: {
        const std::string& month = m.known->entry.released;
        return month.size() < 7 ? 0
                                : std::strtod(month.c_str(), nullptr) * 12 + std::strtod(month.c_str() + 5, nullptr);
      }
      case RunOrder::Context: return static_cast<double>(m.context);
    }
    return 0;
  };
  std::stable_sort(models.begin(), models.end(), [&](const RecommendedModel& a, const RecommendedModel& b) {
    const RunMark x = mark_of(a.answer), y = mark_of(b.answer);
    if (x != y) return x < y;
    return value(a) != value(b) ? value(a) > value(b) : a.known->entry.name < b.known->entry.name;
  });
}

std::array<std::size_t, run_marks.size()> count_marks(const std::vector<RecommendedModel>& models) {
  std::array<std::size_t, run_marks.size()> counts{};
  for (const RecommendedModel& m : models) ++counts[static_cast<std::size_t>(mark_of(m.answer))];
  return counts;
}

std::string recommended_sentence(const std::vector<RecommendedModel>& models, const Wish& wish) {
  const auto n = count_marks(models);
  const auto of = [&](RunMark mark) { return n[static_cast<std::size_t>(mark)]; };
  const std::size_t run = models.size() - of(RunMark::No);
  std::string out = counted(run, "model") + (run == 1 ? " runs" : " run") + " here";
  std::string parts;
  const auto part = [&](RunMark mark, const std::string& words) {
    if (of(mark) != 0) parts += (parts.empty() ? "" : ", ") + grouped(of(mark)) + words;
  };
  part(RunMark::Fits, " whole");
  part(RunMark::Offloaded, " with a part in RAM");
  part(RunMark::Short,
       " slower than " + two_digits(wish.min_speed) + " tokens/s or below " + shortest(wish.min_bits) + " bits");
  if (!parts.empty()) out += ": " + parts;
  return out + "; " + grouped(of(RunMark::No)) + (of(RunMark::No) == 1 ? " does" : " do") + " not.";
}

std::string speed_span(const Rate& rate) {
  if (rate.typical <= 0) return {};
  return two_digits(rate.low) + "–" + two_digits(rate.high);
}

std::string loss_text(const FormatLoss& loss) {
  if (loss.in_words() == LossClass::None) return "none";
  const int decimals = loss.percent < 0.1 ? 2 : loss.percent < 10 ? 1 : 0;
  return std::string(loss.interpolated ? "≈ " : "") + "+" + fixed(loss.percent, decimals) + " %";
}

std::string loss_sentence(const FormatLoss& loss) {
  if (loss.in_words() == LossClass::None) return "Nothing is lost against the released weights.";
  std::string out(label_of(loss.in_words()));
  out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  out += ": perplexity " + loss_text(loss) + " on " + std::string(loss.source.model);
  if (loss.interpolated) out += ", interpolated by bits per weight";
  return out + " (" + std::string(loss.source.where) + "). Other models lose more or less.";
}

double stored_bits(const Candidate& c, Count parameters) {
  return parameters == 0 ? 0 : 8.0 * static_cast<double>(stored_bytes(c).count) / static_cast<double>(parameters);
}

std::string memory_cell(const Candidate& c, ByteUnits units) {
  if (c.on_devices.count == 0 || c.on_host.count == 0) return giga_text(c.on_devices + c.on_host, units);
  return giga_text(c.on_devices, units) + " + " + giga_text(c.on_host, units);
}

TextTable recommended_table(const std::vector<RecommendedModel>& models, ByteUnits units) {
  TextTable table;
  const std::string giga(giga_name(units));
  table.columns = {{"model"},    {"size", true}, {"weights"},       {"bits", true},     {"loss", true}, {"where"},
                   {giga, true}, {"free", true}, {"context", true}, {"tokens/s", true}, {"released"},   {"licence"}};
  for (const RecommendedModel& m : models) {
    const Candidate& best = m.answer.best;
    std::string size = count_text(m.known->parameters);
    if (m.known->is_mixture()) size += " (" + count_text(m.known->active_parameters) + ")";
    if (!best.runs()) {
      table.rows.push_back({m.known->entry.name, size, "", "", "", "does not: " + m.answer.obstacle, "", "", "", "",
                            m.known->entry.released, m.known->entry.license});
      continue;
    }
    table.rows.push_back({m.known->entry.name, size, format_name(best),
                          fixed(stored_bits(best, m.known->parameters), 1), loss_text(best.loss), place_text(best),
                          memory_cell(best, units), giga_text(best.room(), units),
                          m.context == 0 ? std::string() : grouped(m.context),
                          speed_span(best.speed) + (m.answer.fast_enough ? "" : " slow"), m.known->entry.released,
                          m.known->entry.license});
  }
  return table;
}

ordered_json candidate_json(const Candidate& c) {
  const auto rate = [](const Rate& r) -> ordered_json {
    if (r.typical <= 0) return nullptr;
    return ordered_json::array({r.low, r.typical, r.high});
  };
  ordered_json out{{"weights", format_name(c)},
                   {"placement", key_of(c.placement)},
                   {"where", place_text(c)},
                   {"fits", c.runs()},
                   {"device_bytes", c.on_devices.count},
                   {"host_bytes", c.on_host.count},
                   {"free_bytes", c.room().count},
                   {"tokens_per_second", rate(c.speed)},
                   {"loss", {{"percent", c.loss.percent}, {"word", key_of(c.loss.in_words())}}}};
  if (!c.loss.source.model.empty()) {
    out["loss"]["divergence"] = c.loss.divergence > 0 ? ordered_json(c.loss.divergence) : ordered_json(nullptr);
    out["loss"]["interpolated"] = c.loss.interpolated;
    out["loss"]["model"] = c.loss.source.model;
    out["loss"]["measure"] = c.loss.source.measure;
    out["loss"]["source"] = c.loss.source.where;
  }
  out["scenario"] = write_scenario(c.scenario, Written::Changed);
  return out;
}

ordered_json recommended_json(const RecommendedModel& m, const Wish& wish) {
  const ModelEntry& entry = m.known->entry;
  const Scenario& s = m.answer.best.scenario;
  ordered_json out{
      {"model", entry.id},
      {"name", entry.name},
      {"family", entry.family},
      {"parameters", m.known->parameters},
      {"active_parameters", m.known->active_parameters},
      {"released", entry.released},
      {"license", entry.license},
      {"on_disk", m.known->on_disk},
      {"use", key_of(wish.use)},
      {"runtime", wish.task() == Task::Training ? key_of(s.training.framework) : key_of(s.serving.runtime)},
      {"device", devices_text(s.devices)},
      {"mark", key_of(mark_of(m.answer))},
      {"context", m.context == 0 ? ordered_json(nullptr) : ordered_json(m.context)},
      {"why", reason(m.answer, wish)}};
  if (m.answer.best.runs()) out.update(candidate_json(m.answer.best));
  return out;
}

}  // namespace llmcalc::io
