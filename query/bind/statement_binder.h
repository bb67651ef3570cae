// SPDX-License-Identifier: Apache-2.0
// Binds one statement. Internal to query/bind: use binder.h. Its methods are spread over binder.cpp
// (queries), bind_clause.cpp, bind_call.cpp, bind_pattern.cpp, bind_search.cpp,
// bind_projection.cpp, bind_expression.cpp, bind_operator.cpp, bind_local.cpp and
// bind_subquery.cpp.
//
// State while walking: `row_` holds the variables of the rows at this clause, `scope_` is where
// names are looked up just now (row_ or something inside it), and `grouping_` is set where
// expressions stand behind an aggregation. Whoever changes them restores them with Restore.
//
// Thread safety: one thread at a time.
#pragma once

#include <deque>
#include <set>
#include <span>
#include <unordered_map>

#include "query/bind/binder.h"
#include "query/bind/scope.h"
#include "query/bind/source_identity.h"
#include "query/function/registry.h"

namespace kith::query {

struct FieldType;
struct ProcedureSignature;

class StatementBinder {
 public:
  StatementBinder(BoundStatement* statement, const BindOptions& options);

  Status Run();

 private:
  /// Sets a variable back at the end of a block.
  template <typename T>
  class Restore {
   public:
    Restore(T* variable, T value) : variable_(variable), before_(*variable) { *variable = value; }
    ~Restore() { *variable_ = before_; }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

   private:
    T* variable_;
    T before_;
  };

  /// What an expression behind an aggregation (or DISTINCT) may be made of.
  struct Grouping {
    struct Key {
      const ast::Expression* expression = nullptr;
      bound::SlotId slot = bound::kNoSlot;
    };
    std::vector<Key> keys;
    /// A key of any shape may occur, rather than only variables and their properties.
    bool any_shape = false;
    /// Where aggregates are found and added; null behind DISTINCT alone.
    bound::Project* project = nullptr;
    std::vector<const ast::Expression*> aggregate_sources;  ///< Of project->aggregates.
    bool may_add_aggregates = false;
    /// Whether a hidden variable is AmbiguousAggregationExpression rather than UndefinedVariable:
    /// always, or when a key mentions it.
    bool hidden_is_ambiguous = false;
    bool mentioned_is_ambiguous = false;
    const Scope* input = nullptr;  ///< Where the arguments of aggregates are looked up.
  };

  /// One subquery being bound: slots below `first_slot` come from outside.
  struct Frame {
    bound::SlotId first_slot = 0;
    std::set<bound::SlotId> arguments;
  };

  /// [first, end).
  struct SlotRange {
    bound::SlotId first = 0;
    bound::SlotId end = 0;
    bool Contains(bound::SlotId slot) const { return first <= slot && slot < end; }
  };

  enum class PatternMode : uint8_t { kMatch, kCreate, kMerge };

  /// The pattern being bound.
  struct PatternState {
    PatternMode mode = PatternMode::kMatch;
    bool may_declare = true;  ///< Pattern predicates may not name anything new.
    bound::Pattern* pattern = nullptr;
    std::vector<bound::ExpressionPtr>* conjuncts = nullptr;  ///< kMatch only.
    Scope* declared = nullptr;  ///< Where new names go; scope_ while elements are declared.
    std::unordered_map<bound::SlotId, uint32_t> node_indexes;
    bool single_node = false;  ///< The path at hand has one node only.
  };

  // ---- Queries (binder.cpp)
  /// `outer` is what the query can read beside its own variables; may be null.
  Result<std::unique_ptr<bound::Query>> BindQuery(const ast::Query& query, const Scope* outer);
  Status CheckUnion(const ast::Query& query) const;
  Status CheckColumns(const ast::Query& query, const bound::Query& bound, size_t part) const;
  Status BindSingleQuery(const ast::SingleQuery& query, const Scope* outer, bound::Query* out);
  Status CheckComposition(const ast::SingleQuery& query) const;
  /// CREATE clauses that follow each other become one.
  Status BindClauses(std::span<const ast::ClausePtr> clauses, std::vector<bound::ClausePtr>* out);
  Result<bound::ClausePtr> BindClause(const ast::Clause& clause);
  Status CountPlanned(SourceRange range);
  Status BindStandaloneCall(const ast::CallProcedure& call, bound::Query* out);
  static const ast::CallProcedure* StandaloneCall(const ast::Query& query);
  void AddReturn(bound::SingleQuery* part, bound::Query* query,
                 std::vector<std::pair<std::string, bound::SlotId>> columns);

