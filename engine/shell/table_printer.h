// SPDX-License-Identifier: Apache-2.0
// The table mode: a box whose columns are as wide as their widest value, in terminal cells. The
// first kMeasuredRows rows are held back to measure them; later rows, and values that are very
// long, widen their own line only. At a terminal that is too narrow for every column the last ones
// are left out, and a note below the table says which.
//
// Thread safety: one thread.
#pragma once

#include "engine/shell/result_printer.h"

namespace kith::shell {

class TablePrinter : public ResultPrinter {
 public:
  static constexpr size_t kMeasuredRows = 1000;
  static constexpr size_t kMeasuredBytes = size_t{16} << 20;
  /// Where nothing is cut, no column is made wider: one long value must not blow up every row.
  static constexpr size_t kMaxPaddedCells = 500;

  TablePrinter(std::FILE* out, size_t terminal_columns)
      : out_(out), terminal_columns_(terminal_columns) {}
  void Begin(const std::vector<std::string>& columns) override;
  void Row(const std::vector<Value>& row) override;
  void End() override;

 private:
  struct Cell {
    std::string text;
    bool right = false;  ///< Numbers stand to the right.
  };
  using Cells = std::vector<Cell>;

  void Measure(const Cells& cells);
  void DropColumns();
  void ShrinkToTerminal();
  void Flush();
  void Rule(std::string_view left, std::string_view middle, std::string_view right);
  void Print(const Cells& cells);

  std::FILE* out_;
  size_t terminal_columns_;
  Cells header_;
  std::vector<Cells> held_;
  size_t held_bytes_ = 0;
  std::vector<size_t> widths_;  ///< Of the columns that are shown.
  bool flushed_ = false;
};

}  // namespace kith::shell
