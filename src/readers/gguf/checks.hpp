#pragma once
// What a GGUF header claims about its tensors, held against the file's size.

#include "readers/gguf/header.hpp"
#include "readers/problems.hpp"

namespace llmcalc::io {

/// Sets every tensor's type and bytes and reports all that cannot be: sizes, types, alignment, places outside the
/// file, overlaps, names given twice. Needs alignment and data_bytes of the header; sets unused_bytes.
void check_gguf_tensors(GgufHeader& header, Problems& problems);

}  // namespace llmcalc::io
