// SPDX-License-Identifier: Apache-2.0
// Clauses of a query.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "query/parse/clause_advice.h"
#include "query/parse/statement_parser.h"

namespace kith::query {

using ast::ClausePtr;

/// Null, with the position unchanged, when no clause begins here.
Result<ClausePtr> StatementParser::ParseClause() {
  const Nesting nesting(this);
  if (!nesting.ok()) return TooDeep();
  const SourceRange keyword = Peek().range;
  KITH_ASSIGN_OR_RETURN(ClausePtr clause, DispatchClause());
  if (clause) {
    clause->keyword = keyword;
    clause->range = RangeFrom(keyword.begin);
  }
  return clause;
}

Result<ClausePtr> StatementParser::DispatchClause() {
  switch (Peek().keyword) {
    case Keyword::kOPTIONAL: return Peek(1).keyword == Keyword::kCALL ? ParseCall() : ParseMatch();
    case Keyword::kMATCH: return ParseMatch();
    case Keyword::kUNWIND: return ParseUnwind();
    case Keyword::kLOAD: return ParseLoadCsv();
    case Keyword::kWITH: return ParseWith();
    case Keyword::kRETURN: return ParseReturn();
    case Keyword::kCREATE: return ParseCreate();
    case Keyword::kMERGE: return ParseMerge();
    case Keyword::kSET: return ParseSet();
    case Keyword::kREMOVE: return ParseRemove();
    case Keyword::kDETACH:
    case Keyword::kDELETE: return ParseDelete();
    case Keyword::kFOREACH: return ParseForeach();
    case Keyword::kCALL: return ParseCall();
    default: break;
  }
  const std::string_view advice = ClauseAdvice(Peek().keyword);
  if (advice.empty()) return ClausePtr();
  return SyntaxError("UnexpectedSyntax", Peek().range, std::string(advice));
}

Result<ClausePtr> StatementParser::ParseMatch() {
  auto match = Make<ast::Match>(BeginHere());
  match->optional = Accept(Keyword::kOPTIONAL);
  KITH_RETURN_IF_ERROR(Expect(Keyword::kMATCH));
  KITH_ASSIGN_OR_RETURN(match->patterns, ParsePatternList());
  KITH_ASSIGN_OR_RETURN(match->where, ParseWhere());
  if (!At(Keyword::kSEARCH)) return ClausePtr(std::move(match));
  KITH_ASSIGN_OR_RETURN(match->search, ParseSearch());
  if (match->where == nullptr) {
    KITH_ASSIGN_OR_RETURN(match->where, ParseWhere());
  }
  return ClausePtr(std::move(match));
}

Result<ast::VectorSearch> StatementParser::ParseSearch() {
  ast::VectorSearch search;
  const uint32_t begin = BeginHere();
  Advance();
  KITH_ASSIGN_OR_RETURN(search.variable, ParseName("the variable to search for"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIN));
  const SourceRange opening = Peek().range;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kVECTOR));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kINDEX));
  KITH_ASSIGN_OR_RETURN(search.index, ParseName("the name of a vector index"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kFOR));
  KITH_ASSIGN_OR_RETURN(search.vector, ParseExpression());
  KITH_ASSIGN_OR_RETURN(search.where, ParseWhere());
  KITH_RETURN_IF_ERROR(Expect(Keyword::kLIMIT));
  KITH_ASSIGN_OR_RETURN(search.limit, ParseExpression());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  if (Accept(Keyword::kSCORE)) {
    KITH_RETURN_IF_ERROR(Expect(Keyword::kAS));
    KITH_ASSIGN_OR_RETURN(search.score, ParseName("a name for the score"));
  }
  search.range = RangeFrom(begin);
  return search;
}

/// Null when there is no WHERE.
Result<ast::ExpressionPtr> StatementParser::ParseWhere() {
  if (!Accept(Keyword::kWHERE)) return ast::ExpressionPtr();
  return ParseExpression();
}

Result<ClausePtr> StatementParser::ParseUnwind() {
  auto unwind = Make<ast::Unwind>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(unwind->list, ParseExpression());
  KITH_RETURN_IF_ERROR(Expect(Keyword::kAS));
  KITH_ASSIGN_OR_RETURN(unwind->variable, ParseName("a variable"));
  return ClausePtr(std::move(unwind));
}

bool StatementParser::AcceptWord(std::string_view word) {
  if (!At(TokenKind::kWord)) return false;
  const std::string_view text = TextOf(Peek().range);
  const bool is_word =
      std::equal(text.begin(), text.end(), word.begin(), word.end(),
                 [](unsigned char a, unsigned char b) { return std::toupper(a) == b; });
  if (is_word) Advance();
  return is_word;
}

