// SPDX-License-Identifier: Apache-2.0
// Text search over a real store, against a plain BM25.
#include "index/text/text_index.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "index/text/analyzer.h"
#include "tests/base/random_value.h"
#include "tests/index/indexed_graph.h"

namespace kith::index {
namespace {

using test::IndexedGraph;
using test::RandomValues;

// Texts by node, with the plainest possible BM25 over them.
class Reference {
 public:
  void Set(NodeId node, const std::string& text) { documents_[node] = Terms(text); }
  void Erase(NodeId node) { documents_.erase(node); }
  const auto& documents() const { return documents_; }

  /// Stem and word of each token. The words of these tests are in lower case.
  using Words = std::vector<std::pair<std::string, std::string>>;
  static Words Terms(const std::string& text) {
    const auto analyzer = Analyzer::Make("english", false);
    AnalyzedText analyzed;
    analyzer->Analyze(text, &analyzed);
    Words terms;
    for (const Token& token : analyzed.tokens) {
      terms.emplace_back(analyzed.Term(token), text.substr(token.begin, token.end - token.begin));
    }
    return terms;
  }

  std::vector<std::pair<NodeId, double>> Search(const std::string& query, size_t limit) const {
    std::map<NodeId, double> scores;
    for (const auto& [stem, word] : Terms(query)) {
      AddScores([&stem = stem](const auto& pair) { return pair.first == stem; }, &scores);
      AddScores([&word = word](const auto& pair) { return pair.second == word; }, &scores);
    }
    std::vector<std::pair<NodeId, double>> hits(scores.begin(), scores.end());
    std::sort(hits.begin(), hits.end(), [](const auto& x, const auto& y) {
      return x.second != y.second ? x.second > y.second : x.first < y.first;
    });
    if (hits.size() > limit) hits.resize(limit);
    return hits;
  }

 private:
  // Half of BM25 for the words of which `is` is true.
  template <typename Is>
  void AddScores(const Is& is, std::map<NodeId, double>* scores) const {
    const auto count = static_cast<double>(documents_.size());
    double length = 0;
    double found = 0;
    for (const auto& [node, words] : documents_) {
      length += static_cast<double>(words.size());
      found += std::any_of(words.begin(), words.end(), is) ? 1 : 0;
    }
    const double idf = std::log(1 + (count - found + 0.5) / (found + 0.5));
    for (const auto& [node, words] : documents_) {
      const auto tf = static_cast<double>(std::count_if(words.begin(), words.end(), is));
      if (tf == 0) continue;
      const double norm =
          0.9 * (1 - 0.4 + 0.4 * static_cast<double>(words.size()) / (length / count));
      (*scores)[node] += 0.5 * idf * tf * 1.9 / (tf + norm);
    }
  }

