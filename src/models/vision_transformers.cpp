#include "models/tower.hpp"

#include <array>

namespace llmcalc::models {

namespace {

/// Rows of SigLIP's line: the flexible one with patches of any number has a table of its own.
std::string_view siglip_generation(const Fields& v) {
  return v.model_type() == "siglip2_vision_model" ? "siglip2" : "siglip";
}

std::string_view kind_of_llava(const Fields& v) {
  if (v.model_type() == "pixtral") return "pixtral";
  return v.model_type().find("siglip") != std::string::npos ? "siglip" : "clip";
}

/// DeepSeek-VL2 has SigLIP as timm builds it, DeepSeek-OCR SAM with CLIP behind it, its second version SAM with Qwen2.
std::string_view kind_of_deepseek(const Fields& v) {
  if (v.text("model_name", "") == "deepencoderv2") return "deepseek_ocr2";
  return v.is_object("width") ? "deepseek_ocr" : "deepseek_vl2";
}

// clang-format off
constexpr auto rows = std::to_array<TowerRow>({
    // What nearly every vision_config has. Sizes may be lists of height and width: the first counts.
    {.name = "shape",
     .sizes = "hidden=width(hidden_size) width=width(intermediate_size,4*hidden) layers=layers(num_hidden_layers)"
              " @image"},
    {.name = "deep_shape",
     .sizes = "hidden=width(hidden_size) width=width(intermediate_size,4*hidden) layers=layers(depth) @image"},
    // patch_values: of one patch; pixels: of one image
    {.name = "image",
     .sizes = "channels=few(num_channels|in_channels,3) patch=patch_side(patch_size,14)"
              " image=image_side(image_size,224)"
              " pooling=siglip_flag(vision_use_head,1) patch_values=channels*patch*patch pixels=channels*image*image"
              " grid=image/patch patches=grid*grid"},

    // Encoder layers with LayerNorms, biases everywhere and an ungated block (CLIP, SigLIP, Llama 4).
    {.name = "clip_layer",
     .tensors = "self_attn.q_proj self_attn.k_proj self_attn.v_proj self_attn.out_proj : hidden x hidden +"
                "; mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +; layer_norm1 layer_norm2 : ln hidden"},
    // The attention pooling is made by SigLIP's class unless vision_use_head is false.
    {.name = "siglip_layers", .tensors = R"(
     @vision_tower.vision_model.encoder.layers.{}. layers
       &clip_layer
     @
     vision_tower.vision_model.post_layernorm : ln hidden
     @vision_tower.vision_model.head. pooling
       probe : hidden
       attention.in_proj : 3*hidden x hidden +; attention.out_proj : hidden x hidden +
       layernorm : ln hidden; mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +)"},
    {.name = "siglip", .sizes = "@shape", .tensors = R"(
     vision_tower.vision_model.embeddings.patch_embedding : hidden x patch_values +
     vision_tower.vision_model.embeddings.position_embedding : patches x hidden
     &siglip_layers)"},
    // SigLIP 2 with patches of any number: a linear patch embedding and a table of num_patches positions.
    {.name = "siglip2", .sizes = "@shape positions=width(num_patches,256)", .tensors = R"(
     vision_tower.embeddings.patch_embedding : hidden x patch_values +
     vision_tower.embeddings.position_embedding : positions x hidden
     &siglip_layers)"},
    {.name = "clip", .sizes = "@shape", .tensors = R"(
     vision_tower.vision_model.embeddings.class_embedding : hidden
     vision_tower.vision_model.embeddings.patch_embedding : hidden x patch_values
     vision_tower.vision_model.embeddings.position_embedding : patches+1 x hidden
     vision_tower.vision_model.pre_layrnorm : ln hidden
     @vision_tower.vision_model.encoder.layers.{}. layers
       &clip_layer
     @
     vision_tower.vision_model.post_layernorm : ln hidden)"},
    // RMS norms, gated blocks, no biases.
    {.name = "pixtral", .sizes = "@shape", .tensors = R"(
     vision_tower.patch_conv : hidden x patch_values; vision_tower.ln_pre : rms hidden
     @vision_tower.transformer.layers.{}. layers
       attention.q_proj attention.k_proj attention.v_proj attention.o_proj : hidden x hidden
       feed_forward.gate_proj feed_forward.up_proj : width x hidden; feed_forward.down_proj : hidden x width
       attention_norm ffn_norm : rms hidden)"},
    {.name = "any_siglip", .kind = siglip_generation},
    {.name = "llava_tower", .kind = kind_of_llava},

    {.name = "gemma4_vision",
     .sizes = "@shape heads=heads(num_attention_heads) kv_heads=heads(num_key_value_heads,heads)"
              " head=width(head_dim,hidden/heads) positions=width(position_embedding_size,10240)",
     .tensors = R"(
     vision_tower.patch_embedder.input_proj : hidden x patch_values
     vision_tower.patch_embedder.position_embedding_table : 2*positions x hidden
     @vision_tower.encoder.layers.{}. layers
       self_attn.q_proj : heads*head x hidden; self_attn.k_proj self_attn.v_proj : kv_heads*head x hidden
       self_attn.o_proj : hidden x heads*head; self_attn.q_norm self_attn.k_norm : rms head
       mlp.gate_proj mlp.up_proj : width x hidden; mlp.down_proj : hidden x width
       input_layernorm post_attention_layernorm pre_feedforward_layernorm post_feedforward_layernorm : rms hidden
     @
     embed_vision.embedding_projection : model x hidden)"},
    // Gemma 4 12B: patches are projected without an encoder.
    {.name = "gemma4_unified_vision",
     .sizes = "patch=patch(patch_size,16) pool=few(pooling_kernel_size,3) values=patch*pool*patch*pool*3"
              " width=width(mm_embed_dim,3840) positions=width(mm_posemb_size,1120) out=width(output_proj_dims,3840)",
     .tensors = R"(
     embed_vision.patch_ln1 : ln values; embed_vision.patch_dense : width x values +
     embed_vision.patch_ln2 : ln width; embed_vision.pos_embedding : 2*positions x width
     embed_vision.pos_norm : ln width
     embed_vision.multimodal_embedder.embedding_projection : model x out)"},

    // The largest image of the processors of Qwen's line: max_pixels 12,845,056 and 16,777,216 in patches of 14 and 16, four to
    // a token: 16,384 tokens. Three copies of the inner width of every patch live at once.
    {.name = "any_image", .sizes = "image_work=16384*merge*merge*3*width"},
    // Qwen2-VL: here hidden_size is the text model's; the tower's own is embed_dim.
    {.name = "qwen2_vl",
     .sizes = "same=width(hidden_size,model) hidden=width(embed_dim,1280) ratio=few(mlp_ratio,4) width=hidden*ratio depth=layers(depth,32)"
              " patch=patch(patch_size,14) channels=few(in_channels|in_chans,3) frames=few(temporal_patch_size,2)"
              " merge=few(spatial_merge_size,2) merged=hidden*merge*merge @any_image",
     .tensors = R"(
     visual.patch_embed.proj : hidden x channels*frames*patch*patch
     @visual.blocks.{}. depth
       norm1 norm2 : ln hidden; attn.qkv : 3*hidden x hidden +; attn.proj : hidden x hidden +
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +
     @
     visual.merger.ln_q : ln hidden; visual.merger.mlp.0 : merged x merged +
     visual.merger.mlp.2 : model x merged +)"},
    // Qwen2.5-VL; EXAONE 4.5 shares keys and values between heads.
    {.name = "qwen2_5_vl",
     .sizes = "hidden=width(hidden_size,1280) width=width(intermediate_size,3420) patch=patch(patch_size,14)"
              " channels=few(in_channels|in_chans,3) frames=few(temporal_patch_size,2) depth=layers(depth,32)"
              " heads=heads(num_attention_heads,16) kv_heads=heads(num_key_value_heads,heads) head=hidden/heads"
              " merge=few(spatial_merge_size,2) out=width(out_hidden_size,3584) merged=hidden*merge*merge @any_image",
     .tensors = R"(
     visual.patch_embed.proj : hidden x channels*frames*patch*patch
     @visual.blocks.{}. depth
       norm1 norm2 : rms hidden; attn.qkv : 2*kv_heads*head+hidden x hidden +; attn.proj : hidden x hidden +
       mlp.gate_proj mlp.up_proj : width x hidden +; mlp.down_proj : hidden x width +
     @
     visual.merger.ln_q : rms hidden; visual.merger.mlp.0 : merged x merged +
     visual.merger.mlp.2 : out x merged +)"},
    // MiMo V2: Qwen2.5-VL's blocks with grouped heads of their own width, a sink a head where attention is local, and a
    // merger without biases.
    {.name = "mimo_v2",
     .sizes = "hidden=width(hidden_size,1280) width=width(intermediate_size,4608) patch=patch(patch_size,16)"
              " channels=few(in_channels|in_chans,3) frames=few(temporal_patch_size,2) depth=layers(depth,28)"
              " heads=heads(num_attention_heads,32) kv_heads=heads(num_key_value_heads,heads)"
              " head=width(qk_channels,64) value=width(kv_channels,head) merge=few(spatial_merge_size,2)"
              " queries=heads*head keys=kv_heads*head values=kv_heads*value"
              " out=width(out_hidden_size,model) merged=hidden*merge*merge whole=length(fullatt_block_indexes,0)"
              " sink=flag(use_sink,0) windowed=depth-whole @any_image",
     .tensors = R"(
     visual.patch_embed.proj : hidden x channels*frames*patch*patch
     @visual.blocks.{}. depth
       norm1 norm2 : rms hidden; attn.qkv : queries+keys+values x hidden +
       attn.proj : hidden x heads*value +
       mlp.gate_proj mlp.up_proj : width x hidden +; mlp.down_proj : hidden x width +
     @visual.blocks.{}. windowed
       attn.sinks : heads*sink
     @
     visual.merger.ln_q : rms hidden; visual.merger.mlp.0 : merged x merged; visual.merger.mlp.2 : out x merged)"},
    {.name = "qwen3_vl",
     .sizes = "hidden=width(hidden_size,1152) width=width(intermediate_size,4304) patch=patch(patch_size,16)"
              " merge=few(spatial_merge_size,2) out=width(out_hidden_size,model) merged=hidden*merge*merge"
              " channels=few(in_channels,3) frames=few(temporal_patch_size,2)"
              " positions=width(num_position_embeddings,2304) depth=layers(depth,27)"
              " deep=listed_layers(deepstack_visual_indexes) @any_image",
     .tensors = R"(
     visual.patch_embed.proj : hidden x channels*frames*patch*patch +
     visual.pos_embed : positions x hidden
     @visual.blocks.{}. depth
       norm1 norm2 : ln hidden; attn.qkv : 3*hidden x hidden +; attn.proj : hidden x hidden +
       mlp.linear_fc1 : width x hidden +; mlp.linear_fc2 : hidden x width +
     @visual.merger. 1
       norm : ln hidden; linear_fc1 : merged x merged +; linear_fc2 : out x merged +
     @visual.deepstack_merger_list.{}. deep
       norm : ln merged; linear_fc1 : merged x merged +; linear_fc2 : out x merged +)"},

    {.name = "llama_3_2_layer",
     .tensors = "self_attn.q_proj self_attn.k_proj self_attn.v_proj self_attn.o_proj : hidden x hidden"
                "; mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +"
                "; input_layernorm post_attention_layernorm : ln hidden"},
    {.name = "mllama",
     .sizes = "@shape tokens=patches+1 tiles=few(max_num_tiles,4) ratios=length(supported_aspect_ratios,8)"
              " global=some_layers(num_global_layers,8) out=width(vision_output_dim,7680)",
     .tensors = R"(
     vision_model.class_embedding : hidden; vision_model.patch_embedding : hidden x patch_values
     vision_model.gated_positional_embedding.gate : 1
     vision_model.gated_positional_embedding.embedding : tokens x hidden
     vision_model.gated_positional_embedding.tile_embedding : ratios+1 x tiles*tokens*hidden
     vision_model.pre_tile_positional_embedding.gate : 1
     vision_model.pre_tile_positional_embedding.embedding : ratios+1 x tiles*hidden
     vision_model.post_tile_positional_embedding.gate : 1
     vision_model.post_tile_positional_embedding.embedding : ratios+1 x tiles*hidden
     vision_model.layernorm_pre vision_model.layernorm_post : ln hidden
     @vision_model.transformer.layers.{}. layers
       &llama_3_2_layer
     @vision_model.global_transformer.layers.{}. global
       &llama_3_2_layer
       gate_attn gate_ffn : 1
     @
     multi_modal_projector : model x out +)"},
    // image_processing_llama4.py: at most 16 tiles and the whole image; pixel shuffle merges 2 x 2 patches.
    {.name = "llama4",
     .sizes = "@shape out=width(projector_output_dim,7680) in=width(projector_input_dim,7680)"
              " image_tokens=patches/4*17 image_values=pixels*17 seen=width(vision_output_dim,7680)",
     .tensors = R"(
     vision_model.class_embedding : hidden; vision_model.positional_embedding_vlm : patches+1 x hidden
     vision_model.patch_embedding.linear : hidden x patch_values
     vision_model.layernorm_pre vision_model.layernorm_post : ln hidden
     @vision_model.model.layers.{}. layers
       &clip_layer
     @
     vision_model.vision_adapter.mlp.fc1 : in x width; vision_model.vision_adapter.mlp.fc2 : out x in
     multi_modal_projector.linear_1 : model x seen)"},
    // InternViT: norms of either kind, two learned scales a layer; patches merged by pixel shuffle.
    {.name = "internvl",
     .sizes = "@shape rms=is_rms_norm(norm_type) biased=1-rms bias=flag(attention_bias|qkv_bias,0)"
              " absolute=flag(use_absolute_position_embeddings,1) normed=flag(use_qk_norm|qk_normalization,0)"
              " mean=flag(use_mean_pooling,1) last=1-mean merge=shuffled(c.downsample_ratio) merged=hidden*merge",
     .tensors = R"(
     vision_tower.embeddings.cls_token : hidden
     vision_tower.embeddings.patch_embeddings.projection : hidden x patch_values +
     vision_tower.embeddings.position_embeddings : patches+1*absolute x hidden
     @vision_tower.encoder.layer.{}. layers
       attention.q_proj attention.k_proj attention.v_proj : hidden x hidden + bias
       attention.projection_layer : hidden x hidden +; attention.q_norm attention.k_norm : rms hidden*normed
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +; lambda_1 lambda_2 : hidden
       layernorm_before : rms hidden; layernorm_before.bias : hidden*biased
       layernorm_after : rms hidden; layernorm_after.bias : hidden*biased
     @
     vision_tower.layernorm : rms hidden*last; vision_tower.layernorm.bias : hidden*biased*last
     multi_modal_projector.layer_norm : ln merged
     multi_modal_projector.linear_1 : model x merged +; multi_modal_projector.linear_2 : model x model +)"},

    // MoonViT (Kimi); published configs and classes name its sizes differently.
    {.name = "moonvit",
     .sizes = "hidden=width(hidden_size|vt_hidden_size,1152) width=width(intermediate_size|vt_intermediate_size,4304)"
              " layers=layers(num_hidden_layers|vt_num_hidden_layers,27)"
              " rows=width(init_pos_emb_height|pos_emb_height,64) columns=width(init_pos_emb_width|pos_emb_width,64)"
              " patch=patch(patch_size,14) merge=product(merge_kernel_size,4) merged=hidden*merge",
     .tensors = R"(
     vision_tower.patch_embed.proj : hidden x 3*patch*patch +
     vision_tower.patch_embed.pos_emb : rows*columns x hidden
     @vision_tower.encoder.blocks.{}. layers
       norm0 norm1 : ln hidden; wqkv : 3*hidden x hidden +; wo : hidden x hidden +
       mlp.fc0 : width x hidden +; mlp.fc1 : hidden x width +
     @
     vision_tower.encoder.final_layernorm : ln hidden; mm_projector.pre_norm : ln hidden
     mm_projector.proj.0 : merged x merged +; mm_projector.proj.2 : model x merged +)"},
    // Kimi K3: RMS norms, queries and keys wider than the stream, a norm behind the projector.
    {.name = "kimi_k3",
     .sizes = "hidden=width(hidden_size|vt_hidden_size,1024) width=width(intermediate_size|vt_intermediate_size,4096)"
              " layers=layers(num_hidden_layers|vt_num_hidden_layers,27) qkv=width(qkv_hidden_size,hidden)"
              " rows=width(init_pos_emb_height,64) columns=width(init_pos_emb_width,64)"
              " patch=patch(patch_size,14) merge=product(merge_kernel_size,4) mm=width(mm_hidden_size,hidden)"
              " merged=mm*merge pbias=flag(patch_embed_proj_bias,0) abias=flag(attn_bias,0) bias=flag(linear_bias,0)",
     .tensors = R"(
     vision_tower.patch_embed.proj : hidden x 3*patch*patch + pbias
     vision_tower.patch_embed.pos_emb : rows*columns x hidden
     @vision_tower.encoder.blocks.{}. layers
       norm0 norm1 : rms hidden; wqkv : 3*qkv x hidden + abias; wo : hidden x qkv + abias
       mlp.fc0 : width x hidden + bias; mlp.fc1 : hidden x width + bias
     @
     vision_tower.encoder.final_layernorm : rms hidden
     mm_projector.proj.0 : merged x merged; mm_projector.proj.2 : model x merged; mm_projector.post_norm : rms model)"},
    {.name = "glm_layers", .tensors = R"(
     @visual.blocks.{}. layers
       norm1 norm2 : rms hidden; attn.qkv : 3*hidden x hidden + bias; attn.proj : hidden x hidden + block_bias
       attn.q_norm attn.k_norm : rms head
       mlp.gate_proj mlp.up_proj : block x hidden + block_bias; mlp.down_proj : hidden x block + block_bias
     @
     visual.post_layernorm : rms hidden; visual.downsample : out x hidden*merge*merge +
     visual.merger.proj : out x out; visual.merger.post_projection_norm : ln out
     visual.merger.gate_proj visual.merger.up_proj : merger x out; visual.merger.down_proj : out x merger)"},
    // GLM-4.1V, 4.5V, 4.6V: blocks as wide as what comes out, the merger has intermediate_size.
    {.name = "glm4v",
     .sizes = "@deep_shape out=width(out_hidden_size,model) merge=few(spatial_merge_size,2)"
              " bias=flag(attention_bias,0)"
              " frames=few(temporal_patch_size,2) block=out block_bias=0 merger=width head=0",
     .tensors = R"(
     visual.patch_embed.proj : hidden x patch_values*frames +
     visual.embeddings.position_embedding : patches x hidden; visual.post_conv_layernorm : rms hidden
     &glm_layers)"},
    // GLM-OCR: no positions, norms of queries and keys, a merger as wide as the channels of an image.
    {.name = "glm_ocr",
     .sizes = "@deep_shape out=width(out_hidden_size,model) merge=few(spatial_merge_size,2)"
              " bias=flag(attention_bias,0)"
              " frames=few(temporal_patch_size,2) block=width block_bias=bias merger=out*channels"
              " heads=heads(num_attention_heads,16) head=hidden/heads",
     .tensors = "visual.patch_embed.proj : hidden x patch_values*frames +; &glm_layers"},
    {.name = "minimax_m3", .sizes = "@shape frames=few(temporal_patch_size,2)", .tensors = R"(
     vision_tower.embeddings.proj : hidden x patch_values*frames; vision_tower.pre_layrnorm : ln hidden
     @vision_tower.layers.{}. layers
       &clip_layer)"},
    {.name = "ernie4_5_vl", .sizes = "@deep_shape", .tensors = R"(
     vision_tower.patch_embed.proj : hidden x patch_values
     @vision_tower.blocks.{}. layers
       norm1 norm2 : ln hidden; attn.qkv : 3*hidden x hidden +; attn.proj : hidden x hidden +
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +
     @
     vision_tower.ln : ln hidden)"},
    // Ovis 2: every patch becomes a distribution over a visual vocabulary, whose rows are text embeddings.
    {.name = "ovis2",
     .sizes = "@shape bias=flag(qkv_bias,0) mlp_bias=flag(mlp_bias,0) words=words(vocab_size,16384)"
              " indicators=width(num_visual_indicator_tokens,5) seen=words-indicators stride=few(hidden_stride,1)",
     .tensors = R"(
     vision_tower.transformer.embeddings.patch_embedding : hidden x patch_values +
     vision_tower.transformer.embeddings.rms_norm : rms hidden
     vision_tower.transformer.embeddings.position_embedding : patches x hidden
     @vision_tower.transformer.encoder.layers.{}. layers
       attention.q_proj attention.k_proj attention.v_proj attention.out_proj : hidden x hidden + bias
       ffn.gate_proj ffn.up_proj : width x hidden + mlp_bias; ffn.down_proj : hidden x width + mlp_bias
       rms_norm1 rms_norm2 : rms hidden
     @
     vision_tower.transformer.rms_norm : rms hidden; vision_tower.head_linear : seen x hidden*stride*stride
     vision_tower.head_norm : ln seen; visual_embeddings_table : words x model)"},
    // Janus's tower that reads images, with its aligner of `depth` matrices.
    {.name = "janus",
     .sizes = "@shape width=scaled(mlp_ratio,hidden) bias=flag(attention_bias,1) normed=flag(use_qk_norm,0)"
              " out=width(projection_dim,2048) depth=few(depth,2) image_tokens=patches image_values=pixels",
     .tensors = R"(
     vision_model.embeddings.patch_embedding : hidden x patch_values +
     vision_model.embeddings.position_embedding : patches x hidden
     @vision_model.encoder.layers.{}. layers
       self_attn.q_proj self_attn.k_proj self_attn.v_proj : hidden x hidden + bias
       self_attn.projection_layer : hidden x hidden +; self_attn.q_norm self_attn.k_norm : ln hidden*normed
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +; layer_norm1 layer_norm2 : ln hidden
     @
     vision_model.post_layernorm : ln hidden; aligner.fc1 : out x hidden +
     @aligner.hidden_layers. depth-1
       {} : out x out +)"},
    // Muse Glimmer: a tower in windows.
    {.name = "muse_glimmer",
     .sizes = "hidden=width(hidden_size,1536) width=width(intermediate_size,8960) patch=patch(patch_size,14)"
              " rows=width(pos_emb_height,32) columns=width(pos_emb_width,32) frames=few(patch_temporal,2)"
              " layers=layers(num_hidden_layers,50)",
     .tensors = R"(
     vision_tower.patch_embedder.patch_embedding : hidden x 3*frames*patch*patch
     vision_tower.patch_embedder.position_embedding_table : rows*columns x hidden
     vision_tower.ln_pre : ln hidden
     @vision_tower.layers.{}. layers
       norm0 norm1 : ln hidden; attn.q_proj attn.k_proj attn.v_proj attn.proj : hidden x hidden +
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +
     @
     vision_tower.ln_post : ln hidden)"},
    // A vision transformer of which only the sizes are known, with two matrices behind it.
    {.name = "any_vision",
     .sizes = "hidden=width(hidden_size|embed_dim|width|dim) layers=layers(num_hidden_layers|depth|layers|num_layers)"
              " width=width(intermediate_size|mlp_dim,4*hidden) patch=patch_side(patch_size,14)",
     .tensors = R"(
     vision_tower.patch_embed : hidden x 3*patch*patch +
     @vision_tower.layers.{}. layers
       &clip_layer
     @
     vision_tower.post_layernorm : ln hidden
     multi_modal_projector.linear_1 : model x hidden +; multi_modal_projector.linear_2 : model x model +)"},

    // SigLIP as timm builds it.
    {.name = "timm_siglip",
     .sizes = "hidden=width(width,1152) layers=layers(layers,27) width=scaled(mlp_ratio,hidden)"
              " patch=patch(patch_size,14) image=image_side(image_size,384) grid=image/patch patches=grid*grid"
              " patch_values=3*patch*patch",
     .tensors = R"(
     vision.patch_embed.proj : hidden x patch_values +; vision.pos_embed : patches x hidden
     @vision.blocks.{}. layers
       norm1 norm2 : ln hidden; attn.qkv : 3*hidden x hidden +; attn.proj : hidden x hidden +
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +
     @
     vision.norm : ln hidden)"},
    {.name = "timm_pool", .tensors = R"(
     vision.attn_pool.latent : hidden; vision.attn_pool.norm : ln hidden
     vision.attn_pool.q vision.attn_pool.proj : hidden x hidden +; vision.attn_pool.kv : 2*hidden x hidden +
     vision.attn_pool.mlp.fc1 : width x hidden +; vision.attn_pool.mlp.fc2 : hidden x width +)"},
    {.name = "deepseek_vl2", .sizes = "@timm_siglip", .tensors = "&timm_siglip; &timm_pool"},
    // SAM's ViT-B with windows but in every third layer, its neck, and two convolutions that merge patches.
    {.name = "sam_base", .tensors = R"(
     sam_model.patch_embed.proj : 768 x 768 +; sam_model.pos_embed : 4096 x 768
     @sam_model.blocks.{}. 12
       norm1 norm2 : ln 768; attn.qkv : 2304 x 768 +; attn.proj : 768 x 768 +
       mlp.lin1 : 3072 x 768 +; mlp.lin2 : 768 x 3072 +
     @sam_model.blocks.full. 4
       attn.rel_pos_h attn.rel_pos_w : 127 x 64
     @sam_model.blocks.windows. 8
       attn.rel_pos_h attn.rel_pos_w : 27 x 64
     @sam_model.
       neck.0 : 256 x 768; neck.1 neck.3 : ln 256; neck.2 : 256 x 2304; net_2 : 512 x 2304
     @
     sam_model.net_3 : merged x 4608)"},
    {.name = "deepseek_ocr", .sizes = "hidden=1024 width=4096 merged=1024", .tensors = R"(
     &sam_base
     image_newline : model; vision_model.embeddings.class_embedding : 1024; vision_model.embeddings.patch_embedding : 1024 x 588
     vision_model.embeddings.position_embedding : 257 x 1024; vision_model.pre_layrnorm : ln 1024
     @vision_model.transformer.layers.{}. 24
       layer_norm1 layer_norm2 : ln hidden; self_attn.qkv_proj : 3*hidden x hidden +
       self_attn.out_proj : hidden x hidden +; mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +)"},
    {.name = "deepseek_ocr2", .sizes = "hidden=896 width=4864 merged=896", .tensors = R"(
     &sam_base
     qwen2_model.query_1024 : 256 x 896; qwen2_model.query_768 : 144 x 896
     @qwen2_model.model.layers.{}. 24
       input_layernorm post_attention_layernorm : rms hidden; self_attn.q_proj : hidden x hidden +
       self_attn.k_proj self_attn.v_proj : 128 x hidden +; self_attn.o_proj : hidden x hidden
       mlp.gate_proj mlp.up_proj : width x hidden; mlp.down_proj : hidden x width
     @
     qwen2_model.model.norm : rms hidden)"},
    {.name = "any_deepseek", .kind = kind_of_deepseek},

    // dots.ocr: RMS norms, gated blocks.
    {.name = "dots_ocr",
     .sizes = "hidden=width(embed_dim,1536) out=width(hidden_size,1536) width=width(intermediate_size,4224)"
              " layers=layers(num_hidden_layers,42) patch=patch(patch_size,14) channels=few(num_channels,3)"
              " merge=few(spatial_merge_size,2) merged=hidden*merge*merge bias=flag(use_bias,0) post=flag(post_norm,1)",
     .tensors = R"(
     vision_tower.patch_embed.patchifier.proj : hidden x channels*patch*patch +
     vision_tower.patch_embed.patchifier.norm : rms hidden
     @vision_tower.blocks.{}. layers
       norm1 norm2 : rms hidden; attn.qkv : 3*hidden x hidden + bias; attn.proj : hidden x hidden + bias
       mlp.fc1 mlp.fc3 : width x hidden + bias; mlp.fc2 : hidden x width + bias
     @
     vision_tower.post_trunk_norm : rms hidden*post; vision_tower.merger.ln_q : ln hidden
     vision_tower.merger.mlp.0 : merged x merged +; vision_tower.merger.mlp.2 : out x merged +)"},
    // GOT-OCR 2: SAM with the convolutions that shorten it, and a matrix.
    {.name = "got_ocr2", .sizes = "merged=1024",
     .tensors = "&sam_base; multi_modal_projector.multimodal_projector : model x merged +"},
    // The first Qwen-VL: OpenCLIP's ViT-bigG and a resampler of 256 queries.
    {.name = "qwen_vl",
     .sizes = "hidden=width(width,1664) layers=layers(layers,48) width=scaled(mlp_ratio,hidden)"
              " patch=patch(patch_size,14) out=width(output_dim,model)",
     .tensors = R"(
     visual.conv1 : hidden x 3*patch*patch; visual.positional_embedding : 256 x hidden; visual.ln_pre : ln hidden
     @visual.transformer.resblocks.{}. layers
       ln_1 ln_2 : ln hidden; attn.in_proj : 3*hidden x hidden +; attn.out_proj : hidden x hidden +
       mlp.c_fc : width x hidden +; mlp.c_proj : hidden x width +
     @
     visual.attn_pool.query visual.attn_pool.pos_embed : 256 x out; visual.attn_pool.kv_proj : out x hidden
     visual.attn_pool.attn.in_proj : 3*out x out +; visual.attn_pool.attn.out_proj : out x out +
     visual.attn_pool.ln_q visual.attn_pool.ln_kv visual.ln_post : ln out; visual.proj : out x out)"},
    // Step 3.7: the perception encoder with two convolutions that merge patches.
    {.name = "step3p7",
     .sizes = "hidden=width(width,1536) layers=layers(layers,47) width=scaled(mlp_ratio,hidden) patch=patch(patch_size,14)"
              " image=image_side(image_size,728) grid=image/patch cls=flag(ues_cls_token|use_cls_token,0)"
              " pre=flag(use_ln_pre,1) post=flag(use_ln_post,0) absolute=flag(use_abs_posemb,1)"
              " bias=flag(c.projector_bias,0)",
     .tensors = R"(
     vision_model.conv1 : hidden x 3*patch*patch; vision_model.class_embedding : hidden*cls
     vision_model.positional_embedding : grid*grid+cls*absolute x hidden
     vision_model.ln_pre : ln hidden*pre; vision_model.ln_post : ln hidden*post
     @vision_model.transformer.resblocks.{}. layers
       ln_1 ln_2 : ln hidden; attn.in_proj : 3*hidden x hidden +; attn.out_proj : hidden x hidden +
       mlp.c_fc : width x hidden +; mlp.c_proj : hidden x width +; ls_1.gamma ls_2.gamma : hidden
     @
     vision_model.vit_downsampler1 : 2*hidden x 9*hidden +; vision_model.vit_downsampler2 : 4*hidden x 18*hidden +
     vit_large_projector : model x 4*hidden + bias)"},
    // Hunyuan: positions for the largest image; two convolutions merge patches before the projection.
    {.name = "hunyuan_vl",
     .sizes = "hidden=width(hidden_size,1152) width=width(intermediate_size,4304) layers=layers(num_hidden_layers,27)"
              " patch=patch(patch_size,16) channels=few(num_channels,3) merge=few(spatial_merge_size,2)"
              " out=width(out_hidden_size,model) side=width(max_image_size,2048) grid=side/patch positions=grid*grid+1",
     .tensors = R"(
     vit.embeddings.patch_embedding : hidden x channels*patch*patch +
     vit.embeddings.position_embedding : positions x hidden
     @vit.layers.{}. layers
       self_attn.q_proj self_attn.k_proj self_attn.v_proj self_attn.o_proj : hidden x hidden +
       mlp.dense_h_to_4h : width x hidden +; mlp.dense_4h_to_h : hidden x width +
       input_layernorm post_attention_layernorm : ln hidden
     @
     vit.perceive.proj.0 : 2*hidden x hidden*merge*merge +; vit.perceive.proj.2 : 4*hidden x 2*hidden +
     vit.perceive.mlp : out x 4*hidden +; vit.perceive.image_newline : 4*hidden
     vit.perceive.image_begin vit.perceive.image_end vit.perceive.image_sep : out
     vit.perceive.before_rms : rms hidden; vit.perceive.after_rms : rms out)"},
    // VideoLLaMA 3: SigLIP with rotary positions.
    {.name = "video_llama_3", .sizes = "@shape", .tensors = R"(
     vision_model.embeddings.patch_embedding : hidden x patch_values +
     @vision_model.encoder.layers.{}. layers
       &clip_layer
     @
     vision_model.post_layernorm : ln hidden
     projector.readout.0 : model x hidden +; projector.readout.2 : model x model +)"},
    // C-RADIO: positions for the largest image, class and register tokens, an embedder of its own for videos.
    {.name = "radio",
     .sizes = "hidden=width(hidden_size|embed_dim,1280) width=width(intermediate_size,4*hidden)"
              " layers=layers(num_hidden_layers,32) patch=patch(patch_size,16) side=width(max_resolution,2048) grid=side/patch"
              " tokens=few(register_multiple,8) video=flag(separate_video_embedder,0) frames=few(video_temporal_patch_size,2)",
     .tensors = R"(
     vision_model.radio_model.model.patch_generator.embedder : hidden x 3*patch*patch
     vision_model.radio_model.model.patch_generator.video_embedder : hidden*video x 3*frames*patch*patch
     vision_model.radio_model.model.patch_generator.pos_embed : grid*grid x hidden
     vision_model.radio_model.model.patch_generator.cls_token.token : tokens x hidden
     @vision_model.radio_model.model.blocks.{}. layers
       norm1 norm2 : ln hidden; attn.qkv : 3*hidden x hidden +; attn.proj : hidden x hidden +
       mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +)"},
    // Molmo's own CLIP of fixed sizes, attention over 2 x 2 patches of two layers, a gated projector.
    {.name = "molmo", .sizes = "w=1024 half=width(c.intermediate_size,37888) half=half/2", .tensors = R"(
     vision_backbone.image_vit.class_embedding : w; vision_backbone.image_vit.positional_embedding : 577 x w
     vision_backbone.image_vit.patch_embedding : w x 588; vision_backbone.image_vit.pre_ln : ln w
     @vision_backbone.image_vit.transformer.resblocks.{}. 23
       attention.wq attention.wk attention.wv attention.wo : w x w +; attention_norm ffn_norm : ln w
       feed_forward.w1 : 4*w x w +; feed_forward.w2 : w x 4*w +
     @vision_backbone.
       image_pooling_2d.wq image_pooling_2d.wk image_pooling_2d.wv : w x 2*w +; image_pooling_2d.wo : w x w +
       image_projector.w1 image_projector.w3 : half x w; image_projector.w2 : model x half
       pad_embed : 2 x 2*w)"},
    // CogVLM: EVA-CLIP and a gated projector as wide as the text model's block.
    {.name = "cogvlm",
     .sizes = "hidden=width(hidden_size,1792) width=width(intermediate_size,15360) layers=layers(num_hidden_layers,63)"
              " patch=patch(patch_size,14) positions=width(num_positions,257) block=width(c.intermediate_size)",
     .tensors = R"(
     model.vision.patch_embedding.proj : hidden x 3*patch*patch +; model.vision.patch_embedding.cls_embedding : hidden
     model.vision.patch_embedding.position_embedding : positions x hidden
     @model.vision.transformer.layers.{}. layers
       input_layernorm post_attention_layernorm : ln hidden; attention.query_key_value : 3*hidden x hidden +
       attention.dense : hidden x hidden +; mlp.fc1 : width x hidden +; mlp.fc2 : hidden x width +
     @model.vision.
       conv : hidden x 4*hidden +; linear_proj.linear_proj : model x hidden; linear_proj.norm1 : ln model
       linear_proj.dense_h_to_4h linear_proj.gate_proj : block x model; linear_proj.dense_4h_to_h : model x block
       boi eoi : model)"},
    // MiniCPM-V: SigLIP, in the first versions as timm builds it at 384 pixels; a resampler of learned queries.
    {.name = "minicpmv_first",
     .sizes = "hidden=1152 width=4304 layers=27 dropped=flag(c.drop_vision_last_layer,1) layers=layers-dropped patch_values=588"
              " patches=729 pooling=0",
     .tensors = "&timm_siglip"},
    {.name = "minicpmv",
     .sizes = "@shape dropped=flag(c.drop_vision_last_layer,0) layers=layers-dropped pooling=0",
     .tensors = R"(
     vpm.embeddings.patch_embedding : hidden x patch_values +; vpm.embeddings.position_embedding : patches x hidden
     &siglip_layers)"},
    {.name = "minicpmv_resampler", .sizes = "queries=width(c.query_num,64)", .tensors = R"(
     resampler.query : queries x model; resampler.kv_proj : model x hidden; resampler.attn.in_proj : 3*model x model +
     resampler.attn.out_proj : model x model +; resampler.ln_q resampler.ln_kv resampler.ln_post : ln model
     resampler.proj : model x model)"},
    {.name = "minicpmv_positions", .sizes = "queries=width(c.query_num,64)",
     .tensors = "resampler.pos_embed : queries x model"},
    // Fuyu: patches go straight into Persimmon through one matrix.
    {.name = "fuyu", .sizes = "patch=patch(c.patch_size,30) channels=few(c.num_channels,3)",
     .tensors = "vision_embed_tokens : model x channels*patch*patch +"},
});
// clang-format on

}  // namespace

std::span<const TowerRow> vision_transformers() { return rows; }

}  // namespace llmcalc::models
