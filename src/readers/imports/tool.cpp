#include "readers/imports/tool.hpp"

#include "embedded/tool_options.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <map>

namespace llmcalc::io {
namespace {

const Tool* named(const std::vector<Tool>& tools, std::string_view id) {
  const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& t) { return t.id == id; });
  return found == tools.end() ? nullptr : &*found;
}

/// Takes options.txt apart. Views of the table are views of the embedded text.
class TableReader {
 public:
  explicit TableReader(std::string_view text) {
    while (!text.empty()) {
      std::string_view line = take_until(text, "\n");
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || line.front() == '#') continue;
      if (!(line.front() == '[' ? section(line) : line.starts_with("  ") ? entry(line.substr(2)) : key(line)))
        table_.faults.emplace_back(line);
    }
    for (const auto& [tool, part] : shares_) {
      if (const Tool* shared = named(table_.parts, part)) table_.tools[tool].shared = shared->rows;
    }
  }
  OptionTable take() { return std::move(table_); }

 private:
  /// The part of a text before a separator, which goes from it.
  static std::string_view cut(std::string_view& text, std::string_view separator) {
    const std::string_view first = take_until(text, separator);
    return first == "-" ? std::string_view{} : first;
  }

  bool section(std::string_view line) {
    if (!line.ends_with(']')) return false;
    line = line.substr(1, line.size() - 2);
    section_ = cut(line, " ");
    list_ = section_;
    block_ = section_ == "words" ? &words_[line] : nullptr;
    if (section_ == "tool" || section_ == "part") {
      tools_ = section_ == "tool" ? &table_.tools : &table_.parts;
      tools_->push_back({.id = line});
      return true;
    }
    return section_ == "words" || section_ == "programs" || section_ == "images" || section_ == "signatures";
  }

  bool key(std::string_view line) {
    if (tools_ == nullptr || tools_->empty()) return false;
    Tool& tool = tools_->back();
    list_ = line;
    block_ = nullptr;
    if (line == "options:") return true;
    if (line == "no effect:") {
      block_ = &tool.no_effect;
      return true;
    }
    const std::string_view name = cut(line, ": ");
    if (name == "label") return set(tool.label, line);
    if (name == "choose") return set(tool.choose, line);
    if (name == "source") return set(tool.source, line);
    if (name == "asks") return set(tool.asks, line);
    if (name == "finish") return find(&ToolFunctions::finishes, line, &FinishRow::finish, tool.finish);
    if (name == "short names")
      return set(tool.short_names, std::size_t{static_cast<unsigned char>(line.front())} - '0');
    if (name == "task") return set(tool.task, Task::Training) && line == "training";
    if (name == "shares") return shares_.emplace(table_.tools.size() - 1, line).second;
    if (name == "style") {
      static const std::map<std::string_view, Style> styles{
          {"underscores", Style::Underscores}, {"equals", Style::Equals}, {"document", Style::Document}};
      const auto style = styles.find(line);
      return style != styles.end() && set(tool.style, style->second);
    }
    const Tool* other = name == "as" ? named(table_.tools, line) : nullptr;
    if (other == nullptr) return false;
    tool.rows = other->rows;
    return set(tool.no_effect, other->no_effect);
  }

  /// An indented line: of a list, or of a text of several lines.
  bool entry(std::string_view line) {
    if (section_ == "programs" || section_ == "images") {
      const std::string_view words = cut(line, " | ");
      (section_ == "images" ? table_.images : table_.programs).push_back({words, line});
      return !line.empty();
    }
    if (section_ == "signatures") {
      const std::string_view tool = cut(line, " | ");
      const std::string_view all = cut(line, " | ");
      table_.signatures.push_back({tool, all, cut(line, " | ")});
      return !tool.empty();
    }
    if (list_ == "options:") return option(line);
    if (block_ == nullptr) return false;
    const char* begin = block_->empty() ? line.data() : block_->data();
    *block_ = {begin, static_cast<std::size_t>(line.data() + line.size() - begin)};
    return true;
  }

  bool option(std::string_view line) {
    Tool& tool = tools_->back();
    constexpr std::string_view include = "include ";
    if (line.starts_with(include)) {
      const Tool* part = named(table_.parts, line.substr(include.size()));
      if (part == nullptr) return false;
      tool.rows.insert(tool.rows.end(), part->rows.begin(), part->rows.end());
      return true;
    }
    OptionRow row;
    row.names = cut(line, " | ");
    if (row.names == "(word)") row.names = {};
    row.path = cut(line, " | ");
    const bool understood = meaning(row, cut(line, " | "));
    row.launch = line == "always"     ? InLaunch::Always
                 : line == "changed"  ? InLaunch::Changed
                 : line == "adapters" ? InLaunch::Adapters
                                      : InLaunch::Never;
    tool.rows.push_back(row);
    return understood && (line.empty() || row.launch != InLaunch::Never);
  }

  /// The third column.
  bool meaning(OptionRow& row, std::string_view how) {
    std::string_view kind = cut(how, " ");
    if (kind == "affects") return set(row.affects, how);
    if (kind == "switch") {
      row.as = As::Switch;
      if (how.starts_with("affects ")) return set(row.affects, how.substr(8));
      if (!how.starts_with("take ")) return set(row.words, how);
      kind = cut(how, " ");
    }
    if (kind == "take") {
      const std::string_view function = cut(how, " ");
      row.words = how.empty() ? row.path : how;
      return find(&ToolFunctions::takes, function, &TakeRow::take, row.take);
    }
    if (how.starts_with('@')) how = words_[how.substr(1)];
    row.words = how;
    static const std::map<std::string_view, As> kinds{
        {"", As::Value}, {"words", As::Words}, {"times", As::Times}, {"model", As::Model}};
    const auto found = kinds.find(kind);
    return found != kinds.end() && set(row.as, found->second) && how.empty() == (kind.empty() || kind == "model");
  }

  template <class T>
  static bool set(T& place, T value) {
    place = value;
    return true;
  }

  /// A function by its name.
  template <class Row, class Function>
  static bool find(std::span<const Row> ToolFunctions::*list, std::string_view name, Function Row::*function,
                   Function& out) {
    for (const ToolFunctions& functions : {shared_functions(), serving_functions(), training_functions()}) {
      for (const Row& row : functions.*list) {
        if (row.name == name) return set(out, row.*function);
      }
    }
    return false;
  }

  OptionTable table_;
  std::string_view section_;
  std::string_view list_;
  std::string_view* block_ = nullptr;
  std::vector<Tool>* tools_ = nullptr;
  std::map<std::string_view, std::string_view> words_;
  std::map<std::size_t, std::string_view> shares_;
};

}  // namespace

