// SPDX-License-Identifier: Apache-2.0
// See router.h. Cue words are function words and words of comparison: none names a relation or a
// subject, so they hold for any collection.
#include "rag/route/router.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Direction;

/// Hops between two entities that are still of interest, as in the facts of the field.
constexpr int kMaxHops = 4;
/// A frontier that grows past this is no neighbourhood any more.
constexpr size_t kMaxFrontier = 4096;
/// An entity that more chunks mention does not lead anywhere in particular.
constexpr uint32_t kSelectiveMentions = 50;

constexpr std::string_view kFactualStatement =
    "MATCH (e:Entity)<-[a:ABOUT]-(x) WHERE e.key IN $entities AND a.kind <> 'link'\n"
    "RETURN null AS seed, id(e) AS entity, 'about' AS hop, id(x) AS target\n"
    "UNION ALL\n"
    "MATCH (e:Entity)<-[:MENTIONS]-(x:Chunk) WHERE e.key IN $entities\n"
    "RETURN null AS seed, id(e) AS entity, 'mentioned-by' AS hop, id(x) AS target\n"
    "UNION ALL\n"
    "MATCH (s:Chunk)-[:MENTIONS]->(e:Entity)<-[a:ABOUT]-(x) WHERE id(s) IN $seeds AND a.kind <> "
    "'link'\n"
    "RETURN id(s) AS seed, id(e) AS entity, 'about' AS hop, id(x) AS target\n"
    "UNION ALL\n"
    "MATCH (s:Chunk)-[:LINKS_TO]->(x:Document) WHERE id(s) IN $seeds\n"
    "RETURN id(s) AS seed, null AS entity, 'links' AS hop, id(x) AS target";

constexpr std::string_view kAnalyticalStatement =
    "MATCH (s:Chunk)-[:MENTIONS]->(e:Entity)<-[a:ABOUT]-(x) WHERE id(s) IN $seeds AND a.kind <> "
    "'link'\n"
    "RETURN id(s) AS seed, id(e) AS entity, 'about' AS hop, id(x) AS target\n"
    "UNION ALL\n"
    "MATCH (s:Chunk)-[:LINKS_TO]->(x:Document) WHERE id(s) IN $seeds\n"
    "RETURN id(s) AS seed, null AS entity, 'links' AS hop, id(x) AS target\n"
    "UNION ALL\n"
    "MATCH (e:Entity)<-[:MENTIONS]-(x:Chunk) WHERE id(e) IN $names\n"
    "RETURN null AS seed, id(e) AS entity, 'mentioned-by' AS hop, id(x) AS target";

constexpr std::array kCompareWords = std::to_array<std::string_view>(
    {"compare", "compared", "difference", "differences", "differ",  "same",   "both",
     "between", "more",     "less",       "older",       "younger", "larger", "smaller",
     "earlier", "later",    "first",      "or",          "versus",  "than"});
constexpr std::array kGatherWords = std::to_array<std::string_view>(
    {"overall", "themes", "theme", "summarize", "summarise", "summary", "trends", "list", "all",
     "every", "each", "most", "main", "why", "how did", "relationship", "connected"});
/// Words that open a clause about something that is named elsewhere.
constexpr std::array kClauseWords =
    std::to_array<std::string_view>({"whose", "who", "which", "that", "where", "when", "during"});
constexpr std::array kBeWords = std::to_array<std::string_view>({"is", "are", "was", "were"});
constexpr std::array kChineseCompare = std::to_array<std::string_view>(
    {"比较", "相比", "区别", "不同", "相同", "还是", "哪个更", "之间", "都"});
constexpr std::array kChineseGather = std::to_array<std::string_view>(
    {"哪些", "总结", "概括", "主要", "为什么", "关系", "所有", "一共"});

template <typename Words>
std::optional<std::string_view> FirstOf(const std::vector<std::string>& words,
                                        const Words& wanted) {
  for (const std::string_view word : wanted) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  }
  return std::nullopt;
}

template <typename Words>
std::optional<std::string_view> FirstIn(std::string_view text, const Words& wanted) {
  for (const std::string_view word : wanted) {
    if (text.find(word) != std::string_view::npos) return word;
  }
  return std::nullopt;
}

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  for (const NameWord& word : CutNameWords(text)) {
    words.push_back(NameKey(text.substr(word.begin, word.end - word.begin)));
  }
  return words;
}

