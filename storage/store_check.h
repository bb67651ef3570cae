// SPDX-License-Identifier: Apache-2.0
// The part of a check that knows files: the superblock, RocksDB's files, the commit records. Inside
// storage only.
//
// Thread safety: pure functions; the caller holds a snapshot of the store.
#pragma once

#include "engine/base/ids.h"
#include "storage/check_report.h"
#include "storage/store.h"

namespace kith::storage {

/// Every commit up to `commit` must have its record, as far back as records are kept.
Status CheckStore(const Store& store, CommitNumber commit, CheckReport* report);

}  // namespace kith::storage