  std::map<NodeId, Words> documents_;
};

std::string RandomText(RandomValues* random, int64_t longest) {
  static const char* const kWords[] = {"graph", "database", "the",  "of",   "running", "cats",
                                       "query", "graphs",   "word", "runs", "rare",    "x1"};
  std::string text;
  for (int64_t i = random->Between(1, longest); i > 0; --i) {
    // Low numbers are the frequent ones.
    text += kWords[std::min(random->Below(12), random->Below(12))];
    text += ' ';
  }
  return text;
}

std::vector<TextHit> Find(IndexedGraph& graph, const std::string& query, size_t limit = 100) {
  const auto reading = graph.Read();
  TextSearchOptions options;
  options.limit = limit;
  const auto hits =
      graph.indexes->text().Search(&reading->view(), *graph.Find("texts"), query, options);
  INFO(query << ": " << hits.status().ToString());
  REQUIRE(hits.ok());
  return *hits;
}

std::set<NodeId> Nodes(const std::vector<TextHit>& hits) {
  std::set<NodeId> nodes;
  for (const TextHit& hit : hits) nodes.insert(hit.node());
  return nodes;
}

TEST_CASE("scores are BM25's, through updates and deletes", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"Doc"}, {"text"});
  Reference reference;
  std::vector<NodeId> nodes;
  for (int round = 0; round < 25; ++round) {
    const auto writing = graph.Write();
    for (int i = 0; i < 12; ++i) {
      const std::string text = RandomText(&random, 30);
      const size_t chosen =
          nodes.empty() ? 0 : static_cast<size_t>(random.Below(static_cast<int64_t>(nodes.size())));
      const int64_t action = nodes.size() < 10 ? 3 : random.Below(6);
      if (action == 0) {
        REQUIRE(writing->DeleteNode(nodes[chosen]).ok());
        reference.Erase(nodes[chosen]);
        nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(chosen));
      } else if (action == 1) {
        REQUIRE(writing->SetProperties(nodes[chosen], graph.Writes({{"text", Value(text)}})).ok());
        reference.Set(nodes[chosen], text);
      } else {
        nodes.push_back(graph.Create(*writing, {"Doc"}, {{"text", Value(text)}}));
        reference.Set(nodes.back(), text);
      }
    }
    REQUIRE(writing->Commit().ok());
    for (int q = 0; q < 6; ++q) {
      const std::string query = RandomText(&random, 6);
      const auto limit = static_cast<size_t>(random.Between(1, 20));
      const auto reading = graph.Read();
      TextSearchOptions options;
      options.limit = limit;
      const auto hits =
          graph.indexes->text().SearchWords(&reading->view(), *graph.Find("texts"), query, options);
      REQUIRE(hits.ok());
      const auto expected = reference.Search(query, limit);
      CAPTURE(round, query, limit);
      REQUIRE(hits->size() == expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        REQUIRE((*hits)[i].score == Approx(expected[i].second).epsilon(1e-5));
        if (i > 0) REQUIRE((*hits)[i].score <= (*hits)[i - 1].score);
      }
    }
  }
  graph.RequireVerified();
  const auto writing = graph.Write();
  for (const NodeId node : nodes) REQUIRE(writing->DeleteNode(node).ok());
  REQUIRE(writing->Commit().ok());
  size_t left = 0;
  REQUIRE(graph.Read()
              ->view()
              .keys()
              .Scan(storage::KeySpace::kText, "", "",
                    [&](std::string_view, std::string_view) {
                      ++left;
                      return true;
                    })
              .ok());
  CHECK(left == 0);
  graph.RequireVerified();
}

TEST_CASE("a query sees its own transaction and no other", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"Doc"}, {"text"});
  graph.Add({"Doc"}, {{"text", Value("old words")}});
  const auto search = [&](storage::Transaction& transaction) {
    return graph.indexes->text()
        .Search(&transaction.view(), *graph.Find("texts"), "words", {})
        ->size();
  };
  const auto first = graph.Write();
  const auto second = graph.Write();
  graph.Create(*first, {"Doc"}, {{"text", Value("new words")}});
  CHECK(search(*first) == 2);
  graph.Create(*second, {"Doc"}, {{"text", Value("no match here")}});
  CHECK(search(*second) == 1);
  CHECK(search(*graph.Read()) == 1);
  const uint64_t savepoint = first->Savepoint();
  graph.Create(*first, {"Doc"}, {{"text", Value("words words")}});
  CHECK(search(*first) == 3);
  REQUIRE(first->RollbackTo(savepoint).ok());
  CHECK(search(*first) == 2);
  first->Rollback();
  CHECK(search(*graph.Read()) == 1);
}

// Which of four fixed documents a query finds.
class Queries {
 public:
  Queries() {
    IndexRequest request;
    request.kind = IndexKind::kText;
    request.name = "texts";
    request.labels = {"Doc", "Note"};
    request.properties = {"title", "body"};
    REQUIRE(graph.indexes->Create(request).ok());
    const auto add = [&](const char* label, const char* title, const char* body) {
      nodes.push_back(graph.Add({label}, {{"title", Value(title)}, {"body", Value(body)}}));
    };
    add("Doc", "Graph databases", "Nodes and relationships are stored in a graph.");
    add("Doc", "Relational databases", "Tables hold rows; a database of tables.");
    add("Note", "Cooking", "A graph of flavours, not a database. State-of-the-art kitchen.");
    add("Doc", "\u77E5\u8BC6\u56FE\u8C31",
        "\u56FE\u6570\u636E\u5E93\u5B58\u50A8\u8282\u70B9\u3002");
  }

