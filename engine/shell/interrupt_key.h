// SPDX-License-Identifier: Apache-2.0
// Ctrl-C (SIGINT) cancels what runs on a connection; with nothing running it wakes whoever waits at
// the prompt. In a script (no terminal) it ends the process as usual once the statement has
// stopped.
//
// Thread safety: one InterruptKey a process.
#pragma once

#include <sys/types.h>

#include <cstddef>

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
  /// read() that waits for input or Ctrl-C: -1 with EINTR from a press until TakePressed. A plain
  /// read may wait on: the signal can reach another thread, or this one just before it waits.
  ssize_t Read(int descriptor, void* buffer, size_t bytes) const;
};

}  // namespace kith::shell
