// SPDX-License-Identifier: Apache-2.0
// Builds a typed Column value by value, from encoded bytes without making Values of numbers. The
// first value fixes the column's kind; one of another type turns it into a mixed column.
//
// Thread safety: belongs to one thread.
#pragma once

#include <array>
#include <string_view>

#include "storage/read_view.h"

namespace kith::storage {

class ColumnBuilder {
 public:
  /// Fills `*column`, which must outlive the builder; what it held is dropped.
  ColumnBuilder(Column* column, size_t expected);

  void AppendNull();
  void Append(const Value& value);
  void AppendBoolean(bool value);
  void AppendInteger(int64_t value);
  void AppendFloat(double value);
  void AppendString(std::string_view text);
  /// Appends an encoded value (an empty one is null). False when the bytes are damaged.
  bool AppendEncoded(std::string_view bytes);

 private:
  static constexpr uint32_t kNoCode = UINT32_MAX;

  // Makes the column ready for one more value of `kind`; false when it is (now) mixed.
  bool Admit(Column::Kind kind);
  void MarkValid();
  void AppendMixed(Value value);
  void BecomeMixed();
  void PadTo(size_t size);

  Column* column_;
  size_t expected_;
  // Recently seen strings by hash: repeats share a code without a full dictionary.
  std::array<uint32_t, 64> recent_;
};

}  // namespace kith::storage
