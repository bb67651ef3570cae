// SPDX-License-Identifier: Apache-2.0
// The statement and query level of the parser; clauses and below are in parse_*.cpp.
#include "query/parse/parser.h"

#include <fmt/format.h>

#include "query/parse/statement_parser.h"

namespace kith::query {
namespace {

// In the order in which suggestions prefer them.
constexpr Keyword kStatementKeywords[] = {
    Keyword::kMATCH,  Keyword::kRETURN,  Keyword::kCREATE,  Keyword::kMERGE,    Keyword::kWITH,
    Keyword::kUNWIND, Keyword::kCALL,    Keyword::kDELETE,  Keyword::kSET,      Keyword::kREMOVE,
    Keyword::kDETACH, Keyword::kFOREACH, Keyword::kEXPLAIN, Keyword::kSHOW,     Keyword::kPROFILE,
    Keyword::kDROP,   Keyword::kBEGIN,   Keyword::kCOMMIT,  Keyword::kROLLBACK, Keyword::kOPTIONAL};

constexpr Keyword kContinuationKeywords[] = {
    Keyword::kRETURN, Keyword::kWHERE,  Keyword::kWITH,     Keyword::kMATCH,    Keyword::kORDER,
    Keyword::kLIMIT,  Keyword::kSKIP,   Keyword::kAS,       Keyword::kAND,      Keyword::kOR,
    Keyword::kCREATE, Keyword::kMERGE,  Keyword::kSET,      Keyword::kDELETE,   Keyword::kREMOVE,
    Keyword::kDETACH, Keyword::kUNWIND, Keyword::kOPTIONAL, Keyword::kCALL,     Keyword::kUNION,
    Keyword::kYIELD,  Keyword::kON,     Keyword::kFOREACH,  Keyword::kCONTAINS, Keyword::kSTARTS,
    Keyword::kENDS,   Keyword::kDESC,   Keyword::kOFFSET,   Keyword::kXOR,      Keyword::kSEARCH};

Status CheckSize(std::string_view text) {
  if (text.size() <= kMaxStatementBytes) return Status::Ok();
  return SyntaxError("UnexpectedSyntax", {},
                     fmt::format("the statement has {} bytes; the limit is {}. Split it, or pass "
                                 "the data as a parameter",
                                 text.size(), kMaxStatementBytes));
}

}  // namespace

Result<std::unique_ptr<ast::Statement>> ParseStatement(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckSize(text));
  return StatementParser(text).Parse();
}

Status CheckExpression(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckSize(text));
  return StatementParser(text).CheckExpression();
}

Status StatementParser::CheckExpression() {
  KITH_RETURN_IF_ERROR(ParseExpression().status());
  return At(TokenKind::kEnd) ? Status::Ok() : Unexpected("the end of the expression");
}

Result<std::unique_ptr<ast::Statement>> StatementParser::Parse() {
  auto statement = std::make_unique<ast::Statement>();
  statement->text = text_;
  const uint32_t begin = BeginHere();
  if (Accept(Keyword::kEXPLAIN)) {
    statement->mode = ast::ExecutionMode::kExplain;
  } else if (Accept(Keyword::kPROFILE)) {
    statement->mode = ast::ExecutionMode::kProfile;
  }
  KITH_RETURN_IF_ERROR(ParseStatementBody(statement.get()));
  statement->range = RangeFrom(begin);
  Accept(TokenKind::kSemicolon);
  if (!At(TokenKind::kEnd)) {
    return Unexpected("the end of the statement; run several statements one after the other");
  }
  return statement;
}

Status StatementParser::ParseStatementBody(ast::Statement* statement) {
  if (AtSchemaCommand()) return ParseSchemaCommand(statement);
  const SourceRange first = Peek().range;
  if (ParseSessionCommand(statement)) {
    if (statement->mode == ast::ExecutionMode::kRun) return Status::Ok();
    return SyntaxError("UnexpectedSyntax", first,
                       "EXPLAIN and PROFILE take a statement with a plan; BEGIN, COMMIT and "
                       "ROLLBACK have none");
  }
  statement->kind = ast::StatementKind::kQuery;
  if (At(TokenKind::kEnd) || At(TokenKind::kSemicolon)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "the statement is empty; expected MATCH, CREATE, RETURN, ...");
  }
  KITH_ASSIGN_OR_RETURN(statement->query, ParseQuery());
  if (At(TokenKind::kEnd) || At(TokenKind::kSemicolon)) return Status::Ok();
  return Unexpected("a clause such as MATCH, WITH or RETURN, or the end of the statement",
                    kContinuationKeywords);
}

bool StatementParser::ParseSessionCommand(ast::Statement* statement) {
  const auto ends_after = [this](size_t ahead) {
    return Peek(ahead).kind == TokenKind::kEnd || Peek(ahead).kind == TokenKind::kSemicolon;
  };
  size_t words = Peek(1).keyword == Keyword::kTRANSACTION ? 2 : 1;
  const bool serializable =
      Peek().keyword == Keyword::kBEGIN && Peek(words).keyword == Keyword::kSERIALIZABLE;
  if (serializable) ++words;
  if (!ends_after(words)) return false;
  switch (Peek().keyword) {
    case Keyword::kBEGIN:
      statement->session =
          serializable ? ast::SessionCommand::kBeginSerializable : ast::SessionCommand::kBegin;
      break;
    case Keyword::kCOMMIT: statement->session = ast::SessionCommand::kCommit; break;
    case Keyword::kROLLBACK: statement->session = ast::SessionCommand::kRollback; break;
    default: return false;
  }
  statement->kind = ast::StatementKind::kSession;
  for (; words > 0; --words) Advance();
  return true;
}

Result<std::unique_ptr<ast::Query>> StatementParser::ParseQuery() {
  const Nesting nesting(this);
  if (!nesting.ok()) return TooDeep();
  auto query = std::make_unique<ast::Query>();
  query->range.begin = BeginHere();
  while (true) {
    KITH_ASSIGN_OR_RETURN(ast::SingleQuery part, ParseSingleQuery());
    query->parts.push_back(std::move(part));
    if (!At(Keyword::kUNION)) break;
    query->union_keywords.push_back(Peek().range);
    Advance();
    query->union_all.push_back(Accept(Keyword::kALL));
    Accept(Keyword::kDISTINCT);
  }
  query->range = RangeFrom(query->range.begin);
  return query;
}

bool StatementParser::AtQueryEnd() const {
  return At(Keyword::kUNION) ||
         AtAny({TokenKind::kEnd, TokenKind::kSemicolon, TokenKind::kRightBrace});
}

Result<ast::SingleQuery> StatementParser::ParseSingleQuery() {
  ast::SingleQuery query;
  query.range.begin = BeginHere();
  do {
    const bool first = query.clauses.empty();
    const size_t before = at_;
    KITH_ASSIGN_OR_RETURN(ast::ClausePtr clause, ParseClause());
    if (at_ == before) {
      if (first) {
        return Unexpected("a clause such as MATCH, CREATE, WITH, UNWIND, CALL or RETURN",
                          kStatementKeywords);
      }
      return Unexpected("a clause such as MATCH, WITH or RETURN, or the end of the statement",
                        kContinuationKeywords);
    }
    query.clauses.push_back(std::move(clause));
  } while (!AtQueryEnd());
  query.range = RangeFrom(query.range.begin);
  return query;
}

}  // namespace kith::query
