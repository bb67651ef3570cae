// SPDX-License-Identifier: Apache-2.0
// Evaluating text queries.
//
// A query of plain words (the usual one) runs MaxScore over its lists. Anything with required,
// excluded or grouped parts is evaluated by merging lists. Postings know no word order, so a phrase
// is evaluated as "all its words", which can only find more and score higher; then candidates are
// checked on their texts, best first, until no other can get among the hits.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "index/text/document_matcher.h"
#include "index/text/max_score.h"
#include "index/text/posting_cache.h"
#include "index/text/posting_keys.h"
#include "index/text/text_index.h"
#include "index/text/text_query.h"

namespace kith::index {
namespace {

using Node = TextQueryNode;
using storage::Column;
using storage::ReadView;

// Candidates whose texts are fetched together when phrases are checked.
constexpr size_t kCheckedTogether = 32;

// Entities ascending, with their scores.
struct Scored {
  std::vector<uint64_t> entities;
  std::vector<double> scores;

  void Add(uint64_t entity, double score) {
    entities.push_back(entity);
    scores.push_back(score);
  }
  size_t size() const { return entities.size(); }
  const double* Find(uint64_t entity) const {
    const auto found = std::lower_bound(entities.begin(), entities.end(), entity);
    if (found == entities.end() || *found != entity) return nullptr;
    return &scores[static_cast<size_t>(found - entities.begin())];
  }
};

Scored Union(const Scored& a, const Scored& b) {
  Scored both;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && a.entities[i] < b.entities[j])) {
      both.Add(a.entities[i], a.scores[i]);
      ++i;
    } else if (i == a.size() || b.entities[j] < a.entities[i]) {
      both.Add(b.entities[j], b.scores[j]);
      ++j;
    } else {
      both.Add(a.entities[i], a.scores[i] + b.scores[j]);
      ++i;
      ++j;
    }
  }
  return both;
}

// Those of `a` that are in `b` too (wanted) or are not (not wanted); scores add up.
Scored Keep(const Scored& a, const Scored& b, bool wanted) {
  Scored kept;
  size_t j = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    while (j < b.size() && b.entities[j] < a.entities[i]) ++j;
    const bool in_both = j < b.size() && b.entities[j] == a.entities[i];
    if (in_both == wanted) kept.Add(a.entities[i], a.scores[i] + (wanted ? b.scores[j] : 0.0));
  }
  return kept;
}

void AddWhereFound(const Scored& found, Scored* into) {
  for (size_t i = 0; i < into->size(); ++i) {
    if (const double* score = found.Find(into->entities[i])) into->scores[i] += *score;
  }
}

// One query over one view.
class QueryRun {
 public:
  QueryRun(ReadView* view, const IndexDefinition& index, PostingCache* cache,
           const TextSearchOptions& options)
      : view_(view), index_(index), cache_(cache), options_(options) {}

  Result<std::vector<TextHit>> Run(const Node& query);

 private:
  using ListPointer = std::shared_ptr<const PostingList>;

  Result<ListPointer> ListOf(const Node& node, size_t word);
  Result<std::vector<TextHit>> RunWords(const Node& query);
  Result<Scored> Evaluate(const Node& node);
  Result<Scored> EvaluatePhrase(const Node& node);
  Result<Scored> EvaluateGroup(const Node& group);
  Result<std::vector<TextHit>> RunChecked(const Node& query, const Scored& candidates);
  Status CheckSome(const Node& query, std::span<const TextHit> candidates, TopHits* hits);
  Result<std::vector<storage::PropertyList>> Texts(std::span<const TextHit> candidates);
  std::optional<double> ExactScore(const Node& node, uint64_t entity,
                                   const AnalyzedDocument& document) const;
  std::optional<double> ExactGroupScore(const Node& group, uint64_t entity,
                                        const AnalyzedDocument& document) const;

  ReadView* view_;
  const IndexDefinition& index_;
  PostingCache* cache_;
  const TextSearchOptions& options_;
  TextStatistics statistics_;
  std::map<const Node*, Scored> leaves_;  ///< What each word, prefix and phrase found.
};

