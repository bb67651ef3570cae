// SPDX-License-Identifier: Apache-2.0
// A language model in this process: a GGUF file that continues a conversation, one piece of text
// after another. Behind it is llama.cpp, where this build has it.
//
// What the messages say is text and nothing else: a document cannot end its own message or begin
// another by spelling a control token of the model.
//
// Thread safety: a model may be used from any thread. Calls of Generate that run at once share the
// passes through the model, and its context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/memory_budget.h"
#include "engine/base/result.h"

namespace kith::rag {

/// How the keys and values of tokens are kept that the model has read.
enum class CacheType : uint8_t {
  kHalf,  ///< float16.
  kByte,  ///< q8_0: 47% less, nearly the same answers.
};

struct ModelOptions {
  /// What prompt and answer may have together. 0: as many as the model was trained for, at most
  /// kDefaultContextTokens.
  size_t context_tokens = 0;
  /// Of the processor. 0: as many as it has, at most 16.
  size_t threads = 0;
  CacheType cache = CacheType::kHalf;
  /// Calls of Generate that run at once, 1 to 64; more wait until one has ended. A model that keeps
  /// a state instead of keys and values runs one.
  size_t callers = 8;
  /// Keys and values that there is room for beyond those of one full context. The room is for all:
  /// a call begins when what its prompt and max_tokens may need is free of other calls, and waits
  /// until then; what it reads and writes afterwards has its place. What is left holds what ended
  /// calls read, so that going on with their conversations does not read it again. 0: one context
  /// for all.
  size_t kept_bytes = 0;
  /// Charged with the keys and values; the weights are mapped from their file, and the kernel's.
  /// May be null. Borrowed; must outlive the model.
  MemoryBudget* memory = nullptr;
  /// Polled while the file is read; may be null. Borrowed for the call.
  const Interrupt* interrupt = nullptr;
};

inline constexpr size_t kDefaultContextTokens = 4096;
/// Room in the context that messages must leave for an answer.
inline constexpr size_t kMinAnswerTokens = 16;

struct ModelFacts {
  std::string name;          ///< As the file has it, or the file's own name.
  std::string architecture;  ///< "llama", "gemma3", ...
  size_t context_tokens = 0;
  size_t trained_tokens = 0;  ///< The longest context that it was trained for.
  uint64_t weight_bytes = 0;
  size_t callers = 0;        ///< Calls of Generate that run at once.
  size_t cache_tokens = 0;   ///< Of all calls together: one full context, and what was kept_bytes.
  uint64_t cache_bytes = 0;  ///< Their keys and values.
};

/// One part of a conversation. The template of the file says how the model sees it.
struct ChatMessage {
  enum class Role : uint8_t { kSystem, kUser, kAssistant };
  Role role = Role::kUser;
  std::string text;
};

struct SamplingOptions {
  float temperature = 0;  ///< 0: always the most likely token. Same prompt, same answer.
  size_t top_k = 40;      ///< 0 is no limit; this and below only with a temperature above 0.
  float top_p = 0.95F;    ///< 1 is no limit.
  float min_p = 0.05F;    ///< 0 is no limit.
  uint32_t seed = 1;
  float repeat_penalty = 1;  ///< Of the last 64 tokens; 1 is none.
};

struct GenerateOptions {
  size_t max_tokens = 512;  ///< And never more than the context has room for.
  uint64_t max_ms = 0;      ///< From the call on, waiting for others included. 0: no limit.
  SamplingOptions sampling;
  /// In GBNF, root rule "root": the text is a sentence of it, or its beginning when a limit ended
  /// it. Empty: no grammar.
  std::string grammar;
  /// A JSON Schema that the text keeps to, as GrammarOfJsonSchema; instead of a grammar.
  std::string json_schema;
  std::vector<std::string> stops;  ///< The text ends before the first of these.
  /// Called with each piece of text, UTF-8 in whole characters, and from time to time with an empty
  /// one while there is none; false ends the generation, and so, with Internal, does what it
  /// throws.
  std::function<bool(std::string_view piece)> on_text;
  const Interrupt* interrupt = nullptr;  ///< May be null. Borrowed for the call.
};

enum class GenerationEnd : uint8_t {
  kModel,    ///< The model ended its message, or the grammar was complete.
  kStop,     ///< One of GenerateOptions::stops.
  kTokens,   ///< max_tokens.
  kContext,  ///< The context was full.
  kTime,     ///< max_ms.
  kCaller,   ///< on_text.
};

struct Generation {
  std::string text;
  GenerationEnd end = GenerationEnd::kModel;
  size_t prompt_tokens = 0;
  size_t reused_tokens = 0;  ///< Of them, those whose keys and values were there already.
  size_t tokens = 0;         ///< Of the text.
  double first_token_ms = 0;
  double total_ms = 0;
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const ModelFacts& facts() const = 0;
  /// Tokens of `text` alone. InvalidArgument when it is too long to count.
  virtual Result<size_t> CountTokens(std::string_view text) const = 0;
  /// Tokens of the messages in the file's template, up to where the model's answer begins.
  virtual Result<size_t> CountTokens(std::span<const ChatMessage> messages) const = 0;
  /// The model's next message. InvalidArgument when the messages leave less than kMinAnswerTokens,
  /// or the grammar is none; Cancelled and Timeout as the interrupt says; ResourceExhausted.
  /// Nothing but memory is touched, and after an error the model can be used as before.
  ///
  /// Which calls run beside it, and what is left of earlier ones, changes in which order numbers
  /// are added up: a token nearly as likely as another one may then come instead of it.
  virtual Result<Generation> Generate(std::span<const ChatMessage> messages,
                                      const GenerateOptions& options) = 0;
};

/// Reads the GGUF file `path`. NotFound; InvalidArgument when it is no GGUF file, or holds no model
/// that writes text (an embedding model for example); Corruption when it is cut short or damaged;
/// Unsupported for an architecture or template that the llama.cpp of this build does not know, a
/// processor without AVX2, or a build without llama.cpp; ResourceExhausted.
Result<std::unique_ptr<LanguageModel>> LoadLanguageModel(const std::string& path,
                                                         const ModelOptions& options = {});

/// Whether this build has llama.cpp.
bool HasLanguageModels();

}  // namespace kith::rag
