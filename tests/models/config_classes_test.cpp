// What a config's class names decide: the family, what stands behind the last layer, drafts; and what is said of
// sizes that nobody read.

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/kv_cache.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace config_classes_test {

using namespace llmcalc;

Model read(const std::string& config) {
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? model.value() : Model{};
}

Count total(const std::string& config) { return parameter_count(read(config)); }

bool says(const Model& m, const std::string& words) {
  return std::any_of(m.notes.begin(), m.notes.end(),
                     [&](const std::string& note) { return note.find(words) != std::string::npos; });
}

const std::string llama_fields = R"("vocab_size":1000,"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,
  "num_attention_heads":4,"num_key_value_heads":2,"tie_word_embeddings":false)";
constexpr Count llama_layer = 64 * 64 * 2 + 2 * 64 * 32 + 3 * 64 * 128 + 2 * 64;
constexpr Count llama_body = 1000 * 64 + 2 * llama_layer + 64;

std::string llama(const std::string& more) { return "{\"model_type\":\"llama\"," + llama_fields + "," + more + "}"; }

TEST(ConfigClasses, HeadsFollowTheClass) {
  EXPECT_EQ(total(llama(R"("architectures":["LlamaForCausalLM"])")), llama_body + 64'000);
  EXPECT_EQ(total(llama(R"("architectures":["LlamaModel"])")), llama_body);
  EXPECT_EQ(read(llama(R"("architectures":["LlamaModel"])")).output, Output::States);
  EXPECT_EQ(total(llama(R"("architectures":["LlamaBidirectionalModel"])")), llama_body);
  EXPECT_EQ(total(llama(R"("architectures":["LlamaForSequenceClassification"],"num_labels":3)")),
            llama_body + 3 * 64);
  EXPECT_EQ(total(llama(R"("architectures":["LlamaForTokenClassification"],"id2label":{"0":"a","1":"b"})")),
            llama_body + 2 * 64 + 2);
  EXPECT_EQ(total(llama(R"("architectures":["LlamaForQuestionAnswering"])")), llama_body + 2 * 64 + 2);
  const std::string qwen = R"({"model_type":"qwen2","tie_word_embeddings":false,)" + llama_fields + ",";
  constexpr Count qwen_body = llama_body + 2 * (64 + 2 * 32);
  EXPECT_EQ(total(qwen + R"("architectures":["Qwen2ForRewardModel"]})"), qwen_body + 64 * 64 + 64 + 64 + 1);
  EXPECT_EQ(total(qwen + R"("architectures":["Qwen2ForProcessRewardModel"]})"),
            qwen_body + 64 * 64 + 64 + 2 * 64 + 2);
  const Model unknown = read(llama(R"("architectures":["LlamaBestRewardModel"])"));
  EXPECT_EQ(parameter_count(unknown), llama_body + 64);
  EXPECT_EQ(unknown.trust, Trust::Modelled);
}

TEST(ConfigClasses, AModelThatIsCalledOnlyModelMayHaveAHead) {
  EXPECT_EQ(total("{\"model_type\":\"Dream\"," + llama_fields + R"(,"architectures":["DreamModel"]})"),
            llama_body + 64'000 + 2 * (64 + 2 * 32));
}

TEST(ConfigClasses, TheClassDecidesWhereTheTypeDoesNot) {
  const std::string architectures = R"(,"architectures":["LlamaForCausalLM"]})";
  const Model missing = read("{" + llama_fields + architectures);
  EXPECT_EQ(missing.model_type, "llama");
  EXPECT_TRUE(says(missing, "model_type is missing"));
  const Model unknown = read(R"({"model_type":"llama_ref",)" + llama_fields + architectures);
  EXPECT_EQ(unknown.model_type, "llama");
  EXPECT_TRUE(says(unknown, "\"llama_ref\" is not known"));
  EXPECT_EQ(parameter_count(unknown), parameter_count(missing));
}

TEST(ConfigDrafts, AreNamedAndBorrowFromTheirTarget) {
  const Model eagle = read(llama(R"("architectures":["LlamaForCausalLMEagle3"],"draft_vocab_size":100)"));
  EXPECT_TRUE(eagle.draft);
  EXPECT_TRUE(says(eagle, "EAGLE-3"));
  // Two layers, a norm, three states made one, queries, keys and values of twice the width in the first, a norm of the
  // states, 100 words.
  EXPECT_EQ(parameter_count(eagle), 2 * llama_layer + 64 + 3 * 64 * 64 + (64 + 2 * 32) * 64 + 64 + 100 * 64);
  const Model flash = read(llama(R"("architectures":["DFlashDraftModel"])"));
  EXPECT_EQ(parameter_count(flash), 2 * llama_layer + 64 + 2 * 64 * 64 + 64);
  const Model spark = read(llama(R"("architectures":["LlamaDSparkModel"],"markov_rank":8)"));
  EXPECT_EQ(parameter_count(spark), parameter_count(flash) + 2 * 1000 * 8 + 64 + 1);
  const Model medusa = read(R"({"model_type":"medusa","hidden_size":64,"vocab_size":1000,"num_heads":3,
    "num_hidden_layers":1})");
  EXPECT_EQ(parameter_count(medusa), 3U * (64 * 64 + 64 + 64'000));
  const Model speculator = read(R"({"model_type":"mlp_speculator","emb_dim":64,"inner_dim":32,"vocab_size":1000,
    "n_predict":3,"tie_weights":true})");
  EXPECT_EQ(parameter_count(speculator), 1000U * 32 + 32 * 64 + 32 * 32 + 2 * 32 + 32 * 1000);
  const std::string aims = R"("dflash_config":{"target_layer_ids":[0,1],)";
  const Count flash_total = parameter_count(flash);
  const Model domino =
      read(llama(R"("architectures":["DominoDraftModel"],)" + aims + R"("emb_dim":8,"gru_hidden_dim":16})"));
  EXPECT_TRUE(says(domino, "Domino"));
  EXPECT_EQ(parameter_count(domino) - flash_total, 3 * 16 * (64 + 16) + 8 * (64 + 16) + 1000 * 8);
  const Model gated = read(llama(R"("architectures":["DSparkDraftModel"],)" + aims +
                                 R"("projector_type":"dspark","markov_rank":8,"markov_head_type":"gated"})"));
  EXPECT_EQ(parameter_count(gated) - flash_total, 2 * 1000 * 8 + (64 + 8) * 8 + 8);
  const Model parallel = read(llama(R"("architectures":["PEagleDraftModel"],"draft_vocab_size":100)"));
  EXPECT_EQ(parameter_count(parallel) - parameter_count(eagle), 1000 * 64 + 3 * 64);
  EXPECT_FALSE(read(llama(R"("architectures":["LlamaForCausalLM"])")).draft);
}

TEST(ConfigDrafts, PredictionLayersAloneAreADraft) {
  const Model m =
      read(R"({"model_type":"deepseek_v3","architectures":["DeepseekV3ForCausalLMNextN"],"vocab_size":1000,
    "hidden_size":64,"num_hidden_layers":4,"num_attention_heads":2,"num_key_value_heads":2,"q_lora_rank":16,"kv_lora_rank":16,
    "moe_intermediate_size":32,"n_routed_experts":4,"num_experts_per_tok":2,"intermediate_size":128,
    "num_nextn_predict_layers":1})");
  EXPECT_TRUE(m.draft);
  EXPECT_EQ(m.layer_count(), 1U);
}

TEST(ConfigUnread, SizesThatNobodyReadAreNamedAndLowerTheTrust) {
  const Model plain = read(llama(R"("max_window_layers":28,"bos_token_id":17)"));
  EXPECT_EQ(plain.trust, Trust::Exact);
  EXPECT_FALSE(says(plain, "not read"));
  const Model ngram = read(llama(R"("ngram_vocab_size":50000,"visual_tower":{"layers":48,"width":1664})"));
  EXPECT_EQ(ngram.trust, Trust::Modelled);
  EXPECT_TRUE(says(ngram, "ngram_vocab_size"));
  EXPECT_TRUE(says(ngram, "visual_tower"));
  // The same number of experts under a second name, and what towers of CLIP leave unused, say nothing.
  const Model twice = read(R"({"model_type":"deepseek_v3","num_experts":8,"n_routed_experts":8,"rotary_dim":64})");
  EXPECT_FALSE(says(twice, "not read"));
  EXPECT_TRUE(says(read(R"({"model_type":"deepseek_v3","num_experts":9,"n_routed_experts":8})"), "num_experts"));
  // Lists of an unknown family count too: its layers may be of many widths.
  EXPECT_TRUE(says(read("{\"model_type\":\"never_seen\"," + llama_fields + R"(,"heads_of_layers":[4,8]})"),
                   "heads_of_layers"));
}

TEST(ConfigUnread, SlidingWindowSizeIsTheWindowByAnotherName) {
  const Model m = read(R"({"model_type":"gemma2","sliding_window":4096,"sliding_window_size":4096})");
  EXPECT_FALSE(says(m, "not read"));
  EXPECT_EQ(m.trust, Trust::Exact);
}

TEST(ConfigUnread, RecurrentLayersOfUnknownKindAreNoAttention) {
  EXPECT_FALSE(
      model_from_config_text("{\"model_type\":\"never_seen\"," + llama_fields + R"(,"mamba_d_ssm":128})", "x"));
  EXPECT_FALSE(
      model_from_config_text("{\"model_type\":\"never_seen\"," + llama_fields + R"(,"layer_group_size":5})", "x"));
  const Model m = read(llama(R"("layer_types":["full_attention","retention"])"));
  EXPECT_EQ(m.trust, Trust::Assumed);
  EXPECT_TRUE(says(m, "\"retention\""));
}

TEST(ConfigUnread, AnUnknownFamilysExpertsAreCountedUnderAnyName) {
  const std::string fields = R"("model_type":"never_seen","vocab_size":1000,"hidden_size":64,"num_hidden_layers":2,
    "num_attention_heads":2,"q_lora_rank":16,"kv_lora_rank":16,"qk_nope_head_dim":16,"qk_rope_head_dim":16,
    "v_head_dim":16,"moe_intermediate_size":32,"intermediate_size":128,"num_experts_per_tok":2)";
  EXPECT_EQ(total("{" + fields + R"(,"num_experts":8})"), total("{" + fields + R"(,"n_routed_experts":8})"));
}

