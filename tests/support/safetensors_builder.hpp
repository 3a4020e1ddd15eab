#pragma once
// Writes safetensors headers for tests. Tensor data is a hole.

#include "support/temp_folder.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::tests {

/// 8 bytes of length in front of the JSON text.
inline std::string safetensors_header(std::string_view json) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(json.size() >> (8 * i) & 0xFF);
  return out.append(json);
}

/// Collects tensors one behind the other.
class SafetensorsBuilder {
 public:
  SafetensorsBuilder& add(std::string_view name, std::string_view dtype, const std::vector<std::uint64_t>& shape,
                          unsigned bits) {
    std::uint64_t bytes = bits;
    std::string sizes;
    for (const std::uint64_t size : shape) {
      bytes *= size;
      sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    }
    bytes /= 8;
    json_ += (json_.empty() ? "" : ",") +
             ("\"" + std::string(name) + "\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":[" + sizes +
              "],\"data_offsets\":[" + std::to_string(end_) + "," + std::to_string(end_ + bytes) + "]}");
    end_ += bytes;
    return *this;
  }
  SafetensorsBuilder& bf16(std::string_view name, const std::vector<std::uint64_t>& shape) {
    return add(name, "BF16", shape, 16);
  }
  std::string header() const { return safetensors_header("{" + json_ + "}"); }
  std::uint64_t data_bytes() const { return end_; }
  std::filesystem::path write(const TempFolder& folder, const std::string& name) const {
    return folder.write(name, header(), end_);
  }

 private:
  std::string json_;
  std::uint64_t end_ = 0;
};

}  // namespace llmcalc::tests
