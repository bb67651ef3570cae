// SPDX-License-Identifier: Apache-2.0
// CREATE, DROP and SHOW of indexes and constraints, in the words of Neo4j 5; the older forms
// `CREATE INDEX ON :Label(key)` and `ON ... ASSERT` are understood too.
#include <fmt/format.h>

#include "query/parse/statement_parser.h"

namespace kith::query {
namespace {

using ast::IndexType;

bool ToIndexType(Keyword keyword, IndexType* type) {
  switch (keyword) {
    case Keyword::kBTREE:
    case Keyword::kRANGE: *type = IndexType::kRange; return true;
    case Keyword::kTEXT: *type = IndexType::kText; return true;
    case Keyword::kPOINT: *type = IndexType::kPoint; return true;
    case Keyword::kLOOKUP: *type = IndexType::kLookup; return true;
    case Keyword::kFULLTEXT: *type = IndexType::kFullText; return true;
    case Keyword::kVECTOR: *type = IndexType::kVector; return true;
    default: return false;
  }
}

}  // namespace

bool StatementParser::AtSchemaCommand() const {
  if (At(Keyword::kSHOW) || At(Keyword::kDROP)) return true;
  if (!At(Keyword::kCREATE)) return false;
  if (Peek(1).keyword == Keyword::kINDEX || Peek(1).keyword == Keyword::kCONSTRAINT) {
    return Peek(2).kind != TokenKind::kEqual;
  }
  IndexType type{};
  return ToIndexType(Peek(1).keyword, &type) && Peek(2).kind != TokenKind::kEqual;
}

Status StatementParser::ParseSchemaCommand(ast::Statement* statement) {
  if (At(Keyword::kSHOW)) {
    statement->kind = ast::StatementKind::kShow;
    KITH_ASSIGN_OR_RETURN(statement->show, ParseShow());
    return Status::Ok();
  }
  const bool drop = At(Keyword::kDROP);
  const bool constraint = Peek(1).keyword == Keyword::kCONSTRAINT;
  if (drop) {
    statement->kind =
        constraint ? ast::StatementKind::kDropConstraint : ast::StatementKind::kDropIndex;
    KITH_ASSIGN_OR_RETURN(statement->drop, ParseDrop());
  } else if (constraint) {
    statement->kind = ast::StatementKind::kCreateConstraint;
    KITH_ASSIGN_OR_RETURN(statement->create_constraint, ParseCreateConstraint());
  } else {
    statement->kind = ast::StatementKind::kCreateIndex;
    KITH_ASSIGN_OR_RETURN(statement->create_index, ParseCreateIndex());
  }
  return Status::Ok();
}

Result<std::unique_ptr<ast::CreateIndex>> StatementParser::ParseCreateIndex() {
  auto index = std::make_unique<ast::CreateIndex>();
  Advance();
  if (ToIndexType(Peek().keyword, &index->type)) Advance();
  KITH_RETURN_IF_ERROR(Expect(Keyword::kINDEX));
  if (At(Keyword::kON) && Peek(1).kind == TokenKind::kColon) {
    KITH_RETURN_IF_ERROR(ParseLegacyIndex(index.get()));
    return index;
  }
  const bool unnamed = (At(Keyword::kFOR) && Peek(1).kind == TokenKind::kLeftParen) ||
                       AtSequence({Keyword::kIF, Keyword::kNOT});
  if (!unnamed) {
    KITH_ASSIGN_OR_RETURN(index->name, ParseName("the name of the index, or FOR"));
  }
  KITH_ASSIGN_OR_RETURN(index->if_not_exists, ParseIfNotExists());
  KITH_RETURN_IF_ERROR(Expect(Keyword::kFOR));
  KITH_RETURN_IF_ERROR(ParseIndexTarget(index.get()));
  KITH_ASSIGN_OR_RETURN(index->options, ParseOptions());
  return index;
}

Status StatementParser::ParseLegacyIndex(ast::CreateIndex* index) {
  Advance();
  Advance();
  KITH_ASSIGN_OR_RETURN(ast::Name label, ParseName("a label"));
  index->labels.push_back(std::move(label));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  do {
    KITH_ASSIGN_OR_RETURN(ast::Name property, ParseName("the name of a property"));
    index->properties.push_back(std::move(property));
  } while (Accept(TokenKind::kComma));
  return Expect(TokenKind::kRightParen);
}

Status StatementParser::ParseIndexTarget(ast::CreateIndex* index) {
  KITH_ASSIGN_OR_RETURN(const ast::Name variable,
                        ParseSchemaPattern(&index->entity, &index->labels));
  const bool full_text = index->type == IndexType::kFullText;
  const bool lookup = index->type == IndexType::kLookup;
  if (index->labels.empty() && !lookup) return Unexpected("a label such as (n:Person)");
  if (index->labels.size() > 1 && !full_text) {
    return SyntaxError("UnexpectedSyntax", index->labels[1].range,
                       "only a FULLTEXT index may have several labels");
  }
  KITH_RETURN_IF_ERROR(Expect(Keyword::kON));
  if (lookup) return ParseLookupTarget();
  if (full_text) {
    KITH_RETURN_IF_ERROR(Expect(Keyword::kEACH));
    KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftBracket));
    return ParseSchemaProperties(variable, TokenKind::kRightBracket, &index->properties);
  }
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  return ParseSchemaProperties(variable, TokenKind::kRightParen, &index->properties);
}

