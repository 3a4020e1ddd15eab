#include "models/tower.hpp"

#include <array>

namespace llmcalc::models {

namespace {

std::string_view deepseek_projector(const Fields& v) {
  return v.is_object("width") ? "deepseek_ocr_projector" : "deepseek_vl2_projector";
}

// clang-format off
constexpr auto rows = std::to_array<TowerRow>({
    {.name = "gemma3", .sizes = "image_tokens=width(c.mm_tokens_per_image,256) image_values=pixels", .tensors = R"(
     multi_modal_projector.mm_input_projection : hidden x model
     multi_modal_projector.mm_soft_emb_norm : rms hidden)"},
    {.name = "paligemma", .sizes = "out=width(projection_dim,model)",
     .tensors = "multi_modal_projector.linear : out x hidden +"},

    // LLaVA: two matrices; features of several layers stand side by side (Granite Vision).
    {.name = "llava", .sizes = "bias=flag(c.multimodal_projector_bias,1) features=picked(c.vision_feature_layer,1)",
     .tensors = R"(
     multi_modal_projector.linear_1 : model x features*hidden + bias
     multi_modal_projector.linear_2 : model x model + bias)"},
    // Phi-3 Vision: 2 x 2 patches side by side, two matrices; separators of rows and of images.
    {.name = "phi3_v", .sizes = "merged=4*hidden", .tensors = R"(
     model.vision_embed_tokens.img_projection.0 : model x merged +
     model.vision_embed_tokens.img_projection.2 : model x model +
     model.vision_embed_tokens.glb_GN model.vision_embed_tokens.sub_GN : merged)"},
    // Phi-4-multimodal: patches pooled, two matrices.
    {.name = "phi4_vision", .tensors = R"(
     model.vision_embed_tokens.img_projection.0 : model x hidden +
     model.vision_embed_tokens.img_projection.2 : model x model +
     model.vision_embed_tokens.glb_GN model.vision_embed_tokens.sub_GN : hidden)"},
    {.name = "llava_next", .sizes = "@llava", .tensors = "&llava; image_newline : model"},
    // A second CLIP of the same shape for videos.
    {.name = "video_llava", .sizes = "@llava", .tensors = "&llava; &clip"},
    // ViP-LLaVA: the features of several layers, normed together; the class default picks five.
    {.name = "vipllava", .sizes = "features=picked(c.vision_feature_layers,5)", .tensors = R"(
     multi_modal_projector.projector_layernorm : ln features*hidden
     multi_modal_projector.linear_1 : model x features*hidden +; multi_modal_projector.linear_2 : model x model +)"},
    // Mistral 3: patches merged before LLaVA's two matrices.
    {.name = "mistral3",
     .sizes = "merge=few(c.spatial_merge_size,2) bias=flag(c.multimodal_projector_bias,0)"
              " image_tokens=patches/merge/merge image_values=pixels features=picked(c.vision_feature_layer,1)",
     .tensors = R"(
     multi_modal_projector.norm : rms hidden
     multi_modal_projector.patch_merger.merging_layer : hidden x hidden*merge*merge
     &llava)"},

    // Pixel shuffle by downsample_factor, then a gated projection.
    {.name = "cohere2_vision",
     .sizes = "factor=few(c.downsample_factor,2) merged=hidden*factor*factor"
              " width=width(c.alignment_intermediate_size,36864)",
     .tensors = R"(
     multi_modal_projector.linear_1 : width x merged +; multi_modal_projector.linear_2 : model x width/2 +)"},
    {.name = "aya_vision",
     .sizes = "factor=few(c.downsample_factor,2) merged=hidden*factor*factor"
              " width=width(c.alignment_intermediate_size,model)",
     .tensors = "multi_modal_projector.layernorm : ln merged; &cohere2_vision"},
    {.name = "lfm2_vl",
     .sizes = "factor=few(c.downsample_factor,2) merged=hidden*factor*factor"
              " width=width(c.projector_hidden_size,2560)"
              " bias=flag(c.projector_bias,1) normed=flag(c.projector_use_layernorm,1)",
     .tensors = R"(
     multi_modal_projector.layer_norm : ln merged*normed
     multi_modal_projector.linear_1 : width x merged + bias; multi_modal_projector.linear_2 : model x width + bias)"},
    {.name = "idefics3", .sizes = "scale=few(c.scale_factor,2)",
     .tensors = "model.connector.modality_projection.proj : model x hidden*scale*scale"},
    {.name = "deepseek_vl", .tensors = "aligner.linear1 : model x hidden +; aligner.linear2 : model x model +"},
    {.name = "paddleocr_vl", .sizes = "merge=few(spatial_merge_size,2) merged=hidden*merge*merge", .tensors = R"(
     projector.pre_norm : ln hidden; projector.linear_1 : merged x merged +; projector.linear_2 : model x merged +)"},
    {.name = "minimax_m3_projector", .sizes = "merge=few(spatial_merge_size,2)"
              " width=width(c.projector_hidden_size,6144)",
     .tensors = R"(
     multi_modal_projector.linear_1 : width x hidden +; multi_modal_projector.linear_2 : model x width +
     multi_modal_projector.merge_linear_1 : width x model*merge*merge +
     multi_modal_projector.merge_linear_2 : model x width +)"},

    {.name = "muse_glimmer_projector",
     .sizes = "out=width(c.out_hidden_size,6144) projector=width(c.projector_hidden_size,4096)",
     .tensors = R"(
     vision_adapter.fc1 : projector x out; vision_adapter.fc2 : projector x projector
     vision_projection : model x projector)"},

    {.name = "nemotron_vision",
     .sizes = "merge=shuffled(c.downsample_ratio) merged=width(c.vit_hidden_size,hidden) merged=merged*merge"
              " width=width(c.projector_hidden_size,4096)",
     .tensors = "mlp1.0 : rms merged; mlp1.1 : width x merged; mlp1.3 : model x width"},
    // DeepSeek-VL2: patches merged two by two, then matrices; DeepSeek-OCR: one matrix.
    {.name = "deepseek_vl2_projector",
     .sizes = "%projector_config:mlp_projector out=width(n_embed,2048) ratio=few(mlp_ratio,1) merge=few(downsample_ratio,2)"
              " depth=few(depth,2) wide=out*ratio",
     .tensors = R"(
     image_newline view_seperator : out; projector.layers.0 : wide x hidden*merge*merge +
     @projector.layers.{}. depth-2
       wide : wide x wide +
     @
     projector.layers.last : out x wide +)"},
    {.name = "deepseek_ocr_projector",
     .sizes = "%projector_config:mlp_projector in=width(input_dim,2048) out=width(n_embed,1280)",
     .tensors = "projector.layers : out x in +; view_seperator : out"},
    {.name = "any_deepseek_projector", .kind = deepseek_projector},

    // Resamplers: learned queries or merged patches, through layers of their own.
    {.name = "ernie4_5_vl_resampler",
     .sizes = "merge=few(spatial_merge_size,2) spatial=hidden*merge*merge frames=few(temporal_merge_size,2)"
              " temporal=spatial*frames",
     .tensors = R"(
     resampler_model.spatial_linear.fc1 resampler_model.spatial_linear.fc2 : spatial x spatial +
     resampler_model.spatial_linear.ln : ln spatial
     resampler_model.temporal_linear.fc1 : spatial x temporal +
     resampler_model.temporal_linear.fc2 : spatial x spatial +; resampler_model.temporal_linear.ln : ln spatial
     resampler_model.mlp : model x spatial +; resampler_model.after_norm : rms model)"},
    // Idefics 2: the class gives the perceiver the text model's width; the MLP before it is as wide as its block.
    {.name = "idefics2",
     .sizes = "%text_config:mistral width=width(intermediate_size) %perceiver_config:idefics2_perceiver"
              " heads=heads(resampler_n_heads,16) kv_heads=heads(num_key_value_heads,4)"
              " head=width(resampler_head_dim,96) latents=width(resampler_n_latents,64)"
              " depth=layers(resampler_depth,3)",
     .tensors = R"(
     connector.modality_projection.gate_proj connector.modality_projection.up_proj : width x hidden
     connector.modality_projection.down_proj : model x width
     connector.perceiver_resampler.latents : latents x model
     @connector.perceiver_resampler.layers.{}. depth
       input_latents_norm input_context_norm post_attention_layernorm : rms model
       self_attn.q_proj : heads*head x model; self_attn.k_proj self_attn.v_proj : kv_heads*head x model
       self_attn.o_proj : model x heads*head; mlp.gate_proj mlp.up_proj : 4*model x model
       mlp.down_proj : model x 4*model
     @
     connector.perceiver_resampler.norm : rms model)"},
    // Aria: queries over the patches; the class's own table ends at 256 of them for 4900 patches.
    {.name = "aria", .sizes = "queries=largest(c.projector_patch_to_query_dict,256)", .tensors = R"(
     multi_modal_projector.query : queries x hidden
     @multi_modal_projector.cross_attn.
       q_proj k_proj v_proj : hidden x hidden
       multihead_attn.in_proj : 3*hidden x hidden +; multihead_attn.out_proj linear : hidden x hidden +
       layer_norm layer_norm_kv : ln hidden
     @multi_modal_projector.
       layer_norm : ln hidden; feed_forward.linear_in : model x hidden; feed_forward.linear_out : model x model)"},
});
// clang-format on

}  // namespace

std::span<const TowerRow> projectors() { return rows; }

}  // namespace llmcalc::models
