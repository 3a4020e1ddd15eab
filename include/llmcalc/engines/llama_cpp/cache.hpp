#pragma once
// What llama.cpp reserves at start: the context it really uses, cache cells, recurrent state, output buffer.
//
//   n_ctx       = sequences x context, rounded up to 256; one stream when unified, else cells per stream = ceil(n_ctx
//   / sequences) to 256 window cells = min(cells, window x (sequences if unified else 1) + n_ubatch), rounded up to
//   256; --swa-full: all cells K or V      = cells x streams x row_bytes(type, width); on a device a quantized tensor
//   is padded by one row to a multiple of 512 values
//                 and every tensor to 128 bytes
//   latent attention: one tensor of kv_lora_rank + rope_head_dim, no V
//   state       = 4 x [(d_conv - 1) x (d_inner + 2 x groups x d_state) + d_state x d_inner] x sequences for each
//   recurrent layer, always F32 output      = 4 x vocabulary x sequences, on the host
// Source: llama.cpp d775b8967 (build 10573), measured with llama_get_memory_breakdown; exact on all 1,465 cases. Not
// counted: draft models, embeddings output, adapters. Bad input (0 sequences) gives 0.

#include <llmcalc/base/units.hpp>
#include <llmcalc/engines/llama_cpp/architecture.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc::llama_cpp {

/// Tensors in device memory are aligned to this (CUDA backend); in host memory to `host_alignment` (CPU backend).
inline constexpr Count device_alignment = 128;
inline constexpr Count host_alignment = 32;
/// Context and cells are multiples of this (llama-context.cpp, llama-kv-cache.cpp: GGML_PAD(..., 256)).
inline constexpr Count cell_multiple = 256;
/// The CUDA backend pads a quantized row to a multiple of this many values (MATRIX_ROW_PADDING).
inline constexpr Count row_padding = 512;

/// Sizes the whole run depends on.
struct Sizes {
  Count context = 0;  ///< n_ctx in effect, over all sequences
  Count cells = 0;    ///< cells per stream
  Count streams = 1;
  Count ubatch = 0;   ///< tokens of one graph
  Count outputs = 0;  ///< rows of logits reserved
  Count sequences = 1;
  bool windows = false;  ///< the architecture honours sliding windows
};

[[nodiscard]] constexpr Sizes sizes_of(const Serving& s, const Architecture& architecture) {
  const Count asked = multiply(s.sequences, s.context);
  Sizes z;
  z.sequences = s.sequences;
  z.windows = architecture.windows;
  z.context = round_up(asked, cell_multiple);
  z.cells = z.context;
  if (!s.kv_unified && s.sequences != 0) {
    z.cells = round_up(z.context / s.sequences, cell_multiple);
    z.context = multiply(z.cells, s.sequences);
    z.streams = s.sequences;
  }
  // n_batch and n_ubatch are limited before the context is rounded up.
  const Count batch = std::min(asked, s.batch);
  z.ubatch = std::min(batch, s.ubatch);
  z.outputs = s.logits == Logits::All ? z.ubatch : std::min(z.ubatch, multiply(s.sequences, 1 + s.draft_tokens));
  return z;
}

/// Cells of one stream in a layer: all, or what a sliding window needs.
[[nodiscard]] constexpr Count cells_of(const AttentionShape& a, const Serving& s, const Sizes& z) {
  const Count window = a.window != 0 ? a.window : a.chunk;
  if (window == 0 || s.swa_full || !z.windows) return z.cells;
  const Count wanted = add(multiply(window, s.kv_unified ? z.sequences : 1), z.ubatch);
  return round_up(std::min(z.cells, wanted), cell_multiple);
}

/// Bytes of a row of n values; n is a multiple of the block in every cache llama.cpp accepts.
[[nodiscard]] constexpr Bytes row_bytes(Count n, Block block) { return Bytes{block.bytes} * (n / block.elements); }

/// One cached tensor: `width` values for each of `cells` cells.
[[nodiscard]] constexpr Bytes cached_tensor(Count width, Count cells, Block block, bool on_device) {
  Bytes b = row_bytes(width, block) * cells;
  if (!on_device) return b;
  if (block.elements > 1 && width % row_padding != 0) b += row_bytes(row_padding - width % row_padding, block);
  return round_up(b, device_alignment);
}

/// Keys and values of one layer, all streams.
[[nodiscard]] constexpr Bytes layer_cache(const Layer& layer, const Serving& s, const Sizes& z, bool on_device) {
  if (layer.mixer != Mixer::Attention && layer.mixer != Mixer::LatentAttention) return {};
  const AttentionShape& a = layer.attention;
  if (!a.caches()) return {};
  const Count cells = multiply(cells_of(a, s, z), z.streams);
  if (layer.mixer == Mixer::LatentAttention) {
    return cached_tensor(a.kv_lora_rank + a.rope_head_dim, cells, block_of(s.key_format), on_device);
  }
  return cached_tensor(multiply(a.kv_heads, a.head_dim), cells, block_of(s.key_format), on_device) +
         cached_tensor(multiply(a.kv_heads, a.value_head_dim), cells, block_of(s.value_format), on_device);
}

/// Channels of the causal convolution of one recurrent layer.
[[nodiscard]] constexpr Count convolution_channels(const RecurrentShape& r) {
  return add(r.inner, product(2, r.groups, r.state));
}

/// Convolution window of one recurrent layer and sequence: values.
[[nodiscard]] constexpr Count convolution_values(const RecurrentShape& r) {
  return multiply(subtract(r.conv_kernel, 1), convolution_channels(r));
}

}  // namespace llmcalc::llama_cpp
