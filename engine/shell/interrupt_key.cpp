// SPDX-License-Identifier: Apache-2.0
// The handler touches lock-free atomics, write() and Connection::Cancel, all safe in handlers.
#include "engine/shell/interrupt_key.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace kith::shell {
namespace {

std::atomic<Connection*> watched{nullptr};
std::atomic<bool> was_pressed{false};
/// Readable from a press on, for poll().
std::atomic<int> event{-1};
static_assert(std::atomic<Connection*>::is_always_lock_free);

struct sigaction previous_action;

extern "C" void OnInterrupt(int) {
  const int saved_errno = errno;
  was_pressed.store(true);
  const uint64_t one = 1;
  // A counter that is full is readable already.
  [[maybe_unused]] const ssize_t written = write(event.load(), &one, sizeof(one));
  if (Connection* connection = watched.load()) connection->Cancel();
  errno = saved_errno;
}

}  // namespace

InterruptKey::InterruptKey() {
  event.store(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  struct sigaction action = {};
  action.sa_handler = &OnInterrupt;
  sigemptyset(&action.sa_mask);
  // Output goes on where it was: stdio would lose what an interrupted write held.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_action);
}

InterruptKey::~InterruptKey() {
  watched.store(nullptr);
  sigaction(SIGINT, &previous_action, nullptr);
  close(event.exchange(-1));
}

void InterruptKey::Watch(Connection* connection) {
  watched.store(connection);
}

bool InterruptKey::TakePressed() {
  // Emptied first: a press in between leaves both set, or a wake without a press, never neither.
  uint64_t presses = 0;
  [[maybe_unused]] const ssize_t got = read(event.load(), &presses, sizeof(presses));
  return was_pressed.exchange(false);
}

bool InterruptKey::pressed() const {
  return was_pressed.load();
}

ssize_t InterruptKey::Read(int descriptor, void* buffer, size_t bytes) const {
  std::array<pollfd, 2> waits = {{{descriptor, POLLIN, 0}, {event.load(), POLLIN, 0}}};
  while (!pressed()) {
    // Without an event (no descriptors left) a press is noticed where poll itself is interrupted.
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return -1;
    if (waits[0].revents != 0 && !pressed()) return read(descriptor, buffer, bytes);
  }
  errno = EINTR;
  return -1;
}

}  // namespace kith::shell
