// SPDX-License-Identifier: Apache-2.0
// Kith: an embedded property-graph database with built-in retrieval-augmented generation. This
// header is the whole C++ API:
//
//   #include <kith/kith.h>
//
//   auto database = kith::Database::Open("people.kith");
//   if (!database.ok()) return Fail(database.status());
//   auto connection = (*database)->Connect();
//   auto cursor = connection->Execute("MATCH (p:Person {name: $name}) RETURN p.born", {{"name",
//   kith::Value("Ada")}}); while (cursor.ok() && cursor->Next()) std::cout <<
//   cursor->Get(0).ToString() << "\n";
//
// Everything fallible returns a Status or a Result; nothing throws but for running out of memory.
// The C API is <kith/c.h>.
#pragma once

#include "engine/base/result.h"
#include "engine/base/status.h"
#include "engine/base/value.h"
#include "kith/connection.h"
#include "kith/database.h"
#include "kith/import.h"
#include "kith/rag.h"