bool HasPhraseNode(const Node& node) {
  return node.kind == Node::Kind::kPhrase ||
         std::any_of(node.parts.begin(), node.parts.end(), HasPhraseNode);
}

// The usual query: words and prefixes of which any may match.
bool IsWords(const Node& query) {
  return std::all_of(query.parts.begin(), query.parts.end(), [](const Node& part) {
    const bool leaf = part.kind == Node::Kind::kWord || part.kind == Node::Kind::kPrefix;
    return leaf && part.occurrence == Occurrence::kShould;
  });
}

ptrdiff_t CountOf(const Node& group, Occurrence occurrence) {
  return std::count_if(group.parts.begin(), group.parts.end(),
                       [&](const Node& part) { return part.occurrence == occurrence; });
}

// The postings in some of the wanted properties.
std::shared_ptr<const PostingList> WithProperties(const PostingList& list, uint32_t wanted) {
  auto kept = std::make_shared<PostingList>();
  for (size_t i = 0; i < list.size(); ++i) {
    if ((list.properties[i] & wanted) == 0) continue;
    kept->entities.push_back(list.entities[i]);
    kept->scores.push_back(list.scores[i]);
    kept->properties.push_back(list.properties[i]);
    kept->max_score = std::max(kept->max_score, list.scores[i]);
  }
  return kept;
}

Result<QueryRun::ListPointer> QueryRun::ListOf(const Node& node, size_t word) {
  PostingRequest request;
  request.terms = node.words[word].terms;
  request.form = node.words[word].form;
  request.has_prefix = node.kind == Node::Kind::kPrefix;
  request.prefix = node.prefix;
  KITH_ASSIGN_OR_RETURN(ListPointer list, cache_->Get(&view_->keys(), index_, statistics_, request,
                                                      options_.interrupt));
  const size_t count = index_.properties.size();
  const uint32_t all = count >= kMaxTextProperties ? UINT32_MAX : (uint32_t{1} << count) - 1;
  if (count == 1 || (node.properties & all) == all) return list;
  return WithProperties(*list, node.properties);
}

Result<std::vector<TextHit>> QueryRun::Run(const Node& query) {
  KITH_ASSIGN_OR_RETURN(statistics_, ReadTextStatistics(&view_->keys(), index_.id));
  if (options_.limit == 0 || query.parts.empty()) return std::vector<TextHit>();
  if (IsWords(query)) return RunWords(query);
  KITH_ASSIGN_OR_RETURN(const Scored candidates, Evaluate(query));
  if (HasPhraseNode(query)) return RunChecked(query, candidates);
  TopHits hits(options_.limit);
  for (size_t i = 0; i < candidates.size(); ++i) {
    const TextHit hit{candidates.entities[i], candidates.scores[i]};
    if (hits.WouldTake(hit) && (!options_.accept || options_.accept(hit.entity))) hits.Add(hit);
  }
  return hits.Take();
}

Result<std::vector<TextHit>> QueryRun::RunWords(const Node& query) {
  std::vector<ListPointer> lists;
  std::vector<WeightedList> weighted;
  for (const Node& part : query.parts) {
    KITH_ASSIGN_OR_RETURN(ListPointer list, ListOf(part, 0));
    weighted.push_back({list.get(), part.boost * query.boost});
    lists.push_back(std::move(list));
  }
  return SumTopHits(weighted, options_);
}

Result<Scored> QueryRun::Evaluate(const Node& node) {
  if (node.kind == Node::Kind::kGroup) return EvaluateGroup(node);
  Scored scored;
  if (node.kind == Node::Kind::kPhrase) {
    KITH_ASSIGN_OR_RETURN(scored, EvaluatePhrase(node));
  } else {
    KITH_ASSIGN_OR_RETURN(const ListPointer list, ListOf(node, 0));
    scored.entities = list->entities;
    scored.scores.assign(list->scores.begin(), list->scores.end());
  }
  for (double& score : scored.scores) score *= node.boost;
  leaves_[&node] = scored;
  return scored;
}

