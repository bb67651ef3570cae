// SPDX-License-Identifier: Apache-2.0
// See group_version.h.
#include "storage/cache/group_version.h"

#include <utility>

namespace kith::storage {
namespace {

/// The newer run joins the older one when it has this many entries, or more than the older one:
/// each entry is then copied a few times in all, and a commit that is read at once copies few.
constexpr size_t kRecentEntries = 256;

}  // namespace

std::shared_ptr<const GroupVersion> WithRun(const GroupVersion& version,
                                            std::shared_ptr<const DeltaRun> newer) {
  auto made = std::make_shared<GroupVersion>();
  made->directory = version.directory;
  if (version.runs[1] == nullptr) {
    made->runs = {std::move(newer), version.runs[0]};
  } else {
    made->runs = {DeltaRun::Merge(version.runs[0], std::move(newer)), version.runs[1]};
  }
  auto& [recent, base] = made->runs;
  if (base != nullptr &&
      (recent->entries() >= kRecentEntries || recent->entries() >= base->entries())) {
    made->runs = {DeltaRun::Merge(base, recent), nullptr};
  }
  return made;
}

}  // namespace kith::storage
