// SPDX-License-Identifier: Apache-2.0
// Reading lines from a terminal with editing, history and completion (libedit).
//
// Thread safety: one thread. Ctrl-C at the prompt gives kInterrupted; it never ends the process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/shell/interrupt_key.h"

namespace kith::shell {

/// Words that may stand at the end of `line` (the text up to the cursor), each a whole replacement
/// for its last `*replaced` bytes.
using Completer = std::function<std::vector<std::string>(std::string_view line, size_t* replaced)>;

class LineEditor {
 public:
  enum class Outcome { kLine, kInterrupted, kEnd };

  /// `history_file` is loaded now and appended to; empty keeps the history in memory only.
  /// `interrupt` is borrowed.
  LineEditor(std::string history_file, Completer completer, InterruptKey* interrupt);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// *line ends with a newline. A Ctrl-C of before the call is not meant for this line, and one
  /// that interrupts it is taken.
  Outcome Read(const std::string& prompt, std::string* line);
  /// Adds one entry to the history: a whole statement, as one line.
  void Remember(const std::string& statement);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace kith::shell
