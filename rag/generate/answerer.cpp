// SPDX-License-Identifier: Apache-2.0
// See answerer.h.
#include "rag/generate/answerer.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "rag/column_values.h"
#include "rag/generate/citation.h"
#include "rag/ingest/names.h"

namespace kith::rag {
namespace {

using storage::Adjacency;
using storage::Column;
using storage::Direction;

/// The runs of a chunk: stored as triples, or one run of the whole span where none are stored.
std::vector<SourceRun> RunsOf(const Value& stored, const Passage& passage) {
  std::vector<SourceRun> runs;
  if (stored.IsList()) {
    const List& list = stored.AsList();
    for (size_t i = 0; i + 2 < list.size(); i += 3) {
      const auto number = [&](size_t at) {
        return list[at].IsInteger() ? static_cast<uint32_t>(list[at].AsInteger()) : 0;
      };
      runs.push_back({number(i), number(i + 1), number(i + 2)});
    }
  }
  if (runs.empty() || runs.front().plain_begin != 0) {
    runs = {
        {0, static_cast<uint32_t>(passage.begin_byte), static_cast<uint32_t>(passage.end_byte)}};
  }
  return runs;
}

}  // namespace

Result<kith::rag::Answer> Answerer::Answer(const Generator& generator, const Question& question,
                                           Retrieval retrieval) {
  kith::rag::Answer answer;
  if (!indexes_.complete()) {
    answer.abstained = true;
    answer.text = AbstainText(question.language);
    answer.retrieval = std::move(retrieval);
    return answer;
  }
  std::vector<SourcedPassage> sourced;
  KITH_RETURN_IF_ERROR(LoadPassages(retrieval.passages, &sourced));
  std::vector<KnownName> known;
  KITH_RETURN_IF_ERROR(LoadNames(&sourced, &known));
  KITH_ASSIGN_OR_RETURN(const index::TextIndexSize size,
                        searcher_.Size(&view_, *indexes_.chunk_text));
  const GeneratorInput input{question, sourced, known,
                             [this](std::string_view word) { return ChunksWith(word); },
                             static_cast<double>(size.documents)};
  KITH_ASSIGN_OR_RETURN(const Draft draft, generator.Generate(input));
  answer.text = draft.text;
  answer.abstained = draft.abstained;
  answer.by_model = draft.by_model;
  answer.confidence = draft.confidence;
  KITH_RETURN_IF_ERROR(Cite(sourced, draft, &answer));
  answer.retrieval = std::move(retrieval);
  return answer;
}

Status Answerer::LoadPassages(const std::vector<Passage>& passages,
                              std::vector<SourcedPassage>* sourced) {
  std::vector<NodeId> chunks;
  std::vector<NodeId> documents;
  for (const Passage& passage : passages) {
    chunks.push_back(passage.chunk);
    documents.push_back(passage.document_node);
  }
  const PropertyId properties[] = {names_.runs, names_.heading, names_.ordinal};
  std::vector<Column> columns;
  KITH_RETURN_IF_ERROR(view_.GatherMany(chunks, properties, &columns));
  Column languages;
  KITH_RETURN_IF_ERROR(
      view_.Gather(std::span<const NodeId>(documents), names_.language, &languages));
  for (size_t i = 0; i < passages.size(); ++i) {
    SourcedPassage loaded;
    loaded.passage = &passages[i];
    loaded.text = MappedText(passages[i].text, RunsOf(columns[0].At(i), passages[i]));
    loaded.heading = StringAt(columns[1], i);
    const Value ordinal = columns[2].At(i);
    loaded.is_first = ordinal.IsInteger() && ordinal.AsInteger() == 0;
    loaded.language = StringAt(languages, i);
    sourced->push_back(std::move(loaded));
  }
  return Status::Ok();
}

Status Answerer::LoadNames(std::vector<SourcedPassage>* sourced, std::vector<KnownName>* known) {
  std::vector<NodeId> nodes;
  for (const SourcedPassage& passage : *sourced) {
    nodes.push_back(passage.passage->chunk);
    nodes.push_back(passage.passage->document_node);
  }
  const RelTypeId about_type[] = {names_.about};
  const RelTypeId mentions_type[] = {names_.mentions};
  storage::ExpandOptions options;
  options.types = about_type;
  Adjacency about;
  KITH_RETURN_IF_ERROR(view_.Expand(nodes, options, &about));
  options.types = mentions_type;
  options.relationships = false;
  Adjacency mentions;
  KITH_RETURN_IF_ERROR(view_.Expand(nodes, options, &mentions));
  Column kinds;
  KITH_RETURN_IF_ERROR(
      view_.Gather(std::span<const RelId>(about.relationships), names_.kind, &kinds));
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (size_t at = about.offsets[i]; at < about.offsets[i + 1]; ++at) {
      // A chunk that links to something with a text is not about it.
      if (StringAt(kinds, at) != "link") (*sourced)[i / 2].about.insert(about.neighbours[at]);
    }
  }
  std::set<NodeId> all(about.neighbours.begin(), about.neighbours.end());
  all.insert(mentions.neighbours.begin(), mentions.neighbours.end());
  const std::vector<NodeId> entities(all.begin(), all.end());
  Column keys;
  KITH_RETURN_IF_ERROR(view_.Gather(std::span<const NodeId>(entities), names_.key, &keys));
  for (size_t i = 0; i < entities.size(); ++i) known->push_back({entities[i], StringAt(keys, i)});
  return Status::Ok();
}

