// SPDX-License-Identifier: Apache-2.0
// Questions with gold answers and spans, one JSON object a line, as in demo/questions.jsonl; and
// what an answer is checked for. For tests; reading REQUIREs that files are well formed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rag/types.h"

namespace kith::rag {

struct GoldSpan {
  std::string file;
  uint64_t begin = 0;  ///< Bytes of the file.
  uint64_t end = 0;
  std::string text;
};

struct GoldQuestion {
  std::string id;
  std::string half;  ///< Empty where the file knows no halves.
  std::string text;
  bool answerable = false;
  std::vector<std::string> answers;  ///< Any of them is right.
  std::vector<GoldSpan> gold;
};

std::string ReadWholeFile(const std::string& path);
std::vector<GoldQuestion> ReadGoldQuestions(const std::string& path);
/// CHECKs that the gold spans of the questions exist byte for byte below `folder`.
void CheckGoldSpans(const GoldQuestion& question, const std::string& folder);
/// CHECKs that the citations of an answer exist byte for byte below `folder`.
void CheckCitations(const Answer& answer, const std::string& folder);
/// An answerable question was answered with an expected answer, or another one refused.
bool IsRight(const GoldQuestion& question, const Answer& answer);

}  // namespace kith::rag
