// How long reading takes: a config.json, the headers of model files with as many tensors as large models have, a
// scenario, and the catalogues that a start reads.

#include "host/byte_source.hpp"
#include "host/preset_folders.hpp"
#include "models/config_json.hpp"
#include "readers/device_preset.hpp"
#include "readers/gguf/header.hpp"
#include "readers/model_preset.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/scenario_json.hpp"
#include "scenarios.hpp"
#include "support/gguf_builder.hpp"
#include "support/safetensors_builder.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace llmcalc;

/// A header is followed by a hole of the tensors' size; only the header is ever read.
class WithHole final : public io::ByteSource {
 public:
  WithHole(std::string header, std::uint64_t hole) : header_(std::move(header)), hole_(hole) {}
  std::uint64_t size() const override { return header_.size() + hole_; }
  bool read(std::uint64_t offset, std::span<char> into) const override {
    if (offset > size() || into.size() > size() - offset) return false;
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = offset + i < header_.size() ? header_[offset + i] : '\0';
    return true;
  }

 private:
  std::string header_;
  std::uint64_t hole_;
};

std::string layer_name(int i) { return "model.layers." + std::to_string(i / 9) + ".part" + std::to_string(i % 9); }

void BM_ReadConfig(benchmark::State& state, const char* id) {
  const auto preset = io::find_model_preset(io::preset_folders(), id);
  if (!preset) return state.SkipWithError("no such preset");
  for (auto _ : state) benchmark::DoNotOptimize(model_from_config_text(preset->config, id));
}
BENCHMARK_CAPTURE(BM_ReadConfig, llama, "llama-3.1-8b")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_ReadConfig, deepseek, "deepseek-v3")->Unit(benchmark::kMicrosecond);

void BM_ReadSafetensorsHeader(benchmark::State& state) {
  tests::SafetensorsBuilder builder;
  for (int i = 0; i < state.range(0); ++i) builder.bf16(layer_name(i), {64, 64});
  const WithHole file(builder.header(), builder.data_bytes());
  for (auto _ : state) {
    io::Problems problems("bench");
    benchmark::DoNotOptimize(io::read_safetensors_header(file, problems));
    if (!problems.empty()) return state.SkipWithError("not read");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ReadSafetensorsHeader)->Arg(300)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void BM_ReadGgufHeader(benchmark::State& state) {
  tests::GgufBuilder builder;
  builder.string("general.architecture", "llama").string_list("tokenizer.ggml.tokens", 128'256, "token");
  for (int i = 0; i < state.range(0); ++i) builder.tensor(layer_name(i), GgmlType::Q8_0, {64, 64});
  const WithHole file(builder.header(), builder.data_bytes());
  for (auto _ : state) {
    io::Problems problems("bench");
    benchmark::DoNotOptimize(io::read_gguf_header(file, problems));
    if (!problems.empty()) return state.SkipWithError("not read");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ReadGgufHeader)->Arg(300)->Arg(2'000)->Unit(benchmark::kMicrosecond);

void BM_ReadScenario(benchmark::State& state) {
  const io::Resolver resolver = io::default_resolver();
  const std::string text = io::write_scenario(bench::scenario_of("llama-3.1-8b")).dump();
  for (auto _ : state) benchmark::DoNotOptimize(io::read_scenario_text(text, resolver));
}
BENCHMARK(BM_ReadScenario)->Unit(benchmark::kMicrosecond);

/// What every start of the window reads.
void BM_ReadCatalogues(benchmark::State& state) {
  const auto folders = io::preset_folders();
  for (auto _ : state) {
    benchmark::DoNotOptimize(io::read_model_catalogue(folders));
    benchmark::DoNotOptimize(io::read_device_catalogue(folders));
  }
}
BENCHMARK(BM_ReadCatalogues)->Unit(benchmark::kMillisecond);

}  // namespace
