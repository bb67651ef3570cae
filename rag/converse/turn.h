// SPDX-License-Identifier: Apache-2.0
// What is said in a conversation, as the resolution of follow-up questions sees it. Plain data.
//
// Thread safety: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::rag {

/// One question and its answer, as stored.
struct Turn {
  std::string asked;  ///< The question as it was understood: what was looked for.
  std::string answer;
};

/// What a name may be the name of, as far as texts tell.
enum class ThingKind : uint8_t { kUnknown, kMan, kWoman, kPerson, kThing };

/// A name at bytes [begin, end) of the text that holds it.
struct SpokenName {
  std::string text;  ///< As it stands there.
  std::string key;   ///< As names are compared.
  size_t begin = 0;
  size_t end = 0;
  ThingKind kind = ThingKind::kUnknown;
};

/// What a later question may refer to.
struct SpokenTurn {
  std::string asked;
  std::vector<SpokenName> asked_names;   ///< Of `asked`, in order.
  std::vector<SpokenName> answer_names;  ///< What the answer names beyond those, in order.
};

}  // namespace kith::rag
