// SPDX-License-Identifier: Apache-2.0
// Destructors of the nodes that own a query.
#include "query/bind/bound_query.h"

namespace kith::query::bound {

Subquery::Subquery(SourceRange r) : Node(r) {}
Subquery::~Subquery() = default;
CallSubquery::CallSubquery(SourceRange r) : ClauseOf(r) {}
CallSubquery::~CallSubquery() = default;

}  // namespace kith::query::bound