  std::string Found(const std::string& query) {
    std::string letters;
    const std::set<NodeId> found = Nodes(Find(graph, query));
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (found.count(nodes[i]) != 0) letters.push_back(static_cast<char>('a' + i));
    }
    return letters;
  }
  std::string Error(const std::string& query) {
    const auto reading = graph.Read();
    const auto hits =
        graph.indexes->text().Search(&reading->view(), *graph.Find("texts"), query, {});
    CHECK_FALSE(hits.ok());
    CHECK(hits.status().code() == StatusCode::kArgumentError);
    return hits.status().message();
  }

  IndexedGraph graph;
  std::vector<NodeId> nodes;
};

TEST_CASE("the query language", "[index]") {
  Queries q;
  CHECK(q.Found("graph") == "ac");
  CHECK(q.Found("GRAPHS tables") == "abc");
  CHECK(q.Found("+graph +nodes") == "a");
  CHECK(q.Found("graph -cooking") == "a");
  CHECK(q.Found("database AND graph") == "ac");
  CHECK(q.Found("database AND NOT graph") == "b");
  CHECK(q.Found("tables OR kitchen") == "bc");
  CHECK(q.Found("\"graph databases\"") == "a");
  CHECK(q.Found("\"databases graph\"") == "");
  CHECK(q.Found("\"a database\"") == "bc");
  CHECK(q.Found("database -\"a database\"") == "a");
  CHECK(q.Found("title:databases") == "ab");
  CHECK(q.Found("title:graph") == "a");
  CHECK(q.Found("body:graph") == "ac");
  CHECK(q.Found("body:\"graph databases\"") == "");
  CHECK(q.Found("title:(graph OR cooking)") == "ac");
  CHECK(q.Found("datab*") == "abc");
  CHECK(q.Found("databases*") == "abc");
  CHECK(q.Found("+(graph tables) +(cooking rows)") == "bc");
  CHECK(q.Found("state-of-the-art") == "bc");
  CHECK(q.Found("\"state-of-the-art\"") == "c");
  CHECK(q.Found("\u77E5\u8BC6") == "d");
  CHECK(q.Found("\u6570\u636E\u5E93") == "d");
  CHECK(q.Found("\"\u6570\u636E\u5E93\"") == "d");
  CHECK(q.Found("") == "");
  CHECK(q.Found("?! ... ,") == "");
  CHECK(q.Found("-graph") == "");
  CHECK(q.Found("what is a graph?") == "abc");
  CHECK(q.Found("graph - tables") == "abc");
  CHECK(q.Found("12:30 \\:graph") == "ac");
  CHECK(q.Found("\"\" ()") == "");
}

TEST_CASE("a phrase in one property is not looked for in another", "[index]") {
  Queries q;
  const NodeId node = q.graph.Add(
      {"Doc"}, {{"title", Value("Graph databases")}, {"body", Value("A database of a graph")}});
  CHECK(Nodes(Find(q.graph, "title:\"graph database\"")).count(node) == 1);
  CHECK(Nodes(Find(q.graph, "body:\"graph database\"")).empty());
  CHECK(Nodes(Find(q.graph, "body:\"database of a graph\"")) == std::set<NodeId>{node});
}

TEST_CASE("boosts and weights change scores", "[index]") {
  Queries q;
  const double plain = Find(q.graph, "graph")[0].score;
  CHECK(Find(q.graph, "graph^2")[0].score == Approx(2 * plain));
  CHECK(Find(q.graph, "(graph)^2.5")[0].score == Approx(2.5 * plain));
  CHECK(Find(q.graph, "kitchen^9 nodes")[0].node() == q.nodes[2]);
  CHECK(Find(q.graph, "kitchen nodes^9")[0].node() == q.nodes[0]);

  IndexRequest request;
  request.kind = IndexKind::kText;
  request.name = "weighted";
  request.labels = {"Doc"};
  request.properties = {"title", "body"};
  request.text.weight_eighths = {80, 8};
  REQUIRE(q.graph.indexes->Create(request).ok());
  const auto reading = q.graph.Read();
  const auto hits =
      q.graph.indexes->text().Search(&reading->view(), *q.graph.Find("weighted"), "databases", {});
  REQUIRE(hits.ok());
  REQUIRE(hits->size() == 2);
  q.graph.RequireVerified();
}

