#include "formats/resolve.hpp"

#include <llmcalc/base/text.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace llmcalc::formats {

namespace {

Result<ModelPtr> resolve_model(const ModelSource&) { return Issue{"", "models of this kind cannot be read"}; }

Result<DevicePtr> resolve_device(std::string_view id) {
  return Issue{"", "unknown device \"" + std::string(id) + "\""};
}

/// Remembers good answers. Shared by copies of the resolver and safe to use from several threads.
template <class Key, class Value>
class Memory {
 public:
  template <class Find>
  Result<Value> get(const Key& key, Find find) {
    const std::lock_guard lock(mutex_);
    if (const auto known = values_.find(key); known != values_.end()) return known->second;
    Result<Value> found = find();
    if (found && values_.size() < most_values) values_.emplace(key, *found);
    return found;
  }

 private:
  static constexpr std::size_t most_values = 4096;
  std::mutex mutex_;
  std::map<Key, Value> values_;
};

}  // namespace

Resolver default_resolver() {
  using ModelKey = std::pair<ModelSource::Kind, std::string>;
  const auto models = std::make_shared<Memory<ModelKey, ModelPtr>>();
  const auto devices = std::make_shared<Memory<std::string, DevicePtr>>();
  return {
      .model =
          [models](const ModelSource& source) {
            // A file may have changed since it was read.
            if (source.kind == ModelSource::Kind::File) return resolve_model(source);
            return models->get({source.kind, source.text}, [&] { return resolve_model(source); });
          },
      .device =
          [devices](std::string_view id) {
            return devices->get(std::string(id), [&] { return resolve_device(id); });
          },
  };
}

DevicePtr device_of_memory(Bytes memory) {
  Device device;
  device.name = text(memory) + " device";
  device.vendor = Vendor::Nvidia;
  device.memory = memory;
  return std::make_shared<const Device>(std::move(device));
}

}  // namespace llmcalc::formats