// All of its words, in any order.
Result<Scored> QueryRun::EvaluatePhrase(const Node& node) {
  Scored all;
  for (size_t i = 0; i < node.words.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(const ListPointer list, ListOf(node, i));
    Scored word;
    word.entities = list->entities;
    word.scores.assign(list->scores.begin(), list->scores.end());
    all = i == 0 ? std::move(word) : Keep(all, word, /*wanted=*/true);
  }
  return all;
}

Result<Scored> QueryRun::EvaluateGroup(const Node& group) {
  const bool has_must = CountOf(group, Occurrence::kMust) > 0;
  Scored result;
  bool first = true;
  for (const Node& part : group.parts) {
    if (part.occurrence != Occurrence::kMust) continue;
    KITH_ASSIGN_OR_RETURN(Scored found, Evaluate(part));
    result = first ? std::move(found) : Keep(result, found, /*wanted=*/true);
    first = false;
  }
  for (const Node& part : group.parts) {
    if (part.occurrence != Occurrence::kShould) continue;
    KITH_ASSIGN_OR_RETURN(const Scored found, Evaluate(part));
    if (has_must) {
      AddWhereFound(found, &result);
    } else {
      result = Union(result, found);
    }
  }
  for (const Node& part : group.parts) {
    if (part.occurrence != Occurrence::kMustNot) continue;
    KITH_ASSIGN_OR_RETURN(const Scored found, Evaluate(part));
    // What is only perhaps excluded stays a candidate.
    if (!HasPhraseNode(part)) result = Keep(result, found, /*wanted=*/false);
  }
  for (double& score : result.scores) score *= group.boost;
  return result;
}

std::optional<double> QueryRun::ExactScore(const Node& node, uint64_t entity,
                                           const AnalyzedDocument& document) const {
  if (node.kind == Node::Kind::kGroup) return ExactGroupScore(node, entity, document);
  const auto leaf = leaves_.find(&node);
  const double* score = leaf == leaves_.end() ? nullptr : leaf->second.Find(entity);
  if (score == nullptr) return std::nullopt;
  if (node.kind == Node::Kind::kPhrase && !HasPhrase(document, node)) return std::nullopt;
  return *score;
}

std::optional<double> QueryRun::ExactGroupScore(const Node& group, uint64_t entity,
                                                const AnalyzedDocument& document) const {
  double sum = 0;
  bool found = false;
  for (const Node& part : group.parts) {
    const std::optional<double> score = ExactScore(part, entity, document);
    const bool must = part.occurrence == Occurrence::kMust;
    const bool must_not = part.occurrence == Occurrence::kMustNot;
    if ((must && !score) || (must_not && score)) return std::nullopt;
    if (!score || must_not) continue;
    sum += *score;
    found = true;
  }
  if (!found) return std::nullopt;
  return sum * group.boost;
}

Result<std::vector<storage::PropertyList>> QueryRun::Texts(std::span<const TextHit> candidates) {
  std::vector<storage::PropertyList> lists;
  if (index_.entity == EntityKind::kNode) {
    std::vector<NodeId> nodes;
    for (const TextHit& hit : candidates) nodes.push_back(hit.node());
    KITH_RETURN_IF_ERROR(view_->Properties(nodes, &lists));
  } else {
    std::vector<RelId> relationships;
    for (const TextHit& hit : candidates) relationships.push_back(hit.relationship());
    KITH_RETURN_IF_ERROR(view_->Properties(relationships, &lists));
  }
  return lists;
}

Status QueryRun::CheckSome(const Node& query, std::span<const TextHit> candidates, TopHits* hits) {
  KITH_ASSIGN_OR_RETURN(const auto lists, Texts(candidates));
  for (size_t i = 0; i < candidates.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(const AnalyzedDocument document,
                          AnalyzeForMatching(index_, TextsOf(index_, lists[i])));
    const uint64_t entity = candidates[i].entity;
    const std::optional<double> score = ExactScore(query, entity, document);
    if (!score || !hits->WouldTake({entity, *score})) continue;
    if (!options_.accept || options_.accept(entity)) hits->Add({entity, *score});
  }
  return Status::Ok();
}