TEST_CASE("malformed queries say where and what to do", "[index]") {
  Queries q;
  CHECK(q.Error("graph \"open") ==
        "the quotation mark is never closed (byte 7 of the full-text query 'graph \"open'); put \\ "
        "before a character that is meant literally");
  CHECK(q.Error("(a (b)").find("'(' is never closed (byte 1") != std::string::npos);
  CHECK(q.Error("a)").find("')' has no '('") != std::string::npos);
  CHECK(q.Error("gr*ph").find("'*' is allowed at the end of a word only") != std::string::npos);
  CHECK(q.Error("*").find("'*' is allowed") != std::string::npos);
  CHECK(q.Error("graph~1").find("'~'") != std::string::npos);
  CHECK(q.Error("colour:red").find("no property 'colour'; it covers title, body") !=
        std::string::npos);
  CHECK(q.Error("graph^").find("after '^'") != std::string::npos);
  CHECK(q.Error("graph^-1").find("after '^'") != std::string::npos);
  CHECK(q.Error("AND graph").find("AND has nothing before it") != std::string::npos);
  CHECK(q.Error("graph AND").find("nothing after it") != std::string::npos);
  CHECK(q.Error("graph NOT").find("nothing after it") != std::string::npos);
  CHECK(q.Error("graph \\").find("last character") != std::string::npos);
  CHECK(q.Error(std::string(1000, '(')).find("more than 50 parentheses") != std::string::npos);
}

TEST_CASE("random bytes are answered or refused, never worse", "[index]") {
  const uint64_t seed = test::FreshSeed();
  INFO("seed " << seed);
  RandomValues random(seed);
  Queries q;
  const auto reading = q.graph.Read();
  for (int round = 0; round < 3000; ++round) {
    std::string query;
    for (int64_t i = random.Below(20); i > 0; --i) {
      query += random.Below(3) == 0 ? std::string(1, static_cast<char>(random.Between(0, 255)))
                                    : std::string(1, "ab \"()+-*:^\\~!&|ORNT"[random.Below(20)]);
    }
    const auto hits =
        q.graph.indexes->text().Search(&reading->view(), *q.graph.Find("texts"), query, {});
    if (!hits.ok()) REQUIRE(hits.status().code() == StatusCode::kArgumentError);
    REQUIRE(q.graph.indexes->text()
                .SearchWords(&reading->view(), *q.graph.Find("texts"), query, {})
                .ok());
  }
}

TEST_CASE("labels decide what is in an index", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"A", "B"}, {"text"});
  const NodeId node = graph.Add({"A", "B"}, {{"text", Value("word")}});
  graph.Add({"C"}, {{"text", Value("word")}});
  CHECK(Find(graph, "word").size() == 1);
  const auto labels = graph.Labels({"A", "B"});
  for (size_t i = 0; i < 2; ++i) {
    const auto writing = graph.Write();
    REQUIRE(writing->RemoveLabels(node, {{labels[i]}}).ok());
    REQUIRE(writing->Commit().ok());
    CHECK(Find(graph, "word").size() == 1 - i);
    graph.RequireVerified();
  }
  const auto writing = graph.Write();
  REQUIRE(writing->AddLabels(node, labels).ok());
  REQUIRE(writing->Commit().ok());
  CHECK(Find(graph, "word").size() == 1);
  graph.RequireVerified();
}

