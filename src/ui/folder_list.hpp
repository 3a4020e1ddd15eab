#pragma once
// What a folder holds that can be opened: for the dialogue that opens files.

#include <llmcalc/base/units.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// A folder or file.
struct FolderEntry {
  std::string name;
  bool is_folder = false;
  Bytes bytes;
};

/// A folder as it was when it was read.
struct FolderList {
  std::filesystem::path folder;
  std::vector<FolderEntry> entries;  ///< folders first, in the order people count in
  std::string problem;               ///< why it could not be read; "" it could
  bool holds_model = false;          ///< it can be opened as a whole
  bool is_cut = false;               ///< there is more than was read
};

/// Reads a folder: its folders, and the files that the program opens. Hidden ones are left out.
[[nodiscard]] FolderList read_folder(const std::filesystem::path& folder);

/// A typed path taken apart: the folder that is listed, with "~" replaced, and what its entries' names are to hold.
struct TypedPath {
  std::filesystem::path folder;
  std::string_view rest;
};
[[nodiscard]] TypedPath parts_of(std::string_view typed);

}  // namespace llmcalc::ui
