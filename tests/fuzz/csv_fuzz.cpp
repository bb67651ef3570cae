// SPDX-License-Identifier: Apache-2.0
// libFuzzer target over the CSV parser and the headers of imports: kith_csv_fuzz CORPUS_FOLDER
#include <cstdlib>

#include "tests/fuzz/csv_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (!kith::test::TryCsv({reinterpret_cast<const char*>(data), size})) std::abort();
  return 0;
}
