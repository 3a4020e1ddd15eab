#include "report/launch_options.hpp"

#include "host/preset_folders.hpp"
#include "readers/field_json.hpp"
#include "readers/imports/import.hpp"
#include "readers/json_text.hpp"
#include "readers/model_preset.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/scenario/training.hpp>

#include <algorithm>
#include <span>
#include <variant>

namespace llmcalc::io {

using nlohmann::ordered_json;

namespace {

/// What a tool calls a value: its word whose first meaning is that value.
std::optional<std::string> tools_word(std::string_view words, std::string_view value) {
  std::optional<std::string> found;
  any_word(words, [&](std::string_view pair) {
    const std::size_t equals = pair.rfind('=');
    bool same = false;
    for (std::string_view rest = pair.substr(equals + 1); !same && !rest.empty();)
      same = take_until(rest, "|") == value;
    if (same) found = std::string(pair.substr(0, equals));
    return same;
  });
  return found;
}

/// The name that an option is written with: the first, of a program that takes places in its configuration the first
/// such place.
std::string_view written_name(const OptionRow& row, Style style) {
  std::string_view place;
  if (style == Style::Equals) {
    any_word(row.names, [&](std::string_view name) {
      if (name.find('.') != std::string_view::npos) place = name;
      return !place.empty();
    });
  }
  return place.empty() ? row.names.substr(0, row.names.find(' ')) : place;
}

}  // namespace

std::string word_of(const Field& field, const Scenario& s) {
  if (field.kind() == FieldKind::Coded) return std::get<CodedAccess>(field.access).get(s);
  const ordered_json value = field_json(field, s);
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : compact(value);
}

std::string repository_of(const ModelSource& source, const ModelPtr& model) {
  if (source.kind == ModelSource::Kind::File) return source.text;
  if (const auto preset = find_model_preset(preset_folders(), source.text); preset && !preset->entry.hf_id.empty())
    return preset->entry.hf_id;
  return model ? model->id : std::string();
}

bool Options::is_written(const OptionRow& row, const Field& field) const {
  switch (row.launch) {
    case InLaunch::Never: return false;
    case InLaunch::Changed: return !same_setting(field, s_, Scenario{});
    case InLaunch::Adapters: return trains_adapters(s_.training.method);
    case InLaunch::Always: break;
  }
  return true;
}

void Options::add_rows() {
  for (const std::span<const OptionRow> rows : {std::span<const OptionRow>(tool_.rows), tool_.shared}) {
    for (const OptionRow& row : rows) {
      const Field* field = find_field(row.path);
      if (field != nullptr && is_written(row, *field)) add_row(row, *field);
    }
  }
}

std::string Options::line(std::string_view program) const {
  std::string out(program);
  for (const auto& [name, value] : options_) {
    const std::string option = written_option(tool_, name);
    if (tool_.style == Style::Equals) {
      out += " " + shell_word(value ? option + "=" + *value : option);
    } else {
      out += " " + option + (value ? " " + shell_word(*value) : "");
    }
  }
  return out;
}

std::string Options::yaml() const {
  std::string out;
  std::string open;
  for (const auto& [name, value] : sorted()) {
    const std::size_t dot = name.find('.');
    const std::string group = dot == std::string::npos ? "" : name.substr(0, dot);
    if (!group.empty() && group != open) out += group + ":\n";
    open = group;
    out += (group.empty() ? "" : "  ") + name.substr(dot == std::string::npos ? 0 : dot + 1) + ": " +
           value.value_or("true") + "\n";
  }
  return out;
}

std::string Options::toml() const {
  std::string out;
  std::string open;
  for (const auto& [name, value] : sorted()) {
    const std::size_t dot = name.find('.');
    const std::string group = dot == std::string::npos ? "" : name.substr(0, dot);
    if (!group.empty() && group != open) out += (out.empty() ? "[" : "\n[") + group + "]\n";
    open = group;
    const std::string text = value.value_or("true");
    const bool bare = text == "true" || text == "false" ||
                      (!text.empty() && text.find_first_not_of("-0123456789.") == std::string::npos);
    out += name.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + (bare ? text : "\"" + text + "\"") + "\n";
  }
  return out;
}

void Options::add_row(const OptionRow& row, const Field& field) {
  const std::string_view name = written_name(row, tool_.style);
  const std::string value = word_of(field, s_);
  switch (row.as) {
    case As::Value:
      // A setting that was left to the program is left to it.
      if (!value.empty() && value != "null" && (field.nothing.empty() || value != field.nothing)) add(name, value);
      break;
    case As::Words: {
      // An option for the weights stands for one setting once; nothing is written for what is released.
      if (const auto word = tools_word(row.words, value)) add(name, *word);
      break;
    }
    case As::Switch:
      if (value == row.words) {
        if (tool_.style == Style::Document)
          add(name, "true");
        else
          add_switch(name);
      }
      break;
    case As::Times: {
      const auto n = field_rows::number_in(value);
      const auto factor = field_rows::number_in(row.words);
      if (n && factor && *factor != 0 && *n % *factor == 0) add(name, *n / *factor);
      break;
    }
    case As::Model: break;
  }
}

/// Flat names first, then groups together.
std::vector<Options::Option> Options::sorted() const {
  auto all = options_;
  const auto group = [](const std::string& name) {
    return name.find('.') == std::string::npos ? std::string() : name.substr(0, name.find('.'));
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const auto& a, const auto& b) { return group(a.first) < group(b.first); });
  return all;
}

}  // namespace llmcalc::io
