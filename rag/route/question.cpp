// SPDX-License-Identifier: Apache-2.0
// Linking looks all word sequences of the question up in one pass over the entity index.
#include "rag/route/question.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/utf8.h"
#include "index/property/property_index.h"
#include "rag/ingest/names.h"
#include "rag/ingest/parsed_document.h"

namespace kith::rag {
namespace {

using storage::Column;
using storage::Direction;

/// Questions are short; of longer ones only the beginning is linked.
constexpr size_t kMaxLinkedWords = 256;

struct Stretch {
  size_t begin = 0;
  size_t end = 0;
  size_t words = 0;
};

/// Key of each word sequence -> where it stands.
std::map<std::string, std::vector<Stretch>> Stretches(std::string_view text) {
  std::vector<NameWord> words = CutNameWords(text);
  if (words.size() > kMaxLinkedWords) words.resize(kMaxLinkedWords);
  std::map<std::string, std::vector<Stretch>> stretches;
  for (size_t first = 0; first < words.size(); ++first) {
    for (size_t count = 1; count <= kMaxNameWords && first + count <= words.size(); ++count) {
      const Stretch stretch{words[first].begin, words[first + count - 1].end, count};
      std::string key = NameKey(text.substr(stretch.begin, stretch.end - stretch.begin));
      if (IsUsefulKey(key)) stretches[std::move(key)].push_back(stretch);
    }
  }
  return stretches;
}

Result<std::vector<NodeId>> FindEntities(const std::map<std::string, std::vector<Stretch>>& keys,
                                         storage::ReadView* view,
                                         const index::IndexDefinition& index) {
  index::PropertySeek seek;
  seek.in.emplace();
  for (const auto& [key, where] : keys) seek.in->emplace_back(key);
  KITH_ASSIGN_OR_RETURN(auto cursor, index::PropertyCursor::Open(&view->keys(), index, seek));
  std::vector<NodeId> found;
  KITH_RETURN_IF_ERROR(cursor->Next(keys.size() + 1, &found));
  return found;
}

/// Longest first, then leftmost; what overlaps one already taken is left out.
std::vector<LinkedEntity> TakeLongest(std::vector<LinkedEntity> all) {
  std::sort(all.begin(), all.end(), [](const LinkedEntity& a, const LinkedEntity& b) {
    const size_t left = a.end - a.begin;
    const size_t right = b.end - b.begin;
    return left != right ? left > right : a.begin < b.begin;
  });
  std::vector<LinkedEntity> taken;
  for (LinkedEntity& entity : all) {
    const bool free = std::none_of(taken.begin(), taken.end(), [&](const LinkedEntity& other) {
      return entity.node == other.node || (entity.begin < other.end && other.begin < entity.end);
    });
    if (free) taken.push_back(std::move(entity));
  }
  std::sort(taken.begin(), taken.end(),
            [](const LinkedEntity& a, const LinkedEntity& b) { return a.begin < b.begin; });
  return taken;
}

/// Of each entity: how many bear its name, and how many chunks mention it.
Status CountRelationships(storage::ReadView* view, const GraphNames& names,
                          std::vector<LinkedEntity>* entities) {
  std::vector<NodeId> nodes;
  for (const LinkedEntity& entity : *entities) nodes.push_back(entity.node);
  storage::ExpandOptions options;
  options.direction = Direction::kIncoming;
  const RelTypeId about_type[] = {names.about};
  options.types = about_type;
  storage::Adjacency about;
  KITH_RETURN_IF_ERROR(view->Expand(nodes, options, &about));
  Column kinds;
  KITH_RETURN_IF_ERROR(
      view->Gather(std::span<const RelId>(about.relationships), names.kind, &kinds));
  const RelTypeId mentions_type[] = {names.mentions};
  options.types = mentions_type;
  std::vector<uint32_t> mentioned;
  KITH_RETURN_IF_ERROR(view->Degree(nodes, options, &mentioned));
  for (size_t i = 0; i < entities->size(); ++i) {
    (*entities)[i].mentioned = mentioned[i];
    for (size_t at = about.offsets[i]; at < about.offsets[i + 1]; ++at) {
      const Value kind = kinds.At(at);
      // A link with the name as its text bears no name.
      if (!kind.IsString() || kind.AsString() != "link") ++(*entities)[i].introduced;
    }
  }
  return Status::Ok();
}

std::string WithoutNames(const Question& question) {
  std::string rest;
  size_t at = 0;
  for (const LinkedEntity& entity : question.entities) {
    rest.append(question.text, at, entity.begin - at);
    rest += ' ';
    at = entity.end;
  }
  rest.append(question.text, at);
  return rest;
}

}  // namespace

Result<Question> ReadQuestion(std::string_view text, storage::ReadView* view,
                              const RagIndexes& indexes, const GraphNames& names) {
  if (text.size() > kMaxQuestionBytes) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the question is {} bytes long and {} is the limit; ask something "
                              "shorter",
                              text.size(), kMaxQuestionBytes));
  }
  if (const size_t bad = FindBadUtf8(text); bad != text.size()) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("the question is not UTF-8 text (byte {}); convert it first", bad));
  }
  if (CutNameWords(text).empty()) {
    return Status(StatusCode::kInvalidArgument, "the question is empty; ask something");
  }
  Question question;
  question.text = text;
  question.language = DetectLanguage(text);
  question.rest = text;
  if (indexes.entity_key == nullptr) return question;
  const auto stretches = Stretches(text);
  if (stretches.empty()) return question;
  KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> nodes,
                        FindEntities(stretches, view, *indexes.entity_key));
  const PropertyId properties[] = {names.key, names.name};
  std::vector<Column> columns;
  KITH_RETURN_IF_ERROR(view->GatherMany(nodes, properties, &columns));
  std::vector<LinkedEntity> all;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Value key = columns[0].At(i);
    const Value name = columns[1].At(i);
    const auto where =
        key.IsString() ? stretches.find(std::string(key.AsString())) : stretches.end();
    if (where == stretches.end()) continue;
    for (const Stretch& stretch : where->second) {
      LinkedEntity entity;
      entity.node = nodes[i];
      entity.key = where->first;
      entity.name = name.IsString() ? std::string(name.AsString()) : entity.key;
      entity.begin = stretch.begin;
      entity.end = stretch.end;
      all.push_back(std::move(entity));
    }
  }
  question.entities = TakeLongest(std::move(all));
  KITH_RETURN_IF_ERROR(CountRelationships(view, names, &question.entities));
  question.rest = WithoutNames(question);
  return question;
}

}  // namespace kith::rag
