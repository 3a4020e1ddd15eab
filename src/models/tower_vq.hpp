#pragma once
// Image tokenizers and the towers beside them: Chameleon, Janus, Aria. `v` is the vq_config or the vision_config.

#include "models/tower.hpp"

namespace llmcalc::models {

void write_chameleon_tokenizer(const Fields& c, const Fields& v, Model& m);  ///< encoder and words of images
void write_janus_tokenizer(const Fields& c, const Fields& v, Model& m);      ///< both ways, and what draws images
void write_janus_vision(const Fields& c, const Fields& v, Model& m);         ///< the tower that reads images
void write_aria_vision(const Fields& c, const Fields& v, Model& m);          ///< SigLIP with queries over its patches

}  // namespace llmcalc::models