/// EACH labels(n) or EACH type(r)
Status StatementParser::ParseLookupTarget() {
  KITH_RETURN_IF_ERROR(Expect(Keyword::kEACH));
  KITH_ASSIGN_OR_RETURN(const ast::Name function, ParseName("labels(n) or type(r)"));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  KITH_ASSIGN_OR_RETURN(const ast::Name variable, ParseName("a variable"));
  return Expect(TokenKind::kRightParen);
}

Result<ast::Name> StatementParser::ParseSchemaPattern(ast::EntityKind* entity,
                                                      std::vector<ast::Name>* labels) {
  ast::Name variable;
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  if (!At(TokenKind::kRightParen)) {
    KITH_ASSIGN_OR_RETURN(variable, ParseName("a variable"));
    KITH_RETURN_IF_ERROR(ParseSchemaLabels(labels));
    KITH_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
    *entity = ast::EntityKind::kNode;
    return variable;
  }
  Advance();
  *entity = ast::EntityKind::kRelationship;
  Accept(TokenKind::kLess);
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kMinus));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftBracket));
  KITH_ASSIGN_OR_RETURN(variable, ParseName("a variable"));
  KITH_RETURN_IF_ERROR(ParseSchemaLabels(labels));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kMinus));
  Accept(TokenKind::kGreater);
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kLeftParen));
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kRightParen));
  return variable;
}

Status StatementParser::ParseSchemaLabels(std::vector<ast::Name>* labels) {
  if (!Accept(TokenKind::kColon)) return Status::Ok();
  do {
    Accept(TokenKind::kColon);
    KITH_ASSIGN_OR_RETURN(ast::Name label, ParseName("a label or type"));
    labels->push_back(std::move(label));
  } while (Accept(TokenKind::kBar));
  return Status::Ok();
}

Status StatementParser::ParseSchemaProperties(const ast::Name& variable, TokenKind close,
                                              std::vector<ast::Name>* properties) {
  do {
    KITH_RETURN_IF_ERROR(ParseSchemaProperty(variable, properties));
  } while (Accept(TokenKind::kComma));
  return Expect(close);
}

Status StatementParser::ParseSchemaProperty(const ast::Name& variable,
                                            std::vector<ast::Name>* properties) {
  KITH_ASSIGN_OR_RETURN(const ast::Name object, ParseName("variable.property"));
  if (object.text != variable.text) {
    return SyntaxError("UndefinedVariable", object.range,
                       fmt::format("the variable '{}' is not defined; the pattern calls it '{}'",
                                   object.text, variable.text));
  }
  KITH_RETURN_IF_ERROR(Expect(TokenKind::kDot));
  KITH_ASSIGN_OR_RETURN(ast::Name property, ParseName("the name of a property"));
  for (const ast::Name& other : *properties) {
    if (other.text == property.text) {
      return SyntaxError("UnexpectedSyntax", property.range,
                         fmt::format("the property '{}' is named twice", property.text));
    }
  }
  properties->push_back(std::move(property));
  return Status::Ok();
}

/// Null without OPTIONS.
Result<ast::ExpressionPtr> StatementParser::ParseOptions() {
  if (!Accept(Keyword::kOPTIONS)) return ast::ExpressionPtr();
  if (At(TokenKind::kParameter)) return ParseParameter();
  if (!At(TokenKind::kLeftBrace)) return Unexpected("options such as {key: value}");
  return ParseMap();
}

