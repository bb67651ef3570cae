// SPDX-License-Identifier: Apache-2.0
// RocksDB's outcomes as ours. Inside storage only.
//
// Thread safety: pure functions.
#pragma once

#include <rocksdb/status.h>

#include <string_view>

#include "engine/base/status.h"

namespace kith::storage {

/// `doing` says what was tried and on what: "opening /data/graph". OK stays OK; NotFound becomes
/// Corruption, because storage asks by iterator or handles absence before it calls this.
Status FromRocksDb(const rocksdb::Status& status, std::string_view doing);

}  // namespace kith::storage
