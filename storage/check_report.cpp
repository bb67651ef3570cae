// SPDX-License-Identifier: Apache-2.0
// Where a check puts what it finds.
#include "storage/check_report.h"

namespace kith::storage {

Status CheckReport::Add(CheckFinding finding) {
  if (!full()) findings_.push_back(std::move(finding));
  if (!full()) return Status::Ok();
  return Status(StatusCode::kResourceExhausted,
                "the check has found as much as was asked for; ask for more with its limit");
}

Status CheckReport::Expect(std::string_view what, std::string_view where, uint64_t expected,
                           uint64_t found) {
  if (expected == found) return Status::Ok();
  return Add(
      {std::string(what), std::string(where), std::to_string(expected), std::to_string(found)});
}

Status CheckReport::Absorb(std::string_view where, const Status& status, bool* damaged) {
  if (status.code() != StatusCode::kCorruption && status.code() != StatusCode::kIoError) {
    return status;
  }
  *damaged = true;
  return Add({"cannot be read", std::string(where), "", std::string(status.message())});
}

Status CheckReport::Step(const CheckProgress& progress) {
  if (interrupt_ != nullptr) KITH_RETURN_IF_ERROR(interrupt_->Check());
  if (options_.progress && !options_.progress(progress)) {
    return Status(StatusCode::kCancelled, "the check was stopped");
  }
  return Status::Ok();
}

}  // namespace kith::storage
