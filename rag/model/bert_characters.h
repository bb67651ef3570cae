// SPDX-License-Identifier: Apache-2.0
// What BERT's tokeniser takes each character for. The models were trained with the Unicode tables
// of their time; characters that came later are letters to them, whatever they are today.
//
// Thread safety: pure functions.
#pragma once

namespace kith::rag {

/// Dropped by the cleaning of text.
bool IsBertControl(char32_t c);
/// Separates words.
bool IsBertSpace(char32_t c);
/// Is a word of its own.
bool IsBertPunctuation(char32_t c);
/// Dropped where accents are stripped (after canonical decomposition).
bool IsBertMark(char32_t c);
/// A CJK ideograph, by BERT's list of blocks.
bool IsBertChinese(char32_t c);

}  // namespace kith::rag
