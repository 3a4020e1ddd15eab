#include "ui/setting_search.hpp"

#include "readers/imports/tool.hpp"
#include "ui/controls.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace llmcalc::ui {
namespace {

/// Lower case, words separated by single blanks: "--n-cpu-moe" and "n_cpu_moe" are "n cpu moe".
std::string plain_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// True when every word of the query begins a word of the text, in any order.
bool begins_words(const std::string& text, const std::string& query) {
  return !io::any_word(query, [&](std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      if (at == 0 || text[at - 1] == ' ') return false;
    }
    return true;
  });
}

/// The first value of a choice that the query begins: "vLLM", "NF4"; "" none.
std::string value_begun(const Field& field, const std::string& query) {
  if (query.size() < 3) return {};
  const auto begun = [&](const std::string& label) { return begins_words(plain_words(label), query); };
  if (const auto* choice = std::get_if<ChoiceAccess>(&field.access)) {
    for (std::size_t i = 0; i < choice->size; ++i) {
      if (std::string label(choice->row(i).label); begun(label)) return label;
    }
  }
  if (const auto* coded = std::get_if<CodedAccess>(&field.access)) {
    for (const std::string& text : coded->options()) {
      if (std::string label = coded_label(field, text); begun(label)) return label;
    }
  }
  return {};
}

std::optional<SettingFound> found_in(const Field& field, const std::string& query) {
  const std::string label = plain_words(field.label);
  std::optional<SettingFound> best;
  const auto take = [&](FoundBy rank, std::string name) {
    if (!best || rank < best->rank)
      best = SettingFound{
          .field = &field, .name = std::move(name), .rank = rank, .label = field.label, .place = field.path};
  };
  if (label == query || plain_words(field.flag) == query || plain_words(field.path) == query)
    take(FoundBy::Exactly, std::string(field.flag));
  for (const io::Tool& tool : io::option_table().tools) {
    io::options_of(tool, field.path, [&](std::string_view name) {
      const std::string words = plain_words(name);
      if (words != query && !words.starts_with(query + " ") && (query.size() < 4 || !words.starts_with(query)))
        return;
      take(words == query ? FoundBy::Exactly : FoundBy::OptionBegins,
           io::written_option(tool, name) + " of " + std::string(tool.label));
    });
  }
  if (label.starts_with(query)) take(FoundBy::LabelBegins, std::string(field.flag));
  if (std::string value = value_begun(field, query); !value.empty()) take(FoundBy::Value, std::move(value));
  if (begins_words(label + " " + plain_words(field.path), query)) take(FoundBy::LabelHas, std::string(field.flag));
  if (query.size() >= 3 && begins_words(plain_words(field.help), query))
    take(FoundBy::HelpHas, std::string(field.flag));
  return best;
}

}  // namespace

std::vector<SettingFound> search_settings(std::string_view query) {
  std::vector<SettingFound> found;
  const std::string words = plain_words(query);
  if (words.empty()) return found;
  for (const Field& field : fields) {
    // These have choosers of their own.
    if (field.path == "model" || field.path == "device") continue;
    if (std::optional<SettingFound> one = found_in(field, words)) found.push_back(std::move(*one));
  }
  if (begins_words("global batch size train", words)) {
    const Field& moved = field_at("training.accumulation");
    const bool whole = words == "global batch" || words == "global batch size" || words == "train batch size";
    found.push_back({&moved, "moves " + std::string(moved.flag), whole ? FoundBy::Exactly : FoundBy::LabelBegins,
                     "Global batch", "training.global_batch"});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const SettingFound& a, const SettingFound& b) { return a.rank < b.rank; });
  return found;
}

std::string_view group_name(const Field& field) {
  struct Row {
    std::string_view group, name;
  };
  constexpr std::array rows{Row{"weights", "Model"},        Row{"serving", "Inference"},
                            Row{"training", "Training"},    Row{"parallelism", "Parallelism"},
                            Row{"speed", "Speed and cost"}, Row{"cost", "Speed and cost"},
                            Row{"overhead", "Memory"},      Row{"host", "Memory"}};
  for (const Row& row : rows) {
    if (row.group == field.group()) return row.name;
  }
  return "Memory";
}

}  // namespace llmcalc::ui
