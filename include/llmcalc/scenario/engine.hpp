#pragma once
// What an engine is to the rest of the code: a row of abilities and functions. The row of each engine is in its own
// file or folder under engines/, with its versions and its memory; engines.hpp finds it. Nothing else asks which engine
// a scenario has.

#include <llmcalc/base/words.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

struct InferenceEstimate;

/// Where the room for keys and values comes from.
enum class CachePool : std::uint8_t {
  None,     ///< the cache is as large as the sequences need
  Granted,  ///< a pool of blocks from what is left on the device; sequences beyond it wait
  Enforced  ///< the same, and a pool without room for anything is a limit as well
};

/// What becomes of the beams of a beam search.
enum class BeamSearch : std::uint8_t { Searched, AsSequences, NotCounted };

/// What is known of models that generate no text.
enum class EncoderSupport : std::uint8_t { Served, NotMeasured, NotServed };

/// How GGUF files are read.
enum class GgufReading : std::uint8_t { None, Packed, Unpacked };

/// How several devices are used.
enum class DeviceSharing : std::uint8_t {
  ByLayout,       ///< as many as the parallel layout names, one by default
  ByLayoutOrAll,  ///< the same, but without a layout the layers are shared over all of them
  DealsLayers     ///< the engine deals its layers to all of them itself; a layout does not apply
};

/// What a program sets when its user says nothing, where that is not what a new scenario has.
struct EngineDefaults {
  Count (*context)(const Scenario&) = nullptr;
  std::optional<Count> batch{};
  double (*memory_share)(const Scenario&) = nullptr;
  std::optional<FormatChoice> weights{};  ///< of a model that is no file with formats of its own
};

/// What an engine computes at once.
struct StepLimits {
  Count sequences = 256;
  Count tokens = 8192;
};

/// The limits a scenario gives, and these where it gives none.
[[nodiscard]] constexpr StepLimits given_limits(const Serving& v, StepLimits otherwise) {
  return {v.max_num_seqs.value_or(otherwise.sequences), v.max_num_batched_tokens.value_or(otherwise.tokens)};
}

/// Cells that KoboldCpp's cache has besides those of the context (gpttype_adapter.cpp,
/// extra_context_handle_fragmentation).
inline constexpr Count koboldcpp_cells = 128;

/// Everything that is asked about an engine.
struct Engine {
  Runtime id = Runtime::Transformers;
  Runtime prints = id;                             ///< whose lines its log has
  std::string_view program{};                      ///< how its server is started, up to the name of the model
  std::span<const Vendor> vendors{};               ///< makers of the devices it has builds for; empty: all
  std::span<const std::string_view> versions{};    ///< from which its rules are known, oldest first; empty: one rule
  std::span<const FormatChoice> weight_choices{};  ///< weight formats it reads and people use, largest first
  GgufReading gguf = GgufReading::None;
  bool reads_mlx = false;                     ///< weights of mlx.nn.quantize
  bool halves_fp32 = false;                   ///< weights released in fp32 are loaded in 16 bits
  KvFormatSet cache_formats = 0;              ///< what its cache can be stored in
  std::span<const KvFormat> cache_choices{};  ///< of those, what people use, largest first
  bool separate_kv_formats = false;           ///< keys and values may be stored differently
  CachePool pool = CachePool::None;
  BeamSearch beams = BeamSearch::AsSequences;
  EncoderSupport encoders = EncoderSupport::NotServed;
  bool encoder_decoders = false;  ///< of an encoder with a decoder both are computed
  DeviceSharing sharing = DeviceSharing::ByLayout;
  bool embedding_on_host = false;  ///< the token embedding stays in host memory
  Bytes (*host_tables)(const Scenario&) =
      nullptr;  ///< other tables in host memory of which only rows are read; null: none
  /// Paths, separated by blanks, of the settings that it reads among those that only some engines read
  /// (field_rows::by_engine).
  std::array<std::string_view, 2> reads{};
  StepLimits (*limits)(const Scenario&) = nullptr;           ///< when a scenario does not say; null: StepLimits{}
  InferenceEstimate (*estimate)(const Scenario&) = nullptr;  ///< its memory, of a normalised scenario
  void (*add_warnings)(const Scenario&,
                       std::vector<std::string>&) = nullptr;     ///< what it alone refuses; null: nothing
  std::optional<Scenario> (*served)(const Scenario&) = nullptr;  ///< what it makes of a scenario; nothing: as it is
  EngineDefaults usual{};                                        ///< settings that nobody gave

  /// True when its cache is a pool of blocks.
  [[nodiscard]] constexpr bool has_pool() const { return pool != CachePool::None; }
  /// True when it reads the setting at this path.
  [[nodiscard]] constexpr bool reads_setting(std::string_view path) const {
    return has_word(reads[0], path) || has_word(reads[1], path);
  }
  /// True when layers may stay in host memory.
  [[nodiscard]] constexpr bool offloads_layers() const { return reads_setting("serving.gpu_layers"); }
  /// True when it deals layers to devices itself, so that a parallel layout does not apply.
  [[nodiscard]] constexpr bool deals_layers() const { return sharing == DeviceSharing::DealsLayers; }
};

}  // namespace llmcalc
