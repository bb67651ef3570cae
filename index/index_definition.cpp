// SPDX-License-Identifier: Apache-2.0
// Records, names and options of index definitions.
#include "index/index_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>

#include "index/byte_codec.h"
#include "index/text/analyzer.h"
#include "storage/catalog.h"

namespace kith::index {
namespace {

constexpr uint8_t kRecordVersion = 1;
// Bounds of a damaged or hostile record; far above what a statement can hold.
constexpr uint64_t kMaxNames = 4096;
// Neo4j's bounds; with fewer than two links a graph falls apart.
constexpr uint32_t kFewestLinks = 2;
constexpr uint32_t kMostLinks = 512;
constexpr uint32_t kMostBreadth = 3200;

void AppendNames(const std::vector<std::string>& names, std::string* out) {
  AppendVarint(names.size(), out);
  for (const std::string& name : names) AppendText(name, out);
}

std::vector<std::string> TakeNames(ByteReader* reader) {
  std::vector<std::string> names;
  const uint64_t count = reader->Varint();
  if (count > kMaxNames) {
    reader->Bytes(UINT64_MAX);  // Makes the reader fail.
    return names;
  }
  for (uint64_t i = 0; i < count && !reader->failed(); ++i) names.emplace_back(reader->Text());
  return names;
}

Status BadOption(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Result<double> NumberOption(std::string_view key, const Value& value, double low, double high) {
  const bool good = value.IsNumber() && value.AsNumber() >= low && value.AsNumber() <= high;
  if (good) return value.AsNumber();
  return BadOption(fmt::format("text index option {} must be a number from {} to {}, not {}", key,
                               low, high, value.ToString()));
}

Result<std::vector<uint32_t>> WeightsOption(const Value& value,
                                            std::span<const std::string> properties) {
  if (!value.IsMap()) {
    return BadOption(fmt::format(
        "text index option fulltext.weights must be a map from property to number, not {}",
        value.ToString()));
  }
  std::vector<uint32_t> eighths(properties.size(), 8);
  for (const auto& [property, weight] : value.AsMap()) {
    const auto found = std::find(properties.begin(), properties.end(), property);
    if (found == properties.end()) {
      return BadOption(
          fmt::format("fulltext.weights names '{}', which the index does not cover; "
                      "it covers {}",
                      property, fmt::join(properties, ", ")));
    }
    KITH_ASSIGN_OR_RETURN(const double number,
                          NumberOption("fulltext.weights." + property, weight, 0.125, 100));
    eighths[static_cast<size_t>(found - properties.begin())] =
        static_cast<uint32_t>(std::lround(number * 8));
  }
  return eighths;
}

Status ApplyTextOption(std::string_view key, const Value& value,
                       std::span<const std::string> properties, TextOptions* options) {
  if (key == "fulltext.analyzer") {
    if (!value.IsString()) {
      return BadOption(
          fmt::format("text index option {} must be a string, not {}", key, value.ToString()));
    }
    KITH_ASSIGN_OR_RETURN(options->analyzer, CanonicalAnalyzer(value.AsString()));
  } else if (key == "fulltext.stop_words" || key == "fulltext.eventually_consistent") {
    if (!value.IsBoolean()) {
      return BadOption(
          fmt::format("text index option {} must be true or false, not {}", key, value.ToString()));
    }
    if (key == "fulltext.stop_words") options->stop_words = value.AsBoolean();
  } else if (key == "fulltext.k1") {
    KITH_ASSIGN_OR_RETURN(options->k1, NumberOption(key, value, 0, 10));
  } else if (key == "fulltext.b") {
    KITH_ASSIGN_OR_RETURN(options->b, NumberOption(key, value, 0, 1));
  } else if (key == "fulltext.weights") {
    KITH_ASSIGN_OR_RETURN(options->weight_eighths, WeightsOption(value, properties));
  } else {
    return BadOption(
        fmt::format("unknown text index option '{}'; known are fulltext.analyzer, "
                    "fulltext.stop_words, fulltext.k1, fulltext.b, fulltext.weights "
                    "and fulltext.eventually_consistent",
                    key));
  }
  return Status::Ok();
}

Result<uint32_t> CountOption(std::string_view key, const Value& value, uint32_t low,
                             uint32_t high) {
  const bool good = value.IsInteger() && value.AsInteger() >= low && value.AsInteger() <= high;
  if (good) return static_cast<uint32_t>(value.AsInteger());
  return BadOption(fmt::format("vector index option {} must be an integer from {} to {}, not {}",
                               key, low, high, value.ToString()));
}

Result<VectorSimilarity> SimilarityOption(const Value& value) {
  if (value.IsString()) {
    std::string name(value.AsString());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto similarity :
         {VectorSimilarity::kCosine, VectorSimilarity::kEuclidean, VectorSimilarity::kDot}) {
      if (name == SimilarityName(similarity)) return similarity;
    }
  }
  return BadOption(
      fmt::format("vector index option vector.similarity_function must be 'cosine', 'euclidean' or "
                  "'dot', not {}",
                  value.ToString()));
}

Status ApplyVectorOption(std::string_view key, const Value& value, VectorOptions* options) {
  if (key == "vector.dimensions") {
    KITH_ASSIGN_OR_RETURN(options->dimensions, CountOption(key, value, 1, kMaxVectorDimensions));
  } else if (key == "vector.similarity_function") {
    KITH_ASSIGN_OR_RETURN(options->similarity, SimilarityOption(value));
  } else if (key == "vector.hnsw.m") {
    KITH_ASSIGN_OR_RETURN(options->links, CountOption(key, value, kFewestLinks, kMostLinks));
  } else if (key == "vector.hnsw.ef_construction") {
    KITH_ASSIGN_OR_RETURN(options->build_breadth, CountOption(key, value, 1, kMostBreadth));
  } else {
    return BadOption(
        fmt::format("unknown vector index option '{}'; known are vector.dimensions, "
                    "vector.similarity_function, vector.hnsw.m and vector.hnsw.ef_construction",
                    key));
  }
  return Status::Ok();
}

// Hands each entry of indexConfig in OPTIONS to `apply`.
template <typename Apply>
Status ForEachOption(const Value& options, const Apply& apply) {
  if (options.IsNull()) return Status::Ok();
  if (!options.IsMap()) {
    return BadOption("OPTIONS of an index must be a map, not " + options.ToString());
  }
  for (const auto& [key, value] : options.AsMap()) {
    if (key == "indexProvider") continue;  // Neo4j's; there is one provider here.
    if (key != "indexConfig") {
      return BadOption("unknown key '" + key +
                       "' in OPTIONS; known are indexConfig and indexProvider");
    }
    if (!value.IsMap()) return BadOption("indexConfig must be a map, not " + value.ToString());
    for (const auto& [option, setting] : value.AsMap()) {
      KITH_RETURN_IF_ERROR(apply(option, setting));
    }
  }
  return Status::Ok();
}

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// A name as Cypher writes it: in backticks when it is no plain identifier.
std::string Quoted(const std::string& name) {
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), plain) &&
                    !std::isdigit(static_cast<unsigned char>(name[0]));
  return bare ? name : "`" + name + "`";
}

