#pragma once
// Which modules of a checkpoint are stored how, by name. Every dialect of quantization configs is turned into these
// rules, and one matcher holds them against the tensor inventory.
//
// A text is a name ("lm_head", "model.layers.3.mlp", "self_attn": the module of that name and everything in it, a name
// may be any run of whole steps), a name with one "*" at its end (everything that begins so), another wildcard
// ("*.attn.*", the whole name) or, after "re:", a regular expression. Publishers, libraries and this program name the
// same module differently (wrappers, "attn" for "self_attn", "w1" for "gate_proj"): such names are taken for equal.

#include <llmcalc/base/name_pattern.hpp>
#include <llmcalc/memory/weight_formats.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llmcalc::models {

/// What the rules say of a module.
struct ModuleVerdict {
  enum class Kind { Unnamed, Left, Stored };
  Kind kind = Kind::Unnamed;
  WeightRules format{};  ///< when stored
};

/// Rules by name. Modules that are to be left alone win over formats, but for a format that names the module itself
/// where only something around it is left alone: llm-compressor lists such containers, and they change nothing. Of two
/// names the longer one wins.
class ModuleRules {
 public:
  /// Modules of this name stay as they are.
  void leave(std::string_view text) { add(text, std::nullopt); }
  /// Modules of this name are stored in this format.
  void store(std::string_view text, const WeightRules& format) { add(text, format); }

  [[nodiscard]] bool empty() const { return rules_.empty(); }
  /// True when single experts are named, so that each has to be asked for.
  [[nodiscard]] bool numbers_experts() const { return numbers_experts_; }
  /// True when a vision or audio tower is named.
  [[nodiscard]] bool names_towers() const;
  /// What the rules say of a module, named as in the inventory with its numbers ("model.layers.3.mlp.up_proj").
  [[nodiscard]] ModuleVerdict find(std::string_view module);
  /// Texts that no module asked for so far fits, and texts that are not understood; names that differ in their numbers
  /// only are given once. Left out, when it was to be left: what is never quantized anyway (norms, routers, towers) and
  /// what is behind the last of so many layers.
  [[nodiscard]] std::vector<std::string> unplaced(Count layers) const;

 private:
  struct Rule {
    std::string text;
    std::optional<WeightRules> format;
    bool absolute = false;  ///< nothing stands before it
    bool used = false;
  };
  /// A rule that fits a module.
  struct Found {
    std::size_t rule = 0;
    bool above = false;  ///< it names something around the module
  };
  struct Pattern {
    NamePattern pattern;
    std::size_t rule = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Names = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;
  /// The rules of one kind.
  struct Table {
    Names names, beginnings;
    std::vector<std::size_t> lengths;  ///< of the beginnings
    std::vector<Pattern> patterns;
  };

  void add(std::string_view text, const std::optional<WeightRules>& format);
  [[nodiscard]] std::optional<Found> look_up(const Table& table, const std::vector<std::string>& names,
                                             const std::vector<std::string>& spellings) const;
  [[nodiscard]] std::vector<std::string> names_of(const std::string& module) const;
  [[nodiscard]] std::vector<std::string> spellings_of(const std::vector<std::string>& names) const;

  std::vector<Rule> rules_;
  Table left_, stored_;
  std::vector<std::string_view> wrappers_;  ///< that occur in patterns
  std::vector<std::size_t> aliases_;        ///< rows of the table of aliases that occur in patterns
  std::vector<std::string_view> fused_;     ///< last steps of fused modules that occur in patterns
  std::unordered_map<std::string, std::optional<Found>> left_known_;  ///< which rule leaves a module alone
  bool numbers_experts_ = false;
  bool leaves_experts_apart_ = false;  ///< rules leave single experts alone
  bool names_mixers_ = false;          ///< "mixer" stands for whatever a layer has
};

}  // namespace llmcalc::models
