// SPDX-License-Identifier: Apache-2.0
// Runs are merged as they are appended: plain text of any length is one run.
#include "rag/ingest/source_text.h"

#include <algorithm>
#include <cassert>

namespace kith::rag {

void MappedText::AppendCopied(std::string_view text, size_t source_begin) {
  if (text.empty()) return;
  const auto begin = static_cast<uint32_t>(source_begin);
  const auto end = static_cast<uint32_t>(source_begin + text.size());
  if (!runs_.empty()) {
    SourceRun& last = runs_.back();
    const size_t plain_bytes = text_.size() - last.plain_begin;
    if (last.source_end == begin && last.source_end - last.source_begin == plain_bytes) {
      last.source_end = end;
      text_ += text;
      return;
    }
  }
  runs_.push_back({static_cast<uint32_t>(text_.size()), begin, end});
  text_ += text;
}

void MappedText::AppendDecoded(std::string_view text, size_t source_begin, size_t source_end) {
  if (text.empty()) return;
  runs_.push_back({static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(source_begin),
                   static_cast<uint32_t>(source_end)});
  text_ += text;
}

void MappedText::AppendMade(std::string_view text) {
  if (text.empty()) return;
  const uint32_t at = runs_.empty() ? 0 : runs_.back().source_end;
  runs_.push_back({static_cast<uint32_t>(text_.size()), at, at});
  text_ += text;
}

void MappedText::Append(const MappedText& other, size_t begin, size_t end) {
  assert(begin <= end && end <= other.size());
  while (begin < end) {
    const size_t run = other.RunAt(begin);
    const SourceRun& from = other.runs_[run];
    const size_t run_end = other.PlainEnd(run);
    const size_t stop = std::min(end, run_end);
    const std::string_view part(other.text_.data() + begin, stop - begin);
    if (from.source_end - from.source_begin == run_end - from.plain_begin) {
      AppendCopied(part, from.source_begin + (begin - from.plain_begin));
    } else {
      AppendDecoded(part, from.source_begin, from.source_end);
    }
    begin = stop;
  }
}

void MappedText::TrimEnd() {
  while (!text_.empty() && (text_.back() == ' ' || text_.back() == '\n' || text_.back() == '\t')) {
    SourceRun& last = runs_.back();
    const size_t plain_bytes = text_.size() - last.plain_begin;
    if (last.source_end - last.source_begin == plain_bytes) --last.source_end;
    text_.pop_back();
    if (plain_bytes == 1) runs_.pop_back();
  }
}

size_t MappedText::RunAt(size_t plain) const {
  const auto after = std::upper_bound(
      runs_.begin(), runs_.end(), plain,
      [](size_t position, const SourceRun& run) { return position < run.plain_begin; });
  assert(after != runs_.begin());
  return static_cast<size_t>(after - runs_.begin()) - 1;
}

ByteSpan MappedText::SourceOf(size_t begin, size_t end) const {
  assert(begin < end && end <= size());
  const size_t first = RunAt(begin);
  const size_t last = RunAt(end - 1);
  ByteSpan span{runs_[first].source_begin, runs_[last].source_end};
  if (runs_[first].source_end - runs_[first].source_begin ==
      PlainEnd(first) - runs_[first].plain_begin) {
    span.begin += begin - runs_[first].plain_begin;
  }
  if (runs_[last].source_end - runs_[last].source_begin ==
      PlainEnd(last) - runs_[last].plain_begin) {
    span.end = runs_[last].source_begin + (end - runs_[last].plain_begin);
  }
  return span;
}

}  // namespace kith::rag
