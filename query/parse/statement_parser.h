// SPDX-License-Identifier: Apache-2.0
// The recursive-descent parser over the tokens of one statement. Internal to query/parse: use
// parser.h. Its methods are spread over parser.cpp (statements), parse_clause.cpp,
// parse_pattern.cpp, parse_expression.cpp, parse_primary.cpp and parse_schema.cpp.
//
// Each Parse method starts at its first token and ends behind its last one; after an error the
// position means nothing. Recursion passes through Nesting, which limits it.
//
// Thread safety: one thread at a time.
#pragma once

#include <initializer_list>
#include <span>

#include "query/parse/lexer.h"
#include "query/parse/literal.h"
#include "query/parse/parser.h"

namespace kith::query {

class StatementParser {
 public:
  /// `text` must outlive the parser.
  explicit StatementParser(std::string_view text);

  Result<std::unique_ptr<ast::Statement>> Parse();
  /// Parses an expression that is all of the text.
  Status CheckExpression();

 private:
  /// One level of recursion; check ok() before going on.
  class Nesting {
   public:
    explicit Nesting(StatementParser* parser) : parser_(parser) { ++parser_->nesting_; }
    ~Nesting() { --parser_->nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    bool ok() const { return parser_->nesting_ <= kMaxNestingDepth; }

   private:
    StatementParser* parser_;
  };

  /// Finds how deep the trees are that are made during its life.
  class DepthScope {
   public:
    explicit DepthScope(StatementParser* parser) : parser_(parser), outer_(parser->deepest_) {
      parser_->deepest_ = 0;
    }
    ~DepthScope() { parser_->deepest_ = std::max(parser_->deepest_, outer_); }
    DepthScope(const DepthScope&) = delete;
    DepthScope& operator=(const DepthScope&) = delete;
    uint32_t deepest() const { return parser_->deepest_; }

   private:
    StatementParser* parser_;
    uint32_t outer_;
  };

  // ---- Tokens (statement_parser.cpp)
  const Token& Peek(size_t ahead = 0) const {
    const size_t index = at_ + ahead;
    return index < tokens_.size() ? tokens_[index] : tokens_.back();
  }
  bool At(TokenKind kind) const { return Peek().kind == kind; }
  bool AtAny(std::initializer_list<TokenKind> kinds) const;
  bool At(Keyword keyword) const { return Peek().keyword == keyword; }
  bool AtSequence(std::initializer_list<Keyword> keywords) const;
  static bool IsName(const Token& token) {
    return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedWord;
  }
  bool AtName() const { return IsName(Peek()); }
  void Advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool Accept(TokenKind kind);
  bool Accept(Keyword keyword);
  Status Expect(TokenKind kind);
  /// `opening` is the bracket that `kind` closes.
  Status ExpectClosing(TokenKind kind, SourceRange opening);
  Status Expect(Keyword keyword);
  uint32_t BeginHere() const { return Peek().range.begin; }
  uint32_t EndBefore() const { return at_ == 0 ? 0 : tokens_[at_ - 1].range.end; }
  SourceRange RangeFrom(uint32_t begin) const { return {begin, std::max(begin, EndBefore())}; }
  std::string_view TextOf(SourceRange range) const {
    return text_.substr(range.begin, range.end - range.begin);
  }

  // ---- Errors (statement_parser.cpp)
  /// The current token cannot stand here; `expected` says what could. Of `candidates` the one that
  /// the token may be a misspelling of is suggested.
  Status Unexpected(std::string_view expected, std::span<const Keyword> candidates = {}) const;
  Status UnexpectedWithDetail(std::string_view detail, std::string_view expected,
                              std::span<const Keyword> candidates = {}) const;
  std::string DescribeToken(const Token& token) const;
  std::string Suggestion(std::span<const Keyword> candidates) const;
  Status TooDeep() const;

  // ---- Nodes
  template <typename T>
  std::unique_ptr<T> Make(uint32_t begin) const {
    return std::make_unique<T>(SourceRange{begin, begin});
  }
  /// Ends a node at the last consumed token, with children of at most `child_depth`.
  Result<ast::ExpressionPtr> Seal(ast::ExpressionPtr node, uint32_t child_depth);
  static uint32_t Depth(const ast::ExpressionPtr& child) { return child ? child->depth : 0; }

  // ---- Statements (parser.cpp)
  Status ParseStatementBody(ast::Statement* statement);
  Result<std::unique_ptr<ast::Query>> ParseQuery();
  Result<ast::SingleQuery> ParseSingleQuery();
  bool AtQueryEnd() const;
  bool ParseSessionCommand(ast::Statement* statement);