std::string QuotedList(const std::vector<std::string>& names, std::string_view separator) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(Quoted(name));
  return fmt::format("{}", fmt::join(quoted, separator));
}

}  // namespace

Result<TextOptions> ParseTextOptions(const Value& options,
                                     std::span<const std::string> properties) {
  TextOptions parsed;
  KITH_RETURN_IF_ERROR(ForEachOption(options, [&](std::string_view option, const Value& setting) {
    return ApplyTextOption(option, setting, properties, &parsed);
  }));
  return parsed;
}

Result<VectorOptions> ParseVectorOptions(const Value& options) {
  VectorOptions parsed;
  KITH_RETURN_IF_ERROR(ForEachOption(options, [&](std::string_view option, const Value& setting) {
    return ApplyVectorOption(option, setting, &parsed);
  }));
  return parsed;
}

std::string_view SimilarityName(VectorSimilarity similarity) {
  switch (similarity) {
    case VectorSimilarity::kCosine: return "cosine";
    case VectorSimilarity::kEuclidean: return "euclidean";
    case VectorSimilarity::kDot: return "dot";
  }
  return "";
}

bool IndexDefinition::SameSchema(const IndexDefinition& other) const {
  if (entity != other.entity || IsProperty() != other.IsProperty()) return false;
  if (!IsProperty() && kind != other.kind) return false;
  if (kind != IndexKind::kText) return labels == other.labels && properties == other.properties;
  // A text index does not care about the order of labels and properties.
  return Sorted(labels) == Sorted(other.labels) && Sorted(properties) == Sorted(other.properties);
}

