// SPDX-License-Identifier: Apache-2.0
// A model with several sequences of tokens in its context, and the one pass that goes on with some
// of them at once. What calls of several threads need of a library; batched_decoder.h shares it out
// among them.
//
// Thread safety: one thread at a time.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/base/status.h"
#include "rag/generate/sequence_table.h"

namespace kith::rag {

/// What a pass reads behind one sequence.
struct PassPart {
  size_t sequence = 0;
  size_t position = 0;              ///< How many tokens the sequence holds already.
  std::span<const TokenId> tokens;  ///< Borrowed; not empty.
  /// Where the logits go of what may follow the last token, one for each token of the vocabulary.
  /// Null when nobody asks.
  std::vector<float>* logits = nullptr;
};

class SequenceDecoder {
 public:
  virtual ~SequenceDecoder() = default;
  /// Leaves the first `tokens` of a sequence. False when it cannot forget a part: then it is empty.
  virtual bool Cut(size_t sequence, size_t tokens) = 0;
  /// Lets the empty sequence `to` begin with the first `tokens` of another. False when it cannot:
  /// then it is empty still.
  virtual bool Share(size_t from, size_t to, size_t tokens) = 0;
  /// Appends the parts, of a sequence each. `stop` is polled on this thread, and ends it with
  /// Cancelled. ResourceExhausted when there is no room for all of them. What the sequences hold
  /// after an error is for Cut to undo. Throws nothing.
  virtual Status Decode(std::span<const PassPart> parts, const std::function<bool()>& stop) = 0;
  /// No call runs: its threads may sleep until the next Decode. What is held stays.
  virtual void Rest() = 0;
};

}  // namespace kith::rag
