// SPDX-License-Identifier: Apache-2.0
// Statements are found by the parser's own splitter; commands are lines.
#include "engine/shell/statement_reader.h"

#include <algorithm>

#include "query/parse/statement_splitter.h"

namespace kith::shell {
namespace {

void TrimRight(std::string* text) {
  text->erase(text->find_last_not_of(" \t\r\n;") + 1);
}

}  // namespace

void StatementReader::Feed(std::string_view input) {
  // A statement that spans many lines is searched again only when a line could have ended it.
  may_end_ = may_end_ || rest().empty() || input.find(';') != std::string_view::npos;
  // Only here, not for each statement: a large input holds many.
  pending_.erase(0, begin_);
  begin_ = 0;
  pending_ += input;
}

/// Takes what is before the offset `end`.
StatementReader::Item StatementReader::Cut(size_t end, bool is_command) {
  Item item{pending_.substr(begin_, end - begin_), is_command, line_};
  line_ += static_cast<size_t>(std::count(item.text.begin(), item.text.end(), '\n'));
  begin_ = end;
  const size_t blank = item.text.find_first_not_of(" \t\r\n");
  if (blank != std::string::npos && blank > 0) {
    item.line += static_cast<size_t>(
        std::count(item.text.begin(), item.text.begin() + static_cast<ptrdiff_t>(blank), '\n'));
    item.text.erase(0, blank);
  }
  TrimRight(&item.text);
  return item;
}

std::optional<StatementReader::Item> StatementReader::Take() {
  while (may_end_) {
    // Blank lines and whole-line comments before a command belong to nobody.
    const size_t begin = pending_.find_first_not_of(" \t\r\n", begin_);
    if (begin == std::string::npos) {
      Cut(pending_.size(), false);
      break;
    }
    const size_t line_end = pending_.find('\n', begin);
    const bool whole_line = line_end != std::string::npos;
    if (pending_[begin] == '.') {
      if (!whole_line) break;
      return Cut(line_end + 1, true);
    }
    if (whole_line && pending_.compare(begin, 2, "//") == 0) {
      Cut(line_end + 1, false);
      continue;
    }
    const size_t end = query::FindStatementEnd(pending_, begin_);
    if (end == std::string_view::npos) break;
    Item item = Cut(end, false);
    if (!query::IsBlankStatement(item.text)) return item;
  }
  may_end_ = false;
  return std::nullopt;
}

std::optional<StatementReader::Item> StatementReader::TakeRest() {
  pending_ += '\n';
  may_end_ = true;
  if (auto item = Take()) return item;
  if (!in_statement()) {
    Clear();
    return std::nullopt;
  }
  return Cut(pending_.size(), false);
}

bool StatementReader::in_statement() const {
  return !query::IsBlankStatement(rest());
}

void StatementReader::Clear() {
  pending_.clear();
  begin_ = 0;
  may_end_ = false;
}

}  // namespace kith::shell