ast::ExpressionPtr StatementParser::NewLiteral(Value value) const {
  auto literal = Make<ast::Literal>(BeginHere());
  literal->value = std::move(value);
  return literal;
}

/// LOAD CSV [WITH HEADERS] FROM url AS variable [FIELDTERMINATOR text] is a procedure call.
Result<ClausePtr> StatementParser::ParseLoadCsv() {
  auto call = Make<ast::CallProcedure>(BeginHere());
  call->name = {ast::kLoadCsvProcedure, Peek().range};
  Advance();
  if (!AcceptWord("CSV")) return Unexpected("CSV, as in LOAD CSV FROM 'file:///x.csv' AS row");
  const bool headers = Accept(Keyword::kWITH);
  if (headers && !AcceptWord("HEADERS")) return Unexpected("HEADERS");
  if (!AcceptWord("FROM")) return Unexpected(headers ? "FROM" : "FROM or WITH HEADERS");
  KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr url, ParseExpression());
  call->arguments.push_back(std::move(url));
  call->arguments.push_back(NewLiteral(Value(headers)));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kAS));
  ast::YieldItem row;
  row.field = {"row", Peek().range};
  KITH_ASSIGN_OR_RETURN(row.alias, ParseName("a variable"));
  call->has_yield = true;
  call->yields.push_back(std::move(row));
  if (AcceptWord("FIELDTERMINATOR")) {
    KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr terminator, ParseExpression());
    call->arguments.push_back(std::move(terminator));
  }
  return ClausePtr(std::move(call));
}

Result<ClausePtr> StatementParser::ParseWith() {
  auto with = Make<ast::With>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(with->projection, ParseProjection());
  KITH_ASSIGN_OR_RETURN(with->where, ParseWhere());
  return ClausePtr(std::move(with));
}

Result<ClausePtr> StatementParser::ParseReturn() {
  auto clause = Make<ast::Return>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(clause->projection, ParseProjection());
  return ClausePtr(std::move(clause));
}

Result<ast::Projection> StatementParser::ParseProjection() {
  ast::Projection projection;
  projection.distinct = Accept(Keyword::kDISTINCT);
  if (Accept(TokenKind::kStar)) {
    projection.star = true;
  } else {
    KITH_ASSIGN_OR_RETURN(ast::ProjectionItem item, ParseProjectionItem());
    projection.items.push_back(std::move(item));
  }
  while (Accept(TokenKind::kComma)) {
    KITH_ASSIGN_OR_RETURN(ast::ProjectionItem item, ParseProjectionItem());
    projection.items.push_back(std::move(item));
  }
  KITH_RETURN_IF_ERROR(ParseOrderAndPage(&projection));
  return projection;
}

Result<ast::ProjectionItem> StatementParser::ParseProjectionItem() {
  ast::ProjectionItem item;
  const uint32_t begin = BeginHere();
  KITH_ASSIGN_OR_RETURN(item.expression, ParseExpression());
  item.text_range = RangeFrom(begin);
  if (Accept(Keyword::kAS)) {
    KITH_ASSIGN_OR_RETURN(item.alias, ParseName("a name"));
  }
  return item;
}

Status StatementParser::ParseOrderAndPage(ast::Projection* projection) {
  if (AtSequence({Keyword::kORDER, Keyword::kBY})) {
    Advance();
    Advance();
    KITH_ASSIGN_OR_RETURN(projection->order_by, ParseSortItems());
  } else if (At(Keyword::kORDER)) {
    Advance();
    return Expect(Keyword::kBY);
  }
  if (Accept(Keyword::kSKIP) || Accept(Keyword::kOFFSET)) {
    KITH_ASSIGN_OR_RETURN(projection->skip, ParseExpression());
  }
  if (Accept(Keyword::kLIMIT)) {
    KITH_ASSIGN_OR_RETURN(projection->limit, ParseExpression());
  }
  return Status::Ok();
}

