#include "host/machine_parts.hpp"
#include "host/small_file.hpp"
#include "host/text_file.hpp"

#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace llmcalc::host {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t amd = 0x1002;
constexpr std::uint64_t intel = 0x8086;
constexpr std::string_view blanks = " \t\r";
constexpr std::size_t name_list_limit = std::size_t{8} << 20;

std::string hexadecimal(std::uint64_t number, const char* format) {
  char text[20];
  std::snprintf(text, sizeof text, format, static_cast<unsigned>(number));
  return text;
}

/// Calls `use` with each line of a file until it returns true.
template <class Use>
void each_line(const fs::path& file, const Use& use) {
  const auto text = read_small_file(file, name_list_limit);
  if (!text) return;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    if (use(std::string_view(*text).substr(at, end - at))) return;
    at = end + 1;
  }
}

bool is_card(std::string_view name) {
  return name.size() > 4 && name.starts_with("card") &&
         std::all_of(name.begin() + 4, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

FoundGpu amd_gpu(const fs::path& device, const fs::path& share) {
  FoundGpu gpu;
  gpu.vendor = Vendor::Amd;
  const std::uint64_t vram = read_number(device / "mem_info_vram_total").value_or(0);
  const std::uint64_t used = read_number(device / "mem_info_vram_used").value_or(0);
  const std::uint64_t gtt = read_number(device / "mem_info_gtt_total").value_or(0);
  const std::uint64_t gtt_used = read_number(device / "mem_info_gtt_used").value_or(0);
  std::error_code error;
  gpu.unified = !fs::exists(device / "mem_info_vram_vendor", error) && gtt != 0;
  // A GPU that shares memory can use its carve-out and what the kernel maps for it (GTT).
  gpu.whole_share = gpu.unified;
  gpu.total = gpu.unified ? Bytes{vram} + Bytes{gtt} : Bytes{vram};
  gpu.free = gpu.total - (gpu.unified ? Bytes{used} + Bytes{gtt_used} : Bytes{used});
  const std::uint64_t id = read_number(device / "device").value_or(0);
  gpu.name = read_line(device / "product_name");
  if (gpu.name.empty()) gpu.name = amdgpu_name(share, id, read_number(device / "revision").value_or(0));
  if (gpu.name.empty()) gpu.name = pci_name(share, amd, id);
  if (gpu.name.empty()) gpu.name = "AMD GPU " + hexadecimal(id, "%04x");
  return gpu;
}

FoundGpu intel_gpu(const fs::path& card, const fs::path& device, const fs::path& share) {
  FoundGpu gpu;
  gpu.vendor = Vendor::Intel;
  gpu.total = {read_number(card / "lmem_total_bytes").value_or(0)};
  for (int tile = 0; tile < 8; ++tile)
    gpu.total += {read_number(device / ("tile" + std::to_string(tile)) / "physical_vram_size_bytes").value_or(0)};
  if (const auto free = read_number(card / "lmem_avail_bytes")) gpu.free = Bytes{*free};
  const std::uint64_t id = read_number(device / "device").value_or(0);
  gpu.name = pci_name(share, intel, id);
  if (gpu.name.empty()) gpu.name = "Intel GPU " + hexadecimal(id, "%04x");
  return gpu;
}

}  // namespace

std::string amdgpu_name(const fs::path& share, std::uint64_t device, std::uint64_t revision) {
  // Lines look like "744C,\tC8,\tAMD Radeon RX 7900 XTX".
  const std::string id = hexadecimal(device, "%04X");
  const std::string rev = hexadecimal(revision, "%02X");
  std::string name;
  each_line(share / "libdrm" / "amdgpu.ids", [&](std::string_view line) {
    const std::size_t first = line.find(',');
    const std::size_t second = first == std::string_view::npos ? first : line.find(',', first + 1);
    if (second == std::string_view::npos || trimmed(line.substr(0, first), blanks) != id) return false;
    if (trimmed(line.substr(first + 1, second - first - 1), blanks) != rev) return false;
    name = trimmed(line.substr(second + 1), blanks);
    return true;
  });
  return name;
}

std::string pci_name(const fs::path& share, std::uint64_t vendor, std::uint64_t device) {
  // A vendor stands at the line's start, its devices below it after one tab.
  const std::string vendor_id = hexadecimal(vendor, "%04x") + "  ";
  const std::string device_id = "\t" + hexadecimal(device, "%04x") + "  ";
  std::string name;
  for (const char* list : {"misc/pci.ids", "hwdata/pci.ids"}) {
    bool inside = false;
    each_line(share / list, [&](std::string_view line) {
      if (line.empty() || line.front() == '#') return false;
      if (line.front() != '\t') {
        const bool left = inside;
        inside = line.starts_with(vendor_id);
        return left;
      }
      if (!inside || !line.starts_with(device_id)) return false;
      name = trimmed(line.substr(device_id.size()), blanks);
      return true;
    });
    if (!name.empty()) return name;
  }
  return name;
}

std::vector<FoundGpu> sysfs_gpus(const fs::path& sys, const fs::path& share) {
  std::vector<fs::path> cards;
  std::error_code error;
  std::size_t seen = 0;
  for (fs::directory_iterator at(sys / "class" / "drm", error), end; !error && at != end && ++seen < 1024;
       at.increment(error)) {
    if (is_card(io::shown(at->path().filename()))) cards.push_back(at->path());
  }
  std::sort(cards.begin(), cards.end());
  std::vector<FoundGpu> gpus;
  for (const fs::path& card : cards) {
    const fs::path device = card / "device";
    const auto vendor = read_number(device / "vendor");
    FoundGpu gpu;
    if (vendor == amd) gpu = amd_gpu(device, share);
    if (vendor == intel) gpu = intel_gpu(card, device, share);
    if (gpu.total.count != 0) gpus.push_back(std::move(gpu));
  }
  return gpus;
}

}  // namespace llmcalc::host
