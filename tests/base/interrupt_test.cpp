// SPDX-License-Identifier: Apache-2.0
// Cancellation and time limits.
#include "engine/base/interrupt.h"

#include <catch2/catch.hpp>
#include <thread>

namespace kith {
namespace {

using std::chrono::milliseconds;

TEST_CASE("an interrupt is OK until cancelled and again after Reset", "[base]") {
  Interrupt interrupt;
  CHECK(interrupt.Check().ok());
  std::thread other([&] { interrupt.Cancel(); });
  other.join();
  CHECK(interrupt.Check().code() == StatusCode::kCancelled);
  interrupt.Reset();
  CHECK(interrupt.Check().ok());
}

TEST_CASE("a timeout passes, names its limit, and can be removed", "[base]") {
  Interrupt interrupt;
  interrupt.SetTimeout(milliseconds(1));
  std::this_thread::sleep_for(milliseconds(3));
  const Status status = interrupt.Check();
  CHECK(status.code() == StatusCode::kTimeout);
  CHECK(status.message().find("1 ms") != std::string::npos);
  interrupt.SetTimeout(milliseconds(0));
  CHECK(interrupt.Check().ok());
  interrupt.SetTimeout(milliseconds::max());
  CHECK(interrupt.Check().ok());
}

}  // namespace
}  // namespace kith
