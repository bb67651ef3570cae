// SPDX-License-Identifier: Apache-2.0
// What the Tab key knows: keywords and functions of the language, the shell's commands, and the
// labels, relationship types, properties and procedures of the open database.
//
// Thread safety: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kith/connection.h"

namespace kith::shell {

class SchemaWords {
 public:
  /// Borrowed.
  explicit SchemaWords(Connection* connection) : connection_(connection) {}

  /// As LineEditor's Completer: after ':' labels and types, after '.' properties, after CALL
  /// procedures, after '$' parameters, a dot at the line's beginning a command, else keywords and
  /// functions.
  std::vector<std::string> Complete(std::string_view line, size_t* replaced) const;

 private:
  std::vector<std::string> Column(std::string_view statement) const;

  Connection* connection_;
};

}  // namespace kith::shell
