// SPDX-License-Identifier: Apache-2.0
// What the prompts of conversations showed last. Only a matter of speed: forgetting it changes in
// which order the next prompt shows its passages, and how much of it is new to the model.
//
// Thread safety: all functions may be called from any thread.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "rag/generate/model_prompt.h"

namespace kith::rag {

class ConversationPrompts {
 public:
  /// Empty for a conversation that is not known, or not any more.
  std::vector<ShownText> LastOf(const std::string& conversation) const;
  /// Forgets the one that was remembered longest ago when there are many.
  void Remember(const std::string& conversation, std::vector<ShownText> shown);

 private:
  struct Last {
    std::string conversation;
    std::vector<ShownText> shown;
  };

  mutable std::mutex lock_;
  std::list<Last> last_;  ///< The latest first.
};

}  // namespace kith::rag
