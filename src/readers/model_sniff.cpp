#include "readers/model_sniff.hpp"

#include "host/text_file.hpp"
#include "readers/gguf/header.hpp"
#include "readers/safetensors/header.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace llmcalc::io {

namespace {

/// The first bytes, up to 64.
std::string beginning(const ByteSource& source) {
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(64, source.size())), '\0');
  if (!source.read(0, text)) text.clear();
  return text;
}

struct Foreign {
  std::string_view start, what;
};

constexpr std::string_view pickle =
    "is a PyTorch file, which runs code when it is opened and is therefore not read; use the model's safetensors "
    "files, "
    "or its config.json alone";

const std::array foreign_starts{
    Foreign{"PK\x03\x04", pickle},
    Foreign{"\x80\x02", pickle},
    Foreign{"\x80\x03", pickle},
    Foreign{"\x80\x04", pickle},
    Foreign{"ggjt", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"tjgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"lmgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"fmgg", "is an old GGML file of 2023; convert it to GGUF"},
    Foreign{"FUGG", "is a GGUF file with its bytes in the wrong order"},
    Foreign{"\x89HDF", "is an HDF5 file (Keras), which is not read"},
    Foreign{"\x93NUMPY", "is a NumPy array, not a model"},
    Foreign{"version https://git-lfs", "is a Git LFS pointer: the model itself was not downloaded (git lfs pull)"},
    Foreign{"<!DOCTYPE", "is a web page: the download went wrong"},
    Foreign{"<html", "is a web page: the download went wrong"},
};

}  // namespace

std::optional<ModelFileKind> sniff(const ByteSource& source) {
  if (looks_like_gguf(source)) return ModelFileKind::Gguf;
  if (looks_like_safetensors(source)) return ModelFileKind::Safetensors;
  const std::string text = beginning(source);
  const std::size_t start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start != std::string::npos && text[start] == '{') return ModelFileKind::Config;
  return std::nullopt;
}

std::string explain_foreign(const ByteSource& source, const std::filesystem::path& path) {
  if (source.size() == 0) return "is empty";
  const std::string text = beginning(source);
  for (const Foreign& foreign : foreign_starts) {
    if (text.starts_with(foreign.start)) return std::string(foreign.what);
  }
  if (std::ranges::all_of(text, [](char c) { return c == '\0'; }))
    return "holds only zeros at its start: the download was not completed";
  const std::string extension = shown(path.extension());
  if (extension == ".gguf") return "does not start with GGUF: damaged, or not a GGUF file";
  if (extension == ".safetensors") return "does not start like a safetensors file: damaged, cut short, or not one";
  return "is none of the files a model is read from (config.json, .safetensors, .gguf)";
}

}  // namespace llmcalc::io