Result<bool> StatementParser::ParseIfNotExists() {
  if (!Accept(Keyword::kIF)) return false;
  KITH_RETURN_IF_ERROR(Expect(Keyword::kNOT));
  KITH_RETURN_IF_ERROR(Expect(Keyword::kEXISTS));
  return true;
}

Result<std::unique_ptr<ast::CreateConstraint>> StatementParser::ParseCreateConstraint() {
  auto constraint = std::make_unique<ast::CreateConstraint>();
  Advance();
  Advance();
  const bool unnamed =
      ((At(Keyword::kFOR) || At(Keyword::kON)) && Peek(1).kind == TokenKind::kLeftParen) ||
      AtSequence({Keyword::kIF, Keyword::kNOT});
  if (!unnamed) {
    KITH_ASSIGN_OR_RETURN(constraint->name, ParseName("the name of the constraint, or FOR"));
  }
  KITH_ASSIGN_OR_RETURN(constraint->if_not_exists, ParseIfNotExists());
  if (!Accept(Keyword::kON)) KITH_RETURN_IF_ERROR(Expect(Keyword::kFOR));
  std::vector<ast::Name> labels;
  KITH_ASSIGN_OR_RETURN(const ast::Name variable, ParseSchemaPattern(&constraint->entity, &labels));
  if (labels.size() != 1) return Unexpected("a pattern with exactly one label, such as (n:Person)");
  constraint->label = std::move(labels[0]);
  if (!Accept(Keyword::kASSERT)) KITH_RETURN_IF_ERROR(Expect(Keyword::kREQUIRE));
  if (Accept(TokenKind::kLeftParen)) {
    KITH_RETURN_IF_ERROR(
        ParseSchemaProperties(variable, TokenKind::kRightParen, &constraint->properties));
  } else {
    KITH_RETURN_IF_ERROR(ParseSchemaProperty(variable, &constraint->properties));
  }
  KITH_RETURN_IF_ERROR(ParseConstraintPredicate(constraint.get()));
  KITH_ASSIGN_OR_RETURN(constraint->options, ParseOptions());
  return constraint;
}

/// IS [NODE | RELATIONSHIP] UNIQUE | KEY, IS NOT NULL, IS :: TYPE
Status StatementParser::ParseConstraintPredicate(ast::CreateConstraint* constraint) {
  KITH_RETURN_IF_ERROR(Expect(Keyword::kIS));
  if (Accept(Keyword::kNOT)) {
    constraint->type = ast::ConstraintType::kNotNull;
    return Expect(Keyword::kNULL);
  }
  if (Accept(TokenKind::kDoubleColon) || Accept(Keyword::kTYPED)) {
    return ParsePropertyType(constraint);
  }
  if (!Accept(Keyword::kNODE) && !Accept(Keyword::kRELATIONSHIP)) Accept(Keyword::kREL);
  if (Accept(Keyword::kUNIQUE)) return Status::Ok();
  if (Accept(Keyword::kKEY)) {
    constraint->type = ast::ConstraintType::kKey;
    return Status::Ok();
  }
  const Keyword candidates[] = {Keyword::kUNIQUE, Keyword::kKEY, Keyword::kNOT};
  return Unexpected("UNIQUE, NODE KEY, NOT NULL or :: TYPE", candidates);
}

Status StatementParser::ParsePropertyType(ast::CreateConstraint* constraint) {
  constraint->type = ast::ConstraintType::kPropertyType;
  const uint32_t begin = BeginHere();
  if (!AtName()) return Unexpected("a type such as STRING or LIST<INTEGER NOT NULL>");
  while ((AtName() && !At(Keyword::kOPTIONS)) ||
         AtAny({TokenKind::kLess, TokenKind::kGreater, TokenKind::kBar})) {
    Advance();
  }
  constraint->property_type = TextOf(RangeFrom(begin));
  return Status::Ok();
}

Result<std::unique_ptr<ast::DropSchema>> StatementParser::ParseDrop() {
  auto drop = std::make_unique<ast::DropSchema>();
  Advance();
  if (!Accept(Keyword::kINDEX) && !Accept(Keyword::kCONSTRAINT)) {
    const Keyword candidates[] = {Keyword::kINDEX, Keyword::kCONSTRAINT};
    return Unexpected("INDEX or CONSTRAINT after DROP", candidates);
  }
  if (At(Keyword::kON)) {
    return SyntaxError("UnexpectedSyntax", Peek().range,
                       "indexes and constraints are dropped by name; SHOW INDEXES lists the names");
  }
  KITH_ASSIGN_OR_RETURN(drop->name, ParseName("a name"));
  if (Accept(Keyword::kIF)) {
    KITH_RETURN_IF_ERROR(Expect(Keyword::kEXISTS));
    drop->if_exists = true;
  }
  return drop;
}

