// SPDX-License-Identifier: Apache-2.0
// See tokens.h.
#include "rag/llama/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace kith::rag {

Result<std::vector<llama_token>> Tokenize(const llama_vocab* vocab, std::string_view text,
                                          bool control, bool first) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()) / 2) {
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("a text of {} bytes is too long for a model", text.size()));
  }
  std::vector<llama_token> tokens(text.size() / 3 + 16);
  for (;;) {
    const int32_t count =
        llama_tokenize(vocab, text.data(), static_cast<int32_t>(text.size()), tokens.data(),
                       static_cast<int32_t>(tokens.size()), first, control);
    tokens.resize(static_cast<size_t>(count < 0 ? -count : count));
    if (count >= 0) return tokens;
  }
}

std::string PieceOf(const llama_vocab* vocab, llama_token token) {
  std::array<char, 64> buffer{};
  const auto write = [&](char* to, size_t bytes) {
    return llama_token_to_piece(vocab, token, to, static_cast<int32_t>(bytes), 0, false);
  };
  const int32_t bytes = write(buffer.data(), buffer.size());
  if (bytes >= 0) return std::string(buffer.data(), static_cast<size_t>(bytes));
  std::string piece(static_cast<size_t>(-bytes), '\0');
  piece.resize(static_cast<size_t>(std::max(0, write(piece.data(), piece.size()))));
  return piece;
}

}  // namespace kith::rag
