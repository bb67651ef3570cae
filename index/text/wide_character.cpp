// SPDX-License-Identifier: Apache-2.0
// By ICU's character properties.
#include "index/text/wide_character.h"

#include <unicode/uchar.h>

namespace kith::index {

bool IsWideCharacter(char32_t code) {
  const int32_t width = u_getIntPropertyValue(static_cast<UChar32>(code), UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH;
}

}  // namespace kith::index