/// Chunks with a word, by the text index, which knows its inflected forms; for scripts without
/// spaces by the exact lookup of character pairs.
Result<double> Answerer::ChunksWith(std::string_view word) {
  const std::vector<NameWord> words = CutNameWords(word);
  if (!words.empty() && words.front().is_single) {
    KITH_ASSIGN_OR_RETURN(const std::vector<NodeId> chunks,
                          FindChunks(TermsOf(words), &waiting_, &view_.keys()));
    return static_cast<double>(chunks.size());
  }
  KITH_ASSIGN_OR_RETURN(const uint64_t chunks,
                        searcher_.DocumentFrequency(&view_, *indexes_.chunk_text, word));
  return static_cast<double>(chunks);
}

Status Answerer::Cite(const std::vector<SourcedPassage>& sourced, const Draft& draft,
                      kith::rag::Answer* answer) {
  std::map<NodeId, std::pair<std::string, std::string>> sources;  // source and format
  for (const DraftCitation& cited : draft.citations) {
    const SourcedPassage& passage = sourced[cited.passage];
    const NodeId document = passage.passage->document_node;
    if (!sources.contains(document)) {
      const NodeId nodes[] = {document};
      const PropertyId properties[] = {names_.source, names_.format};
      std::vector<Column> columns;
      KITH_RETURN_IF_ERROR(view_.GatherMany(nodes, properties, &columns));
      sources[document] = {StringAt(columns[0], 0), StringAt(columns[1], 0)};
    }
    const auto& [source, format] = sources[document];
    ByteSpan span = passage.text.SourceOf(cited.begin, cited.end);
    if (span.begin >= span.end || span.end > source.size()) {
      return Status(
          StatusCode::kCorruption,
          fmt::format("the passage at bytes {} to {} does not lie in its document '{}' of "
                      "{} bytes; forget that document (kith forget), then ingest it again",
                      span.begin, span.end, passage.passage->document, source.size()));
    }
    if (format != "text") span = WidenOverMarkup(source, span);
    Citation citation;
    citation.number = static_cast<int>(answer->citations.size()) + 1;
    citation.chunk = passage.passage->chunk;
    citation.document = passage.passage->document;
    citation.title = passage.passage->title;
    citation.begin_byte = span.begin;
    citation.end_byte = span.end;
    citation.quote = source.substr(span.begin, span.end - span.begin);
    answer->citations.push_back(std::move(citation));
  }
  return Status::Ok();
}

}  // namespace kith::rag
