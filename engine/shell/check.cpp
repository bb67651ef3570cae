// SPDX-License-Identifier: Apache-2.0
// See check.h.
#include "engine/shell/check.h"

#include <fmt/format.h>

#include "engine/shell/interrupt_key.h"
#include "engine/shell/progress_bar.h"
#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

constexpr int kAllWell = 0;
constexpr int kWrong = 1;

std::string TextOf(const CheckFinding& finding) {
  std::string text = finding.what + ": " + finding.place;
  if (!finding.expected.empty()) text += "; expected " + finding.expected;
  if (!finding.found.empty()) text += "; found " + finding.found;
  return PrintableLines(text);
}

}  // namespace

int RunCheck(Database& database, const CommandLine& line) {
  const InterruptKey interrupt;
  ProgressBar bar(!line.quiet);
  CheckOptions options;
  options.progress = [&](const CheckProgress& at) {
    bar.Show(at.done, at.total, at.stage);
    return !interrupt.pressed();
  };
  const auto findings = database.Check(options);
  bar.Clear();
  if (!findings.ok()) {
    fmt::print(stderr, "kith: {}\n", PrintableLines(findings.status().message()));
    return kWrong;
  }
  for (const CheckFinding& finding : *findings) fmt::print("{}\n", TextOf(finding));
  if (findings->size() >= options.limit) fmt::print("and maybe more\n");
  if (findings->empty()) fmt::print("nothing is wrong in {}\n", Printable(line.database));
  return findings->empty() ? kAllWell : kWrong;
}

}  // namespace kith::shell
