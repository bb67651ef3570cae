// SPDX-License-Identifier: Apache-2.0
// See backups.h.
#include "engine/shell/backups.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "engine/shell/fetch/model_fetcher.h"
#include "engine/shell/interrupt_key.h"
#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;

int Fail(const Status& status) {
  fmt::print(stderr, "kith: {}\n", PrintableLines(status.message()));
  return kFailed;
}

/// "backup 3 of 2026-11-26 09:15:02 UTC, 1.2 MB"
std::string Named(const BackupInfo& backup) {
  return fmt::format("backup {} of {:%Y-%m-%d %H:%M:%S} UTC, {}", backup.number,
                     fmt::gmtime(static_cast<std::time_t>(backup.created_s)),
                     ByteText(backup.bytes));
}

int List(const std::string& folder) {
  const auto backups = Database::Backups(folder);
  if (!backups.ok()) return Fail(backups.status());
  for (const BackupInfo& backup : *backups) fmt::print("{}\n", Named(backup));
  if (backups->empty()) fmt::print("there is no whole backup in {}\n", Printable(folder));
  return kOk;
}

}  // namespace

int RunBackup(Database& database, const CommandLine& line) {
  const InterruptKey interrupt;
  BackupOptions options;
  options.keep = line.keep;
  options.goes_on = [&] { return !interrupt.pressed(); };
  const auto made = database.Backup(line.arguments[0], options);
  if (!made.ok()) return Fail(made.status());
  fmt::print("{}, is in {}\n", Named(*made), Printable(line.arguments[0]));
  return kOk;
}

int RunRestore(const CommandLine& line) {
  if (line.arguments.size() == 1) return List(line.arguments[0]);
  const auto restored = Database::Restore(line.arguments[0], line.arguments[1], line.number);
  if (!restored.ok()) return Fail(restored.status());
  fmt::print("{}, is restored to {}\n", Named(*restored), Printable(line.arguments[1]));
  return kOk;
}

}  // namespace kith::shell
