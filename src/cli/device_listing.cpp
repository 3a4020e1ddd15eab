// The catalogue of devices, with how well each figure is known.

#include "cli/listing.hpp"
#include "host/preset_folders.hpp"
#include "readers/device_preset.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cctype>

namespace llmcalc::cli {
namespace {

using nlohmann::ordered_json;

/// A figure as JSON, null when it is not known.
ordered_json number_or_null(double value) { return value > 0 ? ordered_json(value) : ordered_json(nullptr); }

/// How well a device's figures are known, in a word or two.
std::string trust_text(const io::DevicePreset& row) {
  std::string doubtful;
  const auto add = [&](std::string_view figure) { doubtful.append(doubtful.empty() ? "" : " and ").append(figure); };
  if (row.device.reported.count != 0 && !row.reported_verified) add("driver's memory");
  if (!row.gpu_share_verified) add("GPU share");
  if (doubtful.empty()) return row.device.verified ? "verified" : "single source";
  return row.device.verified ? "verified, except " + doubtful : "single source, " + doubtful + " not verified";
}

/// Memory a program can address, marked when it was not read off a device.
std::string usable_text(const io::DevicePreset& row) {
  const Device& d = row.device;
  if (d.memory.count == 0) return "";
  const bool read = d.unified ? row.gpu_share_verified : row.reported_verified;
  return text(d.addressable()) + (read ? "" : "?");
}

ordered_json device_json(const io::DevicePreset& row) {
  const Device& d = row.device;
  ordered_json out{{"id", d.id},
                   {"aliases", row.aliases},
                   {"name", d.name},
                   {"family", row.family},
                   {"vendor", key_of(d.vendor)},
                   {"class", d.device_class},
                   {"memory_bytes", d.memory.count},
                   {"memory_type", row.memory_type},
                   {"memory_reported_bytes", d.reported.count != 0 ? ordered_json(d.reported.count) : ordered_json()},
                   {"memory_reported_verified", row.reported_verified},
                   {"memory_reported_source", row.reported_source},
                   {"usable_bytes", d.addressable().count},
                   {"memory_cuda_bytes", d.visible_to_cuda().count},
                   {"memory_cuda_source", row.cuda_source},
                   {"ecc_cost_bytes", d.ecc_cost.count},
                   {"unified", d.unified},
                   {"gpu_share", d.gpu_share},
                   {"gpu_share_verified", row.gpu_share_verified},
                   {"bandwidth_bytes_per_second", d.bandwidth}};
  out["flops"] = {{"fp16", number_or_null(d.operations.fp16)},
                  {"bf16", number_or_null(d.operations.bf16)},
                  {"fp8", number_or_null(d.operations.fp8)},
                  {"int8", number_or_null(d.operations.int8)},
                  {"fp4", number_or_null(d.operations.fp4)}};
  out["flops_basis"] = row.operations_basis;
  out["bf16_operations_per_second"] = d.operations.bf16;
  out["interconnect"] = {{"kind", d.link}, {"bytes_per_second", number_or_null(d.link_bandwidth)}};
  out["power_watts"] = d.power;
  out["released"] = d.released;
  if (row.price_low > 0) {
    out["price_usd_per_hour"] = {
        {"low", row.price_low}, {"high", row.price_high}, {"read", d.price_date}, {"where", row.price_where}};
  }
  out["verified"] = d.verified;
  out["single_source"] = !d.verified;
  out["rests_on"] = row.rests_on;
  out["sources"] = d.sources;
  out["notes"] = d.notes;
  return out;
}

}  // namespace

bool matches(std::string_view filter, std::string text) {
  const auto lower = [](std::string word) {
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return word;
  };
  text = lower(std::move(text));
  while (!filter.empty()) {
    const std::size_t blank = std::min(filter.find(' '), filter.size());
    if (text.find(lower(std::string(filter.substr(0, blank)))) == std::string::npos) return false;
    filter.remove_prefix(std::min(blank + 1, filter.size()));
  }
  return true;
}

Listing list_devices(const std::string& filter, Issues& issues) {
  const io::DeviceCatalogue all = io::read_device_catalogue(io::preset_folders());
  issues = all.issues;
  Listing out;
  out.table.columns = {{"id", false},       {"name", false},   {"class", false},  {"memory", true}, {"usable", true},
                       {"bandwidth", true}, {"16 bits", true}, {"FP8", true},     {"link", true},   {"power", true},
                       {"year", true},      {"$/h", true},     {"figures", false}};
  const auto flops = [](double rate) { return rate > 0 ? rate_text(rate, "FLOP") : std::string(); };
  for (const io::DevicePreset& row : all.devices) {
    const Device& d = row.device;
    if (!matches(filter, d.id + " " + d.name + " " + row.family + " " + trust_text(row))) continue;
    out.table.rows.push_back(
        {d.id, d.name, d.device_class, d.memory.count != 0 ? text(d.memory) : "", usable_text(row),
         d.bandwidth > 0 ? rate_text(d.bandwidth, "B") : "", flops(std::max(d.operations.bf16, d.operations.fp16)),
         flops(d.operations.fp8), d.link_bandwidth > 0 ? rate_text(d.link_bandwidth, "B") : "",
         d.power > 0 ? fixed(d.power, 0) + " W" : "", d.released != 0 ? std::to_string(d.released) : "",
         d.price_per_hour > 0 ? fixed(d.price_per_hour, 2) : "", trust_text(row)});
    out.json.push_back(device_json(row));
  }
  out.note =
      "usable: what the driver reports, or the GPU's share of unified memory; ? = not verified. link: both "
      "directions "
      "together. Preset prices; may be outdated: --format json has dates and sources.";
  return out;
}

}  // namespace llmcalc::cli