  // ---- Clauses (parse_clause.cpp)
  Result<ast::ClausePtr> ParseClause();
  Result<ast::ClausePtr> DispatchClause();
  Result<ast::ClausePtr> ParseMatch();
  Result<ast::VectorSearch> ParseSearch();
  Result<ast::ClausePtr> ParseUnwind();
  Result<ast::ClausePtr> ParseLoadCsv();
  /// A word that is none of the keywords, in any case.
  bool AcceptWord(std::string_view word);
  ast::ExpressionPtr NewLiteral(Value value) const;
  Result<ast::ClausePtr> ParseWith();
  Result<ast::ClausePtr> ParseReturn();
  Result<ast::ClausePtr> ParseCreate();
  Result<ast::ClausePtr> ParseMerge();
  Result<ast::ClausePtr> ParseSet();
  Result<ast::ClausePtr> ParseRemove();
  Result<ast::ClausePtr> ParseDelete();
  Result<ast::ClausePtr> ParseForeach();
  Result<ast::ClausePtr> ParseCall();
  Result<ast::ClausePtr> ParseCallSubquery(bool optional);
  Result<ast::ClausePtr> ParseCallProcedure(bool optional);
  Status ParseImports(ast::CallSubquery* call);
  Status ParseYield(ast::CallProcedure* call);
  Result<std::vector<ast::YieldItem>> ParseYieldItems();
  Result<ast::Projection> ParseProjection();
  Result<ast::ProjectionItem> ParseProjectionItem();
  Status ParseOrderAndPage(ast::Projection* projection);
  Result<std::vector<ast::SortItem>> ParseSortItems();
  Result<std::vector<ast::SetItem>> ParseSetItems();
  Result<ast::SetItem> ParseSetItem();
  Result<ast::SetItem> ParseRemoveItem();
  Status TakeTarget(ast::ExpressionPtr target, ast::SetItem* item);
  Status ParseSetLabels(ast::SetItem* item);
  Result<ast::ExpressionPtr> ParseWhere();

  // ---- Patterns (parse_pattern.cpp)
  Result<std::vector<ast::PathPattern>> ParsePatternList();
  /// With `variable =` and a shortest-path form, as MATCH takes it.
  Result<ast::PathPattern> ParsePathPattern();
  Result<ast::PathSelector> ParsePathSelector();
  Result<ast::PathPattern> ParseShortestPathPattern();
  /// Only nodes and relationships.
  Result<ast::PathPattern> ParsePathElements();
  Result<ast::NodePattern> ParseNodePattern();
  Result<ast::RelationshipPattern> ParseRelationshipPattern();
  Status ParseRelationshipFiller(ast::RelationshipPattern* pattern);
  Status ParsePathLength(ast::RelationshipPattern* pattern);
  Status ParsePathQuantifier(ast::RelationshipPattern* pattern);
  Result<std::optional<uint64_t>> ParseBound();
  /// `{...}`, `$parameter` or nothing; then WHERE.
  Status ParseElementPredicate(ast::ExpressionPtr* properties, ast::ExpressionPtr* where);
  Result<ast::LabelExpressionPtr> ParseLabelExpression(bool allow_or);
  Result<ast::LabelExpressionPtr> ParseLabelAnd();
  Result<ast::LabelExpressionPtr> ParseLabelNot();
  Result<ast::LabelExpressionPtr> ParseLabelPrimary();
  Result<ast::LabelExpressionPtr> CombineLabels(ast::LabelKind kind, uint32_t begin,
                                                std::vector<ast::LabelExpressionPtr> operands);
  /// Whether the tokens at `index` are a node followed by a relationship.
  bool LooksLikePath(size_t index);
  bool LooksLikeRelationship(size_t index);
  /// The index of the token that closes the bracket at `index`, or the last token.
  size_t ClosingIndex(size_t index);
  void FindClosings();
  const Token& TokenAt(size_t index) const {
    return index < tokens_.size() ? tokens_[index] : tokens_.back();
  }

  // ---- Expressions (parse_expression.cpp)
  Result<ast::ExpressionPtr> ParseExpression();
  Result<ast::ExpressionPtr> ParseOperators(int lowest);
  Result<ast::ExpressionPtr> ParseNot();
  Result<ast::ExpressionPtr> ParseLogical(ast::ExpressionPtr first, ast::LogicalOperator op,
                                          int level);
  Result<ast::ExpressionPtr> ParseComparison(ast::ExpressionPtr first, int level);
  Result<ast::ExpressionPtr> ParseBinary(ast::ExpressionPtr left, ast::BinaryOperator op,
                                         int level);
  Result<ast::ExpressionPtr> ParseIsNull(ast::ExpressionPtr operand);
  Result<ast::ExpressionPtr> ParseLabelTest(ast::ExpressionPtr object);
  Result<ast::ExpressionPtr> ParseUnary();
  Result<ast::ExpressionPtr> ParsePostfix();
  Result<ast::ExpressionPtr> ParseProperty(ast::ExpressionPtr object);
  Result<ast::ExpressionPtr> ParseSubscript(ast::ExpressionPtr object);

