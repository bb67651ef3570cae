// SPDX-License-Identifier: Apache-2.0
// What makes an answer from passages. The extractive generator answers with sentences of the
// documents; the model generator has a language model write, and keeps what points at parts of the
// passages that say it.
//
// Thread safety: a generator is const and may serve several threads; input belongs to the call.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rag/ingest/source_text.h"
#include "rag/route/question.h"
#include "rag/types.h"

namespace kith::rag {

/// An entity's key and node: what sentences are searched for.
struct KnownName {
  NodeId entity;
  std::string key;
};

/// A passage with what a generator may need of it.
struct SourcedPassage {
  const Passage* passage = nullptr;  ///< Borrowed.
  MappedText text;                   ///< The passage's text with its source bytes.
  std::string language;
  std::string heading;     ///< Of the section; may be empty.
  bool is_first = false;   ///< The document begins with it.
  std::set<NodeId> about;  ///< Entities that its document or section is about.
};

struct GeneratorInput {
  const Question& question;
  std::span<const SourcedPassage> passages;  ///< Best first.
  std::span<const KnownName> names;          ///< Of the entities that the passages mention.
  /// How many chunks hold a word, and how many there are; for weighting.
  std::function<Result<double>(std::string_view word)> chunks_with;
  double chunks_total = 0;
};

/// A part of a passage that supports what stands before its number in the text.
struct DraftCitation {
  size_t passage = 0;  ///< Index into GeneratorInput::passages.
  size_t begin = 0;    ///< Bytes of the passage's text.
  size_t end = 0;
};

struct Draft {
  std::string text;  ///< With [1], [2], ... after the claims: citations[0], [1], ...
  bool abstained = false;
  bool by_model = false;  ///< A language model worded the text; else it is sentences of passages.
  double confidence = 0;
  std::vector<DraftCitation> citations;
};

class Generator {
 public:
  virtual ~Generator() = default;
  virtual Result<Draft> Generate(const GeneratorInput& input) const = 0;
};

/// What an abstaining answer says, in the question's language.
std::string_view AbstainText(std::string_view language);

/// Cancelled: whoever the answer was streamed to wants no more of it.
Status StoppedByReader();

}  // namespace kith::rag
