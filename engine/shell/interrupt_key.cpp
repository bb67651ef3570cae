// SPDX-License-Identifier: Apache-2.0
// The handler touches two lock-free atomics and Connection::Cancel, which is safe in handlers.
#include "engine/shell/interrupt_key.h"

#include <atomic>
#include <csignal>

namespace kith::shell {
namespace {

std::atomic<Connection*> watched{nullptr};
std::atomic<bool> was_pressed{false};
static_assert(std::atomic<Connection*>::is_always_lock_free);

struct sigaction previous_action;

extern "C" void OnInterrupt(int) {
  was_pressed.store(true);
  if (Connection* connection = watched.load()) connection->Cancel();
}

}  // namespace

InterruptKey::InterruptKey() {
  struct sigaction action = {};
  action.sa_handler = &OnInterrupt;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a read at the prompt ends, and the prompt comes anew.
  sigaction(SIGINT, &action, &previous_action);
}

InterruptKey::~InterruptKey() {
  watched.store(nullptr);
  sigaction(SIGINT, &previous_action, nullptr);
}

void InterruptKey::Watch(Connection* connection) {
  watched.store(connection);
}

bool InterruptKey::TakePressed() {
  return was_pressed.exchange(false);
}

bool InterruptKey::pressed() const {
  return was_pressed.load();
}

}  // namespace kith::shell
