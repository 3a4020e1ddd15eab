#include "models/quantization.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace llmcalc::models {

namespace {

/// dtype names of torch, with or without "torch." before.
WeightFormat plain_format(const Fields& c, const Fields& inner) {
  const Fields& holder = c.has("torch_dtype") ? c : inner;
  std::string name = holder.text("torch_dtype", "bfloat16");
  if (name.starts_with("torch.")) name.erase(0, 6);
  if (name == "float32" || name == "float" || name == "fp32") return WeightFormat::Fp32;
  if (name == "float16" || name == "half" || name == "fp16") return WeightFormat::Fp16;
  if (name == "bfloat16" || name == "bf16" || name == "auto") return WeightFormat::Bf16;
  if (name.starts_with("float8")) return WeightFormat::Fp8;
  c.assume("torch_dtype \"" + name.substr(0, 40) + "\" is not known: bfloat16 taken");
  return WeightFormat::Bf16;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char ch) { return static_cast<char>(std::tolower(ch)); });
  return text;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Reads one quantization_config; what the formats cannot say exactly becomes a note.
class Quantization {
 public:
  Quantization(const Fields& q, const Fields& c, Model& m)
      : q_(q),
        c_(c),
        model_(m),
        bits_(q.number("bits", q.number("num_bits", q.number("nbits", q.number("weight_bits", 0))))) {
    model_.quantization_group = group("group_size", q);
    model_.plain_attention = leaves_attention();
  }

  /// The format; AsReleased when the method is not known.
  WeightFormat format() {
    const std::string method = lower(q_.text("quant_method", q_.text("quantization", "")));
    for (const auto& [name, read] : methods) {
      if (method == name) return (this->*read)();
    }
    const std::string algorithm = lower(q_.text("quant_algo", method));
    if (!algorithm.empty() && algorithm != method) return modelopt();
    if (contains(algorithm, "fp8")) return WeightFormat::Fp8;
    c_.assume("quantization method \"" + method.substr(0, 40) + "\" is not known: unquantized weights taken");
    model_.trust = Trust::Assumed;
    return WeightFormat::AsReleased;
  }

 private:
  using Reader = WeightFormat (Quantization::*)();
  struct Method {
    std::string_view name;
    Reader read;
  };
  static const std::array<Method, 27> methods;

  /// A group size; 0 when it is missing or -1 (one group a row).
  static Count group(std::string_view key, const Fields& f) {
    const double size = f.number(key, 0);
    return size >= 1 && size <= 1 << 20 ? static_cast<Count>(size) : 0;
  }

  /// Names of modules that stay as they were name attention in general, not single layers of it.
  [[nodiscard]] bool leaves_attention() const {
    for (const char* key : {"ignore", "modules_to_not_convert", "ignored_layers", "exclude", "exclude_modules"}) {
      if (!q_.is_list(key)) continue;
      for (const std::string& name : q_.texts(key)) {
        const bool one_layer = contains(name, "layers.") &&
                               std::any_of(name.begin(), name.end(), [](char ch) { return ch >= '0' && ch <= '9'; });
        const bool attention = contains(name, "self_attn") || contains(name, "attention");
        if (!one_layer && attention && !contains(name, "vis")) return true;
      }
    }
    return false;
  }

  /// A count that no format has exactly: the nearest one is taken, and the model says so.
  WeightFormat nearest(WeightFormat format, const std::string& what) {
    c_.assume("quantization: " + what + " is counted as " + std::string(key_of(format)));
    if (model_.trust == Trust::Exact) model_.trust = Trust::Modelled;
    return format;
  }
  [[nodiscard]] std::string shown_bits() const {
    std::string text = std::to_string(bits_);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text + " bits";
  }
  /// The format of four or of eight bits, whichever the config says.
  WeightFormat by_bits(WeightFormat four, WeightFormat eight, const std::string& method) {
    if (bits_ == 0 || bits_ == 4) return four;
    if (bits_ == 8) return eight;
    return nearest(bits_ > 6 ? eight : four, method + " of " + shown_bits());
  }

  WeightFormat fp8() { return q_.has("weight_block_size") ? WeightFormat::Fp8Block : WeightFormat::Fp8; }
  WeightFormat gptq() { return by_bits(WeightFormat::GptqInt4, WeightFormat::GptqInt8, "GPTQ"); }
  WeightFormat awq() { return by_bits(WeightFormat::AwqInt4, WeightFormat::Int8, "AWQ"); }
  // NOLINTBEGIN(readability-convert-member-functions-to-static): the table of methods calls members
  WeightFormat mxfp4() { return WeightFormat::Mxfp4; }
  WeightFormat mxfp8() { return WeightFormat::Mxfp8; }
  WeightFormat nvfp4() { return WeightFormat::Nvfp4; }
  WeightFormat int8() { return WeightFormat::Int8; }
  WeightFormat aqlm() { return WeightFormat::Aqlm; }
  // NOLINTEND(readability-convert-member-functions-to-static)

