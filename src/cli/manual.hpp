#pragma once
// The manual page and the shells' completion, made from the same options that the program parses, so that they cannot
// disagree with it.

#include <CLI/CLI.hpp>

#include <string>

namespace llmcalc::cli {

/// The manual page llmcalc(1) in troff.
std::string man_page(const CLI::App& program);

/// The manual page llmcalc-gui(1).
std::string window_man_page(const CLI::App& program);

/// A completion script for bash, zsh or fish; "" for another shell.
std::string completion_script(const CLI::App& program, const std::string& shell);

}  // namespace llmcalc::cli
