// SPDX-License-Identifier: Apache-2.0
// Plain text that remembers which bytes of the source each part came from, so that what is found in
// the plain text can be cited as bytes of the document.
//
// Invariants: runs ascend in plain_begin and tile [0, text.size()); source positions never fall.
// A run whose plain and source lengths are equal maps byte for byte; any other (a decoded entity,
// white space put in between blocks) maps as a whole.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kith::rag {

/// Plain bytes from plain_begin up to the next run came from source [source_begin, source_end).
struct SourceRun {
  uint32_t plain_begin = 0;
  uint32_t source_begin = 0;
  uint32_t source_end = 0;

  bool operator==(const SourceRun&) const = default;
};

/// Half-open byte range of a document's source.
struct ByteSpan {
  uint64_t begin = 0;
  uint64_t end = 0;

  bool operator==(const ByteSpan&) const = default;
};

class MappedText {
 public:
  MappedText() = default;
  MappedText(std::string text, std::vector<SourceRun> runs)
      : text_(std::move(text)), runs_(std::move(runs)) {}

  /// `text` was copied from source bytes starting at source_begin.
  void AppendCopied(std::string_view text, size_t source_begin);
  /// `text` stands for source [begin, end), which read differently.
  void AppendDecoded(std::string_view text, size_t source_begin, size_t source_end);
  /// `text` stands for nothing in the source.
  void AppendMade(std::string_view text);
  /// The part [begin, end) of another text.
  void Append(const MappedText& other, size_t begin, size_t end);
  /// White space at the end is taken off.
  void TrimEnd();

  const std::string& text() const { return text_; }
  const std::vector<SourceRun>& runs() const { return runs_; }
  bool empty() const { return text_.empty(); }
  size_t size() const { return text_.size(); }

  /// The source bytes behind plain [begin, end), begin < end <= size(): from the first to the last,
  /// with whatever markup lies between.
  ByteSpan SourceOf(size_t begin, size_t end) const;

 private:
  size_t RunAt(size_t plain) const;
  size_t PlainEnd(size_t run) const {
    return run + 1 < runs_.size() ? runs_[run + 1].plain_begin : text_.size();
  }

  std::string text_;
  std::vector<SourceRun> runs_;
};

}  // namespace kith::rag
