#pragma once
// What one replay is of: the model, its sizes, the layers of one device, and what stays in host memory meanwhile.

#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <cstdint>
#include <vector>

namespace llmcalc::llama_cpp {

/// The matrices of a layer whose weights may be in host memory. Gate, Up and Down are those of the routed experts
/// where a layer has some.
enum class Matrix : std::uint8_t {
  Query,
  QueryDown,   ///< latent attention: into the rank of the queries
  LatentDown,  ///< latent attention: into the cached latent
  KeyUp,       ///< latent attention: out of it, for the queries
  ValueUp,     ///< latent attention: out of it, for the output
  Key,
  Value,
  Output,
  Router,
  Gate,
  Up,
  Down,
  SharedGate,
  SharedUp,
  SharedDown,
  RecurrentIn,
  RecurrentLow,   ///< Mamba-1: into the time step's rank and both projections of the state
  RecurrentStep,  ///< Mamba-1: out of the time step's rank
  RecurrentGate,  ///< delta nets
  RecurrentMix,   ///< delta nets: write strength and decay
  RecurrentOut,
  ExpertsIn,  ///< into the width that the routed experts see
  ExpertsOut  ///< out of it
};
/// How many there are.
inline constexpr Count matrix_count = 23;

/// What is in host memory while its layer's products run on a device: for batches of 32 tokens and more every matrix
/// is copied for its product (CUDA backend, offload_op), and the cache of a layer for its attention.
struct HostSide {
  std::vector<Bytes> matrices;  ///< matrix_count for each layer: bytes of the copy, 0 for one that is on the device
  Count cache_layers = 0;       ///< the first so many layers are in host memory whole, cache and vectors included
};

/// What a replay depends on apart from the model.
struct Replay {
  const Model* model = nullptr;
  const Serving* serving = nullptr;
  Sizes sizes;
  bool on_device = true;                ///< false: everything runs on the processor
  const HostSide* host_side = nullptr;  ///< what stays in host memory; null: nothing
  Count first = 0;                      ///< layers first .. end - 1 run on this device
  Count end = saturated;
  bool has_output = true;    ///< final norm and logits are computed here
  Count copies = 1;          ///< of every input, so that micro-batches overlap; more than one are never freed
  bool every_layer = false;  ///< replays layers too that only repeat the state of those before them
  bool predicts = false;     ///< a prediction block: joins the tokens' embeddings with the model's last hidden states
};

}  // namespace llmcalc::llama_cpp
