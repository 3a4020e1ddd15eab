#pragma once
// How each architecture wires attention, recurrence and feed-forward into a layer. Every function takes the residual
// stream and gives the next.

#include <llmcalc/engines/llama_cpp/graph_attention.hpp>
#include <llmcalc/engines/llama_cpp/graph_feed_forward.hpp>
#include <llmcalc/engines/llama_cpp/graph_recurrent.hpp>

namespace llmcalc::llama_cpp {

/// Nothing between scan and gate.
inline constexpr auto nothing = [] {};

/// A layer in the making: its number, whether rows are dropped in it, and the rows its feed-forward block works on.
struct Place {
  Count il = 0;
  bool last = false;
  Count rows = 0;  ///< tokens after the drop
  Count size = 0;  ///< bytes of the residual stream after the drop
};

/// Undoes the rotation of V at the output projection, where the architecture does that late.
inline Node rotated_back(Builder& b, const Layer& l, Node t) {
  return b.turn(t, b.query_bytes(l), b.caches[0].value_rotation);
}

/// Pre-norm and sandwich layers with attention.
inline Node sequential_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const bool sandwich = b.architecture.wiring == Wiring::Sandwich;
  Node cur = b.project_out(attention(b, l, b.norm(x, b.hidden)));
  if (l.attention.output_bias) cur = b.scaled(cur, b.hidden, b.model.hidden);
  if (sandwich && !p.last) cur = b.norm(cur, b.hidden);
  if (p.last) {
    cur = b.rows(cur, true);
    x = b.rows(x, true);
    if (sandwich) cur = b.norm(cur, p.size);
  }
  const Node residual = b.g.in_place(p.size, {cur, x});
  Node out = feed_forward(b, l, b.norm(residual, p.size), p.rows);
  if (sandwich) out = b.norm(out, p.size);
  return b.architecture.residual_first ? b.g.in_place(p.size, {residual, out})
                                       : b.g.in_place(p.size, {out, residual});
}

/// Attention and feed-forward side by side on one norm (Command R).
inline Node parallel_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const Node h = b.norm(x, b.hidden);
  const Node heads = attention(b, l, h);
  Node f = feed_forward(b, l, b.rows(h, p.last), p.rows);
  f = b.g.in_place(p.size, {f, b.rows(x, p.last)});
  const Node cur = b.rows(b.project_out(rotated_back(b, l, heads)), p.last);
  return b.g.in_place(p.size, {f, cur});
}

inline Node mamba_layer(Builder& b, const Place& p, Node x) {
  const Node h = b.norm(x, b.hidden);
  const auto gather_next = [&] { b.gather_state(b.next_recurrent(p.il + 1)); };
  Node out = b.layer(p.il).mixer == Mixer::Mamba2 ? mamba2(b, p.il, h, nothing) : mamba1(b, p.il, h, gather_next);
  // The block's output is read through a reshaped view, so the sum takes over the residual.
  if (!p.last) return b.g.in_place(b.hidden, {out, x}, {x});
  out = b.rows(out, true);
  x = b.rows(x, true);
  return b.g.in_place(p.size, {out, x});
}

/// A block of experts is expanded before the next layer's state is gathered, a dense one after that.
inline Node jamba_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const Node h = b.norm(x, b.hidden);
  const auto gather_next = [&] { b.gather_state(b.next_recurrent(p.il + 1)); };
  Node out = no_node;
  if (l.attends()) {
    const Node heads = attention(b, l, h);
    if (!l.is_moe()) gather_next();
    x = b.rows(x, p.last);
    out = b.project_out(rotated_back(b, l, heads));
  } else {
    out = mamba1(b, p.il, h, [&] {
      if (!l.is_moe()) gather_next();
      x = b.rows(x, p.last);
    });
  }
  out = b.rows(out, p.last);
  const bool viewed = !l.attends() && !p.last;
  const Node residual = viewed ? b.g.in_place(p.size, {x, out}, {x}) : b.g.in_place(p.size, {x, out});
  const Node ffn = feed_forward(b, l, b.norm(residual, p.size), p.rows);
  if (l.is_moe()) gather_next();
  return b.g.in_place(p.size, {residual, ffn});
}

