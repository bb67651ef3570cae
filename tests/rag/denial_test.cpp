// SPDX-License-Identifier: Apache-2.0
// What a text denies, and what only looks so.
#include "rag/generate/denial.h"

#include <catch2/catch.hpp>
#include <string>

namespace kith::rag {
namespace {

/// What is denied, each in brackets.
std::string Denied(const std::string& text) {
  std::string denied;
  for (const Denial& denial : DenialsIn(text)) {
    CHECK(denial.begin <= denial.behind);
    CHECK(denial.behind <= denial.end);
    CHECK(denial.end <= text.size());
    denied += "[" + text.substr(denial.behind, denial.end - denial.behind) + "]";
  }
  return denied;
}

TEST_CASE("a denial goes to the end of its clause", "[rag]") {
  CHECK(Denied("She never acted, she wrote plays.") == "[ acted]");
  CHECK(Denied("She didn't act; nor did she sing.") == "[ act][ did she sing]");
  CHECK(Denied("Nobody sailed but Ann.") == "[ sailed]");
  CHECK(Denied("They have no house (and no garden).") == "[ house ][ garden]");
  CHECK(Denied("两人没有子女，住在石梁镇。") == "[子女]");
  CHECK(Denied("桥未建成。Ann never came.") == "[建成][ came]");
  CHECK(Denied("She wrote plays.").empty());
  CHECK(Denied("").empty());
}

TEST_CASE("who refused to do something did not do it", "[rag]") {
  CHECK(Denied("Ann refused to paint the king.") == "[ paint the king]");
  CHECK(Denied("Ann declined to sign, and left.") == "[ sign]");
  CHECK(Denied("The bridge failed to open in 1931.") == "[ open in 1931]");
  CHECK(Denied("Ann never managed to paint it.") == "[ managed to paint it]");
  CHECK(Denied("她拒绝出售书店，后来出国。") == "[出售书店]");
  // The refusal itself is said.
  const auto refusals = DenialsIn("Ann refused to paint.");
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].begin == refusals[0].behind);
  CHECK(Denied("The old mill failed in 1931.").empty());
}

TEST_CASE("what only looks like a denial is none", "[rag]") {
  CHECK(Denied("Not only plays.").empty());
  CHECK(Denied("It was not opened until 1990.").empty());
  CHECK(Denied("She never failed to attend.").empty());
  CHECK(Denied("Never Let Me Go came out in 2005.").empty());
  CHECK(Denied("No. 1 was built in 1990.").empty());
  CHECK(Denied("不仅是画家，未来也是。").empty());
  // "Only" elsewhere changes nothing.
  CHECK(Denied("She never married and only wrote.") == "[ married and only wrote]");
}

}  // namespace
}  // namespace kith::rag