  // ---- Clauses (bind_clause.cpp)
  Result<bound::ClausePtr> BindMatch(const ast::Match& match);
  void WarnOfProduct(const ast::Match& match, const PatternState& state);  // bind_warning.cpp
  Result<bound::ClausePtr> BindUnwind(const ast::Unwind& unwind);
  Result<bound::ClausePtr> BindMerge(const ast::Merge& merge);
  Result<bound::ClausePtr> BindSet(const ast::Set& set);
  Result<bound::ClausePtr> BindRemove(const ast::Remove& remove);
  Result<bound::ClausePtr> BindDelete(const ast::Delete& clause);
  Result<bound::ClausePtr> BindForeach(const ast::Foreach& foreach);
  Status BindSetItems(const std::vector<ast::SetItem>& items, bool remove,
                      std::vector<bound::SetItem>* out);
  Result<bound::SetItem> BindSetItem(const ast::SetItem& item, bool remove);
  Status CheckUpdateAllowed(const ast::Clause& clause);
  Status BindConjuncts(const ast::Expression& where, std::vector<bound::ExpressionPtr>* out);

  // ---- CALL (bind_call.cpp)
  Result<bound::ClausePtr> BindCallProcedure(const ast::CallProcedure& call, bool standalone);
  Result<const Procedure*> FindProcedure(const ast::Name& name) const;
  Status BindArguments(const ast::CallProcedure& call, const ProcedureSignature& signature,
                       bound::CallProcedure* out);
  Status BindImplicitArguments(const ast::CallProcedure& call, const ProcedureSignature& signature,
                               bound::CallProcedure* out);
  Status BindYields(const ast::CallProcedure& call, const ProcedureSignature& signature,
                    bool standalone, bound::CallProcedure* out);
  Status DeclareYield(const ast::Name& name, uint32_t output, const FieldType& type,
                      bound::CallProcedure* out);
  Status BindShow();
  Status AddShowFilter(const ast::Show& show, const ProcedureSignature& signature,
                       bound::CallProcedure* out);
  Result<bound::ClausePtr> BindCallSubquery(const ast::CallSubquery& call);
  static bool IsImportingWith(const ast::With& with);
  Status BindImportingWith(const ast::With& with, const Scope& imports);

  // ---- Projections (bind_projection.cpp)
  Result<bound::ClausePtr> BindProjection(const ast::Projection& projection, bool is_return,
                                          const ast::Expression* where, SourceRange range);
  Status BindStar(bool is_return, SourceRange range, bound::Project* out);
  Status BindPlainItems(const ast::Projection& projection, bound::Project* out);
  Status BindGroupedItems(const ast::Projection& projection, Grouping* grouping,
                          bound::Project* out);
  Status BindGroupKeys(const ast::Projection& projection, Scope* after_grouping, Grouping* grouping,
                       bound::Project* out);
  Status CheckItem(const ast::ProjectionItem& item, bool is_return) const;
  std::string ItemName(const ast::ProjectionItem& item) const;
  bound::SlotId ItemSlot(const bound::Expression& expression, const std::string& name);
  Status CheckDuplicateNames(const ast::Projection& projection, const bound::Project& out) const;
  Status CheckOuterNames(const ast::Projection& projection, const bound::Project& out) const;
  Status BindOrderBy(const ast::Projection& projection, const Grouping& grouping,
                     bound::Project* out);
  Result<bound::ExpressionPtr> BindGroupedSortKey(const ast::Projection& projection,
                                                  const ast::Expression& key,
                                                  const Grouping& grouping, bound::Project* out);
  /// The columns without aggregates, which stand for their expressions behind grouping.
  std::vector<Grouping::Key> ColumnKeys(const ast::Projection& projection,
                                        const bound::Project& project) const;
  Status BindProjectionWhere(const ast::Projection& projection, const ast::Expression& where,
                             bound::Project* out);
  Status BindPage(const ast::Projection& projection, bound::Project* out);
  Result<bound::ExpressionPtr> BindCount(const ast::Expression& expression,
                                         std::string_view clause);
  bool ContainsAggregate(const ast::Expression& expression) const;
  bool Mentions(const ast::Expression& expression, const std::string& name) const;
  Result<bound::ExpressionPtr> BindAggregate(const ast::Expression& call);
  Result<bound::ExpressionPtr> AddAggregate(const ast::Expression& call);
  Status BindAggregateArguments(const ast::FunctionCall& call, bound::Aggregate* aggregate);
  Status CheckDeterministic(const ast::Expression& expression) const;
  const Grouping::Key* FindKey(const ast::Expression& expression);

