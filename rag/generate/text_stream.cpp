// SPDX-License-Identifier: Apache-2.0
// See text_stream.h.
#include "rag/generate/text_stream.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace kith::rag {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many bytes a character has that begins with `first`; 1 for a byte that begins none.
size_t CharacterBytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

/// Bytes at the end of `text` that begin a character without ending it.
size_t UnfinishedBytes(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const char byte = text[text.size() - back];
    if ((static_cast<unsigned char>(byte) & 0xC0) == 0x80) continue;
    return CharacterBytes(byte) > back ? back : 0;
  }
  return 0;
}

/// `text` with U+FFFD for what is no character.
std::string WholeCharacters(std::string_view text) {
  std::string whole;
  size_t at = 0;
  while (at < text.size()) {
    const size_t begin = at;
    if (TakeUtf8(text, &at) == kBadUtf8) {
      whole += kReplacement;
    } else {
      whole += text.substr(begin, at - begin);
    }
  }
  return whole;
}

}  // namespace

/// Bytes at the end that may belong to something which the next piece completes.
size_t TextStream::Waiting() const {
  size_t waits = UnfinishedBytes(waiting_);
  for (const std::string& stop : stops_) {
    for (size_t bytes = std::min(stop.size(), waiting_.size()); bytes > waits; --bytes) {
      if (waiting_.ends_with(std::string_view(stop).substr(0, bytes))) waits = bytes;
    }
  }
  return waits;
}

bool TextStream::Pass(size_t bytes) {
  const std::string piece = WholeCharacters(std::string_view(waiting_).substr(0, bytes));
  waiting_.erase(0, bytes);
  text_ += piece;
  return !on_text_ || on_text_(piece);
}

bool TextStream::Add(std::string_view piece) {
  waiting_ += piece;
  size_t stop_at = std::string::npos;
  for (const std::string& stop : stops_) {
    if (!stop.empty()) stop_at = std::min(stop_at, waiting_.find(stop));
  }
  if (stop_at != std::string::npos) {
    stopped_ = true;
    if (stop_at > 0) Pass(stop_at);
    return false;
  }
  return Pass(waiting_.size() - Waiting());
}

void TextStream::Finish() {
  if (!waiting_.empty()) Pass(waiting_.size());
}

}  // namespace kith::rag