// RedHatAI's speculators keep the draft's layers in transformer_layer_config.
TEST(ConfigClasses, ADraftOfTheSpeculatorsLibraryIsReadAsWithoutIt) {
  const std::string own = R"("draft_vocab_size":100,"target_hidden_size":null,"norm_before_residual":true,
    "speculators_config":{"algorithm":"eagle3","verifier":{"name_or_path":"a/b"}})";
  const Model flat = read(llama(R"("architectures":["LlamaForCausalLMEagle3"],)" + own));
  const Model nested = read(R"({"architectures":["Eagle3Speculator"],"speculators_model_type":"eagle3",)" + own +
                            R"(,"transformer_layer_config":)" + llama(R"("torch_dtype":"bfloat16")") + "}");
  EXPECT_TRUE(nested.draft);
  EXPECT_EQ(parameter_count(nested), parameter_count(flat));
  EXPECT_EQ(nested.trust, Trust::Exact);
  // Five layers of the target instead of three, listed beside the layers.
  const Model more = read(R"({"architectures":["Eagle3Speculator"],"model_type":"speculators",)" + own +
                          R"(,"eagle_aux_hidden_state_layer_ids":[1,2,3,4,5],"transformer_layer_config":)" +
                          llama(R"("torch_dtype":"bfloat16")") + "}");
  EXPECT_EQ(parameter_count(more), parameter_count(flat) + 2 * 64 * 64);
}

