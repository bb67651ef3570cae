// SPDX-License-Identifier: Apache-2.0
// Ctrl-C (SIGINT) cancels what runs on a connection; with nothing running it interrupts a read at
// the prompt. In a script (no terminal) it ends the process as usual once the statement has
// stopped.
//
// Thread safety: one InterruptKey a process.
#pragma once

#include "kith/connection.h"

namespace kith::shell {

class InterruptKey {
 public:
  InterruptKey();
  ~InterruptKey();
  InterruptKey(const InterruptKey&) = delete;
  InterruptKey& operator=(const InterruptKey&) = delete;

  /// The connection to cancel from now on; nullptr when nothing runs. Borrowed.
  void Watch(Connection* connection);
  /// Whether Ctrl-C came since the last call.
  bool TakePressed();
  bool pressed() const;
};

}  // namespace kith::shell
