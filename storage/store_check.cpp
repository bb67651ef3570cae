// SPDX-License-Identifier: Apache-2.0
// Checking files.
#include "storage/store_check.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>

#include <fstream>
#include <iterator>

#include "storage/format/meta_codec.h"
#include "storage/rocksdb_status.h"

namespace kith::storage {
namespace {

// Keeps the files that a check has listed while it reads them.
class KeptFiles {
 public:
  explicit KeptFiles(rocksdb::DB* db) : db_(db), keeps_(db->DisableFileDeletions().ok()) {}
  ~KeptFiles() {
    if (keeps_) db_->EnableFileDeletions(/*force=*/false).PermitUncheckedError();
  }
  KeptFiles(const KeptFiles&) = delete;
  KeptFiles& operator=(const KeptFiles&) = delete;

 private:
  rocksdb::DB* db_;
  bool keeps_;  // A database that is open read-only deletes nothing.
};

rocksdb::ColumnFamilyHandle* FamilyNamed(const Store& store, const std::string& name) {
  for (size_t i = 0; i < kFamilyCount; ++i) {
    rocksdb::ColumnFamilyHandle* family = store.family(static_cast<Family>(i));
    if (family != nullptr && family->GetName() == name) return family;
  }
  return store.family(Family::kDefault);
}

Status CheckTables(const Store& store, CheckReport* report) {
  const KeptFiles kept(store.db());
  std::vector<rocksdb::LiveFileMetaData> files;
  store.db()->GetLiveFilesMetaData(&files);
  for (size_t i = 0; i < files.size(); ++i) {
    KITH_RETURN_IF_ERROR(report->Step({"files", i, files.size()}));
    const std::string path = files[i].directory + "/" + files[i].relative_filename;
    const rocksdb::Options options =
        store.db()->GetOptions(FamilyNamed(store, files[i].column_family_name));
    const rocksdb::Status status =
        rocksdb::VerifySstFileChecksum(options, rocksdb::EnvOptions(options),
                                       rocksdb::ReadOptions(), path, files[i].largest_seqno);
    // Whoever writes may have dropped it since; what is open of it stays readable.
    if (!status.ok() && store.read_only() && options.env->FileExists(path).IsNotFound()) continue;
    bool damaged = false;
    KITH_RETURN_IF_ERROR(report->Absorb("file " + path, FromRocksDb(status, "reading"), &damaged));
  }
  return report->Step({"files", files.size(), files.size()});
}

Status CheckSuperblock(const Store& store, CheckReport* report) {
  const std::string path = store.path() + "/KITH";
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Result<Superblock> block = DecodeSuperblock(bytes, path);
  bool damaged = false;
  if (!block.ok()) return report->Absorb("file " + path, block.status(), &damaged);
  const Superblock& known = store.superblock();
  if (block->id == known.id) return Status::Ok();
  return report->Add({"superblock of another database", "file " + path, DatabaseIdText(known.id),
                      DatabaseIdText(block->id)});
}

// Records are pruned from the oldest on, but for those that the next open walks.
Status CheckCommitRecords(const Store& store, CommitNumber commit, CheckReport* report) {
  const std::unique_ptr<rocksdb::Iterator> records(
      store.db()->NewIterator(rocksdb::ReadOptions(), store.family(Family::kDefault)));
  const std::string first = CommitKey(CommitNumber{0});
  uint64_t expected = 0;
  for (records->Seek(first); records->Valid(); records->Next()) {
    const auto number = CommitOfRecordKey(records->key().ToStringView());
    if (!number) break;
    const auto found = static_cast<uint64_t>(*number);
    if (expected != 0 && found != expected) {
      KITH_RETURN_IF_ERROR(
          report->Add({"commit record is missing", fmt::format("commit {}", expected), "a record",
                       fmt::format("commit {} next", found)}));
    }
    if (!DecodeCommitRecord(records->value().ToStringView()).ok()) {
      KITH_RETURN_IF_ERROR(
          report->Add({"commit record is damaged", fmt::format("commit {}", found), "", ""}));
    }
    expected = found + 1;
  }
  bool damaged = false;
  KITH_RETURN_IF_ERROR(report->Absorb(
      "commit records", FromRocksDb(records->status(), "reading the commits"), &damaged));
  const auto last = static_cast<uint64_t>(commit);
  if (damaged || last == 0 || expected > last) return Status::Ok();
  return report->Add({"commit record is missing", fmt::format("commit {}", last), "a record",
                      fmt::format("commit {} last", expected == 0 ? 0 : expected - 1)});
}

}  // namespace

Status CheckStore(const Store& store, CommitNumber commit, CheckReport* report) {
  if (!store.in_memory()) KITH_RETURN_IF_ERROR(CheckSuperblock(store, report));
  KITH_RETURN_IF_ERROR(CheckTables(store, report));
  return CheckCommitRecords(store, commit, report);
}

}  // namespace kith::storage
