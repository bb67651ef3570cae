// SPDX-License-Identifier: Apache-2.0
// libFuzzer target over the parser and the binder: kith_parse_fuzz CORPUS_FOLDER
#include "tests/fuzz/parse_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!kith::query::test::TryScript(text)) std::abort();
  return 0;
}
