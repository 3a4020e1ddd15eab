// A model_type without a reader: the fields decide, every assumption is a note.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

namespace llmcalc::config {

void read_unknown(const Fields& c, Model& m) {
  m.trust = Trust::Assumed;
  if (!c.has("hidden_size") && c.has("text_config")) {
    const Fields text = c.object("text_config");
    if (const FamilyRow* row = find_family(text.model_type())) {
      c.assume("model_type \"" + m.model_type.substr(0, 60) + "\" is not known: read as its text_config (" +
               text.model_type() + "), towers are not counted");
      m.family = row->family;
      row->read(text, m);
      return;
    }
    read_unknown(text, m);
    return;
  }
  c.assume("model_type \"" + m.model_type.substr(0, 60) +
           "\" is not known: read by its fields as a decoder built like Llama");
  read_stream(c, m);
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.feed_forward = dense_block(c, c.flag("mlp_bias", false));
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

}  // namespace llmcalc::config
