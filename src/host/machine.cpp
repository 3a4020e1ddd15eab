#include "host/machine.hpp"

#include "host/machine_parts.hpp"
#include "host/text_file.hpp"

#include <iterator>

namespace llmcalc::host {
namespace {

/// Adds the GPUs of one place, and notes how many there were.
void append(Machine& machine, const std::string& place, std::vector<FoundGpu> found) {
  machine.looked_at.push_back(place + ": " + std::to_string(found.size()));
  machine.gpus.insert(machine.gpus.end(), std::make_move_iterator(found.begin()),
                      std::make_move_iterator(found.end()));
}

}  // namespace

Machine look_at_this_machine(const SystemRoots& roots) {
  Machine machine;
  machine.memory = read_host_memory(roots.proc);
  machine.modules = read_memory_modules(roots.run);
  if (roots.vendor_libraries) append(machine, "NVIDIA driver (NVML)", nvidia_gpus(machine.memory));
  append(machine, "AMD and Intel drivers (" + io::shown(roots.sys / "class/drm") + ")",
         sysfs_gpus(roots.sys, roots.share));
  if (roots.vendor_libraries) append(machine, "DXGI or Metal", system_gpus(machine.memory));
  return machine;
}

}  // namespace llmcalc::host
