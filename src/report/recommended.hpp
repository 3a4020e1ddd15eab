#pragma once
// What runs on a machine: every known model asked, filtered and sorted, as a table and as JSON.

#include "readers/known_models.hpp"
#include "report/text_table.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/questions/recommend.hpp>

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace llmcalc::io {

/// A model with its answer.
struct RecommendedModel {
  const KnownModel* known = nullptr;
  Recommendation answer;
  Count context = 0;  ///< reachable; 0: not looked for yet
};

/// How well a model runs, best first: the mark that lists show.
enum class RunMark : std::uint8_t { Fits, Offloaded, Short, No };
inline constexpr std::array<EnumRow<RunMark>, 4> run_marks{{
    {RunMark::Fits, "fits", "fits", "whole on the devices, as fast as wished"},
    {RunMark::Offloaded, "offloaded", "with RAM", "partly in RAM, as fast as wished"},
    {RunMark::Short, "short", "short of the wish", "runs, but slower or in fewer bits than wished"},
    {RunMark::No, "no", "does not run", "more memory than there is, or not made for this"},
}};
static_assert(indexed_by_id(run_marks));
constexpr const auto& enum_table(RunMark) { return run_marks; }
/// The mark of an answer.
[[nodiscard]] RunMark mark_of(const Recommendation& answer);

/// What a list is sorted by, within each mark.
enum class RunOrder : std::uint8_t { Size, Speed, Newest, Context };
inline constexpr std::array<EnumRow<RunOrder>, 4> run_orders{{
    {RunOrder::Size, "size", "size", "most parameters first"},
    {RunOrder::Speed, "speed", "speed", "most tokens per second first"},
    {RunOrder::Newest, "newest", "newest", "released last first"},
    {RunOrder::Context, "context", "context", "longest context first"},
}};
static_assert(indexed_by_id(run_orders));
constexpr const auto& enum_table(RunOrder) { return run_orders; }

/// Which models are listed.
struct RunFilter {
  std::string family;       ///< part of the family's or the model's name, upper or lower case; "": all
  std::string license;      ///< part of the licence; "": all
  bool vision = false;      ///< only those that read images
  bool mixture = false;     ///< only mixtures of experts
  bool on_disk = false;     ///< only what is on this computer's disks
  bool compromises = true;  ///< also what is slower or has fewer bits than wished
  friend bool operator==(const RunFilter&, const RunFilter&) = default;
};

/// True when a model passes.
[[nodiscard]] bool passes(const RunFilter& filter, const KnownModel& known);

/// Asks every model that passes; `found` is called under a lock as soon as each is known. The order is that of `models`.
std::vector<RecommendedModel> recommend_all(const std::vector<KnownModel>& models, const Scenario& machine,
                                            const Wish& wish, const RunFilter& filter,
                                            const std::atomic<bool>* stop = nullptr,
                                            const std::function<void(const RecommendedModel&)>& found = {});

/// Sorts by mark, then as asked; equal ones by name.
void sort_recommended(std::vector<RecommendedModel>& models, RunOrder order);

/// Numbers by mark.
[[nodiscard]] std::array<std::size_t, run_marks.size()> count_marks(const std::vector<RecommendedModel>& models);

/// "96 models run here: 58 on the GPU, 38 with RAM, 4 slower than wished; 94 do not."
[[nodiscard]] std::string recommended_sentence(const std::vector<RecommendedModel>& models, const Wish& wish);

/// "12–28 tokens/s" without the unit; "" when it is not known.
[[nodiscard]] std::string speed_span(const Rate& rate);

/// What a candidate holds, in GiB or GB: "11.50", of devices and RAM "11.50 + 0.59".
[[nodiscard]] std::string memory_cell(const Candidate& c, ByteUnits units);

/// "+2.8 %", "none", with "≈" before an interpolated one.
[[nodiscard]] std::string loss_text(const FormatLoss& loss);
/// The loss in a sentence with what it rests on.
[[nodiscard]] std::string loss_sentence(const FormatLoss& loss);

/// Bits per weight as stored.
[[nodiscard]] double stored_bits(const Candidate& candidate, Count parameters);

/// The list as a table.
[[nodiscard]] TextTable recommended_table(const std::vector<RecommendedModel>& models, ByteUnits units);
/// One model as JSON, the scenario that `estimate` takes included.
[[nodiscard]] nlohmann::ordered_json recommended_json(const RecommendedModel& model, const Wish& wish);
/// One format of a model as JSON.
[[nodiscard]] nlohmann::ordered_json candidate_json(const Candidate& candidate);

}  // namespace llmcalc::io