TEST_CASE("lists of strings are text, other values are not", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"Doc"}, {"text"});
  graph.Add({"Doc"}, {{"text", Value(List{Value("one tree"), Value("two trees")})}});
  graph.Add({"Doc"}, {{"text", Value(7)}});
  graph.Add({"Doc"}, {});
  CHECK(Find(graph, "tree").size() == 1);
  // A phrase does not reach from one string of a list into the next.
  CHECK(Find(graph, "\"tree two\"").empty());
  CHECK(Find(graph, "\"two trees\"").size() == 1);
  CHECK(graph.indexes->text().Size(&graph.Read()->view(), *graph.Find("texts"))->documents == 1);
}

TEST_CASE("a filter is part of the search", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kText, "texts", {"Doc"}, {"text"});
  std::vector<NodeId> nodes;
  for (int i = 0; i < 50; ++i) nodes.push_back(graph.Add({"Doc"}, {{"text", Value("same word")}}));
  TextSearchOptions options;
  options.limit = 3;
  options.accept = [&](uint64_t entity) { return entity >= nodes[40].bits(); };
  const auto hits = graph.indexes->text().SearchWords(&graph.Read()->view(), *graph.Find("texts"),
                                                      "word", options);
  REQUIRE(hits.ok());
  REQUIRE(hits->size() == 3);
  CHECK((*hits)[0].node() == nodes[40]);
  CHECK((*hits)[2].node() == nodes[42]);
  CHECK(Find(graph, "word", 0).empty());
  CHECK(Find(graph, "\"same word\"", 4).size() == 4);
}

TEST_CASE("highlights", "[index]") {
  Queries q;
  const IndexDefinition& index = *q.graph.Find("texts");
  const auto marked = [&](const std::string& query, std::string text) {
    const auto spans = HighlightQuery(index, query, text);
    REQUIRE(spans.ok());
    for (size_t i = spans->size(); i-- > 0;) {
      text.insert((*spans)[i].end, ">");
      text.insert((*spans)[i].begin, "<");
    }
    return text;
  };
  CHECK(marked("graph database", "Graphs, databases and caf\u00E9s.") ==
        "<Graphs>, <databases> and caf\u00E9s.");
  CHECK(marked("\"graph database\"", "A graph database, a graph.") ==
        "A <graph database>, a graph.");
  CHECK(marked("cafe -graph data*", "Caf\u00E9 graph dataset") == "<Caf\u00E9> graph <dataset>");
  CHECK(marked("\u6570\u636E\u5E93", "\u56FE\u6570\u636E\u5E93") == "\u56FE<\u6570\u636E><\u5E93>");
  CHECK(marked("nothing", "Graphs") == "Graphs");
  CHECK(HighlightWords(index, "what is a \"graph", "the graph") == std::vector<TextSpan>{{4, 9}});
}

TEST_CASE("document frequency and size", "[index]") {
  Queries q;
  const auto reading = q.graph.Read();
  TextSearcher& text = q.graph.indexes->text();
  const IndexDefinition& index = *q.graph.Find("texts");
  CHECK(text.DocumentFrequency(&reading->view(), index, "Databases").value() == 3);
  CHECK(text.DocumentFrequency(&reading->view(), index, "unknown").value() == 0);
  CHECK(text.DocumentFrequency(&reading->view(), index, "...").value() == 0);
  CHECK(text.Size(&reading->view(), index)->documents == 4);
  CHECK(text.Size(&reading->view(), index)->average_length > 5);
}

TEST_CASE("a range index is no text index", "[index]") {
  IndexedGraph graph;
  graph.Index(IndexKind::kRange, "texts", {"Doc"}, {"text"});
  const auto hits =
      graph.indexes->text().Search(&graph.Read()->view(), *graph.Find("texts"), "a", {});
  CHECK(hits.status().code() == StatusCode::kInvalidArgument);
  const auto catalog = graph.indexes->catalog();
  CHECK(catalog->FindText("texts", EntityKind::kNode).status().message() ==
        "index 'texts' is a RANGE index on :Doc(text), not a full-text index on nodes; CREATE "
        "FULLTEXT INDEX makes one");
  CHECK(catalog->FindText("nope", EntityKind::kNode).status().code() == StatusCode::kNotFound);
}

}  // namespace
}  // namespace kith::index
