// SPDX-License-Identifier: Apache-2.0
// A property predicate made ready to run on encoded values: numbers and strings are compared
// without making a Value. Inside storage only.
//
// Thread safety: immutable after construction; borrows the predicate.
#pragma once

#include <string>
#include <string_view>

#include "storage/read_view.h"

namespace kith::storage {

class CompiledPredicate {
 public:
  explicit CompiledPredicate(const PropertyPredicate& predicate);

  const PropertyPredicate& predicate() const { return *predicate_; }
  bool Passes(const Value& value) const;
  /// False when the bytes are damaged.
  bool PassesEncoded(std::string_view bytes, bool* passes) const;

 private:
  const PropertyPredicate* predicate_;
  // The operand's encoding when equal bytes mean equal values and different bytes of the same tag
  // mean different values (strings, booleans); else empty.
  std::string exact_;
};

}  // namespace kith::storage
