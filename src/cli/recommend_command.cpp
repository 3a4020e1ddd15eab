// What runs on a machine: `recommend` asks every known model, or every format of one.

#include "cli/commands.hpp"
#include "cli/recommend_answers.hpp"
#include "host/machine.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/scenario/usable_memory.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace {

using nlohmann::json;

/// Leaves of this computer's memory only what is free now.
void leave_what_is_free(Scenario& s) {
  const host::Machine machine = host::look_at_this_machine();
  if (machine.memory.available.count != 0)
    s.host.reserve_bytes = (machine.memory.total - machine.memory.available).count;
  for (const host::FoundGpu& gpu : machine.gpus) {
    if (!gpu.free || gpu.unified) continue;
    s.display_bytes = (gpu.total - *gpu.free).count;
    return;
  }
}

/// The scenario of the flags: this computer unless a device was named, its RAM less what the system needs.
Result<Asked> machine_of(RecommendRequest& request, Streams streams, const io::Resolver& resolver) {
  std::vector<Result<json>> documents;
  request.scenario.each_document(streams, [&](const Result<json>& document) {
    documents.push_back(document);
    return documents.size() < 2;
  });
  if (documents.size() != 1) return Issue{"--scenario", "must hold one scenario"};
  if (!documents.front()) return documents.front().issues();
  json document = *documents.front();
  // Anything but an object is refused by the reader, in its words.
  if (!document.is_object()) return io::read_scenario(document, resolver).issues();
  Asked asked;
  asked.one_model = document["model"] != default_model_id || request.scenario.given("model");
  if (!document.contains("device")) document["device"] = this_computer_id;
  const json serving = document.value("serving", json::object());
  const bool training = request.wish.task() == Task::Training;
  Result<Scenario> scenario = io::read_scenario(document, resolver);
  if (!scenario) return scenario.issues();
  asked.machine = std::move(scenario).value();
  Scenario& s = asked.machine;
  if (!training && serving.contains("context")) request.wish.context = s.serving.context;
  if (!training && serving.contains("sequences")) request.wish.sequences = s.serving.sequences;
  const json trained = document.value("training", json::object());
  if (training && trained.contains("sequence")) request.wish.context = s.training.sequence;
  if (training && trained.contains("micro_batch")) request.wish.sequences = s.training.micro_batch;
  if (!serving.contains("runtime")) s.serving.runtime = usual_engine(s.devices, request.wish.use);
  if (request.free) leave_what_is_free(s);
  asked.ram_known = usable_host_memory(s, {}).has_value();
  if (!s.host.reserve_bytes) s.host.reserve_bytes = usual_reserve(s).count;
  return asked;
}

int recommend_models(RecommendRequest& request, Streams streams) {
  const io::Resolver resolver = io::default_resolver();
  request.wish.use = request.use == "inference"  ? Use::Chat
                     : request.use == "training" ? Use::Qlora
                                                 : *from_key<Use>(request.use);
  const Result<Asked> asked = machine_of(request, streams, resolver);
  if (!asked) {
    Issues issues = asked.issues();
    for (Issue& issue : issues) issue = request.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
    return bad_input;
  }
  Answer answer;
  if (asked->one_model) {
    answer_model(request, *asked, answer);
  } else {
    answer_catalogue(request, *asked, resolver, answer);
  }
  print(answer, request.format, /*one_line=*/false, streams.out);
  return success;
}

}  // namespace

Command recommend_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand(
      "recommend", "what runs on this computer or another: every model with its best format and placement");
  const auto request = std::make_shared<RecommendRequest>();
  request->scenario.add_to(*parser);
  add_format(*parser, request->format);
  parser->add_flag("--gb", request->decimal, "show GB (10^9 bytes) instead of GiB");
  const auto name = [&](const char* flag, std::string& into, const std::string& help, const std::string& keys) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < keys.size(); at += words.back().size() + 2)
      words.push_back(keys.substr(at, keys.find(',', at) - at));
    add_choice(*parser, flag, into, help + ": " + keys, words);
  };
  name("--task,--use", request->use, "what for (inference is chat, training is qlora)",
       keys_of(Use::Chat) + ", inference, training");
  name("--sort", request->order, "what the list is sorted by", keys_of(io::RunOrder::Size));
  parser
      ->add_option("--min-speed", request->wish.min_speed,
                   "tokens per second of one sequence, at least [default: 10]")
      ->option_text("X");
  parser->add_option("--min-bits", request->wish.min_bits, "bits per weight, at least where possible [default: 4]")
      ->option_text("X");
  add_count(*parser, "--top", request->top, "how many to list; 0: all [default: 20]");
  parser->add_option("--family", request->filter.family, "only models with this in their family's or their own name")
      ->option_text("TEXT");
  parser->add_option("--license,--licence", request->filter.license, "only models with this in their licence")
      ->option_text("TEXT");
  parser->add_flag("--vision", request->filter.vision, "only models that read images");
  parser->add_flag("--moe", request->filter.mixture, "only mixtures of experts");
  parser->add_flag("--on-disk", request->filter.on_disk, "only models on this computer's disks");
  parser->add_flag_callback(
      "--as-wished", [request] { request->filter.compromises = false; },
      "only what is as fast and has as many bits as wished");
  parser->add_flag("--free", request->free, "count only what is free on this computer now");
  parser->add_flag("--all", request->all, "list what does not run too, with the reason");
  parser
      ->add_option("--with", request->with,
                   "compare with other devices: what each newly lets run, such as \"rtx-5090, 2 x rtx-3090\"")
      ->option_text("DEVICES");
  add_conservative(*parser, request->wish.certainty);
  return {parser, [request](Streams streams) { return recommend_models(*request, streams); }};
}

}  // namespace llmcalc::cli