/// A genitive after something other than a name ("the father of X's founder") is a step of its own;
/// so is each one but the first.
int ChineseSteps(const Question& question) {
  constexpr std::string_view kGenitive = "的";
  constexpr std::string_view kWho = "谁";
  int steps = 0;
  size_t genitives = 0;
  for (size_t at = question.text.find(kGenitive); at != std::string::npos;
       at = question.text.find(kGenitive, at + kGenitive.size())) {
    const std::string_view after = std::string_view(question.text).substr(at + kGenitive.size());
    // At the end of a sentence it is no genitive ("was designed by whom").
    if (CutNameWords(after).empty()) continue;
    ++genitives;
    const bool after_name =
        std::any_of(question.entities.begin(), question.entities.end(), [&](const auto& entity) {
          return at >= entity.end && at <= entity.end + kGenitive.size();
        });
    // "Who paid for X's maker" asks about the maker, "who is X's maker" for the maker.
    const size_t who = question.text.find(kWho);
    const bool is_object =
        who < at && !std::string_view(question.text).substr(who + kWho.size()).starts_with("是");
    if (genitives > 1 || !after_name || is_object) ++steps;
  }
  return steps;
}

/// "Where was the maker of X born": what stands behind the name is asked of the maker.
bool AsksBehindName(const Question& question) {
  const std::vector<std::string> words = WordsOf(question.text);
  if (words.empty() || (words.front() != "where" && words.front() != "when")) return false;
  return std::any_of(question.entities.begin(), question.entities.end(), [&](const auto& entity) {
    const std::vector<std::string> before = WordsOf(question.text.substr(0, entity.begin));
    // "of X", "of the X", "of film X"
    const auto near = before.end() - std::min<ptrdiff_t>(2, std::ssize(before));
    return std::find(near, before.end(), "of") != before.end() &&
           !WordsOf(question.text.substr(entity.end)).empty();
  });
}

/// Nodes one step further on, over every relationship of the document graph.
Result<std::vector<NodeId>> Step(const std::vector<NodeId>& from, storage::ReadView* view,
                                 const GraphNames& names) {
  const RelTypeId types[] = {names.about, names.mentions, names.has_chunk, names.links_to};
  storage::ExpandOptions options;
  options.types = types;
  options.direction = Direction::kBoth;
  options.relationships = false;
  Adjacency adjacency;
  KITH_RETURN_IF_ERROR(view->Expand(from, options, &adjacency));
  std::vector<NodeId> next = std::move(adjacency.neighbours);
  next.insert(next.end(), from.begin(), from.end());
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  return next;
}

bool Meet(const std::vector<NodeId>& a, const std::vector<NodeId>& b) {
  std::vector<NodeId> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return !both.empty();
}

/// Relationships between the two entities; 0 when further than kMaxHops apart.
Result<int> HopsBetween(NodeId a, NodeId b, storage::ReadView* view, const GraphNames& names) {
  std::vector<NodeId> left = {a};
  std::vector<NodeId> right = {b};
  for (int hops = 1; hops <= kMaxHops; ++hops) {
    std::vector<NodeId>& smaller = left.size() <= right.size() ? left : right;
    if (smaller.size() > kMaxFrontier) return 0;
    KITH_ASSIGN_OR_RETURN(smaller, Step(smaller, view, names));
    if (Meet(left, right)) return hops;
  }
  return 0;
}

struct Verdict {
  double analytical = 0;
  std::vector<std::string> reasons;

  void Add(double weight, std::string reason) {
    analytical += weight;
    reasons.push_back(std::move(reason));
  }
};

Status WeighEntities(const Question& question, storage::ReadView* view, const GraphNames& names,
                     Verdict* verdict) {
  if (question.entities.empty()) {
    verdict->Add(0.5, "The question names no entity of the graph, so there is no anchor to match.");
    return Status::Ok();
  }
  const auto selective =
      std::min_element(question.entities.begin(), question.entities.end(),
                       [](const auto& a, const auto& b) { return a.mentioned < b.mentioned; });
  const bool is_selective =
      selective->mentioned <= kSelectiveMentions && selective->introduced <= 3;
  verdict->Add(
      is_selective ? -0.5 : 0.25,
      fmt::format("It names \"{}\", mentioned by {} passage{}: {} anchor.", selective->name,
                  selective->mentioned, selective->mentioned == 1 ? "" : "s",
                  is_selective ? "a selective" : "not a selective"));
  if (question.entities.size() < 2) return Status::Ok();
  const LinkedEntity& first = question.entities.front();
  const LinkedEntity& last = question.entities.back();
  KITH_ASSIGN_OR_RETURN(const int hops, HopsBetween(first.node, last.node, view, names));
  if (hops == 0) {
    verdict->Add(0.5, fmt::format("\"{}\" and \"{}\" are more than {} relationships apart.",
                                  first.name, last.name, kMaxHops));
  } else {
    verdict->Add(hops > 2 ? 0.25 : 0,
                 fmt::format("\"{}\" and \"{}\" are {} relationship{} apart.", first.name,
                             last.name, hops, hops == 1 ? "" : "s"));
  }
  return Status::Ok();
}