  WeightFormat bitsandbytes() {
    if (!q_.flag("load_in_4bit", false) && !q_.flag("_load_in_4bit", false)) return WeightFormat::Int8;
    if (q_.text("bnb_4bit_quant_type", "fp4") == "fp4") return WeightFormat::Fp4;
    return q_.flag("bnb_4bit_use_double_quant", false) ? WeightFormat::Nf4Dq : WeightFormat::Nf4;
  }

  WeightFormat hqq() {
    const Fields inner = q_.object("quant_config").object("weight_quant_params");
    if (inner.has("nbits")) bits_ = inner.number("nbits", 4);
    if (inner.has("group_size")) model_.quantization_group = group("group_size", inner);
    return by_bits(WeightFormat::HqqInt4, WeightFormat::Int8, "HQQ");
  }

  WeightFormat quanto() {
    const std::string weights = lower(q_.text("weights", "int8"));
    if (weights == "int8") return WeightFormat::Int8;
    if (weights == "float8") return WeightFormat::Fp8;
    model_.quantization_group = 128;  // optimum-quanto quantizes four bits and fewer in groups of 128
    if (weights == "int4") return WeightFormat::TorchaoInt4;
    return nearest(WeightFormat::TorchaoInt4, "quanto's " + weights.substr(0, 20));
  }

  /// quant_type is a text ("int4_weight_only") or {"default": {"_type": "Int4WeightOnlyConfig", "_data": {...}}}.
  WeightFormat torchao() {
    std::string type;
    if (q_.is_text("quant_type")) {
      type = q_.text("quant_type", "");
    } else if (q_.has("quant_type")) {
      const Fields chosen = q_.object("quant_type").object("default");
      type = chosen.text("_type", "");
      model_.quantization_group = group("group_size", chosen.object("_data"));
    }
    type = lower(type);
    if (contains(type, "int4") || contains(type, "uint4")) return WeightFormat::TorchaoInt4;
    if (contains(type, "float8")) return WeightFormat::Fp8;
    if (contains(type, "nvfp4")) return WeightFormat::Nvfp4;
    if (contains(type, "int8")) return WeightFormat::Int8;
    return nearest(WeightFormat::Int8, "torchao's \"" + type.substr(0, 40) + "\"");
  }

  WeightFormat exl2() {
    model_.quantization_bits = bits_ >= 1 && bits_ <= 16 ? bits_ : 4;
    return WeightFormat::Exl2;
  }

  /// compressed-tensors: the weights' number of bits, type and strategy of the first group.
  WeightFormat compressed() {
    const Fields groups = q_.object("config_groups");
    Fields weights = groups.object("group_0").object("weights");
    if (!groups.has("group_0")) {
      if (const auto* all = q_.find("config_groups"); all && all->is_object() && !all->empty()) {
        weights = groups.object(all->begin().key()).object("weights");
      }
    }
    bits_ = weights.number("num_bits", 8);
    const bool is_float = weights.text("type", "int") == "float";
    model_.quantization_group = group("group_size", weights);
    // Both 4-bit floats: MXFP4 scales 32 values with an exponent, NVFP4 16 with an FP8 number.
    if (is_float && bits_ == 4) {
      return model_.quantization_group == 32 ? WeightFormat::Mxfp4 : WeightFormat::Nvfp4;
    }
    if (is_float) {
      if (model_.quantization_group == 32) return WeightFormat::Mxfp8;
      return weights.text("strategy", "channel") == "block" ? WeightFormat::Fp8Block : WeightFormat::Fp8;
    }
    return by_bits(WeightFormat::Int4, WeightFormat::Int8, "compressed-tensors");
  }

