// SPDX-License-Identifier: Apache-2.0
// Boxes out of box-drawing characters, cut to the terminal by taking from the widest columns.
#include "engine/shell/table_printer.h"

#include <algorithm>

#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

/// No column is cut below this many cells.
constexpr size_t kMinCells = 8;

}  // namespace

void TablePrinter::Begin(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) header_.push_back({Printable(column), false});
  widths_.assign(columns.size(), 0);
  Measure(header_);
}

void TablePrinter::Row(const std::vector<Value>& row) {
  if (header_.empty()) return;
  Cells cells;
  cells.reserve(widths_.size());
  for (size_t i = 0; i < widths_.size(); ++i) {
    cells.push_back({Printable(CellText(row[i])), row[i].IsNumber()});
    held_bytes_ += cells.back().text.size();
  }
  if (flushed_) {
    Print(cells);
    return;
  }
  Measure(cells);
  held_.push_back(std::move(cells));
  if (held_.size() >= kMeasuredRows || held_bytes_ > kMeasuredBytes) Flush();
}

void TablePrinter::End() {
  if (header_.empty()) return;
  if (!flushed_) Flush();
  Rule("└", "┴", "┘");
  if (widths_.size() == header_.size()) return;
  std::string left_out = "not shown, for the terminal is too narrow (.mode line shows all):";
  for (size_t i = widths_.size(); i < header_.size(); ++i) left_out += " " + header_[i].text;
  left_out += '\n';
  std::fwrite(left_out.data(), 1, left_out.size(), out_);
}

void TablePrinter::Measure(const Cells& cells) {
  const size_t most = terminal_columns_ == 0 ? kMaxPaddedCells : terminal_columns_;
  for (size_t i = 0; i < widths_.size(); ++i) {
    widths_[i] = std::max(widths_[i], std::min(most, DisplayWidth(cells[i].text)));
  }
}

/// Keeps as many columns as fit when each is cut as far as it may be; at least one.
void TablePrinter::DropColumns() {
  if (terminal_columns_ == 0) return;
  size_t used = 1;
  size_t shown = 0;
  for (; shown < widths_.size(); ++shown) {
    used += 3 + std::min(kMinCells, widths_[shown]);
    if (used > terminal_columns_ && shown > 0) break;
  }
  widths_.resize(shown);
}

void TablePrinter::ShrinkToTerminal() {
  if (terminal_columns_ == 0) return;
  const size_t frame = 3 * widths_.size() + 1;
  while (true) {
    size_t total = frame;
    for (const size_t width : widths_) total += width;
    const auto widest = std::max_element(widths_.begin(), widths_.end());
    if (total <= terminal_columns_ || *widest <= kMinCells) return;
    // Down to the second widest at once, or as far as is needed.
    size_t second = kMinCells;
    for (const size_t width : widths_) {
      if (width < *widest) second = std::max(second, width);
    }
    const size_t excess = total - terminal_columns_;
    *widest -= std::max<size_t>(1, std::min(excess, *widest - second));
  }
}

void TablePrinter::Flush() {
  DropColumns();
  ShrinkToTerminal();
  Rule("┌", "┬", "┐");
  Print(header_);
  Rule("├", "┼", "┤");
  for (const Cells& cells : held_) Print(cells);
  held_.clear();
  flushed_ = true;
}

void TablePrinter::Rule(std::string_view left, std::string_view middle, std::string_view right) {
  std::string line;
  for (size_t i = 0; i < widths_.size(); ++i) {
    line += i == 0 ? left : middle;
    for (size_t cell = 0; cell < widths_[i] + 2; ++cell) line += "─";
  }
  line += right;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), out_);
}

void TablePrinter::Print(const Cells& cells) {
  std::string line;
  for (size_t i = 0; i < widths_.size(); ++i) {
    const std::string text =
        terminal_columns_ == 0 ? cells[i].text : FitToWidth(cells[i].text, widths_[i]);
    const size_t width = DisplayWidth(text);
    const std::string padding(width < widths_[i] ? widths_[i] - width : 0, ' ');
    line += "│ ";
    line += cells[i].right ? padding + text : text + padding;
    line += ' ';
  }
  line += "│\n";
  std::fwrite(line.data(), 1, line.size(), out_);
}

}  // namespace kith::shell
