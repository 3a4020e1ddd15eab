#pragma once
// Bodies of custom.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/model/inventory.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace llmcalc {

namespace detail {

/// One number of a hand-made model with its allowed range.
struct CustomRange {
  std::string_view name;
  Count value;
  Count low;
  Count high;
};

/// Ranges of every number, and what must divide what.
[[nodiscard]] inline Issues check_custom(const CustomModel& c) {
  Issues issues;
  constexpr Count wide = Count{1} << 22;
  const CustomRange ranges[] = {
      {"parameters", c.parameters, 0, 1'000'000'000'000'000},
      {"layers", c.layers, 1, 4096},
      {"hidden_size", c.hidden_size, 1, wide},
      {"heads", c.heads, 1, 65536},
      {"kv_heads", c.kv_heads, 0, 65536},
      {"head_dim", c.head_dim, 0, 65536},
      {"intermediate_size", c.intermediate_size, 1, wide},
      {"vocabulary", c.vocabulary, 1, Count{1} << 28},
      {"experts", c.experts, 0, 65536},
      {"experts_per_token", c.experts_per_token, c.experts == 0 ? 0U : 1U, c.experts == 0 ? 65536 : c.experts},
      {"expert_intermediate_size", c.expert_intermediate_size, 0, wide},
      {"shared_intermediate_size", c.shared_intermediate_size, 0, wide},
  };
  for (const CustomRange& r : ranges) {
    if (r.value >= r.low && r.value <= r.high) continue;
    issues.push_back({"/" + std::string(r.name), "must be from " + std::to_string(r.low) + " to " +
                                                     std::to_string(r.high) + ", got " + std::to_string(r.value)});
  }
  if (c.kv_heads != 0 && c.heads % c.kv_heads != 0) {
    issues.push_back(
        {"/kv_heads", "must divide heads (" + std::to_string(c.heads) + "), got " + std::to_string(c.kv_heads)});
  }
  if (c.head_dim == 0 && c.heads != 0 && c.hidden_size % c.heads != 0) {
    issues.push_back({"/heads", "must divide hidden_size (" + std::to_string(c.hidden_size) +
                                    ") when head_dim is not given, got " + std::to_string(c.heads)});
  }
  return issues;
}

/// The model as the shapes have it, with its inventory.
[[nodiscard]] inline Model shaped_model(const CustomModel& c) {
  Model m;
  m.id = "custom";
  m.name = "Custom model";
  m.hidden = c.hidden_size;
  m.vocabulary = m.head_vocabulary = c.vocabulary;
  m.tied_head = c.tied_head;
  m.max_context = c.max_context;
  Layer layer;
  AttentionShape& a = layer.attention;
  a.heads = c.heads;
  a.kv_heads = c.kv_heads != 0 ? c.kv_heads : c.heads;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.head_dim != 0 ? c.head_dim : c.hidden_size / c.heads;
  a.window = c.window;
  FeedForward& f = layer.feed_forward;
  f.gated = c.gated;
  if (c.experts == 0) {
    f.width = c.intermediate_size;
  } else {
    f.experts = c.experts;
    f.experts_per_token = c.experts_per_token;
    f.expert_width = c.expert_intermediate_size != 0 ? c.expert_intermediate_size : c.intermediate_size;
    f.shared_width = c.shared_intermediate_size;
  }
  m.kinds = {layer};
  m.layers.assign(static_cast<std::size_t>(c.layers), 0);
  build_inventory(m);
  return m;
}

/// Parameters in a hand-made model's inventory.
[[nodiscard]] inline Count shaped_total(const Model& m) {
  Count n = 0;
  for (const Tensor& t : m.tensors) n = add(n, t.total());
  return n;
}

}  // namespace detail

LLMCALC_INLINE Result<Model> model_from_numbers(CustomModel c) {
  Issues issues = detail::check_custom(c);
  if (!issues.empty()) return issues;
  Model m = detail::shaped_model(c);
  if (c.parameters == 0) return m;
  Count total = detail::shaped_total(m);
  if (total > c.parameters) {
    Count& width =
        c.experts != 0 && c.expert_intermediate_size != 0 ? c.expert_intermediate_size : c.intermediate_size;
    const Count wished = width;
    // The total is linear in the width: a bisection finds the largest width that fits.
    Count low = 0;
    Count high = wished;
    while (high - low > 1) {
      width = low + (high - low) / 2;
      (detail::shaped_total(detail::shaped_model(c)) <= c.parameters ? low : high) = width;
    }
    width = std::max<Count>(low, 1);
    m = detail::shaped_model(c);
    total = detail::shaped_total(m);
    if (total > c.parameters) {
      return Issue{"/parameters", "must be at least " + std::to_string(total) + " for these shapes, got " +
                                      std::to_string(c.parameters)};
    }
    m.notes.push_back("the given shapes hold more than " + std::to_string(c.parameters) +
                      " parameters: feed-forward width " + std::to_string(wished) + " lowered to " +
                      std::to_string(width));
  }
  m.other_parameters = c.parameters - total;
  m.trust = m.other_parameters != 0 ? Trust::Modelled : m.trust;
  return m;
}

}  // namespace llmcalc