  /// NVIDIA's ModelOpt: quant_algo, at the top or inside "quantization".
  WeightFormat modelopt() {
    const Fields inner = q_.object("quantization");
    std::string algorithm = lower(q_.text("quant_algo", inner.text("quant_algo", "")));
    if (contains(algorithm, "mxfp8")) return WeightFormat::Mxfp8;
    if (contains(algorithm, "mxfp4")) return WeightFormat::Mxfp4;
    if (contains(algorithm, "nvfp4")) return WeightFormat::Nvfp4;
    if (contains(algorithm, "awq") || contains(algorithm, "w4a16")) return WeightFormat::AwqInt4;
    if (contains(algorithm, "fp8")) return fp8();
    if (contains(algorithm, "int8") || contains(algorithm, "w8")) return WeightFormat::Int8;
    return nearest(WeightFormat::Fp8, "ModelOpt's \"" + algorithm.substr(0, 40) + "\"");
  }

  /// AMD Quark: the dtype of the weights.
  WeightFormat quark() {
    const std::string type = lower(q_.object("global_quant_config").object("weight").text("dtype", ""));
    if (contains(type, "fp4")) return WeightFormat::Mxfp4;
    if (contains(type, "int4")) return WeightFormat::Int4;
    if (contains(type, "int8")) return WeightFormat::Int8;
    return contains(type, "fp8") ? WeightFormat::Fp8 : nearest(WeightFormat::Fp8, "Quark's \"" + type + "\"");
  }

  WeightFormat fp_quant() {
    return contains(lower(q_.text("forward_dtype", "nvfp4")), "mxfp4") ? WeightFormat::Mxfp4 : WeightFormat::Nvfp4;
  }

  /// Methods of two and three bits: the average is counted, as for EXL2.
  WeightFormat low_bits() {
    if (bits_ == 0) bits_ = 2;
    model_.quantization_bits = std::clamp(bits_, 1.0, 16.0);
    return nearest(WeightFormat::Exl2, lower(q_.text("quant_method", "")) + " of " + shown_bits());
  }

  const Fields& q_;
  const Fields& c_;
  Model& model_;
  double bits_;
};

/// Source: quantization methods of transformers (utils/quantization_config.py), vLLM and ExLlama, main, 2026-08.
const std::array<Quantization::Method, 27> Quantization::methods{{
    {"fp8", &Quantization::fp8},
    {"fbgemm_fp8", &Quantization::fp8},
    {"finegrained_fp8", &Quantization::fp8},
    {"gptq", &Quantization::gptq},
    {"gptqmodel", &Quantization::gptq},
    {"auto-round", &Quantization::gptq},
    {"auto_round", &Quantization::gptq},
    {"awq", &Quantization::awq},
    {"bitsandbytes", &Quantization::bitsandbytes},
    {"hqq", &Quantization::hqq},
    {"quanto", &Quantization::quanto},
    {"torchao", &Quantization::torchao},
    {"mxfp4", &Quantization::mxfp4},
    {"mxfp8", &Quantization::mxfp8},
    {"nvfp4", &Quantization::nvfp4},
    {"compressed-tensors", &Quantization::compressed},
    {"modelopt", &Quantization::modelopt},
    {"eetq", &Quantization::int8},
    {"aqlm", &Quantization::aqlm},
    {"exl2", &Quantization::exl2},
    {"exl3", &Quantization::exl2},
    {"quark", &Quantization::quark},
    {"fp_quant", &Quantization::fp_quant},
    {"vptq", &Quantization::low_bits},
    {"spqr", &Quantization::low_bits},
    {"higgs", &Quantization::low_bits},
    {"bitnet", &Quantization::low_bits},
}};

/// MLX writes {"quantization": {"bits": 4, "group_size": 64}}.
WeightFormat mlx_format(const Fields& q, Model& m) {
  m.quantization_group = q.count("group_size", {0, 1 << 20}, 0);
  const Count bits = q.count("bits", {1, 32}, 4);
  if (bits == 8) return WeightFormat::MlxQ8;
  if (bits == 6) return WeightFormat::MlxQ6;
  if (bits == 5) return WeightFormat::MlxQ5;
  if (bits != 4) {
    q.assume("MLX weights of " + std::to_string(bits) + " bits are counted as 4 bits");
    m.trust = Trust::Assumed;
  }
  return WeightFormat::MlxQ4;
}

}  // namespace

void read_released_format(const Fields& c, const Fields& inner, Model& m) {
  m.released_format = plain_format(c, inner);
  for (const Fields* holder : {&c, &inner}) {
    if (!holder->has("quantization_config")) continue;
    const Fields q = holder->object("quantization_config");
    const WeightFormat format = Quantization(q, c, m).format();
    if (format != WeightFormat::AsReleased) m.released_format = format;
    return;
  }
  if (c.has("quantization")) m.released_format = mlx_format(c.object("quantization"), m);
}

}  // namespace llmcalc::models
