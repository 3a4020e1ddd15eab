#include "models/mamba_shapes.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

Count time_step_rank(const Fields& c, std::string_view key, Count hidden) {
  const Count automatic = ceil_divide(hidden, 16);
  return c.is_text(key) ? automatic : c.count(key, range::width, automatic);
}

RecurrentShape hybrid_mamba1_shape(const Fields& c, const Model& m) {
  RecurrentShape mamba;
  mamba.inner = multiply(c.count("mamba_expand", {1, 64}, 2), m.hidden);
  mamba.state = c.count("mamba_d_state", range::width, 16);
  mamba.conv_kernel = c.count("mamba_d_conv", {1, 64}, 4);
  mamba.time_step_rank = time_step_rank(c, "mamba_dt_rank", m.hidden);
  mamba.conv_bias = c.flag("mamba_conv_bias", true);
  mamba.projection_bias = c.flag("mamba_proj_bias", false);
  return mamba;
}

RecurrentShape mamba2_shape(const Fields& c, const Model& m, const Mamba2Keys& keys) {
  RecurrentShape r;
  r.heads = c.required(keys.heads, range::heads);
  // "auto" and a missing width are expand x hidden / heads.
  const Count expanded = multiply(c.count("mamba_expand", {1, 64}, c.count("expand", {1, 64}, 2)), m.hidden);
  const bool automatic = c.is_text(keys.head_dim) || !c.has(keys.head_dim);
  r.head_dim = automatic ? expanded / r.heads : c.required(keys.head_dim, range::width);
  r.inner = multiply(r.heads, r.head_dim);
  r.state = c.required(keys.state, range::width);
  r.groups = c.count(keys.groups, range::heads, 1);
  r.conv_kernel = c.count(keys.conv, {1, 64}, 4);
  r.conv_bias = c.flag(keys.conv_bias, true);
  r.projection_bias = c.flag(keys.bias, false);
  if (r.heads % std::max<Count>(r.groups, 1) != 0) {
    c.complain(keys.groups,
               "must divide the number of heads (" + std::to_string(r.heads) + "), got " + std::to_string(r.groups));
  }
  return r;
}

}  // namespace llmcalc::models
