#pragma once
// The one table of all settings. It drives reading and writing JSON, the flags of the command line, sliders, combos
// and reset in the window, and the suggestions for misspelt names. Defaults are those of a fresh Scenario.

#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/fields_parallelism.hpp>
#include <llmcalc/scenario/fields_serving.hpp>
#include <llmcalc/scenario/fields_speed.hpp>
#include <llmcalc/scenario/fields_training.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace llmcalc {

namespace field_rows {

inline constexpr std::array first_fields{
    field({"model", "--model", "Model", "",
           "preset id, or path of a config.json, .gguf, .safetensors or a folder of them"},
          std::monostate{}),
    choice<&Scenario::method>(
        {"method", "--method", "Method", "",
         "which formulas to use (article: \"Memory Requirements for LLM Training and Inference\")"}),
};

inline constexpr std::array last_fields{
    field({"device", "--device", "Device", "",
           "preset id, or memory such as 24GiB; ID:COUNT for several, a comma-separated list for different ones; "
           "here: this "
           "computer; cpu: host memory only"},
          std::monostate{}),
    choice<&Scenario::measure>({"measure", "--measure", "Measure", "", "what to count"}),
    flag<&Scenario::include_overhead>({"include_overhead", "--include-overhead", "Include overheads", "",
                                       "off: live tensors only, as with measure \"allocated\""}),
    whole<&Scenario::context_bytes>({"overhead.context_bytes", "--context-bytes", "Device context", "bytes",
                                     "size of the driver's context [default: known per device]"},
                                    {0, 1e12}, logarithmic(1e6, 1e10)),
    whole<&Scenario::display_bytes>({"overhead.display_bytes", "--display-bytes", "Display", "bytes",
                                     "memory that the desktop and its programs use on the first device"},
                                    {0, 1e12}, linear(0, 4294967296)),
    whole<&Scenario::host, &Host::memory_bytes>({"host.memory_bytes", "--ram", "RAM", "bytes",
                                                 "memory of the computer, such as 32GiB; what is kept there is "
                                                 "compared with it [default: unknown, not compared]"},
                                                {0, 1e15}, logarithmic(4294967296, 2199023255552)),
    whole<&Scenario::host, &Host::reserve_bytes>(
        {"host.reserve_bytes", "--ram-reserve", "RAM in use", "bytes",
         "part of the computer's memory that the system and other programs use [default: none]"},
        {0, 1e15}, logarithmic(268435456, 68719476736)),
    flag<&Scenario::ecc>({"overhead.ecc", "--ecc", "ECC on", "",
                          "error correction switched on; costs 1/16 of the memory on cards that ship with it off"}),
};

template <class... Tables>
constexpr auto joined(const Tables&... tables) {
  std::array<Field, (std::tuple_size_v<Tables> + ...)> all{};
  auto out = all.begin();
  ((out = std::copy(tables.begin(), tables.end(), out)), ...);
  return all;
}

}  // namespace field_rows

/// Every setting, in the order in which JSON is written and help is shown.
inline constexpr auto fields = field_rows::joined(
    field_rows::first_fields, field_rows::weights_fields, field_rows::serving_fields, field_rows::training_fields,
    field_rows::parallelism_fields, field_rows::last_fields, field_rows::speed_fields, field_rows::cost_fields);

/// The setting at this path ("serving.context"); null when there is none.
[[nodiscard]] constexpr const Field* find_field(std::string_view path) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.path == path; });
  return found == fields.end() ? nullptr : &*found;
}

/// The setting at this place of a JSON document ("/serving/context"), which is how issues name one; null when it is none.
[[nodiscard]] inline const Field* field_of_place(std::string_view place) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.pointer() == place; });
  return found == fields.end() ? nullptr : &*found;
}

/// The setting at this path; a path that does not exist does not compile.
[[nodiscard]] consteval const Field& field_at(std::string_view path) {
  const Field* found = find_field(path);
  if (found == nullptr) throw "no such field";
  return *found;
}

/// True when the setting has the same value in both scenarios; external ones (model, device) are not compared.
[[nodiscard]] inline bool same_setting(const Field& f, const Scenario& a, const Scenario& b) {
  return std::visit(
      [&](const auto& access) {
        if constexpr (requires { access.get(a); }) {
          return access.get(a) == access.get(b);
        } else {
          return true;
        }
      },
      f.access);
}

/// Gives `to` the value the setting has in `from`; external settings stay.
inline void copy_setting(const Field& f, const Scenario& from, Scenario& to) {
  std::visit(
      [&](const auto& access) {
        if constexpr (requires { access.edit(to) = access.get(from); }) {
          access.edit(to) = access.get(from);
        } else if constexpr (requires { access.set(to, access.get(from)); }) {
          access.set(to, access.get(from));
        }
      },
      f.access);
}

namespace field_rows {
/// Paths and flags are unique, labels and help are present.
consteval bool well_formed() {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].label.empty() || fields[i].help.empty() || !fields[i].flag.starts_with("--")) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (fields[i].path == fields[j].path || fields[i].flag == fields[j].flag) return false;
    }
  }
  return true;
}
static_assert(well_formed());
}  // namespace field_rows

}  // namespace llmcalc
