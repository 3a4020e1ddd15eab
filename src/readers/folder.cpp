#include "readers/folder.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/problems.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace llmcalc::io {

namespace fs = std::filesystem;

namespace {

bool digits_to_number(std::string_view text, unsigned& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// The part of a folder's surroundings its links may point to.
fs::path reachable(const fs::path& canonical) {
  const fs::path snapshots = canonical.parent_path();
  std::error_code error;
  if (snapshots.filename() == "snapshots" && fs::is_directory(snapshots.parent_path() / "blobs", error))
    return snapshots.parent_path();
  return canonical;
}

}  // namespace

PartName part_name(std::string_view file_name) {
  // STEM-00002-of-00005.EXTENSION
  const std::size_t of = file_name.rfind("-of-");
  if (of == std::string_view::npos) return {};
  const std::size_t dash = of == 0 ? std::string_view::npos : file_name.rfind('-', of - 1);
  const std::size_t dot = file_name.find('.', of);
  if (dash == std::string_view::npos || dot == std::string_view::npos) return {};
  const std::string_view number = file_name.substr(dash + 1, of - dash - 1),
                         count = file_name.substr(of + 4, dot - of - 4);
  PartName name{std::string(file_name.substr(0, dash)), std::string(file_name.substr(dot)), 0, 0, count.size()};
  const bool sound = digits_to_number(number, name.number) && digits_to_number(count, name.count) &&
                     name.number >= 1 && name.number <= name.count && name.count <= 99'999;
  return sound ? name : PartName{};
}

std::string part_name_of(const PartName& name, unsigned number) {
  const auto padded = [&](unsigned value) {
    std::string text = std::to_string(value);
    if (text.size() < name.digits) text.insert(0, name.digits - text.size(), '0');
    return text;
  };
  return name.stem + "-" + padded(number) + "-of-" + padded(name.count) + name.extension;
}

Result<Folder> Folder::open(const fs::path& path) {
  std::error_code error;
  Folder folder;
  folder.path_ = path.empty() ? fs::path(".") : path;
  const fs::path canonical = fs::canonical(folder.path_, error);
  if (error) return std::vector<Issue>{{shown(path), "folder cannot be opened: " + error.message()}};
  if (!fs::is_directory(canonical, error)) return std::vector<Issue>{{shown(path), "is not a folder"}};
  folder.root_ = reachable(canonical);
  return folder;
}

std::vector<std::string> Folder::files_ending(std::string_view extension) const {
  std::vector<std::string> names;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end && seen < most(Limit::FolderEntries);
       entry.increment(error), ++seen) {
    std::string name = shown(entry->path().filename());
    // "._model.safetensors" and ".cache" are leavings of other programs, never a model
    if (name.ends_with(extension) && !name.starts_with('.')) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

bool Folder::has(const std::string& name) const {
  std::error_code error;
  return fs::exists(fs::symlink_status(path_ / path_of(name), error));
}

Result<fs::path> Folder::resolve(const std::string& name) const {
  const auto refuse = [&](std::string what) { return std::vector<Issue>{{shown(path_), std::move(what)}}; };
  const fs::path relative = path_of(name);
  if (name.empty() || name.find('\0') != std::string::npos)
    return refuse("names a file without a proper name: " + in_quotes(name));
  const bool drive = name.size() > 1 && name[1] == ':';
  if (relative.is_absolute() || relative.has_root_path() || name[0] == '\\' || drive)
    return refuse("names a file outside the folder: " + in_quotes(name));
  for (const fs::path& step : relative) {
    if (step == "..") return refuse("names a file outside the folder: " + in_quotes(name));
  }
  std::error_code error;
  const fs::path target = fs::canonical(path_ / relative, error);
  if (error == std::errc::no_such_file_or_directory) {
    return refuse(has(name)
                      ? in_quotes(name) + " is a link to a file that does not exist (not downloaded completely?)"
                      : in_quotes(name) + " is missing");
  }
  if (error == std::errc::too_many_symbolic_link_levels)
    return refuse(in_quotes(name) + " is a link that leads in a circle");
  if (error) return refuse(in_quotes(name) + " cannot be opened: " + error.message());
  if (name != trusted_ && !lies_in(target, root_))
    return refuse(in_quotes(name) + " is a link that leads out of the folder");
  return target;
}

}  // namespace llmcalc::io
