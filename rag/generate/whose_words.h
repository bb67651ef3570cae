// SPDX-License-Identifier: Apache-2.0
// Of whom a sentence says its words: what it says of others, or denies, answers nothing.
//
// Thread safety: pure functions.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace kith::rag {

/// Words that the sentence says of a name which the question does not have, "king" in "the king of
/// Selland" and "mayor" in "Tollin's mayor", or of another office ("deputy mayor"). They answer no
/// question about somebody else. A question of no name (`of_name` is false: "who is the king?")
/// means whichever king the documents have.
std::set<std::string, std::less<>> HeldByOthers(std::string_view sentence,
                                                std::string_view question, bool of_name);

/// The sentence with blanks for what it denies: behind "never" or "没有" up to the end of the
/// clause. A question that denies something itself is answered by what is denied.
std::string WithoutDenied(std::string_view sentence, std::string_view question);

/// The same for Chinese offices that a word before them makes others: "副校长" is no "校长".
std::string WithoutOtherOffices(std::string_view sentence, std::string_view question);

/// True when what the question has behind "to" or "by" stands elsewhere in the sentence, and
/// something else of the question there: "who sold X to Y" is not answered by "Y sold X to Z" nor
/// by "Y sold it to X".
bool SwapsRoles(std::string_view sentence, std::string_view question);

}  // namespace kith::rag