TEST(ConfigTowers, StandUnderOtherNames) {
  const std::string tower = R"({"model_type":"siglip_vision_model","hidden_size":32,"intermediate_size":64,
    "num_hidden_layers":2,"num_attention_heads":2,"image_size":28,"patch_size":14,"vision_use_head":false})";
  const std::string text = R"("text_config":{"model_type":"llama",)" + llama_fields + "}";
  const Model known = read("{\"model_type\":\"never_seen\"," + text + ",\"vision_config\":" + tower + "}");
  EXPECT_GT(known.encoder_parameters, 0U);
  for (const char* key : {"visual", "vit_config", "vision_encoder_config"}) {
    const Model m = read("{\"model_type\":\"never_seen\"," + text + ",\"" + key + "\":" + tower + "}");
    EXPECT_EQ(m.encoder_parameters, known.encoder_parameters) << key;
  }
  // FastVLM: 125 million parameters of convolutions, 3,072 wide.
  const Model fast =
      read("{\"model_type\":\"llava_qwen2\"," + llama_fields + R"(,"mm_vision_tower":"mobileclip_l_1024"})");
  EXPECT_EQ(fast.encoder_parameters, 125'000'000U + (3072 * 64 + 64) + (64 * 64 + 64));
  const Model named = read("{\"model_type\":\"never_seen\"," + llama_fields +
                           R"(,"mm_vision_tower":"openai/clip-vit-large-patch14-336"})");
  // CLIP ViT-L/14 at 336 pixels with LLaVA's two matrices.
  EXPECT_EQ(named.encoder_parameters, 303'507'456U + (1024 * 64 + 64) + (64 * 64 + 64));
}