  // ---- Patterns (bind_pattern.cpp)
  Status BindPatterns(const std::vector<ast::PathPattern>& patterns, PatternState* state);
  Status BindPath(const ast::PathPattern& path, PatternState* state);
  Status BindMatchPath(const ast::PathPattern& path, PatternState* state);
  Status BindContents(const ast::PathPattern& path, size_t index, PatternState* state);
  Status DeclarePath(const ast::PathPattern& path, PatternState* state);
  Status CheckSelector(const ast::PathPattern& path, PatternState* state,
                       const bound::PathPattern& bound);
  Result<uint32_t> DeclareNode(const ast::NodePattern& node, PatternState* state);
  Result<uint32_t> DeclareBoundNode(const ast::NodePattern& node, bound::SlotId slot,
                                    PatternState* state);
  Result<uint32_t> DeclareRelationship(const ast::RelationshipPattern& relationship, uint32_t left,
                                       uint32_t right, bool has_length, PatternState* state);
  Status DeclareRelationshipVariable(const ast::RelationshipPattern& relationship, bool has_length,
                                     PatternState* state, bound::RelationshipPattern* out);
  Status CheckCreatedRelationship(const ast::RelationshipPattern& relationship,
                                  PatternMode mode) const;
  Status CheckCreatedLabels(const ast::NodePattern& node) const;
  Status BindNodeContents(const ast::NodePattern& node, uint32_t index, PatternState* state);
  Status BindRelationshipContents(const ast::RelationshipPattern& relationship, uint32_t index,
                                  PatternState* state);
  Status BindProperties(const ast::Expression& properties, PatternMode mode,
                        bound::PropertyMap* out);
  Status BindPropertyConjuncts(const ast::Expression& properties, bound::SlotId slot,
                               PatternState* state);
  static bound::LabelExpressionPtr BindLabels(const ast::LabelExpression& labels);

  // ---- SEARCH (bind_search.cpp)
  Status BindSearch(const ast::VectorSearch& search, bound::SlotId first, bound::Match* match);
  Status BindSearched(const ast::Name& variable, const bound::Pattern& pattern,
                      bound::VectorSearch* out);
  static bool IsPathOf(const bound::Pattern& pattern, bound::SlotId slot);

  // ---- Expressions (bind_expression.cpp)
  Result<bound::ExpressionPtr> BindExpression(const ast::Expression& expression);
  Result<bound::ExpressionPtr> Dispatch(const ast::Expression& expression, bool predicate);
  /// Its value must be a boolean; patterns may stand for their existence.
  Result<bound::ExpressionPtr> BindPredicate(const ast::Expression& expression);
  Result<bound::ExpressionPtr> BindLiteral(const ast::Literal& literal);
  Result<bound::ExpressionPtr> BindParameter(const ast::Parameter& parameter);
  Result<bound::ExpressionPtr> BindVariable(const ast::Variable& variable);
  Result<bound::ExpressionPtr> BindProperty(const ast::Property& property);
  Result<bound::ExpressionPtr> BindSubscript(const ast::Subscript& subscript);
  Result<bound::ExpressionPtr> BindSlice(const ast::Slice& slice);
  Result<bound::ExpressionPtr> BindFunction(const ast::FunctionCall& call);
  Result<bound::ExpressionPtr> BindExistsFunction(const ast::FunctionCall& call);
  Result<bound::ExpressionPtr> BindCase(const ast::Case& node);
  Result<bound::ExpressionPtr> BindList(const ast::List& list);
  Result<bound::ExpressionPtr> BindMap(const ast::Map& map);
  Result<bound::ExpressionPtr> BindMapProjection(const ast::MapProjection& projection);
  Result<bound::ExpressionPtr> BindLabelTest(const ast::LabelTest& test);

