// SPDX-License-Identifier: Apache-2.0
// Where a check puts what it finds. Shared by all parts of a check: files, graph, indexes.
//
// A function of a check returns a Status, which is an error only when the check cannot go on: it
// was stopped, it has found as much as was asked for (full()), or something failed that is no
// damage.
//
// Thread safety: belongs to the thread that checks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/interrupt.h"
#include "engine/base/status.h"

namespace kith::storage {

class CheckReport {
 public:
  /// `interrupt` is borrowed and may be null.
  explicit CheckReport(CheckOptions options, const Interrupt* interrupt = nullptr)
      : options_(std::move(options)), interrupt_(interrupt) {}

  /// Adds a finding; an error that ends the check when these are as many as were asked for.
  Status Add(CheckFinding finding);
  /// The same for numbers and texts that should be equal; nothing when they are.
  Status Expect(std::string_view what, std::string_view where, uint64_t expected, uint64_t found);
  /// What reading gave: damage becomes a finding and OK, any other error is given back. `*damaged`
  /// is set when there was damage, and otherwise left alone.
  Status Absorb(std::string_view where, const Status& status, bool* damaged);

  /// Says how far the check is, and whether it is to go on: Cancelled or Timeout.
  Status Step(const CheckProgress& progress);

  const std::vector<CheckFinding>& findings() const { return findings_; }
  std::vector<CheckFinding> TakeFindings() { return std::move(findings_); }
  /// As many findings as were asked for: there may be more.
  bool full() const { return findings_.size() >= options_.limit; }

 private:
  CheckOptions options_;
  const Interrupt* interrupt_;
  std::vector<CheckFinding> findings_;
};

}  // namespace kith::storage
