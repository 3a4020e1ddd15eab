#include "ui/folder_list.hpp"

#include "host/text_file.hpp"
#include "ui/files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>

namespace llmcalc::ui {
namespace {

namespace fs = std::filesystem;

/// Entries that are read of one folder.
constexpr std::size_t most_entries = 4000;

/// Files that are opened, by how their names end: models, scenarios, logs, and settings and scripts of other tools.
bool is_openable(const std::string& name) {
  constexpr std::array<std::string_view, 16> ends{".json", ".gguf", ".safetensors", ".log",  ".txt",  ".csv",
                                                  ".yaml", ".yml",  ".toml",        ".sh",   ".conf", ".cfg",
                                                  ".bat",  ".ps1",  ".preset",      ".kcpps"};
  if (name.starts_with("Modelfile")) return true;
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.ends_with(end); });
}

/// True when numbers in names are compared as numbers: "part-2" before "part-10".
bool counts_before(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (i < a.size() && j < b.size()) {
    if (digit(a[i]) && digit(b[j])) {
      const auto number = [&](std::string_view text, std::size_t& at) {
        while (at < text.size() && text[at] == '0') ++at;
        const std::size_t from = at;
        while (at < text.size() && digit(text[at])) ++at;
        return text.substr(from, at - from);
      };
      const std::string_view x = number(a, i);
      const std::string_view y = number(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    const int x = std::tolower(static_cast<unsigned char>(a[i]));
    const int y = std::tolower(static_cast<unsigned char>(b[j]));
    if (x != y) return x < y;
    ++i;
    ++j;
  }
  return a.size() - i < b.size() - j;
}

}  // namespace

FolderList read_folder(const fs::path& folder) {
  FolderList list{.folder = folder, .entries = {}, .problem = {}};
  std::error_code error;
  fs::directory_iterator at(folder, fs::directory_options::none, error);
  if (error) {
    list.problem = io::shown(folder) + ": " + error.message();
    return list;
  }
  std::size_t seen = 0;
  for (; at != fs::directory_iterator() && !error; at.increment(error)) {
    if (++seen > most_entries) {
      list.is_cut = true;
      break;
    }
    const std::string name = io::shown(at->path().filename());
    if (name.starts_with('.')) continue;
    std::error_code unreadable;
    const bool is_folder = at->is_directory(unreadable);
    if (!is_folder && (!is_openable(name) || !at->is_regular_file(unreadable))) continue;
    const std::uintmax_t size = is_folder ? 0 : at->file_size(unreadable);
    list.holds_model |= name == "config.json" || name.ends_with(".safetensors") || name.ends_with(".gguf");
    list.entries.push_back({name, is_folder, Bytes{unreadable ? 0 : static_cast<Count>(size)}});
  }
  std::sort(list.entries.begin(), list.entries.end(), [](const FolderEntry& a, const FolderEntry& b) {
    return a.is_folder != b.is_folder ? a.is_folder : counts_before(a.name, b.name);
  });
  return list;
}

TypedPath parts_of(std::string_view typed) {
  if (typed == "~") typed = "~/";
#ifdef _WIN32
  constexpr std::string_view separators = "/\\";
#else
  constexpr std::string_view separators = "/";
#endif
  const std::size_t end = typed.find_last_of(separators);
  if (end == std::string_view::npos) return {{}, typed};
  return {typed_path(typed.substr(0, end + 1)), typed.substr(end + 1)};
}

}  // namespace llmcalc::ui