  // ---- Primary expressions (parse_primary.cpp)
  Result<ast::ExpressionPtr> ParsePrimary();
  Result<ast::ExpressionPtr> ParseWord();
  Result<ast::ExpressionPtr> ParseWordForm(bool* handled);
  Result<ast::ExpressionPtr> ParseNumber(bool negative, uint32_t begin);
  Result<ast::ExpressionPtr> ParseString();
  Result<ast::ExpressionPtr> ParseParameter();
  Result<ast::ExpressionPtr> ParseParenthesized();
  Result<ast::ExpressionPtr> ParseLiteralWord(Value value);
  Result<ast::ExpressionPtr> ParseVariable();
  Result<ast::ExpressionPtr> ParseFunctionCall(size_t name_tokens);
  Result<ast::ExpressionPtr> ParseCase();
  Result<ast::ExpressionPtr> ParseBracket();
  Result<ast::ExpressionPtr> ParseList();
  Result<ast::ExpressionPtr> ParseListComprehension();
  Result<ast::ExpressionPtr> ParsePatternComprehension();
  Result<ast::ExpressionPtr> ParseMap();
  Result<ast::ExpressionPtr> ParseMapProjection();
  Result<ast::MapProjectionItem> ParseMapProjectionItem();
  Result<ast::ExpressionPtr> ParseQuantifier(ast::QuantifierKind kind);
  Result<ast::ExpressionPtr> ParseReduce();
  Result<ast::ExpressionPtr> ParsePatternPredicate();
  Result<ast::ExpressionPtr> ParseShortestPath();
  Result<ast::ExpressionPtr> ParseSubquery(ast::SubqueryKind kind);
  Result<std::unique_ptr<ast::Query>> ParseBarePatternQuery();
  /// How many tokens make a dotted name with `(` behind it; 0 when there is none.
  size_t FunctionNameTokens() const;

  // ---- Names (statement_parser.cpp)
  Result<ast::Name> ParseName(std::string_view what);
  Result<ast::Name> ParseDottedName(std::string_view what);
  Result<std::string> NameText(const Token& token) const;

  // ---- Schema (parse_schema.cpp)
  bool AtSchemaCommand() const;
  Status ParseSchemaCommand(ast::Statement* statement);
  Result<std::unique_ptr<ast::CreateIndex>> ParseCreateIndex();
  Status ParseIndexTarget(ast::CreateIndex* index);
  Status ParseLegacyIndex(ast::CreateIndex* index);
  Status ParseLookupTarget();
  Result<std::unique_ptr<ast::CreateConstraint>> ParseCreateConstraint();
  Status ParseConstraintPredicate(ast::CreateConstraint* constraint);
  Status ParsePropertyType(ast::CreateConstraint* constraint);
  /// (n:A|B) or ()-[r:A|B]-(); the variable, which may be empty.
  Result<ast::Name> ParseSchemaPattern(ast::EntityKind* entity, std::vector<ast::Name>* labels);
  Status ParseSchemaLabels(std::vector<ast::Name>* labels);
  Status ParseSchemaProperty(const ast::Name& variable, std::vector<ast::Name>* properties);
  Status ParseSchemaProperties(const ast::Name& variable, TokenKind close,
                               std::vector<ast::Name>* properties);
  Result<ast::ExpressionPtr> ParseOptions();
  Result<bool> ParseIfNotExists();
  Result<std::unique_ptr<ast::DropSchema>> ParseDrop();
  Result<std::unique_ptr<ast::Show>> ParseShow();
  Status ParseShowWhat(ast::Show* show);
  Status ParseShowTail(ast::Show* show);
  Status ParseShowOrder(ast::Show* show);
  bool AtOrderOrPage() const;

  std::string_view text_;
  std::vector<Token> tokens_;
  /// By the index of an opening bracket; made when first needed.
  std::vector<uint32_t> closings_;
  Status lexer_error_;
  size_t at_ = 0;
  uint32_t nesting_ = 0;
  uint32_t deepest_ = 0;
  /// False inside a comprehension, where `|` after a label begins the projection.
  bool bar_joins_labels_ = true;
};

}  // namespace kith::query