Result<std::vector<ast::SortItem>> StatementParser::ParseSortItems() {
  std::vector<ast::SortItem> items;
  do {
    ast::SortItem item;
    KITH_ASSIGN_OR_RETURN(item.expression, ParseExpression());
    item.descending = Accept(Keyword::kDESC) || Accept(Keyword::kDESCENDING);
    if (!item.descending && !Accept(Keyword::kASC)) Accept(Keyword::kASCENDING);
    items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return items;
}

Result<ClausePtr> StatementParser::ParseCreate() {
  auto create = Make<ast::Create>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(create->patterns, ParsePatternList());
  return ClausePtr(std::move(create));
}

Result<ClausePtr> StatementParser::ParseMerge() {
  auto merge = Make<ast::Merge>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(merge->pattern, ParsePathPattern());
  while (Accept(Keyword::kON)) {
    const bool on_match = Accept(Keyword::kMATCH);
    if (!on_match && !Accept(Keyword::kCREATE)) return Unexpected("MATCH or CREATE after ON");
    KITH_RETURN_IF_ERROR(Expect(Keyword::kSET));
    KITH_ASSIGN_OR_RETURN(std::vector<ast::SetItem> items, ParseSetItems());
    auto& target = on_match ? merge->on_match : merge->on_create;
    for (ast::SetItem& item : items) target.push_back(std::move(item));
  }
  return ClausePtr(std::move(merge));
}

Result<ClausePtr> StatementParser::ParseSet() {
  auto set = Make<ast::Set>(BeginHere());
  Advance();
  KITH_ASSIGN_OR_RETURN(set->items, ParseSetItems());
  return ClausePtr(std::move(set));
}

Result<std::vector<ast::SetItem>> StatementParser::ParseSetItems() {
  std::vector<ast::SetItem> items;
  do {
    KITH_ASSIGN_OR_RETURN(ast::SetItem item, ParseSetItem());
    items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return items;
}

Result<ast::SetItem> StatementParser::ParseSetItem() {
  ast::SetItem item;
  item.range.begin = BeginHere();
  KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr target, ParsePostfix());
  if (At(TokenKind::kColon)) {
    item.target = std::move(target);
    KITH_RETURN_IF_ERROR(ParseSetLabels(&item));
  } else if (Accept(TokenKind::kPlusEqual)) {
    item.kind = ast::SetItemKind::kMergeAll;
    item.target = std::move(target);
    KITH_ASSIGN_OR_RETURN(item.value, ParseExpression());
  } else if (Accept(TokenKind::kEqual)) {
    KITH_RETURN_IF_ERROR(TakeTarget(std::move(target), &item));
    KITH_ASSIGN_OR_RETURN(item.value, ParseExpression());
  } else {
    return Unexpected("'=', '+=' or a label such as :Person");
  }
  item.range = RangeFrom(item.range.begin);
  return item;
}

/// Takes `entity.key` or `entity[key]` apart; anything else is a whole entity.
Status StatementParser::TakeTarget(ast::ExpressionPtr target, ast::SetItem* item) {
  if (target->kind == ast::ExpressionKind::kProperty) {
    auto& property = static_cast<ast::Property&>(*target);
    item->kind = ast::SetItemKind::kProperty;
    item->key = std::move(property.key);
    item->target = std::move(property.object);
  } else if (target->kind == ast::ExpressionKind::kSubscript) {
    auto& subscript = static_cast<ast::Subscript&>(*target);
    item->kind = ast::SetItemKind::kDynamicProperty;
    item->key_value = std::move(subscript.index);
    item->target = std::move(subscript.object);
  } else if (target->kind == ast::ExpressionKind::kVariable) {
    item->kind = ast::SetItemKind::kReplaceAll;
    item->target = std::move(target);
  } else {
    return SyntaxError(
        "UnexpectedSyntax", target->range,
        "this cannot be changed; write variable.property, variable or variable:Label");
  }
  return Status::Ok();
}

Status StatementParser::ParseSetLabels(ast::SetItem* item) {
  item->kind = ast::SetItemKind::kLabels;
  while (Accept(TokenKind::kColon)) {
    KITH_ASSIGN_OR_RETURN(ast::Name label, ParseName("a label"));
    item->labels.push_back(std::move(label));
  }
  return Status::Ok();
}

Result<ClausePtr> StatementParser::ParseRemove() {
  auto remove = Make<ast::Remove>(BeginHere());
  Advance();
  do {
    KITH_ASSIGN_OR_RETURN(ast::SetItem item, ParseRemoveItem());
    remove->items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return ClausePtr(std::move(remove));
}

Result<ast::SetItem> StatementParser::ParseRemoveItem() {
  ast::SetItem item;
  item.range.begin = BeginHere();
  KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr target, ParsePostfix());
  if (At(TokenKind::kColon)) {
    item.target = std::move(target);
    KITH_RETURN_IF_ERROR(ParseSetLabels(&item));
  } else if (target->kind == ast::ExpressionKind::kVariable) {
    return Unexpected("a property or label to remove, such as n.name or n:Person");
  } else {
    KITH_RETURN_IF_ERROR(TakeTarget(std::move(target), &item));
  }
  item.range = RangeFrom(item.range.begin);
  return item;
}

Result<ClausePtr> StatementParser::ParseDelete() {
  auto clause = Make<ast::Delete>(BeginHere());
  clause->detach = Accept(Keyword::kDETACH);
  KITH_RETURN_IF_ERROR(Expect(Keyword::kDELETE));
  do {
    KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr expression, ParseExpression());
    clause->expressions.push_back(std::move(expression));
  } while (Accept(TokenKind::kComma));
  return ClausePtr(std::move(clause));
}