/// Published totals: Hugging Face pages of LLaDA-8B, Molmo-7B-D, DeepSeek-OCR, MiniCPM-V 2.5 and 2.6.
TEST(ConfigClasses, FamiliesOfTheYearHaveTheirPublishedTotals) {
  EXPECT_EQ(total(R"({"model_type":"llada","d_model":4096,"n_heads":32,"n_kv_heads":32,"n_layers":32,
    "mlp_hidden_size":12288,"vocab_size":126464,"embedding_size":126464,"weight_tying":false})"),
            8'015'581'184U);
  EXPECT_EQ(total(R"({"model_type":"molmo","hidden_size":3584,"intermediate_size":37888,"num_hidden_layers":28,
    "num_attention_heads":28,"num_key_value_heads":4,"qkv_bias":true,"vocab_size":152064})"),
            8'021'025'280U);
  EXPECT_EQ(total(R"({"model_type":"minicpmv","version":2.6,"hidden_size":3584,"intermediate_size":18944,
    "num_hidden_layers":28,"num_attention_heads":28,"num_key_value_heads":4,"vocab_size":151666,"query_num":64,
    "tie_word_embeddings":false,"vision_config":{"model_type":"siglip","hidden_size":1152,"intermediate_size":4304,
    "num_hidden_layers":27,"image_size":980,"patch_size":14}})"),
            8'099'175'152U);
  EXPECT_EQ(total(R"({"model_type":"minicpmv","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
    "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"query_num":96,"tie_word_embeddings":false,
    "vision_config":{"model_type":"siglip","hidden_size":1152,"intermediate_size":4304,"num_hidden_layers":27,
    "image_size":980,"patch_size":14}})"),
            8'537'092'336U);
  EXPECT_EQ(total(R"({"model_type":"deepseek_vl_v2","language_config":{"architectures":["DeepseekV2ForCausalLM"],
    "first_k_dense_replace":1,"hidden_size":1280,"intermediate_size":6848,"moe_intermediate_size":896,
    "n_routed_experts":64,"n_shared_experts":2,"num_attention_heads":10,"num_experts_per_tok":6,
    "num_hidden_layers":12,"use_mla":false,"vocab_size":129280,"tie_word_embeddings":false},
    "projector_config":{"input_dim":2048,"n_embed":1280},"vision_config":{"model_type":"vision","width":
    {"clip-l-14-224":{"width":1024},"sam_vit_b":{"width":768}}}})"),
            3'336'106'240U);
}

/// Every round of a looped model caches its own keys and values; the weights are there once.
TEST(ConfigClasses, RoundsCacheAndBringNoWeights) {
  const Model m = read("{\"model_type\":\"ouro\"," + llama_fields + R"(,"total_ut_steps":4})");
  EXPECT_EQ(m.layer_count(), 8U);
  EXPECT_EQ(parameter_count(m), llama_body + 64'000 + 2 * 2 * 64 + 65);
}

/// Two layers predict as one module: what joins embedding and state is there once.
TEST(ConfigClasses, NemotronsPredictionIsOneModule) {
  const Model m = read(R"({"model_type":"nemotron_h","vocab_size":1000,"hidden_size":64,"num_hidden_layers":1,
    "hybrid_override_pattern":"*","num_attention_heads":4,"num_key_value_heads":2,"attention_head_dim":16,
    "num_nextn_predict_layers":1,"mtp_hybrid_override_pattern":"*-","intermediate_size":128})");
  Count joined = 0;
  for (const Tensor& t : m.tensors) joined += t.name.find("eh_proj") != std::string::npos ? t.count : 0;
  EXPECT_EQ(joined, 1U);
  EXPECT_EQ(m.mtp_layers.size(), 2U);
}

}  // namespace config_classes_test
