// SPDX-License-Identifier: Apache-2.0
// Checks that a view of the graph agrees with itself and with the catalog: labels of nodes with the
// members of labels, each relationship with the lists of both its ends, counters with what is
// there, ids and names with what the catalog has given out. Uses the read interface only, so it
// holds for whatever lies below.
//
// Reads everything, one group at a time; in memory are a few thousand rows, a bit for each
// relationship that the group's nodes have had, and a few numbers for each group.
//
// Thread safety: belongs to the thread of the view.
#pragma once

#include "storage/check_report.h"
#include "storage/read_view.h"

namespace kith::storage {

/// `view` is one of a read-only transaction. An error as check_report.h says.
Status CheckGraph(ReadView* view, CheckReport* report);

}  // namespace kith::storage
