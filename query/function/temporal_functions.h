// SPDX-License-Identifier: Apache-2.0
// The temporal functions of the language, as the registry knows them: date, localtime, time,
// localdatetime, datetime, each with .transaction, .statement, .realtime and .truncate;
// datetime.fromepoch and .fromepochmillis; duration, duration.between, .inMonths, .inDays,
// .inSeconds.
//
// Thread safety: as the registry.
#pragma once

#include "engine/base/status.h"
#include "query/function/registry.h"

namespace kith::query {

/// AlreadyExists when a name is taken.
Status RegisterTemporalFunctions(FunctionRegistry* registry);

}  // namespace kith::query
