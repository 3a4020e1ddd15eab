#pragma once
// One object of a quantization config, read in place: such objects may list thousands of modules.

#include "models/fields.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace llmcalc::models {

/// A view of a JSON object that collects issues. Missing keys, null and what is no object at all read as absent.
class Entry {
 public:
  Entry(const nlohmann::json& value, std::string pointer, const Fields& c)
      : value_(&value), pointer_(std::move(pointer)), c_(&c) {
    if (!value.is_object() && !value.is_null()) complain("", "must be an object");
  }

  /// The value of a key, null when absent.
  [[nodiscard]] const nlohmann::json* find(const char* key) const {
    if (!value_->is_object()) return nullptr;
    const auto found = value_->find(key);
    return found == value_->end() || found->is_null() ? nullptr : &*found;
  }
  [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }

  /// A text; `fallback` when absent.
  [[nodiscard]] std::string text(const char* key, std::string_view fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return std::string(fallback);
    if (value->is_string()) return value->get<std::string>();
    complain(key, "must be a text");
    return std::string(fallback);
  }
  /// A number; `fallback` when absent.
  [[nodiscard]] double number(const char* key, double fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
    complain(key, "must be a number");
    return fallback;
  }
  /// A boolean; `fallback` when absent.
  [[nodiscard]] bool flag(const char* key, bool fallback) const {
    const nlohmann::json* value = find(key);
    if (value == nullptr) return fallback;
    if (value->is_boolean()) return value->get<bool>();
    if (value->is_number_integer()) return *value != 0;
    complain(key, "must be true or false");
    return fallback;
  }
  /// A nested object, empty when absent or something else.
  [[nodiscard]] Entry object(const char* key) const {
    static const nlohmann::json nothing = nlohmann::json::object();
    const nlohmann::json* value = find(key);
    return {value != nullptr && value->is_object() ? *value : nothing, pointer_ + "/" + key, *c_};
  }
  /// A value inside this one.
  [[nodiscard]] Entry at(const nlohmann::json& value) const { return {value, pointer_, *c_}; }

  /// Every text of a list, of lists in a list too; a single text is a list of one.
  template <class Take>
  void each_text(const char* key, Take take) const {
    const nlohmann::json* list = find(key);
    if (list == nullptr) return;
    if (list->is_string()) return take(list->get_ref<const std::string&>());
    if (!list->is_array()) return complain(key, "must be a list of names");
    for (const nlohmann::json& item : *list) {
      if (item.is_string()) {
        take(item.get_ref<const std::string&>());
      } else if (item.is_array()) {
        for (const nlohmann::json& inner : item) {
          if (inner.is_string()) take(inner.get_ref<const std::string&>());
        }
      } else {
        complain(key, "must be a list of names");
      }
    }
  }
  /// Every object in an object, with its name; null and other values as an empty object.
  template <class Take>
  void each_entry(const char* key, Take take) const {
    static const nlohmann::json nothing = nlohmann::json::object();
    const nlohmann::json* holder = find(key);
    if (holder == nullptr) return;
    if (!holder->is_object()) return complain(key, "must be an object");
    for (auto entry = holder->begin(); entry != holder->end(); ++entry) {
      take(entry.key(), Entry(entry->is_object() ? *entry : nothing, pointer_ + "/" + key, *c_));
    }
  }
  /// Every value in this object with its name.
  template <class Take>
  void each(Take take) const {
    if (!value_->is_object()) return;
    for (auto entry = value_->begin(); entry != value_->end(); ++entry) take(entry.key(), *entry);
  }

 private:
  void complain(std::string_view key, std::string what) const {
    Issue issue{pointer_ + (key.empty() ? "" : "/") + std::string(key), std::move(what)};
    Issues& issues = c_->findings().issues;
    if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(std::move(issue));
  }

  const nlohmann::json* value_;
  std::string pointer_;
  const Fields* c_;
};

}  // namespace llmcalc::models
