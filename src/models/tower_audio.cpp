// Audio towers: Whisper's encoder (Voxtral, Qwen2-Audio, Qwen Omni), Gemma 4's conformer. Source: modeling_*.py of
// Hugging Face transformers, class by class.

#include "models/tower.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Numbers of a Whisper encoder, under the names of either generation of classes.
struct WhisperShape {
  Count hidden, width, layers, mel, positions;

  explicit WhisperShape(const Fields& a)
      : hidden(a.count("hidden_size", range::width, 1280)),
        width(a.count("encoder_ffn_dim", range::width, a.count("intermediate_size", range::width, 5120))),
        layers(a.count("encoder_layers", range::layers, a.count("num_hidden_layers", range::layers, 32))),
        mel(a.count("num_mel_bins", range::width, 128)),
        positions(a.count("max_source_positions", range::width, 1500)) {}
};

/// Layers with LayerNorm and biases on everything but the keys.
void write_whisper_layers(Tower& t, const WhisperShape& s) {
  t.layers("audio_tower.layers.{}.", s.layers);
  t.matrix("self_attn.k_proj", s.hidden, s.hidden, false);
  for (const char* name : {"self_attn.v_proj", "self_attn.q_proj", "self_attn.out_proj"}) {
    t.matrix(name, s.hidden, s.hidden);
  }
  t.layer_norm("self_attn_layer_norm", s.hidden);
  t.matrix("fc1", s.width, s.hidden);
  t.matrix("fc2", s.hidden, s.width);
  t.layer_norm("final_layer_norm", s.hidden);
  t.layers("", 1);
}

/// Two convolutions of three taps over time.
void write_whisper_convolutions(Tower& t, const WhisperShape& s) {
  t.matrix("audio_tower.conv1", s.hidden, multiply(s.mel, 3));
  t.matrix("audio_tower.conv2", s.hidden, multiply(s.hidden, 3));
}

/// The whole encoder with its table of positions.
void write_whisper(Tower& t, const WhisperShape& s) {
  write_whisper_convolutions(t, s);
  t.matrix("audio_tower.embed_positions", s.positions, s.hidden, false);
  write_whisper_layers(t, s);
  t.layer_norm("audio_tower.layer_norm", s.hidden);
}

}  // namespace

void write_voxtral_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  const WhisperShape s(a);
  write_whisper(t, s);
  // Four frames side by side are as wide as the encoder's block.
  t.matrix("multi_modal_projector.linear_1", m.hidden, s.width, false);
  t.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden, false);
}

void write_qwen2_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  const WhisperShape s(a);
  write_whisper(t, s);
  t.matrix("multi_modal_projector.linear", m.hidden, s.hidden);
}

void write_qwen2_5_omni_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  const WhisperShape s(a);
  const Count out = a.count("output_dim", range::width, 3584);
  write_whisper_convolutions(t, s);
  t.matrix("audio_tower.audio_bos_eos_token", 2, out, false);
  write_whisper_layers(t, s);
  t.layer_norm("audio_tower.ln_post", s.hidden);
  t.matrix("audio_tower.proj", out, s.hidden);
}

void write_qwen3_omni_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  const WhisperShape s(a);
  const Count channels = a.count("downsample_hidden_size", range::width, 480);
  // Three convolutions of 3 x 3 halve the mel bins each time.
  Count bins = s.mel;
  for (int i = 0; i < 3; ++i) bins = (bins + 1) / 2;
  t.matrix("audio_tower.conv2d1", channels, 9);
  t.matrix("audio_tower.conv2d2", channels, multiply(channels, 9));
  t.matrix("audio_tower.conv2d3", channels, multiply(channels, 9));
  t.matrix("audio_tower.conv_out", s.hidden, multiply(channels, bins), false);
  t.layers("audio_tower.layers.{}.", s.layers);
  for (const char* name : {"self_attn.k_proj", "self_attn.v_proj", "self_attn.q_proj", "self_attn.out_proj"}) {
    t.matrix(name, s.hidden, s.hidden);
  }
  t.layer_norm("self_attn_layer_norm", s.hidden);
  t.matrix("fc1", s.width, s.hidden);
  t.matrix("fc2", s.hidden, s.width);
  t.layer_norm("final_layer_norm", s.hidden);
  t.layers("", 1);
  t.layer_norm("audio_tower.ln_post", s.hidden);
  t.matrix("audio_tower.proj1", s.hidden, s.hidden);
  t.matrix("audio_tower.proj2", a.count("output_dim", range::width, 3584), s.hidden);
}

void write_gemma4_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  const Count hidden = a.required("hidden_size", range::width);
  const Count heads = a.required("num_attention_heads", range::heads);
  const std::vector<Count> channels = a.counts("subsampling_conv_channels", range::width);
  const Count first = channels.empty() ? 128 : channels.front();
  const Count second = channels.empty() ? 32 : channels.back();
  const Count out = a.required("output_proj_dims", range::width);
  t.matrix("audio_tower.subsample_conv_projection.layer0.conv", first, 9, false);
  t.vector("audio_tower.subsample_conv_projection.layer0.norm.weight", first);
  t.matrix("audio_tower.subsample_conv_projection.layer1.conv", second, multiply(first, 9), false);
  t.vector("audio_tower.subsample_conv_projection.layer1.norm.weight", second);
  t.matrix("audio_tower.subsample_conv_projection.input_proj_linear", hidden, multiply(first / 4, second), false);
  t.layers("audio_tower.layers.{}.", a.required("num_hidden_layers", range::layers));
  for (const std::string block : {"feed_forward1", "feed_forward2"}) {
    t.matrix(block + ".ffw_layer_1.linear", multiply(4, hidden), hidden, false);
    t.matrix(block + ".ffw_layer_2.linear", hidden, multiply(4, hidden), false);
    t.rms_norm(block + ".pre_layer_norm", hidden);
    t.rms_norm(block + ".post_layer_norm", hidden);
  }
  for (const char* name : {"self_attn.q_proj.linear", "self_attn.k_proj.linear", "self_attn.v_proj.linear",
                           "self_attn.post.linear", "self_attn.relative_k_proj"}) {
    t.matrix(name, hidden, hidden, false);
  }
  t.vector("self_attn.per_dim_scale", hidden / heads);
  t.matrix("lconv1d.linear_start.linear", multiply(2, hidden), hidden, false);
  t.matrix("lconv1d.linear_end.linear", hidden, hidden, false);
  t.matrix("lconv1d.depthwise_conv1d", hidden, a.count("conv_kernel_size", {1, 64}, 5), false);
  for (const char* name :
       {"lconv1d.pre_layer_norm", "lconv1d.conv_norm", "norm_pre_attn", "norm_post_attn", "norm_out"}) {
    t.rms_norm(name, hidden);
  }
  t.layers("", 1);
  t.matrix("audio_tower.output_proj", out, hidden);
  t.matrix("embed_audio.embedding_projection", m.hidden, out, false);
}

}  // namespace llmcalc::models