const OptionTable& option_table() {
  static const OptionTable table = [] {
    const auto bytes = tool_options();
    return TableReader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).take();
  }();
  return table;
}

const Tool* find_tool(std::string_view id) { return named(option_table().tools, id); }

std::string_view no_effect_of(std::string_view part) {
  const Tool* found = named(option_table().parts, part);
  return found == nullptr ? std::string_view{} : found->no_effect;
}

std::string plain_option(std::string_view name) {
  while (name.starts_with('-')) name.remove_prefix(1);
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

std::string written_option(const Tool& tool, std::string_view name) {
  std::string out(name);
  const bool variable = !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
  if (variable || tool.style == Style::Document || tool.style == Style::Equals) return out;
  if (tool.style == Style::Dashes) std::replace(out.begin(), out.end(), '_', '-');
  return (out.size() <= tool.short_names ? "-" : "--") + out;
}

const OptionRow* find_row(const Tool& tool, std::string_view name) {
  for (const std::span<const OptionRow> rows : {std::span<const OptionRow>(tool.rows), tool.shared}) {
    for (const OptionRow& row : rows) {
      // A word that is no option has the row without a name.
      if (name.empty() ? row.names.empty()
                       : any_word(row.names, [&](std::string_view known) { return known == name; })) {
        return &row;
      }
    }
  }
  return nullptr;
}

const OptionRow* find_abbreviated(const Tool& tool, std::string_view name) {
  constexpr std::size_t shortest = 5;
  const OptionRow* found = nullptr;
  for (const OptionRow& row : tool.rows) {
    if (name.size() < shortest ||
        !any_word(row.names, [&](std::string_view known) { return known.starts_with(name); }))
      continue;
    if (found != nullptr) return nullptr;
    found = &row;
  }
  return found;
}

std::optional<std::string_view> meaning_of(std::string_view words, std::string_view word) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower_case(x) == lower_case(y); });
  };
  std::optional<std::string_view> found;
  any_word(words, [&](std::string_view pair) {
    const std::size_t equals = pair.rfind('=');
    if (!same(pair.substr(0, equals), word)) return false;
    found = pair.substr(equals + 1);
    return true;
  });
  return found;
}

}  // namespace llmcalc::io