std::string IndexDefinition::Describe() const {
  const std::string names = QuotedList(labels, "|");
  const std::string keys = QuotedList(properties, ", ");
  if (entity == EntityKind::kNode) return fmt::format(":{}({})", names, keys);
  return fmt::format("()-[:{}({})]-()", names, keys);
}

namespace {

void AppendVectorOptions(const VectorOptions& options, std::string* record) {
  AppendVarint(options.dimensions, record);
  record->push_back(static_cast<char>(options.similarity));
  AppendVarint(options.links, record);
  AppendVarint(options.build_breadth, record);
}

bool TakeVectorOptions(ByteReader* reader, VectorOptions* options) {
  options->dimensions = reader->Varint32();
  const uint8_t similarity = reader->Byte();
  options->similarity = static_cast<VectorSimilarity>(similarity);
  options->links = reader->Varint32();
  options->build_breadth = reader->Varint32();
  return options->dimensions <= kMaxVectorDimensions && similarity >= 1 && similarity <= 3 &&
         options->links >= kFewestLinks && options->links <= kMostLinks &&
         options->build_breadth >= 1 && options->build_breadth <= kMostBreadth;
}

}  // namespace

std::string EncodeDefinition(const IndexDefinition& definition) {
  std::string record;
  record.push_back(static_cast<char>(kRecordVersion));
  AppendVarint(static_cast<uint32_t>(definition.id), &record);
  record.push_back(static_cast<char>(definition.kind));
  record.push_back(static_cast<char>(definition.entity));
  record.push_back(static_cast<char>(definition.state));
  AppendText(definition.name, &record);
  AppendNames(definition.labels, &record);
  AppendNames(definition.properties, &record);
  if (definition.kind == IndexKind::kVector) AppendVectorOptions(definition.vector, &record);
  if (definition.kind != IndexKind::kText) return record;
  AppendText(definition.text.analyzer, &record);
  record.push_back(definition.text.stop_words ? '\1' : '\0');
  AppendVarint(std::bit_cast<uint64_t>(definition.text.k1), &record);
  AppendVarint(std::bit_cast<uint64_t>(definition.text.b), &record);
  AppendVarint(definition.text.weight_eighths.size(), &record);
  for (const uint32_t weight : definition.text.weight_eighths) AppendVarint(weight, &record);
  return record;
}

namespace {

bool TakeTextOptions(ByteReader* reader, TextOptions* options) {
  options->analyzer = reader->Text();
  const uint8_t stop_words = reader->Byte();
  options->stop_words = stop_words == 1;
  options->k1 = std::bit_cast<double>(reader->Varint());
  options->b = std::bit_cast<double>(reader->Varint());
  const uint64_t count = reader->Varint();
  if (reader->failed() || count > kMaxNames || stop_words > 1) return false;
  for (uint64_t i = 0; i < count; ++i) options->weight_eighths.push_back(reader->Varint32());
  const bool numbers = options->k1 >= 0 && options->b >= 0 && options->b <= 1;
  return numbers && CanonicalAnalyzer(options->analyzer).ok();
}

}  // namespace

