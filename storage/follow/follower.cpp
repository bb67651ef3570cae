// SPDX-License-Identifier: Apache-2.0
// The thread that follows.
#include "storage/follow/follower.h"

#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace kith::storage {
namespace {

// Reading the notice takes microseconds, so looking often costs next to nothing.
constexpr std::chrono::milliseconds kPollInterval(5);
constexpr std::chrono::milliseconds kRetryInterval(100);
// The process that writes may be starting again, or the file system be busy.
constexpr std::chrono::seconds kFailurePatience(5);

}  // namespace

Result<std::unique_ptr<Follower>> Follower::Start(const GraphStoreOptions& given) {
  GraphStoreOptions options = given;
  // The process may change its folder; files are opened all the time.
  std::error_code error;
  options.path = std::filesystem::absolute(given.path, error);
  if (error) options.path = given.path;
  // There are two stores while one takes the place of the other.
  options.hot_cache_bytes /= 2;
  std::unique_ptr<Follower> follower(new Follower(options, NewBlockCache(options)));
  KITH_ASSIGN_OR_RETURN(follower->current_, FollowedStore::Open(options, follower->cache_));
  KITH_ASSIGN_OR_RETURN(follower->catalog_, Catalog::Load(follower->current_->store()));
  follower->thread_ = std::thread([raw = follower.get()] { raw->Run(); });
  return follower;
}

Follower::Follower(const GraphStoreOptions& options, std::shared_ptr<rocksdb::Cache> cache)
    : options_(options), cache_(std::move(cache)) {}

Follower::~Follower() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<std::shared_ptr<FollowedStore>> Follower::Current() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failing_since_ && Clock::now() - *failing_since_ > kFailurePatience) {
    return failure_.WithContext("following the process that writes " + options_.path);
  }
  return current_;
}

void Follower::Run() {
  bool more = false;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!more) wake_.wait_for(lock, kPollInterval, [this] { return stopping_; });
      if (stopping_) return;
    }
    try {
      more = Step();
    } catch (const std::bad_alloc&) {
      // What was being applied may be there in part, though nothing of it was published.
      lost_ = true;
      next_.reset();
      more = false;
    }
  }
}

// True when there is more to do at once.
bool Follower::Step() {
  const std::optional<CommitNotice> notice = ReadCommitNotice(options_.path);
  bool more = CatchUp(notice);
  if (opening_.valid()) TakeOpened();
  if (next_ != nullptr && notice) more = CatchUpNext(*notice) || more;
  // Not before that is worth an opening, which reads the log again where nothing was flushed.
  const uint64_t enough = MemtableBytes(options_) + current_->known_bytes();
  const bool full = current_->taken_bytes() >= enough;
  if ((lost_ || full) && next_ == nullptr && !opening_.valid()) OpenNext();
  return more;
}

bool Follower::CatchUp(const std::optional<CommitNotice>& notice) {
  NoteReadable(notice.has_value() || current_->opening() == 0);
  if (lost_ || !notice) return false;
  if (notice->opening != current_->opening()) {
    lost_ = true;
    return false;
  }
  const Result<bool> more = current_->CatchUp(notice->newest, catalog_.get());
  lost_ = !more.ok();
  return more.ok() && *more;
}

// The file can be torn for an instant, not for long: then the folder is gone, or cannot be opened.
void Follower::NoteReadable(bool readable) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (readable) {
    if (unreadable_) failing_since_.reset();
  } else if (!failing_since_) {
    failing_since_ = Clock::now();
    failure_ = Status(StatusCode::kIoError,
                      "its newest commit cannot be read; is the folder still there, and may this "
                      "process open more files?");
  }
  unreadable_ = !readable;
}

void Follower::OpenNext() {
  if (Clock::now() < next_opening_) return;
  const auto open = [this]() -> Opened {
    try {
      return FollowedStore::Open(options_, cache_);
    } catch (const std::bad_alloc&) {
      return Status(StatusCode::kResourceExhausted, "the machine's memory is used up; free some");
    }
  };
  try {
    opening_ = std::async(std::launch::async, open);
  } catch (const std::system_error& error) {
    NoteFailure(Status(StatusCode::kResourceExhausted,
                       std::string("a thread cannot be started: ") + error.what()));
  }
}

void Follower::TakeOpened() {
  if (opening_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  Opened opened = opening_.get();
  Status status = opened.status();
  if (status.ok()) status = catalog_->Refresh((*opened)->store());
  if (status.ok()) {
    next_ = *std::move(opened);
  } else {
    NoteFailure(status);
  }
}

void Follower::NoteFailure(const Status& failure) {
  next_opening_ = Clock::now() + kRetryInterval;
  if (!lost_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!failing_since_) failing_since_ = Clock::now();
  failure_ = failure;
}

bool Follower::CatchUpNext(const CommitNotice& notice) {
  const Result<bool> more = next_->opening() == notice.opening
                                ? next_->CatchUp(notice.newest, catalog_.get())
                                : Result<bool>(Status(StatusCode::kConflict,
                                                      "the data was opened for writing meanwhile"));
  if (!more.ok()) {
    NoteFailure(more.status());
    next_.reset();
    return false;
  }
  // After another opening for writing there may be fewer commits than were shown.
  if (lost_ || next_->newest() >= current_->newest()) Adopt();
  return *more;
}

void Follower::Adopt() {
  lost_ = false;
  // The old store goes here, when nobody reads from it, and after the lock.
  std::shared_ptr<FollowedStore> old = std::move(next_);
  const std::lock_guard<std::mutex> lock(mutex_);
  current_.swap(old);
  failing_since_.reset();
}

}  // namespace kith::storage
