// SPDX-License-Identifier: Apache-2.0
// What one index is: its name, what it covers, and how. A uniqueness constraint is an index of kind
// kUnique; the constraint and its index share the name, as in Neo4j.
//
// Thread safety: definitions are immutable once they are in a catalog.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/base/value.h"

namespace kith::storage {
class Catalog;
}

namespace kith::index {

/// Stored: never renumbered.
enum class IndexKind : uint8_t {
  kRange = 1,   ///< Composite, ordered.
  kUnique = 2,  ///< The same, and no two entities have equal values.
  kText = 3,    ///< Full text, BM25.
  kVector = 4,  ///< Nearest neighbours.
};

/// Stored: never renumbered.
enum class EntityKind : uint8_t { kNode = 1, kRelationship = 2 };

/// Stored: never renumbered. A populating index is kept up to date but must not answer queries.
enum class IndexState : uint8_t { kPopulating = 1, kOnline = 2 };

/// Of text indexes.
struct TextOptions {
  /// A Snowball language ("english"), "standard" (no stemming, accents folded), "none" (lower-case
  /// only) or "auto" (each text's own language).
  std::string analyzer = "english";
  bool stop_words = false;  ///< Drop the language's most frequent words.
  double k1 = 0.9;
  double b = 0.4;
  /// One for each property, in eighths: a word in a property of weight 2 counts twice. Empty:
  /// all 1.
  std::vector<uint32_t> weight_eighths;

  bool operator==(const TextOptions&) const = default;
};

/// From the map of CREATE FULLTEXT INDEX ... OPTIONS {indexConfig: {...}} (or null), with the keys
/// `fulltext.analyzer`, `fulltext.stop_words`, `fulltext.k1`, `fulltext.b`, `fulltext.weights` (a
/// map from property to number) and `fulltext.eventually_consistent` (has no effect: text indexes
/// are always consistent). InvalidArgument naming an unknown key or value and the known ones.
Result<TextOptions> ParseTextOptions(const Value& options, std::span<const std::string> properties);

/// How near two vectors are. Stored: never renumbered.
enum class VectorSimilarity : uint8_t { kCosine = 1, kEuclidean = 2, kDot = 3 };

inline constexpr uint32_t kMaxVectorDimensions = 4096;

/// Of vector indexes.
struct VectorOptions {
  uint32_t dimensions = 0;  ///< 0: the first vector says.
  VectorSimilarity similarity = VectorSimilarity::kCosine;
  uint32_t links = 16;  ///< HNSW's M: links of a vector, twice as many on the lowest layer.
  uint32_t build_breadth = 100;  ///< HNSW's efConstruction.

  bool operator==(const VectorOptions&) const = default;
};

/// From the map of CREATE VECTOR INDEX ... OPTIONS {indexConfig: {...}} (or null), with Neo4j's
/// keys `vector.dimensions`, `vector.similarity_function` ('cosine', 'euclidean', 'dot'),
/// `vector.hnsw.m` and `vector.hnsw.ef_construction`. InvalidArgument naming an unknown key or
/// value and the known ones.
Result<VectorOptions> ParseVectorOptions(const Value& options);
/// 'cosine', 'euclidean' or 'dot'.
std::string_view SimilarityName(VectorSimilarity similarity);

struct IndexDefinition {
  IndexId id{};
  std::string name;
  IndexKind kind = IndexKind::kRange;
  EntityKind entity = EntityKind::kNode;
  IndexState state = IndexState::kOnline;
  std::vector<std::string> labels;  ///< Labels or relationship types: one, for text one or more.
  std::vector<std::string> properties;  ///< In the order of the key: one or more.
  TextOptions text;                     ///< kText only.
  VectorOptions vector;                 ///< kVector only.

  // The names above as this database numbers them.
  std::vector<LabelId> label_ids;   ///< Of nodes.
  std::vector<RelTypeId> type_ids;  ///< Of relationships.
  std::vector<PropertyId> property_ids;

  /// Range or unique.
  bool IsProperty() const { return kind == IndexKind::kRange || kind == IndexKind::kUnique; }
  /// Same kind of entity, labels and properties, and both range or unique, text, or vector.
  bool SameSchema(const IndexDefinition& other) const;
  /// ":Person(name, born)" or "()-[:KNOWS]-(since)", for messages and EXPLAIN.
  std::string Describe() const;
};

/// The record kept in the schema key space, and back. Corruption when the bytes are no record.
std::string EncodeDefinition(const IndexDefinition& definition);
Result<IndexDefinition> DecodeDefinition(std::string_view bytes);

/// Fills the ids from the names, numbering new names.
Status NumberNames(storage::Catalog* names, IndexDefinition* definition);
/// Fills the ids from the names; when a name has no number (nothing in the database has it) all ids
/// stay empty.
void FindNames(const storage::Catalog& names, IndexDefinition* definition);

/// As SHOW INDEXES has it: RANGE for unique ones too, FULLTEXT for text, VECTOR.
std::string_view IndexTypeName(IndexKind kind);

}  // namespace kith::index
