// Writes the TypeScript declarations of the npm package to standard output: the scenario from the table of settings.

#include <llmcalc/scenario/fields.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llmcalc;

/// A key of the scenario: a setting, or an object of them.
struct Key {
  std::string name;
  const Field* field = nullptr;
  std::vector<Key> below;
};

void add(std::vector<Key>& keys, std::string_view path, const Field& field) {
  const std::size_t dot = path.find('.');
  const std::string name(path.substr(0, dot));
  auto found = keys.begin();
  while (found != keys.end() && found->name != name) ++found;
  if (found == keys.end()) found = keys.insert(found, Key{.name = name});
  if (dot == std::string_view::npos) {
    found->field = &field;
  } else {
    add(found->below, path.substr(dot + 1), field);
  }
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string choices(const ChoiceAccess& access) {
  std::string out;
  for (std::size_t i = 0; i < access.size; ++i) out += (i == 0 ? "" : " | ") + quoted(access.row(i).key);
  return out;
}

std::string coded(const CodedAccess& access) {
  // Texts to offer are not all that are understood.
  std::string out = "string";
  if (access.shape == CodedShape::KeyValue) out += " | { k: string; v: string }";
  if (access.shape == CodedShape::List) out += " | string[]";
  if (access.shape == CodedShape::Counted) out += " | { every: number }";
  return out;
}

std::string external(const Field& field) {
  if (field.path == "device")
    return "string | { id: string; count?: number } | { memory_bytes: number; count?: number }";
  return "string | { file: string } | { config: object } | { custom: object }" +
         std::string(field.path == "model" ? "" : " | null");
}

std::string type_of(const Field& field) {
  switch (field.kind()) {
    case FieldKind::Whole:
    case FieldKind::Real: return "number";
    case FieldKind::OptionalWhole:
      return "number | null" + (field.nothing.empty() ? std::string() : " | " + quoted(field.nothing));
    case FieldKind::Flag: return "boolean";
    case FieldKind::Text: return "string";
    case FieldKind::Choice: return choices(std::get<ChoiceAccess>(field.access));
    case FieldKind::Coded: return coded(std::get<CodedAccess>(field.access));
    case FieldKind::External: break;
  }
  return external(field);
}

void print(const std::vector<Key>& keys, const std::string& indent) {
  for (const Key& key : keys) {
    if (key.field != nullptr && key.below.empty()) {
      const std::string unit = key.field->unit.empty() ? "" : ", in " + std::string(key.field->unit);
      std::printf("%s/** %s: %s%s. */\n", indent.c_str(), std::string(key.field->label).c_str(),
                  std::string(key.field->help).c_str(), unit.c_str());
      std::printf("%s%s%s: %s;\n", indent.c_str(), key.name.c_str(), key.name == "model" ? "" : "?",
                  type_of(*key.field).c_str());
    } else {
      std::printf("%s%s?: {\n", indent.c_str(), key.name.c_str());
      print(key.below, indent + "  ");
      std::printf("%s};\n", indent.c_str());
    }
  }
}

}  // namespace

int main() {
  std::vector<Key> keys;
  for (const Field& field : fields) add(keys, field.path, field);
  std::puts(
      "// Written from llmcalc's table of settings.\n\n/** What is estimated. Every key but the model may be left "
      "out. */\nexport interface Scenario {");
  print(keys, "  ");
  std::puts("}");
  return 0;
}