Result<IndexDefinition> DecodeDefinition(std::string_view bytes) {
  ByteReader reader(bytes);
  const uint8_t version = reader.Byte();
  IndexDefinition definition;
  definition.id = static_cast<IndexId>(reader.Varint32());
  const uint8_t kind = reader.Byte();
  const uint8_t entity = reader.Byte();
  const uint8_t state = reader.Byte();
  definition.kind = static_cast<IndexKind>(kind);
  definition.entity = static_cast<EntityKind>(entity);
  definition.state = static_cast<IndexState>(state);
  definition.name = reader.Text();
  definition.labels = TakeNames(&reader);
  definition.properties = TakeNames(&reader);
  bool good = version == kRecordVersion && kind >= 1 && kind <= 4 && entity >= 1 && entity <= 2 &&
              state >= 1 && state <= 2;
  good = good && !definition.labels.empty() && !definition.properties.empty();
  if (good && definition.kind == IndexKind::kText) {
    good = TakeTextOptions(&reader, &definition.text);
    const size_t weights = definition.text.weight_eighths.size();
    good = good && (weights == 0 || weights == definition.properties.size());
  }
  if (good && definition.kind == IndexKind::kVector) {
    good = TakeVectorOptions(&reader, &definition.vector);
  }
  if (!good || reader.failed() || !reader.AtEnd()) {
    return Status(StatusCode::kCorruption,
                  fmt::format("the record of an index is damaged ({} bytes, version {}, name '{}')",
                              bytes.size(), version, definition.name));
  }
  return definition;
}

Status NumberNames(storage::Catalog* names, IndexDefinition* definition) {
  definition->label_ids.clear();
  definition->type_ids.clear();
  definition->property_ids.clear();
  for (const std::string& label : definition->labels) {
    if (definition->entity == EntityKind::kNode) {
      KITH_ASSIGN_OR_RETURN(const LabelId id, names->LabelFor(label));
      definition->label_ids.push_back(id);
    } else {
      KITH_ASSIGN_OR_RETURN(const RelTypeId id, names->RelTypeFor(label));
      definition->type_ids.push_back(id);
    }
  }
  for (const std::string& property : definition->properties) {
    KITH_ASSIGN_OR_RETURN(const PropertyId id, names->PropertyFor(property));
    definition->property_ids.push_back(id);
  }
  return Status::Ok();
}

void FindNames(const storage::Catalog& names, IndexDefinition* definition) {
  std::vector<LabelId> labels;
  std::vector<RelTypeId> types;
  std::vector<PropertyId> properties;
  for (const std::string& name : definition->labels) {
    if (definition->entity == EntityKind::kNode) {
      if (const auto id = names.FindLabel(name)) labels.push_back(*id);
    } else if (const auto id = names.FindRelType(name)) {
      types.push_back(*id);
    }
  }
  for (const std::string& name : definition->properties) {
    if (const auto id = names.FindProperty(name)) properties.push_back(*id);
  }
  const bool complete = labels.size() + types.size() == definition->labels.size() &&
                        properties.size() == definition->properties.size();
  if (!complete) {
    labels.clear();
    types.clear();
    properties.clear();
  }
  definition->label_ids = std::move(labels);
  definition->type_ids = std::move(types);
  definition->property_ids = std::move(properties);
}

std::string_view IndexTypeName(IndexKind kind) {
  switch (kind) {
    case IndexKind::kText: return "FULLTEXT";
    case IndexKind::kVector: return "VECTOR";
    case IndexKind::kRange:
    case IndexKind::kUnique: break;
  }
  return "RANGE";
}

}  // namespace kith::index