Result<ClausePtr> StatementParser::ParseForeach() {
  auto foreach = Make<ast::Foreach>(BeginHere());
  Advance();
  const SourceRange opening = Peek().range;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  KITH_ASSIGN_OR_RETURN(foreach->variable, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIN));
  KITH_ASSIGN_OR_RETURN(foreach->list, ParseExpression());
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kBar));
  do {
    KITH_ASSIGN_OR_RETURN(ClausePtr clause, ParseClause());
    if (!clause) return Unexpected("CREATE, MERGE, SET, REMOVE, DELETE or FOREACH");
    foreach
      ->clauses.push_back(std::move(clause));
  } while (!AtAny({TokenKind::kRightParen, TokenKind::kEnd, TokenKind::kSemicolon}));
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  return ClausePtr(std::move(foreach));
}

Result<ClausePtr> StatementParser::ParseCall() {
  const bool optional = Accept(Keyword::kOPTIONAL);
  KITH_RETURN_IF_ERROR(Expect(Keyword::kCALL));
  if (AtAny({TokenKind::kLeftBrace, TokenKind::kLeftParen})) return ParseCallSubquery(optional);
  return ParseCallProcedure(optional);
}

Result<ClausePtr> StatementParser::ParseCallSubquery(bool optional) {
  auto call = Make<ast::CallSubquery>(BeginHere());
  call->optional = optional;
  if (At(TokenKind::kLeftParen)) KITH_RETURN_IF_ERROR(ParseImports(call.get()));
  const SourceRange opening = Peek().range;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftBrace));
  KITH_ASSIGN_OR_RETURN(call->query, ParseQuery());
  KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightBrace, opening));
  if (AtSequence({Keyword::kIN, Keyword::kTRANSACTIONS})) {
    return SyntaxError(
        "UnexpectedSyntax", Peek().range,
        "CALL { } IN TRANSACTIONS is not supported; run one statement for each batch");
  }
  return ClausePtr(std::move(call));
}

Status StatementParser::ParseImports(ast::CallSubquery* call) {
  call->has_import_list = true;
  const SourceRange opening = Peek().range;
  Advance();
  if (Accept(TokenKind::kStar)) {
    call->import_all = true;
  } else if (!At(TokenKind::kRightParen)) {
    do {
      KITH_ASSIGN_OR_RETURN(ast::Name name, ParseName("a variable"));
      call->imports.push_back(std::move(name));
    } while (Accept(TokenKind::kComma));
  }
  return ExpectClosing(TokenKind::kRightParen, opening);
}

Result<ClausePtr> StatementParser::ParseCallProcedure(bool optional) {
  auto call = Make<ast::CallProcedure>(BeginHere());
  call->optional = optional;
  KITH_ASSIGN_OR_RETURN(call->name,
                        ParseDottedName("the name of a procedure or a subquery in { }"));
  const SourceRange opening = Peek().range;
  call->implicit_arguments = !Accept(TokenKind::kLeftParen);
  if (!call->implicit_arguments) {
    if (!At(TokenKind::kRightParen)) {
      do {
        KITH_ASSIGN_OR_RETURN(ast::ExpressionPtr argument, ParseExpression());
        call->arguments.push_back(std::move(argument));
      } while (Accept(TokenKind::kComma));
    }
    KITH_RETURN_IF_ERROR(ExpectClosing(TokenKind::kRightParen, opening));
  }
  if (At(Keyword::kYIELD)) KITH_RETURN_IF_ERROR(ParseYield(call.get()));
  return ClausePtr(std::move(call));
}

Status StatementParser::ParseYield(ast::CallProcedure* call) {
  Advance();
  call->has_yield = true;
  if (Accept(TokenKind::kStar)) {
    call->yield_star = true;
  } else {
    KITH_ASSIGN_OR_RETURN(call->yields, ParseYieldItems());
  }
  KITH_ASSIGN_OR_RETURN(call->where, ParseWhere());
  return Status::Ok();
}

Result<std::vector<ast::YieldItem>> StatementParser::ParseYieldItems() {
  std::vector<ast::YieldItem> items;
  do {
    ast::YieldItem item;
    KITH_ASSIGN_OR_RETURN(item.field, ParseName("the name of a result column"));
    if (Accept(Keyword::kAS)) {
      KITH_ASSIGN_OR_RETURN(item.alias, ParseName("a variable"));
    }
    items.push_back(std::move(item));
  } while (Accept(TokenKind::kComma));
  return items;
}

}  // namespace kith::query
