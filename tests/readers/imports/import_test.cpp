// Other tools' command lines and configurations: what is taken, what has no effect, what is not understood.

#include "readers/imports/import.hpp"

#include "readers/scenario_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace llmcalc::io {
namespace import_test {

using nlohmann::json;

const Resolver& resolver() {
  static const Resolver known = default_resolver();
  return known;
}

Imported read(std::string_view text, const ReadBeside& beside = {}, std::string_view name = {}) {
  Result<Imported> result = import_settings(text, resolver(), beside, name);
  EXPECT_TRUE(result) << text << "\n" << (result ? "" : result.issues().front().what);
  return result ? std::move(result).value() : Imported{};
}

std::string became(const Imported& imported, std::string_view name) {
  for (const ImportedOption& option : imported.options) {
    if (option.name == name) return std::string(key_of(option.outcome));
  }
  return "absent";
}

TEST(Shell, ReadsWhatLaunchScriptsHave) {
  const auto words = [](std::string_view text) {
    const auto commands = shell_commands(text);
    return commands.empty() ? std::vector<std::string>{} : commands.back().words;
  };
  using W = std::vector<std::string>;
  EXPECT_EQ(words("a 'b c' \"d e\" f\\ g"), (W{"a", "b c", "d e", "f g"}));
  EXPECT_EQ(words("a \\\n  --b 1 # note\n"), (W{"a", "--b", "1"}));
  EXPECT_EQ(words("a \\ \n  --b"), (W{"a", "--b"})) << "a blank behind the backslash";
  EXPECT_EQ(words("M=x/y\nN=\"1 2\"\nrun $M ${N} \"${N}\" ${O:-3}"), (W{"run", "x/y", "1", "2", "1 2", "3"}));
  EXPECT_EQ(words("ARGS=(\n --a 1\n --b \"2 3\"\n)\nrun ${ARGS[@]} \"${ARGS[@]}\"").size(), 10U);
  EXPECT_EQ(words("run $UNKNOWN"), (W{"run", "$UNKNOWN"}));
  EXPECT_EQ(words("run 2>&1"), (W{"run", "2>&1"}));
  EXPECT_EQ(words("'open"), (W{"open"})) << "what is left open ends with the text";
}

TEST(Import, ReplicasOfTheAttentionAreRanksOfOneEngine) {
  const Imported got =
      read("python -m sglang.launch_server --model-path deepseek-v3 --tp 16 --dp 8 --enable-dp-attention");
  EXPECT_EQ(got.scenario["parallelism"]["tensor"], 2);
  EXPECT_EQ(got.scenario["parallelism"]["data"], 8);
  EXPECT_EQ(got.scenario["parallelism"]["expert"], 16);
}

TEST(Import, WhatDecidesTogetherWithOthersIsTaken) {
  const Imported got = read(
      "vllm serve qwen3-235b-a22b -tp 8 --enable-expert-parallel --compilation-config '{\"cudagraph_mode\": "
      "\"NONE\"}' "
      "--eplb-config '{\"num_redundant_experts\": 32}' --cudagraph-capture-sizes 1 2 4");
  EXPECT_EQ(got.scenario["parallelism"]["expert"], 8);
  EXPECT_EQ(became(got, "enable_expert_parallel"), "taken");
  EXPECT_EQ(got.scenario["serving"]["cuda_graphs"], false);
  // What changes memory in a way that no setting says is never called without effect.
  EXPECT_EQ(became(got, "eplb_config.num_redundant_experts"), "not-understood");
  EXPECT_EQ(became(got, "cudagraph_capture_sizes"), "not-understood");
  EXPECT_EQ(read("vllm serve --enable-expert-parallel qwen3-235b-a22b -tp 8").scenario["model"], "qwen3-235b-a22b");
  EXPECT_EQ(read("vllm serve --disable-hybrid-kv-cache-manager qwen3-8b").scenario["model"], "qwen3-8b");
  const Imported draft = read("sglang serve --model-path deepseek-v3 --speculative-algorithm EAGLE --dp 8");
  EXPECT_EQ(became(draft, "speculative_algorithm"), "taken");
}

TEST(Import, ReadsHowLlamaCppDrafts) {
  const auto serving = [](const char* options) {
    return read(std::string("llama-server -m qwen3.5-27b.gguf ") + options).scenario["serving"];
  };
  EXPECT_EQ(serving("--spec-type draft-mtp")["draft_tokens"], 3);
  EXPECT_EQ(serving("--spec-draft-n-max 2 --spec-type draft-mtp,ngram-mod")["draft_tokens"], 2);
  EXPECT_FALSE(serving("--spec-type ngram-mod").contains("draft_tokens"));
  EXPECT_EQ(serving("--spec-type draft-mtp --spec-draft-type-k q8_0 --spec-draft-type-v q8_0")["draft_kv_format"],
            "q8_0");
  EXPECT_EQ(serving("--spec-type mtp:n_max=4,p_min=0.0")["draft_tokens"], 4);
  EXPECT_EQ(serving("--spec-type mtp:n_max=4,p_min=0.0")["runtime"], "ik_llama.cpp");
}

TEST(Import, DevicesShareLayersOrEveryLayer) {
  const Imported shared = read("llama-server -m qwen3-8b -c 8192 -ts 1,1 -sm tensor");
  EXPECT_EQ(shared.scenario["serving"]["split_mode"], "tensor");
  EXPECT_EQ(shared.scenario["device"]["count"], 2);
  const auto notes = [](const char* options) {
    const Imported got = read(std::string("llama-server -m qwen3-8b -c 8192 -ts 1,1 ") + options);
    return std::count_if(got.notes.begin(), got.notes.end(),
                         [](const std::string& note) { return note.starts_with("--split-mode"); });
  };
  EXPECT_EQ(notes("-sm layer"), 0);
  EXPECT_EQ(notes("-sm none"), 1);
  EXPECT_EQ(notes("-sm tensor"), 0);
  EXPECT_EQ(notes("-sm row"), 1);
  EXPECT_EQ(notes("-sm graph"), 1);
}

TEST(Import, SaysThatARepositoryBringsItsProjector) {
  const auto notes = [](const char* options) {
    const Imported got = read(std::string("llama-server -hf unsloth/Qwen3.5-27B-GGUF:Q4_K_M -c 8192 ") + options);
    return std::count_if(got.notes.begin(), got.notes.end(),
                         [](const std::string& note) { return note.find("projector") != std::string::npos; });
  };
  EXPECT_EQ(notes(""), 1);
  EXPECT_EQ(notes("--no-mmproj"), 0);
}

TEST(Import, SlotsOfAdaptersInEitherOrder) {
  EXPECT_EQ(read("vllm serve qwen3-8b --max-loras 4 --enable-lora").scenario["serving"]["adapters"], 4);
  EXPECT_EQ(read("vllm serve qwen3-8b --enable-lora --max-loras 4").scenario["serving"]["adapters"], 4);
  EXPECT_EQ(read("vllm serve qwen3-8b --enable-lora").scenario["serving"]["adapters"], 1);
}

TEST(Import, ReadsTorchtitansOptionsOfBothForms) {
  const Imported now = read(
      "torchrun --nproc_per_node 8 -m torchtitan.train --module llama3 --config llama3_8b "
      "--training.num_tokens_per_microbatch_per_dp_rank 65536 --training.max_context_length 8192 "
      "activation-checkpoint:full --dataloader.dataset c4");
  EXPECT_EQ(now.scenario["training"]["micro_batch"], 8);
  EXPECT_EQ(now.scenario["training"]["sequence"], 8192);
  EXPECT_EQ(now.scenario["training"]["recompute"], "full");
  for (const ImportedOption& option : now.options) EXPECT_NE(option.outcome, Outcome::NotUnderstood) << option.name;
  EXPECT_EQ(read("torchrun -m torchtitan.train --training.local_batch_size 2 --training.seq_len 4096")
                .scenario["training"]["micro_batch"],
            2);
}

TEST(Import, ReadsOpenRlhfsOptionsOfBothForms) {
  const auto training = [](const char* options) {
    return read(std::string("deepspeed --num_gpus 8 --module openrlhf.cli.train_sft ") + options)
        .scenario["training"];
  };
  const json now = training(
      "--model.model_name_or_path qwen3-8b --train.micro_batch_size 2 --ds.lora.rank 32 "
      "--model.gradient_checkpointing_enable --train.batch_size 64");
  const json before = training(
      "--pretrain qwen3-8b --micro_train_batch_size 2 --lora_rank 32 --gradient_checkpointing "
      "--train_batch_size 64");
  EXPECT_EQ(now, before);
  EXPECT_EQ(now["lora"]["rank"], 32);
  EXPECT_EQ(now["accumulation"], 4);
}

// torchtune and LitGPT shard the weights as soon as there are several devices.
TEST(Import, SeveralDevicesOfTorchtuneAndLitGptShardTheWeights) {
  const Imported tune = read(
      "tune run --nproc_per_node 2 lora_finetune_distributed --config llama3_1/8B_lora "
      "model.lora_attn_modules=[q_proj,v_proj] model.apply_lora_to_mlp=True");
  EXPECT_EQ(tune.scenario["parallelism"]["zero"], 3);
  EXPECT_EQ(tune.scenario["training"]["lora"]["targets"], "q,v,gate,up,down");
  EXPECT_EQ(read("litgpt finetune_lora Qwen/Qwen3-8B --devices 4").scenario["parallelism"]["zero"], 3);
  EXPECT_FALSE(read("litgpt finetune_lora Qwen/Qwen3-8B --devices 1").scenario.contains("parallelism"));
}

TEST(Import, SaysThatAConfigurationIsNotHere) {
  const Imported got = read("axolotl train config.yaml");
  EXPECT_EQ(got.options.front().value, "config.yaml");
  EXPECT_EQ(got.options.front().said, "cannot be read here");
}

TEST(Import, ExpressionsOfTensorNamesAreKept) {
  const auto places = [](const char* options) {
    return read(std::string("llama-server -m qwen3-30b-a3b.gguf ") + options).scenario["serving"];
  };
  EXPECT_EQ(places("-ot exps=CPU")["moe_layers_on_cpu"], 10000);
  EXPECT_EQ(places("-ot 'blk\\.(1|2)\\.ffn_up_exps=CPU' -ot output=CUDA0")["override_tensor"],
            "blk\\.(1|2)\\.ffn_up_exps=CPU,output=CUDA0");
}

TEST(Import, EveryOptionIsAccountedFor) {
  const Imported got = read(
      "vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --port 8000 --max-model-len 32k --made-up 3 "
      "--enforce-eager");
  EXPECT_EQ(got.tool->id, "vllm");
  EXPECT_EQ(got.scenario["model"], "Qwen/Qwen3-32B");
  EXPECT_EQ(got.scenario["parallelism"]["tensor"], 2);
  EXPECT_EQ(got.scenario["serving"]["context"], 32768);
  EXPECT_EQ(got.scenario["serving"]["cuda_graphs"], false);
  EXPECT_EQ(became(got, "port"), "no-effect");
  EXPECT_EQ(became(got, "made_up"), "not-understood");
  EXPECT_EQ(became(got, "tensor_parallel_size"), "taken");
  EXPECT_EQ(got.options.size(), 6U);
}

TEST(Import, AValueThatMeansNothingIsNotUnderstood) {
  const Imported got = read("vllm serve Qwen/Qwen3-32B --kv-cache-dtype banana --tensor-parallel-size $GPUS");
  EXPECT_EQ(became(got, "kv_cache_dtype"), "not-understood");
  EXPECT_EQ(became(got, "tensor_parallel_size"), "not-understood");
}

TEST(Import, OfTomlReadsOtherAlphabetsInStringsAndComments) {
  const std::string good =
      "# größe\n[training]\nseq_len = 4096 # ü\nlocal_batch_size = 2\n[job]\ndescription = \"größer \\\" é\"\n";
  EXPECT_EQ(read(good, {}, "a.toml").scenario["training"]["sequence"], 4096);
  EXPECT_FALSE(import_settings("[training]\nseq_len = é\n", resolver(), {}, "a.toml"));
}

TEST(Import, OfTomlTakesListsOverSeveralLinesAndRefusesTablesWithoutNames) {
  for (const char* text : {
           "[a]\nb = [\n  [1, 2],\n  [\"c\"]\n]\n[[ 'd' ]]\nx = 1\n",
           "a = [\n[],\n[ # one of \"[\n[{b = '['}]],\n[\n]\n]\n[\"[\"]\nc = 1\n",
           "a = \"\"\"\n[%]\n\\\"\"\"\"\"\n[b.'[']\nc = '''\n[\n'''\n",
           "\xEF\xBB\xBFmodel = 'größe'\r\n[ b ]\r\nc = [ 1,\r\n[2]]\r\n",
           "a = 1 # [\n[[b]]\nc = 1\n[[b]]\nc = 2\n",
       }) {
    const auto settings = document_settings(text, "x.toml");
    EXPECT_TRUE(settings) << text << (settings ? "" : settings.issues().front().what);
  }
  // toml++ asserts that a table has a name, and takes it for granted where it does not assert.
  for (const char* text : {"[@]\na = 1\n", "[[[a]]]\nb = 1\n", "a = [[1]]\n[[%", "[ [a] ]\n", "[", "a = [[\n[1]]]\n[",
                           "a = ']'\n[\n", "a = \"\"\"x\"\"\"\"\"\n[+]\n", "a = [é]\n"}) {
    EXPECT_FALSE(document_settings(text, "x.toml")) << text;
  }
}

/// Tables of TOML inside one another ended the program: a key of 50,000 dots makes as many.
TEST(Import, OfTomlRefusesTooManyTablesInsideOneAnother) {
  const auto repeated = [](std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += piece;
    return out;
  };
  for (const std::size_t deep : {std::size_t{100}, std::size_t{50'000}}) {
    for (const std::string& text :
         {"a" + repeated(".a", deep) + " = 1\n", "[a" + repeated(" . 'a'", deep) + "]\nb = 1\n",
          "a = " + repeated("{ a.b = ", deep) + "1" + repeated("}", deep) + "\n",
          "a = " + repeated("[", deep) + "\n"}) {
      EXPECT_FALSE(document_settings(text, "x.toml")) << text.substr(0, 60);
    }
  }
  EXPECT_TRUE(
      document_settings("a.b.c = [" + repeated("1.5, ", 1000) + "]\n" + repeated("# a.b.c\n", 100), "x.toml"));
}

TEST(Import, ANumberThatNoCountHoldsIsNotUnderstood) {
  const Imported got = read("torchrun --nproc_per_node 8 pretrain_gpt.py --num-layers 1e308 --hidden-size 4096");
  EXPECT_EQ(became(got, "num_layers"), "not-understood");
  EXPECT_EQ(became(got, "hidden_size"), "taken");
}

TEST(Import, ReadsADraftModelInAnObject) {
  const Imported got =
      read(R"(vllm serve Qwen/Qwen3.5-27B --speculative-config '{"method": "mtp", "num_speculative_tokens": 3}')");
  EXPECT_EQ(got.scenario["serving"]["draft_tokens"], 3);
}

TEST(Import, FindsTheCommandInContainers) {
  const Imported run =
      read("docker run --gpus all -p 8000:8000 vllm/vllm-openai:v0.11.0 --model Qwen/Qwen3-8B --max-model-len 8192");
  EXPECT_EQ(run.scenario["serving"]["version"], "0.11.0");
  EXPECT_EQ(run.scenario["model"], "Qwen/Qwen3-8B");
  const Imported compose = read(
      "services:\n  llm:\n    image: vllm/vllm-openai:latest\n    command: >\n      --model Qwen/Qwen3-8B\n      "
      "--tensor-parallel-size 2\n");
  EXPECT_EQ(compose.scenario["parallelism"]["tensor"], 2);
  const Imported pod = read(
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: x\n    image: vllm/vllm-openai:latest\n    "
      "command: [\"vllm\", \"serve\"]\n    args:\n    - Qwen/Qwen3-8B\n    - --max-model-len\n    - '4096'\n"
      "    resources:\n      limits:\n        nvidia.com/gpu: 1\n");
  EXPECT_EQ(pod.scenario["serving"]["context"], 4096);
}

TEST(Import, ReadsVersionAndProductOfAContainer) {
  const Imported pod = read(R"(apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: server
        image: vllm/vllm-openai:v0.10.2
        command: ["/bin/sh", "-c"]
        args: ["vllm serve meta-llama/Llama-3.3-70B-Instruct --tensor-parallel-size 4"]
        resources:
          limits:
            nvidia.com/gpu: "4"
      nodeSelector:
        nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3
)");
  EXPECT_EQ(pod.scenario["serving"]["version"], "0.10.2");
  const ReadScenario scenario = read_scenario_leniently(pod.scenario, resolver());
  ASSERT_TRUE(scenario.issues.empty());
  EXPECT_EQ(scenario.scenario.devices.count(), 4U);
  EXPECT_EQ(scenario.scenario.devices.groups.front().device->id, "h100-sxm-80gb");
}

TEST(Import, ReadsFineTuningWithVerl) {
  const Imported got = read(
      "torchrun --standalone --nnodes=1 --nproc_per_node=8 -m verl.trainer.fsdp_sft_trainer "
      "data.train_files=x.parquet "
      "data.micro_batch_size_per_gpu=4 data.train_batch_size=256 model.partial_pretrain=Qwen/Qwen2.5-7B-Instruct "
      "data.max_length=4096 model.lora_rank=32 optim.lr=1e-4");
  EXPECT_EQ(got.scenario["training"]["framework"], "verl");
  EXPECT_EQ(got.scenario["training"]["method"], "lora");
  EXPECT_EQ(got.scenario["training"]["lora"]["rank"], 32);
  EXPECT_EQ(got.scenario["training"]["accumulation"], 8);
  EXPECT_EQ(got.scenario["parallelism"]["data"], 8);
  EXPECT_EQ(became(got, "optim.lr"), "no-effect");
}

TEST(Import, TakesTheProgramsBatchWhereNobodySaysOne) {
  const Imported silent = read("trl sft --model_name_or_path Qwen/Qwen3-8B --max_length 2048");
  EXPECT_EQ(silent.scenario["training"]["micro_batch"], 8);
  EXPECT_THAT(silent.notes, ::testing::Contains(::testing::HasSubstr("8 is the default of TRL")));
  const Imported script = read("torchrun train.py --model_name_or_path Qwen/Qwen3-8B --output_dir out --bf16");
  EXPECT_EQ(script.scenario["training"]["micro_batch"], 8);
  EXPECT_THAT(script.notes, ::testing::Contains(::testing::HasSubstr("8 is the default of Trainer")));
  const Imported said = read("trl sft --model_name_or_path Qwen/Qwen3-8B --per_device_train_batch_size 1");
  EXPECT_EQ(said.scenario["training"].value("micro_batch", 1), 1);
}

// transformers integrations/deepspeed.py trainer_config_finalize.
TEST(Import, SizesThatAreAutoAreTheTrainersOwn) {
  const ReadBeside beside = [](const std::string&) -> Result<std::string> {
    return std::string(R"({"zero_optimization": {"stage": 3, "reduce_bucket_size": "auto",
                           "stage3_prefetch_bucket_size": "auto"}})");
  };
  const Imported got = read(
      "deepspeed --num_gpus 8 train.py --model_name_or_path meta-llama/Llama-3.1-8B --deepspeed ds_z3.json "
      "--bf16 true --per_device_train_batch_size 1",
      beside);
  EXPECT_EQ(got.scenario["parallelism"]["bucket"], 4096 * 4096);
  EXPECT_EQ(got.scenario["parallelism"]["prefetch"], 15'099'494);
  EXPECT_EQ(became(got, "zero_optimization.reduce_bucket_size"), "taken");
}

TEST(Import, OnlyTheInstructionsOfAModelfileMakeOne) {
  const Imported script = read(
      "python3 - <<'EOF'\nimport os\nfrom transformers import AutoConfig\nEOF\n"
      "python3 -m verl.trainer.main_ppo algorithm.adv_estimator=grpo \\\n"
      "    actor_rollout_ref.model.path=Qwen/Qwen3-8B actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu=4\n");
  EXPECT_EQ(script.scenario["training"]["framework"], "verl");
  EXPECT_EQ(script.scenario["training"]["micro_batch"], 4);
  const Imported wrapped =
      read("bash <<'EOF'\npython3 -m verl.trainer.main_ppo actor_rollout_ref.model.path=Qwen/Qwen3-8B\nEOF\n");
  EXPECT_EQ(wrapped.scenario["training"]["objective"], "ppo");
  const Imported modelfile =
      read("# mine\nfrom llama3.1:8b\nPARAMETER num_ctx 16384\nTEMPLATE \"\"\"{{ .Prompt }}\nimport this\n\"\"\"\n");
  EXPECT_EQ(modelfile.scenario["serving"]["runtime"], "ollama");
  EXPECT_EQ(modelfile.scenario["serving"]["context"], 16384);
}

TEST(Import, ReadsOpenRlhf) {
  const Imported got = read(
      "deepspeed --include localhost:0,1,2,3,4,5,6,7 --module openrlhf.cli.train_dpo --pretrain "
      "meta-llama/Llama-3.1-8B-Instruct --train_batch_size 128 --micro_train_batch_size 1 --bf16 --max_len 8192 "
      "--zero_stage 3 --beta 0.1 --flash_attn --gradient_checkpointing");
  EXPECT_EQ(got.tool->id, "openrlhf");
  EXPECT_EQ(got.scenario["training"]["framework"], "openrlhf");
  EXPECT_EQ(got.scenario["training"]["objective"], "dpo");
  EXPECT_EQ(got.scenario["training"]["sequence"], 8192);
  EXPECT_EQ(got.scenario["training"]["accumulation"], 16);
  EXPECT_EQ(got.scenario["parallelism"]["zero"], 3);
}

TEST(Import, ReadsMlxFineTuning) {
  const Imported got = read(
      "mlx_lm.lora --model mlx-community/Llama-3.2-3B-Instruct-4bit --train --batch-size 2 --num-layers 16 "
      "--max-seq-length 4096 --grad-checkpoint");
  EXPECT_EQ(got.scenario["training"]["framework"], "mlx");
  EXPECT_EQ(got.scenario["training"]["method"], "qlora");
  EXPECT_EQ(got.scenario["training"]["recompute"], "full");
  EXPECT_EQ(got.scenario["training"]["lora"]["rank"], 8) << "the program's default";
  EXPECT_EQ(became(got, "num_layers"), "not-understood");
  EXPECT_EQ(became(got, "train"), "no-effect");
}

TEST(Import, KnowsTheOptionsOfIkLlama) {
  const Imported got = read("llama-server -m qwen3-30b-a3b.gguf -c 8192 -fmoe -mla 3 -rtr -amb 512 -ngl 99");
  for (const ImportedOption& option : got.options) EXPECT_EQ(option.outcome, Outcome::Taken) << option.name;
  EXPECT_EQ(got.scenario["serving"]["runtime"], "ik_llama.cpp");
}

TEST(Import, SharesAContextAmongSlots) {
  const Imported got = read("llama-server -m Qwen3-8B-Q4_K_M.gguf -c 32768 -np 4 -ngl 99 -ctk q8_0 -ctv q8_0");
  EXPECT_EQ(got.scenario["serving"]["context"], 8192);
  EXPECT_EQ(got.scenario["serving"]["sequences"], 4);
  EXPECT_EQ(got.scenario["serving"]["kv_format"], "q8_0");
  EXPECT_TRUE(got.scenario["serving"]["gpu_layers"].is_null());
}

TEST(Import, ReadsTheFilesThatAConfigurationNames) {
  const ReadBeside beside = [](const std::string& name) -> Result<std::string> {
    if (name == "ds.json")
      return std::string(
          R"({"zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"}}, "bf16": {"enabled": true}})");
    return Issue{name, "is not there"};
  };
  const Imported got = read(
      "deepspeed --num_gpus 8 train.py --model_name_or_path meta-llama/Llama-3.1-8B --deepspeed ds.json "
      "--per_device_train_batch_size 2",
      beside);
  EXPECT_EQ(got.scenario["parallelism"]["zero"], 3);
  EXPECT_EQ(got.scenario["parallelism"]["data"], 8);
  EXPECT_EQ(got.scenario["training"]["offload"], "optimizer");
  EXPECT_EQ(got.scenario["training"]["recipe"], "bf16-master-fp32");
}

TEST(Import, TellsWhatIsOfNoTool) {
  for (const char* text : {"", "hello", "ls -l", "{\"a\": 1}", "a: 1\nb: 2\n", "\xff\xfe", "{", "- a\n- b\n"}) {
    EXPECT_FALSE(import_settings(text, resolver())) << text;
  }
}

TEST(Import, OfYamlThatHasDocumentsWithoutEndEnds) {
  EXPECT_FALSE(document_settings(",1 -ot \"x\"\n2\n", "")) << "27 bytes took all memory";
  const auto two = document_settings("a: 1\n---\nb: 2\n...\n--- # third\nc: 3\n", "x.yaml");
  ASSERT_TRUE(two);
  EXPECT_EQ(two->size(), 3U);
}

TEST(Import, OfAScriptThatGrowsWithoutEndEnds) {
  std::string doubled = "A=0123456789\n", exported = "export B=" + std::string(100'000, 'x') + "\n";
  for (int i = 0; i < 60; ++i) doubled += "A=\"$A $A\"\n";
  for (int i = 0; i < 20'000; ++i) exported += "vllm serve gpt2\n";
  for (const std::string& script : {std::string("A=(x \"${A[@]}\")\nvllm serve gpt2 \"${A[@]}\"\n"),
                                    doubled + "vllm serve gpt2 $A\n", exported}) {
    std::size_t bytes = 0;
    for (const ShellCommand& command : shell_commands(script)) {
      for (const std::string& word : command.words) bytes += word.size();
    }
    EXPECT_LT(bytes, 32U << 20) << script.substr(0, 60);
  }
}

TEST(Import, SurvivesHostileDocuments) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + ", *a" +
            std::to_string(i - 1) + "]\n";
  EXPECT_FALSE(import_settings(bomb, resolver()));
  EXPECT_FALSE(import_settings(std::string(100'000, '['), resolver()));
  EXPECT_FALSE(import_settings(std::string(100'000, '$'), resolver()));
}

TEST(Tools, EveryLineOfTheTableIsUnderstood) {
  EXPECT_THAT(option_table().faults, testing::IsEmpty());
  EXPECT_GT(option_table().tools.size(), 20U);
  for (const ProgramRow& row : option_table().programs) EXPECT_NE(find_tool(row.tool), nullptr) << row.words;
  for (const ProgramRow& row : option_table().images) EXPECT_NE(find_tool(row.tool), nullptr) << row.words;
  for (const Signature& row : option_table().signatures) EXPECT_NE(find_tool(row.tool), nullptr) << row.tool;
}

TEST(Tools, RowsNameSettingsThatAreOrWillBe) {
  for (const Tool& tool : option_table().tools) {
    std::set<std::string_view> names;
    EXPECT_FALSE(tool.source.empty()) << tool.id;
    for (const OptionRow& row : tool.rows) {
      any_word(row.names, [&](std::string_view name) {
        EXPECT_TRUE(names.insert(name).second) << tool.id << " has two rows for " << name;
        return false;
      });
    }
  }
}

}  // namespace import_test
}  // namespace llmcalc::io
