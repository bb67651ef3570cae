// SPDX-License-Identifier: Apache-2.0
// What is known of an expression's value before it runs: the types it may have, and for lists the
// types of the elements. Any is always right; less than Any makes errors appear at compile time.
//
// Thread safety: plain values.
#pragma once

#include "query/function/type_set.h"

namespace kith::query {

struct StaticType {
  TypeSet types = kAnyType;
  /// Of the elements when the value is a list; elements of nested lists are not tracked.
  TypeSet elements = kAnyType;

  static StaticType ListOf(TypeSet element_types) { return {kListType, element_types}; }

  /// True when the value, if it is not null, is certainly of `wanted`.
  bool IsAlways(TypeSet wanted) const {
    return ((types | wanted | kNullType) == (wanted | kNullType));
  }
  /// True when the value may be one of `wanted`, or is certainly null.
  bool MayBe(TypeSet wanted) const { return types.MayBe(wanted); }
  /// What either of two expressions may be.
  friend StaticType operator|(const StaticType& a, const StaticType& b);
};

}  // namespace kith::query
