#include "host/machine.hpp"

#include "host/host_memory.hpp"
#include "host/nvml.hpp"
#include "host/sysfs_gpus.hpp"
#include "host/system_gpus.hpp"

#include <iterator>

namespace llmcalc::host {
namespace {

void append(std::vector<FoundGpu>& all, std::vector<FoundGpu> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Machine look_at_this_machine(const SystemRoots& roots) {
  Machine machine;
  machine.memory = read_host_memory(roots.proc);
  if (roots.vendor_libraries) append(machine.gpus, nvidia_gpus(machine.memory));
  append(machine.gpus, sysfs_gpus(roots.sys, roots.share));
  if (roots.vendor_libraries) append(machine.gpus, system_gpus(machine.memory));
  return machine;
}

}  // namespace llmcalc::host
