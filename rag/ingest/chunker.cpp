// SPDX-License-Identifier: Apache-2.0
// See chunker.h. Sentence boundaries are asked of ICU only where a block is too long, so that most
// documents never pay for it.
#include "rag/ingest/chunker.h"

#include <algorithm>

#include "rag/ingest/line_break.h"

namespace kith::rag {
namespace {

class ChunkBuilder {
 public:
  ChunkBuilder(const ParsedDocument& document, const ChunkOptions& options)
      : document_(document), options_(options) {}

  std::vector<Chunk> Build() {
    for (const Block& block : document_.blocks) {
      if (block.kind == BlockKind::kHeading) {
        Heading(block);
      } else {
        Add(block);
      }
    }
    Close();
    return std::move(chunks_);
  }

 private:
  void Heading(const Block& block) {
    if (block.level == 1 && block.text.text() == document_.title) {
      Close();
      path_.clear();
      return;
    }
    // A short section stays with the one before it, headings as lines of their own.
    const bool starts_chunk = current_.text.size() * 3 >= options_.target_bytes;
    if (starts_chunk) Close();
    while (!path_.empty() && path_.back().first >= block.level) path_.pop_back();
    path_.emplace_back(block.level, block.text.text());
    pending_.push_back(&block);
  }

  void Add(const Block& block) {
    if (!current_.text.empty() &&
        current_.text.size() + block.text.size() > options_.target_bytes) {
      Close();
    }
    if (block.text.size() <= options_.max_bytes) {
      Append(block, 0, block.text.size());
      return;
    }
    size_t begin = 0;
    for (const size_t end : Cuts(block.text.text())) {
      Append(block, begin, end);
      Close();
      begin = end;
    }
  }

  /// Where a long block ends each of its chunks: after whole sentences.
  std::vector<size_t> Cuts(const std::string& text) const {
    std::vector<size_t> cuts;
    size_t begin = 0;
    size_t end = 0;
    for (const auto& [first, last] : CutSentences(text, document_.language)) {
      if (last - begin > options_.target_bytes && end > begin) {
        cuts.push_back(end);
        begin = end;
      }
      end = last;
      while (end - begin > options_.max_bytes) {
        begin = WordBefore(text, begin, begin + options_.max_bytes);
        cuts.push_back(begin);
      }
    }
    if (cuts.empty() || cuts.back() < text.size()) cuts.push_back(text.size());
    return cuts;
  }

  /// The last space before `limit`, or the last whole character where there is none.
  static size_t WordBefore(const std::string& text, size_t begin, size_t limit) {
    // Never further back: a text without spaces would be searched as a whole for every chunk.
    for (size_t space = limit; space > begin + (limit - begin) / 2; --space) {
      if (text[space] == ' ') return space;
    }
    while (limit > begin + 1 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    return limit;
  }

  void Append(const Block& block, size_t begin, size_t end) {
    const std::string& text = block.text.text();
    while (begin < end && (text[begin] == ' ' || text[begin] == '\n')) ++begin;
    if (begin >= end) return;
    if (current_.text.empty()) StartChunk();
    std::string_view joint = "\n";
    for (const Block* heading : pending_) {
      current_.headings.push_back(heading->text.text());
      // The heading that a chunk begins with is in its `heading`; later ones are part of its text.
      if (current_.text.empty()) continue;
      current_.text.AppendMade(joint);
      current_.text.Append(heading->text, 0, heading->text.size());
      joint = JointAfterHeading(heading->text.text());
    }
    pending_.clear();
    if (!current_.text.empty()) current_.text.AppendMade(joint);
    current_.text.Append(block.text, begin, end);
    auto link = std::lower_bound(block.links.begin(), block.links.end(), begin,
                                 [](const BlockLink& l, size_t at) { return l.begin < at; });
    for (; link != block.links.end() && link->begin < end; ++link) {
      if (link->end > end || link->begin >= link->end) continue;
      current_.links.push_back({text.substr(link->begin, link->end - link->begin), link->target});
    }
  }

  /// A heading stands in one line with what follows: alone it is no sentence, and "MIT" says little
  /// without the "License" above it.
  static std::string_view JointAfterHeading(std::string_view heading) {
    for (const std::string_view end : {".", ":", "?", "!"}) {
      if (heading.ends_with(end)) return " ";
    }
    return JointOf(heading, heading).empty() ? "：" : ": ";
  }

  void StartChunk() {
    for (const auto& [level, name] : path_) {
      if (!current_.heading.empty()) current_.heading += " > ";
      current_.heading += name;
    }
  }

  void Close() {
    current_.text.TrimEnd();
    if (!current_.text.empty()) {
      current_.span = current_.text.SourceOf(0, current_.text.size());
      chunks_.push_back(std::move(current_));
    }
    current_ = Chunk();
  }

  const ParsedDocument& document_;
  const ChunkOptions& options_;
  std::vector<Chunk> chunks_;
  Chunk current_;
  std::vector<std::pair<int, std::string>> path_;
  std::vector<const Block*> pending_;
};

}  // namespace

std::vector<Chunk> CutChunks(const ParsedDocument& document, const ChunkOptions& options) {
  return ChunkBuilder(document, options).Build();
}

}  // namespace kith::rag