  // ---- Operators (bind_operator.cpp)
  Result<bound::ExpressionPtr> BindUnary(const ast::Unary& unary);
  Result<bound::ExpressionPtr> BindBinary(const ast::Binary& binary);
  Result<bound::ExpressionPtr> BindLogical(const ast::Logical& logical);
  Result<bound::ExpressionPtr> BindComparison(const ast::Comparison& comparison);
  Result<bound::ExpressionPtr> BindOneComparison(const ast::Comparison& comparison, size_t index);

  // ---- Local variables (bind_local.cpp)
  Result<bound::ExpressionPtr> BindListComprehension(const ast::ListComprehension& node);
  Result<bound::ExpressionPtr> BindQuantifier(const ast::Quantifier& node);
  Result<bound::ExpressionPtr> BindReduce(const ast::Reduce& node);
  Result<bound::ExpressionPtr> BindListOperand(const ast::Expression& list);

  // ---- Subqueries (bind_subquery.cpp)
  Result<bound::ExpressionPtr> BindSubquery(const ast::Subquery& node);
  Result<bound::ExpressionPtr> BindPatternPredicate(const ast::PatternPredicate& node);
  Result<bound::ExpressionPtr> BindPatternComprehension(const ast::PatternComprehension& node);
  Result<bound::ExpressionPtr> BindShortestPath(const ast::ShortestPath& node);
  std::vector<bound::SlotId> CloseFrame();
  Result<std::unique_ptr<bound::Match>> BindExpressionPattern(const ast::PathPattern& pattern,
                                                              bool may_declare, Scope* declared,
                                                              const ast::Expression* where);
  void FinishExpressionQuery(std::unique_ptr<bound::Match> match,
                             std::unique_ptr<bound::Project> project, bound::Subquery* out);
  Status CheckConstantContext(SourceRange range) const;

  // ---- Names (binder.cpp)
  Scope* NewScope(const Scope* outer, bool local = false);
  bound::SlotId NewSlot(std::string name, StaticType type, bool local = false);
  StaticType& TypeOf(bound::SlotId slot) { return statement_->slots[slot].type; }
  /// kNoSlot when no scope has the name; an error when it is hidden. Notes the use in subqueries.
  Result<bound::SlotId> Lookup(const std::string& name, SourceRange range, bool* local = nullptr);
  void NoteUse(bound::SlotId slot);
  static Status UnmatchedVariable(const std::string& name, SourceRange range);
  Status HiddenVariable(const std::string& name, SourceRange range) const;
  Status UndefinedVariable(const std::string& name, SourceRange range) const;
  /// VariableAlreadyBound when the row has the name.
  Result<bound::SlotId> DeclareRowVariable(const ast::Name& name, StaticType type);
  template <typename T>
  static std::unique_ptr<T> Make(SourceRange range) {
    return std::make_unique<T>(range);
  }
  bound::ExpressionPtr MakeSlot(bound::SlotId slot, SourceRange range);
  std::string_view Text(SourceRange range) const { return statement_->syntax->TextOf(range); }

  BoundStatement* statement_;
  const BindOptions& options_;
  SourceIdentity identity_;
  std::deque<Scope> scopes_;  ///< All scopes, so that pointers stay valid.
  std::unordered_map<std::string, uint32_t> parameter_indexes_;

  Scope* row_ = nullptr;
  const Scope* scope_ = nullptr;
  Grouping* grouping_ = nullptr;
  std::vector<Frame> frames_;
  /// Imports of the CALL { } whose first WITH comes next; null otherwise.
  const Scope* importable_ = nullptr;
  bool aggregates_allowed_ = false;  ///< Here; only ever with grouping_.
  bool in_aggregate_ = false;
  bool predicate_position_ = false;   ///< The next expression may be a pattern.
  std::string_view constant_clause_;  ///< SKIP or LIMIT: no variables may be read.
  /// FOR of SEARCH: these are variables of its pattern, which has no match yet, and of those
  /// around.
  std::vector<SlotRange> unmatched_;
  std::string_view read_only_inside_;  ///< EXISTS...: updating clauses are refused.
  bool updates_ = false;
  bool nested_ = false;   ///< Inside CALL { }.
  uint32_t planned_ = 0;  ///< See kMaxPlanned.
};

}  // namespace kith::query
