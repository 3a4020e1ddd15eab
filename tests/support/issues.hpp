#pragma once
// Looking for an issue in a result.

#include <llmcalc/base/issue.hpp>

#include <string>
#include <string_view>

namespace llmcalc::tests {

/// True when the result failed with an issue whose place and text contain these words.
template <class T>
bool has_issue(const Result<T>& result, std::string_view where, std::string_view what) {
  for (const Issue& issue : result.issues()) {
    if (issue.where.find(where) != std::string::npos && issue.what.find(what) != std::string::npos) return true;
  }
  return false;
}

/// The first issue in one line, for messages.
template <class T>
std::string first_issue(const Result<T>& result) {
  return result ? "no issue" : result.issues().front().where + ": " + result.issues().front().what;
}

}  // namespace llmcalc::tests
