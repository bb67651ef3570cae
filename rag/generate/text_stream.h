// SPDX-License-Identifier: Apache-2.0
// Pieces of text as a model makes them, brought into whole characters and ended before a stop text.
// What may be the beginning of either waits for the next piece.
//
// Thread safety: belongs to one call.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace kith::rag {

class TextStream {
 public:
  /// Both borrowed. `on_text` may be empty.
  TextStream(std::span<const std::string> stops,
             const std::function<bool(std::string_view)>& on_text)
      : stops_(stops), on_text_(on_text) {}

  /// False when the text has ended: by a stop text, or because on_text said so.
  bool Add(std::string_view piece);
  /// No piece will come any more: passes on what waited. Bytes that are no character become U+FFFD.
  void Finish();

  bool stopped() const { return stopped_; }
  /// All that was passed on.
  std::string TakeText() { return std::move(text_); }

 private:
  bool Pass(size_t bytes);
  size_t Waiting() const;

  std::span<const std::string> stops_;
  const std::function<bool(std::string_view)>& on_text_;
  std::string text_;
  std::string waiting_;
  bool stopped_ = false;
};

}  // namespace kith::rag