std::optional<std::string_view> CompareWord(const Question& question) {
  // One named thing cannot be compared with itself.
  if (question.entities.size() < 2) return std::nullopt;
  const auto word = FirstOf(WordsOf(question.rest), kCompareWords);
  return word ? word : FirstIn(question.rest, kChineseCompare);
}

std::optional<std::string_view> GatherWord(const Question& question) {
  const auto word = FirstOf(WordsOf(question.rest), kGatherWords);
  return word ? word : FirstIn(question.rest, kChineseGather);
}

void WeighWording(const Question& question, Verdict* verdict) {
  const int steps = CountedSteps(question);
  if (steps > 1) {
    verdict->Add(1.0,
                 fmt::format("The wording goes through {} relations one after another.", steps));
  } else {
    verdict->Add(-0.25, "The wording asks for one relation.");
  }
  if (const auto compare = CompareWord(question)) {
    verdict->Add(0.75, fmt::format("\"{}\" compares what it names.", *compare));
  }
  if (const auto gather = GatherWord(question)) {
    verdict->Add(0.75, fmt::format("\"{}\" asks to gather from many places.", *gather));
  }
}

void WeighText(std::span<const index::TextHit> hits, Verdict* verdict) {
  if (hits.size() < 2 || hits[0].score <= 0) return;
  const double margin = 1 - hits[1].score / hits[0].score;
  if (margin > 0.25) {
    verdict->Add(
        -0.25, fmt::format("The best passage by text leads the second by {:.0f}%.", margin * 100));
  }
}

}  // namespace

const char* RouteName(RouteKind route) {
  return route == RouteKind::kFactual ? "factual" : "analytical";
}

std::string_view RouteStatement(RouteKind route) {
  return route == RouteKind::kFactual ? kFactualStatement : kAnalyticalStatement;
}

int CountedSteps(const Question& question) {
  // Words inside names do not count: they are out of `rest`.
  const std::vector<std::string> words = WordsOf(question.rest);
  const auto is_one_of = [](const auto& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  const std::vector<NameWord> stretches = CutNameWords(question.rest);
  const auto is_capital = [&](size_t i) {
    const char first = question.rest[stretches[i].begin];
    return first >= 'A' && first <= 'Z';
  };
  // "the Handbook of Fords" is one name, known or not; so is "the Order of the Lantern".
  const auto is_in_name = [&](size_t i) {
    const size_t next = i + 1 < words.size() && words[i + 1] == "the" ? i + 2 : i + 1;
    return next < words.size() && is_capital(i - 1) && is_capital(next);
  };
  // "What is the height of X" asks for one relation, "when did the maker of X die" for two.
  bool of_is_free = words.size() > 1 && is_one_of(kBeWords, words[1]);
  of_is_free = of_is_free || (words.size() > 2 && is_one_of(kBeWords, words[2]));
  of_is_free = of_is_free && !AsksBehindName(question);
  int steps = 1;
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "of" && is_in_name(i)) continue;
    if (words[i] == "of") {
      steps += of_is_free ? 0 : 1;
      of_is_free = false;
    } else if (is_one_of(kClauseWords, words[i]) && i > 1) {
      ++steps;  // "in which town ..." at the beginning is the question itself
    }
  }
  return steps + ChineseSteps(question);
}

bool AsksOneRelation(const Question& question) {
  return CountedSteps(question) == 1 && !CompareWord(question) && !GatherWord(question);
}

Result<Route> ChooseRoute(const Question& question, std::span<const index::TextHit> hits,
                          std::string_view override_route, storage::ReadView* view,
                          const GraphNames& names) {
  Route route;
  for (const LinkedEntity& entity : question.entities) route.entities.push_back(entity.key);
  if (override_route == "factual" || override_route == "text" || override_route == "dense") {
    route.reasons.push_back(fmt::format("The caller asked for the route '{}'.", override_route));
  } else if (override_route == "analytical") {
    route.kind = RouteKind::kAnalytical;
    route.reasons.emplace_back("The caller asked for the route 'analytical'.");
  } else if (!override_route.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("there is no route '{}'; routes are 'factual', 'analytical', 'text' "
                              "and 'dense', or leave it out",
                              override_route));
  } else {
    Verdict verdict;
    KITH_RETURN_IF_ERROR(WeighEntities(question, view, names, &verdict));
    WeighWording(question, &verdict);
    WeighText(hits, &verdict);
    route.kind = verdict.analytical > 0 ? RouteKind::kAnalytical : RouteKind::kFactual;
    route.reasons = std::move(verdict.reasons);
  }
  route.statement = RouteStatement(route.kind);
  return route;
}

}  // namespace kith::rag
