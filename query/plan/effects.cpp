// SPDX-License-Identifier: Apache-2.0
// Reads and writes of clauses and expressions, erring on the side of more.
#include "query/plan/effects.h"

#include <algorithm>

#include "query/function/registry.h"
#include "query/plan/expression_walk.h"
#include "query/procedure.h"

namespace kith::query::plan {

namespace {

void AddLabelNames(const bound::LabelExpression& labels, NameSet* set) {
  if (labels.kind == bound::LabelKind::kName) set->names.insert(labels.name);
  if (labels.kind == bound::LabelKind::kAny) set->all = true;
  for (const auto& operand : labels.operands) AddLabelNames(*operand, set);
}

void AddEntries(const bound::PropertyMap& properties, Effects* effects) {
  for (const auto& [key, value] : properties.entries) {
    AddExpressionEffects(value.get(), effects);
  }
  AddExpressionEffects(properties.map.get(), effects);
}

void AddPatternReads(const bound::Pattern& pattern, Effects* effects) {
  for (const bound::NodePattern& node : pattern.nodes) {
    std::vector<std::string> names;
    const bool named = node.labels != nullptr && AsConjunctionOfNames(*node.labels, &names);
    if (!node.bound) {
      if (named) {
        // A new node is found only when it has all the labels; one of them is enough to tell.
        effects->scanned_labels.names.insert(names[0]);
      } else {
        effects->scanned_labels.all = true;
      }
    }
    if (node.labels != nullptr) AddLabelNames(*node.labels, &effects->tested_labels);
    for (const auto& [key, value] : node.properties.entries) {
      effects->read_properties.names.insert(key);
    }
    AddEntries(node.properties, effects);
  }
  for (const bound::RelationshipPattern& relationship : pattern.relationships) {
    std::vector<std::string> names;
    if (relationship.types != nullptr && AsDisjunctionOfNames(*relationship.types, &names)) {
      effects->expanded_types.names.insert(names.begin(), names.end());
    } else {
      effects->expanded_types.all = true;
    }
    for (const auto& [key, value] : relationship.properties.entries) {
      effects->read_properties.names.insert(key);
    }
    AddEntries(relationship.properties, effects);
    AddExpressionEffects(relationship.element_predicate.get(), effects);
  }
}

void AddPatternWrites(const bound::Pattern& pattern, Effects* effects) {
  for (const bound::NodePattern& node : pattern.nodes) {
    if (node.bound) continue;
    effects->creates_nodes = true;
    if (node.labels != nullptr) AddLabelNames(*node.labels, &effects->created_labels);
    AddEntries(node.properties, effects);
  }
  for (const bound::RelationshipPattern& relationship : pattern.relationships) {
    if (relationship.bound) continue;
    if (relationship.types != nullptr) {
      AddLabelNames(*relationship.types, &effects->created_types);
    } else {
      effects->created_types.all = true;
    }
    AddEntries(relationship.properties, effects);
  }
}

void AddSetItem(const bound::SetItem& item, Effects* effects) {
  AddExpressionEffects(item.target.get(), effects);
  AddExpressionEffects(item.key_value.get(), effects);
  AddExpressionEffects(item.value.get(), effects);
  switch (item.kind) {
    case bound::SetKind::kProperty:
    case bound::SetKind::kRemoveProperty: effects->set_properties.names.insert(item.key); return;
    case bound::SetKind::kAddLabels:
    case bound::SetKind::kRemoveLabels:
      effects->changed_labels.names.insert(item.labels.begin(), item.labels.end());
      return;
    default: effects->set_properties.all = true;
  }
}

void AddProject(const bound::Project& project, Effects* effects) {
  for (const auto& key : project.group_keys) AddExpressionEffects(key.expression.get(), effects);
  for (const auto& aggregate : project.aggregates) {
    for (const auto& argument : aggregate.arguments) AddExpressionEffects(argument.get(), effects);
  }
  for (const auto& item : project.items) AddExpressionEffects(item.expression.get(), effects);
  for (const auto& key : project.order_by) AddExpressionEffects(key.expression.get(), effects);
  for (const auto& conjunct : project.conjuncts) AddExpressionEffects(conjunct.get(), effects);
}

void AddEverything(bool writes, Effects* effects) {
  effects->scanned_labels.all = true;
  effects->tested_labels.all = true;
  effects->read_properties.all = true;
  effects->expanded_types.all = true;
  if (!writes) return;
  effects->creates_nodes = true;
  effects->created_labels.all = true;
  effects->created_types.all = true;
  effects->set_properties.all = true;
  effects->changed_labels.all = true;
  effects->deletes = true;
}

/// Which label and property an index covers is the catalog's to say, so it may be any.
void AddSearch(const bound::VectorSearch& search, Effects* effects) {
  AddEverything(/*writes=*/false, effects);
  AddExpressionEffects(search.vector.get(), effects);
  for (const auto& conjunct : search.found_conjuncts) {
    AddExpressionEffects(conjunct.get(), effects);
  }
}

void AddCall(const bound::CallProcedure& call, Effects* effects) {
  for (const auto& argument : call.arguments) AddExpressionEffects(argument.get(), effects);
  for (const auto& conjunct : call.conjuncts) AddExpressionEffects(conjunct.get(), effects);
  const ProcedureMode mode = call.procedure->signature().mode;
  if (mode != ProcedureMode::kNoGraph) AddEverything(mode != ProcedureMode::kRead, effects);
}

}  // namespace

bool NameSet::Meets(const NameSet& other) const {
  if (IsEmpty() || other.IsEmpty()) return false;
  if (all || other.all) return true;
  return std::any_of(names.begin(), names.end(),
                     [&other](const std::string& name) { return other.names.contains(name); });
}

void NameSet::Add(const NameSet& other) {
  all = all || other.all;
  names.insert(other.names.begin(), other.names.end());
}

bool Effects::ReadsAny() const {
  return !scanned_labels.IsEmpty() || !tested_labels.IsEmpty() || !read_properties.IsEmpty() ||
         !expanded_types.IsEmpty();
}

bool Effects::WritesAny() const {
  return creates_nodes || !created_types.IsEmpty() || !set_properties.IsEmpty() ||
         !changed_labels.IsEmpty() || deletes;
}

void Effects::Add(const Effects& other) {
  scanned_labels.Add(other.scanned_labels);
  tested_labels.Add(other.tested_labels);
  read_properties.Add(other.read_properties);
  expanded_types.Add(other.expanded_types);
  creates_nodes = creates_nodes || other.creates_nodes;
  created_labels.Add(other.created_labels);
  created_types.Add(other.created_types);
  set_properties.Add(other.set_properties);
  changed_labels.Add(other.changed_labels);
  deletes = deletes || other.deletes;
  is_volatile = is_volatile || other.is_volatile;
}

std::string Effects::ConflictWith(const Effects& writer) const {
  if (writer.deletes && ReadsAny()) return "deletes what is read";
  if (writer.creates_nodes && (scanned_labels.all || scanned_labels.Meets(writer.created_labels))) {
    return "creates nodes that a scan could find";
  }
  if (expanded_types.Meets(writer.created_types)) return "creates relationships that are expanded";
  if (read_properties.Meets(writer.set_properties)) return "sets properties that are read";
  if (scanned_labels.Meets(writer.changed_labels) || tested_labels.Meets(writer.changed_labels)) {
    return "changes labels that are read";
  }
  return "";
}

void AddExpressionEffects(const Expression* expression, Effects* effects) {
  if (expression == nullptr) return;
  switch (expression->kind) {
    case bound::ExpressionKind::kProperty:
      effects->read_properties.names.insert(bound::As<bound::Property>(*expression).key);
      break;
    case bound::ExpressionKind::kSubscript:
    case bound::ExpressionKind::kMapProjection: effects->read_properties.all = true; break;
    case bound::ExpressionKind::kLabelTest:
      AddLabelNames(*bound::As<bound::LabelTest>(*expression).labels, &effects->tested_labels);
      break;
    case bound::ExpressionKind::kFunction: {
      const FunctionSignature& signature =
          bound::As<bound::Function>(*expression).function->signature;
      if (signature.reads_graph) {
        effects->read_properties.all = true;
        effects->tested_labels.all = true;
      }
      if (!signature.deterministic) effects->is_volatile = true;
      break;
    }
    case bound::ExpressionKind::kSubquery:
      effects->Add(EffectsOf(*bound::As<bound::Subquery>(*expression).query));
      return;
    default: break;
  }
  ForEachChild(*expression,
               [effects](const Expression& child) { AddExpressionEffects(&child, effects); });
}

bool IsVolatile(const Expression& expression) {
  Effects effects;
  AddExpressionEffects(&expression, &effects);
  return effects.is_volatile;
}

Effects EffectsOfMatching(const bound::Match& match) {
  Effects effects;
  AddPatternReads(match.pattern, &effects);
  for (const auto& conjunct : match.conjuncts) AddExpressionEffects(conjunct.get(), &effects);
  return effects;
}

Effects EffectsOf(const bound::Clause& clause) {
  Effects effects;
  switch (clause.kind) {
    case bound::ClauseKind::kMatch: {
      const auto& match = bound::As<bound::Match>(clause);
      effects = EffectsOfMatching(match);
      if (match.search) AddSearch(*match.search, &effects);
      break;
    }
    case bound::ClauseKind::kUnwind:
      AddExpressionEffects(bound::As<bound::Unwind>(clause).list.get(), &effects);
      break;
    case bound::ClauseKind::kProject:
      AddProject(bound::As<bound::Project>(clause), &effects);
      break;
    case bound::ClauseKind::kCreate:
      AddPatternWrites(bound::As<bound::Create>(clause).pattern, &effects);
      break;
    case bound::ClauseKind::kMerge: {
      const auto& merge = bound::As<bound::Merge>(clause);
      AddPatternReads(merge.pattern, &effects);
      AddPatternWrites(merge.pattern, &effects);
      for (const auto& item : merge.on_create) AddSetItem(item, &effects);
      for (const auto& item : merge.on_match) AddSetItem(item, &effects);
      break;
    }
    case bound::ClauseKind::kSet:
      for (const auto& item : bound::As<bound::Set>(clause).items) AddSetItem(item, &effects);
      break;
    case bound::ClauseKind::kDelete:
      for (const auto& expression : bound::As<bound::Delete>(clause).expressions) {
        AddExpressionEffects(expression.get(), &effects);
      }
      effects.deletes = true;
      break;
    case bound::ClauseKind::kForeach:
      AddExpressionEffects(bound::As<bound::Foreach>(clause).list.get(), &effects);
      for (const auto& inner : bound::As<bound::Foreach>(clause).clauses) {
        effects.Add(EffectsOf(*inner));
      }
      break;
    case bound::ClauseKind::kCallProcedure:
      AddCall(bound::As<bound::CallProcedure>(clause), &effects);
      break;
    case bound::ClauseKind::kCallSubquery:
      effects = EffectsOf(*bound::As<bound::CallSubquery>(clause).query);
      break;
  }
  return effects;
}

Effects EffectsOf(const bound::Query& query) {
  Effects effects;
  for (const bound::SingleQuery& part : query.parts) {
    for (const bound::ClausePtr& clause : part.clauses) effects.Add(EffectsOf(*clause));
  }
  return effects;
}

}  // namespace kith::query::plan