Result<std::vector<TextHit>> QueryRun::RunChecked(const Node& query, const Scored& candidates) {
  std::vector<TextHit> ordered;
  for (size_t i = 0; i < candidates.size(); ++i) {
    ordered.push_back({candidates.entities[i], candidates.scores[i]});
  }
  std::sort(ordered.begin(), ordered.end(), [](const TextHit& a, const TextHit& b) {
    return a.score != b.score ? a.score > b.score : a.entity < b.entity;
  });
  TopHits hits(options_.limit);
  for (size_t i = 0; i < ordered.size(); i += kCheckedTogether) {
    // Exact scores are at most the candidates'; rounding must not cut off an equal one.
    if (hits.full() && ordered[i].score < hits.threshold() * (1 - 1e-9)) break;
    if (options_.interrupt != nullptr) KITH_RETURN_IF_ERROR(options_.interrupt->Check());
    const size_t count = std::min(kCheckedTogether, ordered.size() - i);
    KITH_RETURN_IF_ERROR(
        CheckSome(query, std::span<const TextHit>(ordered).subspan(i, count), &hits));
  }
  return hits.Take();
}

Status CheckIsText(const IndexDefinition& index) {
  if (index.kind == IndexKind::kText) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                fmt::format("index '{}' on {} is no text index", index.name, index.Describe()));
}

}  // namespace

struct TextSearcher::State {
  explicit State(size_t cache_bytes) : cache(cache_bytes) {}
  PostingCache cache;
};

TextSearcher::TextSearcher(size_t cache_bytes) : state_(std::make_unique<State>(cache_bytes)) {}
TextSearcher::~TextSearcher() = default;

Result<std::vector<TextHit>> TextSearcher::Search(ReadView* view, const IndexDefinition& index,
                                                  std::string_view query,
                                                  const TextSearchOptions& options) {
  KITH_RETURN_IF_ERROR(CheckIsText(index));
  KITH_ASSIGN_OR_RETURN(const Node parsed, ParseTextQuery(index, query));
  return QueryRun(view, index, &state_->cache, options).Run(parsed);
}

Result<std::vector<TextHit>> TextSearcher::SearchWords(ReadView* view, const IndexDefinition& index,
                                                       std::string_view text,
                                                       const TextSearchOptions& options) {
  KITH_RETURN_IF_ERROR(CheckIsText(index));
  KITH_ASSIGN_OR_RETURN(const Node parsed, WordsQuery(index, text));
  return QueryRun(view, index, &state_->cache, options).Run(parsed);
}

Result<uint64_t> TextSearcher::DocumentFrequency(ReadView* view, const IndexDefinition& index,
                                                 std::string_view word) {
  KITH_RETURN_IF_ERROR(CheckIsText(index));
  KITH_ASSIGN_OR_RETURN(const Node parsed, WordsQuery(index, word));
  if (parsed.parts.empty()) return uint64_t{0};
  KITH_ASSIGN_OR_RETURN(const TextStatistics statistics,
                        ReadTextStatistics(&view->keys(), index.id));
  const QueryWord& first = parsed.parts[0].words[0];
  const PostingRequest request{first.terms, first.form, false, {}};
  KITH_ASSIGN_OR_RETURN(const auto list,
                        state_->cache.Get(&view->keys(), index, statistics, request, nullptr));
  return uint64_t{list->size()};
}

Result<TextIndexSize> TextSearcher::Size(ReadView* view, const IndexDefinition& index) {
  KITH_RETURN_IF_ERROR(CheckIsText(index));
  KITH_ASSIGN_OR_RETURN(const TextStatistics statistics,
                        ReadTextStatistics(&view->keys(), index.id));
  TextIndexSize size;
  size.documents = static_cast<uint64_t>(std::max<int64_t>(statistics.documents, 0));
  size.average_length = statistics.average_length_eighths / 8;
  return size;
}

}  // namespace kith::index
