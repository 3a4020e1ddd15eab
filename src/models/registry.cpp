#include "models/registry.hpp"

#include <algorithm>

namespace llmcalc::models {

const std::vector<FamilyRow>& families() {
  static const std::vector<FamilyRow> all = [] {
    std::vector<FamilyRow> rows;
    for (const auto group :
         {dense_families(), gpt_families(), gemma_families(), mixture_families(), uneven_families(),
          latent_families(), linear_attention_families(), state_space_families(), recurrence_families(),
          multimodal_families(), encoder_families(), encoder_decoder_families()}) {
      rows.insert(rows.end(), group.begin(), group.end());
    }
    std::ranges::sort(rows, {}, &FamilyRow::model_type);
    return rows;
  }();
  return all;
}

const FamilyRow* find_family(std::string_view model_type) {
  const auto found = std::ranges::lower_bound(families(), model_type, {}, &FamilyRow::model_type);
  return found == families().end() || found->model_type != model_type ? nullptr : &*found;
}

Quirks quirks_of(std::string_view model_type) {
  const FamilyRow* row = find_family(model_type);
  return row == nullptr ? Quirks{} : row->quirks;
}

void FamilyRow::read(const Fields& c, Model& m) const {
  const FamilyRow& row = like.empty() ? *this : *find_family(like);
  row.reader != nullptr ? row.reader(c, m) : read_regular(row, c, m);
}

}  // namespace llmcalc::models