/// Attention and Mamba-2 side by side (Falcon-H1).
inline Node falcon_h1_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  Node out = attention(b, l, b.norm(x, b.hidden));
  b.gather_state(p.il);
  const Node mixed = mamba2(b, p.il, b.norm(x, b.hidden), [&] { out = b.project_out(rotated_back(b, l, out)); });
  out = b.g.in_place(b.hidden, {out, mixed}, {out});
  const Node residual = b.rows(b.g.in_place(b.hidden, {out, x}), p.last);
  return b.g.in_place(p.size, {feed_forward(b, l, b.norm(residual, p.size), p.rows), residual});
}

inline Node granite_hybrid_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const Node h = b.norm(x, b.hidden);
  bool viewed = !l.attends();
  Node out = l.attends() ? b.project_out(attention(b, l, h)) : mamba2(b, p.il, h, nothing);
  if (p.last) {
    out = b.rows(out, true);
    x = b.rows(x, true);
    viewed = false;
  }
  const Node residual = viewed ? b.g.in_place(p.size, {out, x}, {x}) : b.g.in_place(p.size, {out, x});
  const Node normed = b.norm(residual, p.size);
  const FeedForward& f = l.feed_forward;
  Node ffn = l.is_moe() ? expert_block(b, f, normed, p.rows) : dense_block(b, f, f.width, normed, p.rows, false);
  b.gather_state(b.next_recurrent(p.il + 1));
  if (l.is_moe() && f.shared_width != 0) {
    ffn = b.g.in_place(p.size, {ffn, dense_block(b, f, f.shared_width, normed, p.rows, true)});
  }
  return b.g.in_place(p.size, {ffn, residual});
}

/// One block a layer: Mamba-2, attention, dense or experts (Nemotron-H).
inline Node nemotron_h_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const Node h = b.norm(x, b.hidden);
  const auto sum = [&](Node out) { return b.g.in_place(p.size, {b.rows(out, p.last), b.rows(x, p.last)}); };
  if (l.recurs()) {
    const Node out = mamba2(b, p.il, h, nothing);
    return p.last ? sum(out) : b.g.in_place(b.hidden, {out, x}, {x});
  }
  if (l.attends()) {
    const Node heads = attention(b, l, h);
    b.gather_state(b.next_recurrent(p.il + 1));
    return sum(b.project_out(rotated_back(b, l, heads)));
  }
  return sum(feed_forward(b, l, h, b.sizes.ubatch));
}

inline Node qwen3_next_layer(Builder& b, const Place& p, Node x) {
  const Layer& l = b.layer(p.il);
  const FeedForward& f = l.feed_forward;
  Node h = b.norm(x, b.hidden);
  Node mixed = l.attends() ? gated_attention(b, l, h) : delta_net(b, p.il, h);
  const bool viewed = !l.attends() && !p.last;
  mixed = b.rows(mixed, p.last);
  x = b.rows(x, p.last);
  const Node residual = viewed ? b.g.in_place(p.size, {mixed, x}, {x}) : b.g.in_place(p.size, {mixed, x});
  h = b.norm(residual, p.size);
  if (!l.is_moe()) return b.g.in_place(p.size, {dense_block(b, f, f.width, h, p.rows, false), residual});
  Node out = expert_block(b, f, h, p.rows);
  if (f.shared_width != 0) {
    const Node shared = dense_block(b, f, f.shared_width, h, p.rows, true);
    const Count number = multiply(4, p.rows);
    const Node gate = b.g.in_place(number, {b.g.add(number, {h})});
    out = b.g.in_place(p.size, {out, b.g.in_place(p.size, {shared, gate}, {shared})});
  }
  return b.g.in_place(p.size, {out, residual});
}

/// One layer of whatever architecture.
inline Node layer_block(Builder& b, const Place& p, Node x) {
  switch (b.architecture.wiring) {
    case Wiring::Sequential:
    case Wiring::Sandwich: return sequential_layer(b, p, x);
    case Wiring::Parallel: return parallel_layer(b, p, x);
    case Wiring::Mamba: return mamba_layer(b, p, x);
    case Wiring::Jamba: return jamba_layer(b, p, x);
    case Wiring::FalconH1: return falcon_h1_layer(b, p, x);
    case Wiring::GraniteHybrid: return granite_hybrid_layer(b, p, x);
    case Wiring::NemotronH: return nemotron_h_layer(b, p, x);
    case Wiring::Qwen3Next: return qwen3_next_layer(b, p, x);
  }
  return x;
}

}  // namespace llmcalc::llama_cpp
