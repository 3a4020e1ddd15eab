#include "models/tower.hpp"

#include <array>

namespace llmcalc::models {

namespace {

// clang-format off
constexpr auto rows = std::to_array<TowerRow>({
    // Whisper's encoder under the names of either generation of classes: two convolutions of three taps over time,
    // layers with LayerNorm and biases on everything but the keys.
    {.name = "whisper_shape",
     .sizes = "hidden=width(hidden_size,1280) width=width(encoder_ffn_dim|intermediate_size,5120)"
              " layers=layers(encoder_layers|num_hidden_layers,32) mel=width(num_mel_bins,128)"
              " positions=width(max_source_positions,1500)"},
    {.name = "whisper_convolutions",
     .tensors = "audio_tower.conv1 : hidden x mel*3 +; audio_tower.conv2 : hidden x hidden*3 +"},
    {.name = "whisper_layers", .tensors = R"(
     @audio_tower.layers.{}. layers
       self_attn.k_proj : hidden x hidden; self_attn.v_proj self_attn.q_proj self_attn.out_proj : hidden x hidden +
       &whisper_block
     @)"},
    {.name = "whisper_block", .tensors = R"(
       self_attn_layer_norm : ln hidden; fc1 : width x hidden +; fc2 : hidden x width +
       final_layer_norm : ln hidden)"},
    {.name = "whisper", .sizes = "@whisper_shape", .tensors = R"(
     &whisper_convolutions
     audio_tower.embed_positions : positions x hidden
     &whisper_layers
     audio_tower.layer_norm : ln hidden)"},
    // Voxtral: four frames side by side are as wide as the encoder's block.
    {.name = "voxtral", .sizes = "@whisper", .tensors = R"(
     &whisper
     multi_modal_projector.linear_1 : model x width; multi_modal_projector.linear_2 : model x model)"},
    {.name = "audioflamingo3", .sizes = "@whisper bias=flag(c.projector_bias,1)", .tensors = R"(
     &whisper
     multi_modal_projector.linear_1 : model x hidden + bias; multi_modal_projector.linear_2 : model x model + bias)"},
    // GLM-ASR: Whisper's layers with rotary positions; the projector takes four frames side by side.
    {.name = "glmasr", .sizes = "@whisper_shape", .tensors = R"(
     &whisper_convolutions
     &whisper_layers
     audio_tower.norm : ln hidden
     multi_modal_projector.linear_1 : 2*model x width +; multi_modal_projector.linear_2 : model x 2*model +)"},
    {.name = "qwen2_audio", .sizes = "@whisper",
     .tensors = "&whisper; multi_modal_projector.linear : model x hidden +"},
    {.name = "qwen2_5_omni_audio", .sizes = "@whisper_shape out=width(output_dim,3584)", .tensors = R"(
     &whisper_convolutions
     audio_tower.audio_bos_eos_token : 2 x out
     &whisper_layers
     audio_tower.ln_post : ln hidden; audio_tower.proj : out x hidden +)"},
    // Qwen3-Omni: three convolutions of 3 x 3 halve the mel bins each time, rounded up.
    {.name = "qwen3_omni_audio",
     .sizes = "@whisper_shape channels=width(downsample_hidden_size,480) bins=mel+1/2+1/2+1/2"
              " out=width(output_dim,3584)",
     .tensors = R"(
     audio_tower.conv2d1 : channels x 9 +; audio_tower.conv2d2 audio_tower.conv2d3 : channels x channels*9 +
     audio_tower.conv_out : hidden x channels*bins
     @audio_tower.layers.{}. layers
       self_attn.k_proj self_attn.v_proj self_attn.q_proj self_attn.out_proj : hidden x hidden +
       &whisper_block
     @
     audio_tower.ln_post : ln hidden; audio_tower.proj1 : hidden x hidden +; audio_tower.proj2 : out x hidden +)"},

    // Gemma 4 E2B and E4B: a conformer with two feed-forward blocks a layer.
    {.name = "gemma4_audio",
     .sizes = "hidden=width(hidden_size) heads=heads(num_attention_heads) first=first(subsampling_conv_channels,128)"
              " second=last(subsampling_conv_channels,32) out=width(output_proj_dims)"
              " layers=layers(num_hidden_layers)"
              " taps=few(conv_kernel_size,5)",
     .tensors = R"(
     @audio_tower.subsample_conv_projection.
       layer0.conv : first x 9; layer0.norm : rms first; layer1.conv : second x first*9; layer1.norm : rms second
       input_proj_linear : hidden x first/4*second
     @audio_tower.layers.{}. layers
       feed_forward1.ffw_layer_1.linear : 4*hidden x hidden; feed_forward1.ffw_layer_2.linear : hidden x 4*hidden
       feed_forward1.pre_layer_norm feed_forward1.post_layer_norm : rms hidden
       feed_forward2.ffw_layer_1.linear : 4*hidden x hidden; feed_forward2.ffw_layer_2.linear : hidden x 4*hidden
       feed_forward2.pre_layer_norm feed_forward2.post_layer_norm : rms hidden
       self_attn.q_proj.linear self_attn.k_proj.linear self_attn.v_proj.linear self_attn.post.linear : hidden x hidden
       self_attn.relative_k_proj : hidden x hidden; self_attn.per_dim_scale : hidden/heads
       lconv1d.linear_start.linear : 2*hidden x hidden; lconv1d.linear_end.linear : hidden x hidden
       lconv1d.depthwise_conv1d : hidden x taps
       lconv1d.pre_layer_norm lconv1d.conv_norm norm_pre_attn norm_post_attn norm_out : rms hidden
     @
     audio_tower.output_proj : out x hidden +; embed_audio.embedding_projection : model x out)"},
    // Phi-4-multimodal: three convolutions, the later ones by channel, a table of distances, conformer layers; a
    // projection each for speech and for sound with images. Keys of either layout.
    {.name = "phi4_audio",
     .sizes = "hidden=width(hidden_size|attention_dim,1024) width=width(intermediate_size|linear_units,1536)"
              " layers=layers(num_blocks,24) heads=heads(num_attention_heads|attention_heads,16)"
              " channels=width(nemo_conv_channels,1024) taps=few(kernel_size,3) mel=width(input_size,80) bins=mel+7/8"
              " distance=width(bias_max_distance,500)",
     .tensors = R"(
     audio_embed.encoder.embed.conv.0 : channels x 9 +
     audio_embed.encoder.embed.conv.2 audio_embed.encoder.embed.conv.5 : channels x 9 +
     audio_embed.encoder.embed.conv.3 audio_embed.encoder.embed.conv.6 : channels x channels +
     audio_embed.encoder.embed.out : hidden x channels*bins +
     audio_embed.encoder.relative_attention_bias_layer.bias_values : 2*distance x heads
     @audio_embed.encoder.encoders.{}. layers
       feed_forward_in.layer_norm feed_forward_out.layer_norm layer_norm_att layer_norm conv.layer_norm : ln hidden
       feed_forward_in.gate_up_proj feed_forward_out.gate_up_proj : 2*width x hidden +
       feed_forward_in.down_proj feed_forward_out.down_proj : hidden x width +
       self_attn.linear_q self_attn.linear_k self_attn.linear_v self_attn.linear_out : hidden x hidden +
       conv.glu.ext_pw_conv_1d : 2*hidden x hidden +; conv.glu.b1 conv.glu.b2 : hidden
       conv.dw_sep_conv_1d.dw_conv : hidden x taps +
       conv.dw_sep_conv_1d.pw_conv conv.ext_pw_conv_1d : hidden x hidden +
     @
     audio_embed.audio_projection.speech.0 audio_embed.audio_projection.vision.0 : model x hidden +
     audio_embed.audio_projection.speech.2 audio_embed.audio_projection.vision.2 : model x model +)"},
    // MiMo V2: the layers of Qwen2 over groups of coded frames; one embedding for every codebook (mimo_codebooks).
    {.name = "mimo_v2_audio",
     .sizes = "hidden=width(input_local_dim,1024) width=width(input_local_intermediate_size,4096)"
              " layers=layers(input_local_layers,6) heads=heads(input_local_attn_heads,16)"
              " head=width(input_local_head_dim,hidden/heads) inner=heads*head group=few(group_size,4)"
              " grouped=hidden*group out=width(out_hidden_size,model) normed=flag(add_post_norm,1)"
              " two=few(projection_layers,2) two=two-1 one=1-two",
     .tensors = R"(
     @audio_encoder.input_local_transformer.layers.{}. layers
       self_attn.q_proj self_attn.k_proj self_attn.v_proj : inner x hidden +; self_attn.o_proj : hidden x inner
       mlp.gate_proj mlp.up_proj : width x hidden; mlp.down_proj : hidden x width
       input_layernorm post_attention_layernorm : rms hidden
     @
     audio_encoder.input_local_transformer.norm : rms hidden*normed
     audio_encoder.projection : out*one x grouped
     audio_encoder.projection.mlp.0 : 4*grouped*two x grouped; audio_encoder.projection.mlp.2 : out*two x 4*grouped)"},
    // Parakeet: convolutions that shorten eight times, layers with attention to distances between two half blocks.
    {.name = "parakeet",
     .sizes = "hidden=width(hidden_size,1024) width=width(intermediate_size,4*hidden) layers=layers(num_hidden_layers,24)"
              " bias=flag(attention_bias,0) cbias=flag(convolution_bias,0) kernel=few(conv_kernel_size,9)"
              " channels=width(subsampling_conv_channels,256) bins=width(num_mel_bins,128)"
              " out=width(projection_hidden_size,4096) pbias=flag(projection_bias,0)",
     .tensors = R"(
     sound_encoder.encoder.subsampling.layers.0 : channels x 9 +
     @sound_encoder.encoder.subsampling.layers.{}. 2
       depthwise : channels x 9 +; pointwise : channels x channels +
     @
     sound_encoder.encoder.subsampling.linear : hidden x channels*bins/8 +
     @sound_encoder.encoder.layers.{}. layers
       feed_forward1.linear1 feed_forward2.linear1 : width x hidden + bias
       feed_forward1.linear2 feed_forward2.linear2 : hidden x width + bias
       self_attn.q_proj self_attn.k_proj self_attn.v_proj self_attn.o_proj : hidden x hidden + bias
       self_attn.relative_k_proj : hidden x hidden; self_attn.bias_u self_attn.bias_v : hidden
       conv.pointwise_conv1 : 2*hidden x hidden + cbias; conv.depthwise_conv : hidden x kernel + cbias
       conv.pointwise_conv2 : hidden x hidden + cbias; conv.norm : ln hidden
       norm_feed_forward1 norm_self_att norm_conv norm_feed_forward2 norm_out : ln hidden
     @
     sound_projection.norm : rms hidden; sound_projection.linear1 : out x hidden + pbias
     sound_projection.linear2 : model x out + pbias)"},
    // Gemma 4 12B: samples are projected without an encoder.
    {.name = "gemma4_unified_audio",
     .sizes = "samples=width(audio_embed_dim,640) same=width(hidden_size,640) same=width(output_proj_dims,640)",
     .tensors = "embed_audio.embedding_projection : model x samples"},
});
// clang-format on

}  // namespace

std::span<const TowerRow> audio_encoders() { return rows; }

}  // namespace llmcalc::models
