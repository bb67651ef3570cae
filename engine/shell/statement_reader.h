// SPDX-License-Identifier: Apache-2.0
// Cuts input into statements. A statement ends at a semicolon outside of quotes, backticks and
// comments, and may span lines; a line that begins with a dot while no statement is open is a
// command.
//
// Thread safety: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kith::shell {

class StatementReader {
 public:
  struct Item {
    std::string text;  ///< Without the semicolon; a command with its dot.
    bool is_command = false;
    size_t line = 1;  ///< Of the input, where it begins.
  };

  /// Adds input, in pieces that end with a line's end (but for the last).
  void Feed(std::string_view input);
  /// The next complete item, or nothing when more input is needed.
  std::optional<Item> Take();
  /// At the end of the input: what is left, though no semicolon ended it. Nothing when it is blank
  /// or holds comments only.
  std::optional<Item> TakeRest();
  /// True when a statement was begun and not ended.
  bool in_statement() const;
  void Clear();

 private:
  Item Cut(size_t end, bool is_command);
  std::string_view rest() const { return std::string_view(pending_).substr(begin_); }

  std::string pending_;
  size_t begin_ = 0;      ///< What is before it has been taken.
  bool may_end_ = false;  ///< A semicolon or line came since the last search for an end.
  size_t line_ = 1;
};

}  // namespace kith::shell
