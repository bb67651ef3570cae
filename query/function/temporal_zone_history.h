// SPDX-License-Identifier: Apache-2.0
// Which zones share one history in the tz database. Since 2022 its main data keeps one zone for all
// places whose clocks agree since 1970; some distributions still build the older, divergent
// entries.
//
// Thread safety: pure function.
#pragma once

#include <string_view>

namespace kith::query {

/// The zone whose history before 1970 stands for `name`; `name` itself when it stands alone.
std::string_view HistoryZone(std::string_view name);

}  // namespace kith::query