Result<std::unique_ptr<ast::Show>> StatementParser::ParseShow() {
  auto show = std::make_unique<ast::Show>();
  Advance();
  KITH_RETURN_IF_ERROR(ParseShowWhat(show.get()));
  KITH_RETURN_IF_ERROR(ParseShowTail(show.get()));
  return show;
}

Status StatementParser::ParseShowWhat(ast::Show* show) {
  IndexType index_type{};
  if (ToIndexType(Peek().keyword, &index_type)) {
    show->index_type = index_type;
    Advance();
  } else if (At(Keyword::kUNIQUE) || At(Keyword::kUNIQUENESS)) {
    show->constraint_type = ast::ConstraintType::kUnique;
    Advance();
  } else {
    Accept(Keyword::kALL);
  }
  if (!show->constraint_type && (Accept(Keyword::kINDEXES) || Accept(Keyword::kINDEX))) {
    show->what = ast::ShowKind::kIndexes;
  } else if (!show->index_type && (Accept(Keyword::kCONSTRAINTS) || Accept(Keyword::kCONSTRAINT))) {
    show->what = ast::ShowKind::kConstraints;
  } else if (Accept(Keyword::kFUNCTIONS) || Accept(Keyword::kFUNCTION)) {
    show->what = ast::ShowKind::kFunctions;
  } else if (Accept(Keyword::kPROCEDURES) || Accept(Keyword::kPROCEDURE)) {
    show->what = ast::ShowKind::kProcedures;
  } else {
    const Keyword candidates[] = {Keyword::kINDEXES, Keyword::kCONSTRAINTS, Keyword::kFUNCTIONS,
                                  Keyword::kPROCEDURES};
    return Unexpected("INDEXES, CONSTRAINTS, FUNCTIONS or PROCEDURES after SHOW", candidates);
  }
  return Status::Ok();
}

Status StatementParser::ParseShowTail(ast::Show* show) {
  const bool has_yield = Accept(Keyword::kYIELD);
  if (has_yield && Accept(TokenKind::kStar)) {
    show->yield_star = true;
  } else if (has_yield) {
    KITH_ASSIGN_OR_RETURN(show->yields, ParseYieldItems());
  }
  if (has_yield && AtOrderOrPage()) KITH_RETURN_IF_ERROR(ParseShowOrder(show));
  ast::ExpressionPtr& where = show->ordered ? show->ordered->where : show->where;
  KITH_ASSIGN_OR_RETURN(where, ParseWhere());
  if (has_yield && !show->ordered && AtOrderOrPage()) KITH_RETURN_IF_ERROR(ParseShowOrder(show));
  if (!has_yield && At(Keyword::kYIELD)) return Unexpected("YIELD in front of WHERE");
  if (!has_yield && (At(Keyword::kRETURN) || AtOrderOrPage())) {
    return Unexpected("YIELD with columns in front of it, as in YIELD name RETURN name");
  }
  if (!At(Keyword::kRETURN)) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(ast::ClausePtr clause, ParseClause());
  show->return_clause.reset(static_cast<ast::Return*>(clause.release()));
  return Status::Ok();
}

bool StatementParser::AtOrderOrPage() const {
  return At(Keyword::kORDER) || At(Keyword::kSKIP) || At(Keyword::kOFFSET) || At(Keyword::kLIMIT);
}

/// YIELD a, b ORDER BY ... means YIELD a, b WITH a, b ORDER BY ...
Status StatementParser::ParseShowOrder(ast::Show* show) {
  auto clause = Make<ast::With>(BeginHere());
  clause->projection.star = show->yield_star;
  for (const ast::YieldItem& item : show->yields) {
    const ast::Name& name = item.alias.text.empty() ? item.field : item.alias;
    auto variable = std::make_unique<ast::Variable>(name.range);
    variable->name = name.text;
    clause->projection.items.push_back({std::move(variable), name, name.range});
  }
  KITH_RETURN_IF_ERROR(ParseOrderAndPage(&clause->projection));
  show->ordered = std::move(clause);
  return Status::Ok();
}

}  // namespace kith::query
