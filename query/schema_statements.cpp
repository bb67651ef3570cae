// SPDX-License-Identifier: Apache-2.0
// CREATE and DROP of indexes and constraints; what this version does not have says what serves
// instead.
#include "query/schema_statements.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "index/index_manager.h"

namespace kith::query {
namespace {

std::vector<std::string> Texts(const std::vector<ast::Name>& names) {
  std::vector<std::string> texts;
  for (const ast::Name& name : names) texts.push_back(name.text);
  return texts;
}

// OPTIONS {...} holds literals only: what an index is must not depend on a run.
Result<Value> LiteralValue(const ast::Expression& expression) {
  switch (expression.kind) {
    case ast::ExpressionKind::kLiteral: return ast::As<ast::Literal>(expression).value;
    case ast::ExpressionKind::kList: {
      List list;
      for (const ast::ExpressionPtr& element : ast::As<ast::List>(expression).elements) {
        KITH_ASSIGN_OR_RETURN(Value value, LiteralValue(*element));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case ast::ExpressionKind::kMap: {
      Map map;
      for (const ast::MapEntry& entry : ast::As<ast::Map>(expression).entries) {
        KITH_ASSIGN_OR_RETURN(Value value, LiteralValue(*entry.value));
        map.emplace_back(entry.key.text, std::move(value));
      }
      return Value::FromMap(std::move(map));
    }
    default:
      return Status(StatusCode::kSyntaxError,
                    "OPTIONS of an index hold numbers, strings, booleans, lists and maps of them "
                    "only")
          .WithDetail("InvalidArgumentType")
          .WithPosition(expression.range);
  }
}

// Why an index of this kind cannot be made, and what to use; empty when it can.
std::string_view MissingIndexType(ast::IndexType type) {
  switch (type) {
    case ast::IndexType::kRange:
    case ast::IndexType::kVector:
    case ast::IndexType::kFullText: return "";
    case ast::IndexType::kText:
      return "there are no TEXT indexes; CREATE INDEX makes a range index, which serves equality "
             "and STARTS WITH, and CREATE FULLTEXT INDEX one over words";
    case ast::IndexType::kPoint: return "there are no POINT indexes in this version";
    case ast::IndexType::kLookup:
      return "there are no LOOKUP indexes: labels and relationship types are always indexed";
  }
  return "";
}

std::string_view MissingConstraintType(ast::ConstraintType type) {
  switch (type) {
    case ast::ConstraintType::kUnique: return "";
    case ast::ConstraintType::kKey:
      return "there are no KEY constraints in this version; IS UNIQUE makes a uniqueness "
             "constraint";
    case ast::ConstraintType::kNotNull:
      return "there are no NOT NULL constraints in this version; IS UNIQUE is the one kind";
    case ast::ConstraintType::kPropertyType:
      return "there are no property type constraints in this version; IS UNIQUE is the one kind";
  }
  return "";
}

// `what` has nothing to choose; an empty map says so too.
Status CheckNoOptions(const ast::ExpressionPtr& options, std::string_view what) {
  if (options == nullptr) return Status::Ok();
  KITH_ASSIGN_OR_RETURN(const Value value, LiteralValue(*options));
  if (value.IsMap() && value.AsMap().empty()) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                fmt::format("{} has no OPTIONS; leave them out of the statement", what))
      .WithPosition(options->range);
}

index::EntityKind EntityOf(ast::EntityKind entity) {
  return entity == ast::EntityKind::kNode ? index::EntityKind::kNode
                                          : index::EntityKind::kRelationship;
}

/// Null when there are none.
Result<Value> OptionsOf(const ast::CreateIndex& create) {
  return create.options == nullptr ? Value() : LiteralValue(*create.options);
}

Result<SchemaOutcome> CreateIndex(const ast::CreateIndex& create, index::IndexManager& indexes,
                                  const index::BuildOptions& build) {
  index::IndexRequest request;
  request.name = create.name.text;
  request.entity = EntityOf(create.entity);
  request.labels = Texts(create.labels);
  request.properties = Texts(create.properties);
  request.if_not_exists = create.if_not_exists;
  if (create.type == ast::IndexType::kFullText) {
    request.kind = index::IndexKind::kText;
    KITH_ASSIGN_OR_RETURN(const Value options, OptionsOf(create));
    KITH_ASSIGN_OR_RETURN(request.text, index::ParseTextOptions(options, request.properties));
  } else if (create.type == ast::IndexType::kVector) {
    request.kind = index::IndexKind::kVector;
    KITH_ASSIGN_OR_RETURN(const Value options, OptionsOf(create));
    KITH_ASSIGN_OR_RETURN(request.vector, index::ParseVectorOptions(options));
  } else {
    KITH_RETURN_IF_ERROR(CheckNoOptions(create.options, "a range index"));
  }
  KITH_ASSIGN_OR_RETURN(const index::SchemaChange change, indexes.Create(request, build));
  return SchemaOutcome{.indexes_added = change.changed ? 1u : 0u};
}

Result<SchemaOutcome> CreateConstraint(const ast::CreateConstraint& create,
                                       index::IndexManager& indexes,
                                       const index::BuildOptions& build) {
  index::IndexRequest request;
  request.name = create.name.text;
  request.kind = index::IndexKind::kUnique;
  request.entity = EntityOf(create.entity);
  request.labels = {create.label.text};
  request.properties = Texts(create.properties);
  request.if_not_exists = create.if_not_exists;
  KITH_RETURN_IF_ERROR(CheckNoOptions(create.options, "a uniqueness constraint"));
  KITH_ASSIGN_OR_RETURN(const index::SchemaChange change, indexes.Create(request, build));
  return SchemaOutcome{.constraints_added = change.changed ? 1u : 0u};
}

}  // namespace

Status CheckSchemaStatement(const ast::Statement& statement) {
  std::string_view missing;
  if (statement.kind == ast::StatementKind::kCreateIndex) {
    missing = MissingIndexType(statement.create_index->type);
  } else if (statement.kind == ast::StatementKind::kCreateConstraint) {
    missing = MissingConstraintType(statement.create_constraint->type);
  }
  if (missing.empty()) return Status::Ok();
  return Status(StatusCode::kUnsupported, std::string(missing))
      .WithPhase(ErrorPhase::kCompileTime)
      .WithPosition(statement.range);
}

Result<SchemaOutcome> RunSchemaStatement(const ast::Statement& statement,
                                         index::IndexManager& indexes, const Interrupt* interrupt) {
  KITH_RETURN_IF_ERROR(CheckSchemaStatement(statement));
  index::BuildOptions build;
  build.interrupt = interrupt;
  switch (statement.kind) {
    case ast::StatementKind::kCreateIndex:
      return CreateIndex(*statement.create_index, indexes, build);
    case ast::StatementKind::kCreateConstraint:
      return CreateConstraint(*statement.create_constraint, indexes, build);
    case ast::StatementKind::kDropIndex: {
      KITH_ASSIGN_OR_RETURN(
          const index::SchemaChange change,
          indexes.DropIndex(statement.drop->name.text, statement.drop->if_exists));
      return SchemaOutcome{.indexes_removed = change.changed ? 1u : 0u};
    }
    case ast::StatementKind::kDropConstraint: {
      KITH_ASSIGN_OR_RETURN(
          const index::SchemaChange change,
          indexes.DropConstraint(statement.drop->name.text, statement.drop->if_exists));
      return SchemaOutcome{.constraints_removed = change.changed ? 1u : 0u};
    }
    case ast::StatementKind::kQuery:
    case ast::StatementKind::kShow:
    case ast::StatementKind::kSession: break;
  }
  return Status(StatusCode::kInternal, "this statement does not change the schema");
}

}  // namespace kith::query
