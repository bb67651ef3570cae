// SPDX-License-Identifier: Apache-2.0
// See clause_advice.h.
#include "query/parse/clause_advice.h"

namespace kith::query {

std::string_view ClauseAdvice(Keyword keyword) {
  switch (keyword) {
    case Keyword::kFILTER: return "FILTER is not supported; write WITH * WHERE condition";
    case Keyword::kFINISH:
      return "FINISH is not supported; leave it out after a clause that writes, and write RETURN "
             "count(*) after one that reads";
    case Keyword::kFOR: return "FOR is not supported; write UNWIND list AS variable";
    case Keyword::kINSERT: return "INSERT is not supported; write CREATE";
    case Keyword::kLET: return "LET is not supported; write WITH *, expression AS name";
    case Keyword::kNODETACH:
      return "NODETACH is not supported; write DELETE, which keeps relationships by itself";
    case Keyword::kSEARCH:
      return "SEARCH belongs to MATCH, once; write MATCH (n:Label) SEARCH n IN (VECTOR INDEX name "
             "FOR vector LIMIT 10)";
    case Keyword::kSTART:
      return "START is not supported; BEGIN opens a transaction, and MATCH finds where to start";
    case Keyword::kUSE:
      return "USE is not supported; a connection has one database: open the other one instead";
    case Keyword::kUSING:
      return "planner hints (USING) are not supported; leave this one out: the planner uses an "
             "index by itself, and EXPLAIN shows which";
    case Keyword::kORDER:
    case Keyword::kSKIP:
    case Keyword::kOFFSET:
    case Keyword::kLIMIT:
      return "ORDER BY, SKIP and LIMIT end a WITH or RETURN, once each and in this order; "
             "elsewhere write WITH * before them";
    case Keyword::kWHERE:
      return "WHERE belongs to MATCH, WITH or YIELD, once; join conditions with AND, or write "
             "WITH * before it";
    default: return "";
  }
}

}  // namespace kith::query
