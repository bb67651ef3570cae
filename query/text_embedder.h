// SPDX-License-Identifier: Apache-2.0
// What makes embed() work: a model that turns texts into vectors. rag implements it, so that a
// query knows no model.
//
// Thread safety: functions may be called from any thread, several at once.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/result.h"

namespace kith::query {

class TextEmbedder {
 public:
  virtual ~TextEmbedder() = default;
  /// The vector of a text; all of a model's have one size. `interrupt` may be null. The errors of a
  /// model that cannot be opened, or whose vectors would not go with those of the database.
  virtual Result<std::vector<float>> EmbedText(std::string_view text,
                                               const Interrupt* interrupt) const = 0;
};

}  // namespace kith::query
