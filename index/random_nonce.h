// SPDX-License-Identifier: Apache-2.0
// Numbers that name one version of one entity in an index. An index keeps the sum of the nonces of
// what it holds as a counter, which then names one state of the index among all snapshots.
//
// Thread safety: may be called from any thread.
#pragma once

#include <cstdint>

namespace kith::index {

/// From -2^48 to 2^48.
int64_t RandomNonce();

}  // namespace kith::index
