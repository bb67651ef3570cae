// SPDX-License-Identifier: Apache-2.0
// Threads take the next few texts, cut them into tokens and encode them, until none is left.
#include "rag/model/encoder_embedder.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace kith::rag {
namespace {

// About this many tokens are encoded together: the weights are read once for all of them, and what
// they become between two layers stays in the processor's caches.
constexpr size_t kBatchTokens = 512;
// Of English text; only the size of batches depends on it.
constexpr size_t kBytesOfToken = 4;

}  // namespace

// One call of Embed: what its threads share.
class EncoderEmbedder::Run {
 public:
  Run(const EncoderEmbedder& embedder, std::span<const std::string_view> texts, float* vectors,
      const EmbedOptions& options)
      : embedder_(embedder), texts_(texts), vectors_(vectors), options_(options) {}

  /// Works until no text is left or someone has failed. `reports`: calls the progress function.
  void Work(bool reports) {
    for (size_t begin = 0, end = 0; Take(&begin, &end);) {
      const EmbedProgress progress = Finish(end - begin, Encode(begin, end));
      if (progress.texts_done == progress.texts_total) break;
      if (reports && options_.progress && !options_.progress(progress)) {
        Finish(0, Status(StatusCode::kCancelled, "embedding was cancelled"));
      }
    }
  }

  /// After all threads' Work.
  Status End() const {
    if (status_.ok() && options_.progress) options_.progress(done_);
    return status_;
  }

 private:
  /// The next texts, of about a batch's tokens. False: there is nothing left to do.
  bool Take(size_t* begin, size_t* end) {
    const std::lock_guard lock(mutex_);
    if (next_ == texts_.size() || !status_.ok()) return false;
    *begin = next_;
    for (size_t tokens = 0; next_ < texts_.size() && tokens < kBatchTokens; ++next_) {
      tokens += std::min(embedder_.files_.max_tokens, texts_[next_].size() / kBytesOfToken + 2);
    }
    *end = next_;
    return true;
  }

  /// The number of tokens of the texts [begin, end), whose vectors are written.
  Result<size_t> Encode(size_t begin, size_t end) try {
    std::vector<int32_t> tokens;
    std::vector<uint32_t> offsets = {0};
    for (size_t i = begin; i < end; ++i) {
      embedder_.files_.tokenizer.Encode(texts_[i], embedder_.max_tokens(), &tokens);
      offsets.push_back(static_cast<uint32_t>(tokens.size()));
    }
    KITH_RETURN_IF_ERROR(embedder_.encoder_->Encode({tokens, offsets}, options_.interrupt,
                                                    vectors_ + begin * embedder_.model_.dimension));
    return tokens.size();
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kResourceExhausted, "out of memory while embedding texts");
  }

  EmbedProgress Finish(size_t texts, const Result<size_t>& tokens) {
    const std::lock_guard lock(mutex_);
    done_.texts_done += texts;
    done_.texts_total = texts_.size();
    if (tokens.ok()) done_.tokens_done += *tokens;
    if (status_.ok()) status_ = tokens.status();
    return done_;
  }

  const EncoderEmbedder& embedder_;
  std::span<const std::string_view> texts_;
  float* vectors_;
  const EmbedOptions& options_;
  std::mutex mutex_;  // Guards the rest.
  size_t next_ = 0;
  EmbedProgress done_;
  Status status_;
};

EncoderEmbedder::EncoderEmbedder(EmbeddingModelFiles files, const EmbedderOptions& options,
                                 std::unique_ptr<BertEncoder> encoder)
    : files_(std::move(files)),
      options_(options),
      model_{files_.name, files_.checksum, files_.config.hidden, files_.config.pooling,
             files_.config.normalise},
      encoder_(std::move(encoder)) {
  if (options_.threads == 0) options_.threads = std::max(1u, std::thread::hardware_concurrency());
}

Result<std::unique_ptr<Embedder>> EncoderEmbedder::Open(EmbeddingModelFiles files,
                                                        const EmbedderOptions& options) {
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<BertEncoder> encoder,
                        BertEncoder::Load(files.weights, files.config, options.precision));
  return std::unique_ptr<Embedder>(
      new EncoderEmbedder(std::move(files), options, std::move(encoder)));
}

Status EncoderEmbedder::Embed(std::span<const std::string_view> texts, float* vectors,
                              const EmbedOptions& options) const {
  Run run(*this, texts, vectors, options);
  {
    std::vector<std::jthread> helpers;
    const size_t threads = std::min(options_.threads, texts.size());
    try {
      while (helpers.size() + 1 < threads) helpers.emplace_back([&run] { run.Work(false); });
    } catch (const std::system_error&) {
      // The machine gives no more threads; those that there are do the work.
    }
    run.Work(true);
  }
  return run.End();
}

}  // namespace kith::rag
