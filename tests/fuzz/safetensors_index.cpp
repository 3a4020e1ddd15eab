// An index of shards in memory; every file name in it goes through the check that keeps readers inside their folder.

#include "readers/folder.hpp"
#include "readers/safetensors/index.hpp"
#include "structure.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmcalc::io;
  const MemorySource source(std::string_view(reinterpret_cast<const char*>(data), size));
  Problems problems("fuzz");
  const SafetensorsIndex index = read_safetensors_index(source, problems);
  for (const auto& [name, file] : index.tensors) {
    if (file >= index.files.size()) std::abort();
  }
  static const llmcalc::Result<Folder> folder = Folder::open("/usr/include");
  if (!folder) return 0;
  for (const std::string& name : index.files) {
    const PartName part = part_name(name);
    if (part.count > 0 && part.number > part.count) std::abort();
    const auto path = folder->resolve(name);
    if (path && !path->string().starts_with("/usr/include")) std::abort();
  }
  return 0;
}

LLMCALC_FUZZ_STRUCTURE(llmcalc::fuzz::JsonStructure)
