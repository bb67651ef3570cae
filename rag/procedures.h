// SPDX-License-Identifier: Apache-2.0
// CALL rag.ingest, rag.delete, rag.embed, rag.retrieve, rag.ask and rag.chat.
//
//   CALL rag.ingest(path, options = {}) YIELD documents, replaced, unchanged, chunks, entities,
//        links, skipped
//   CALL rag.delete(uri) YIELD deleted
//   CALL rag.embed() YIELD embedded, kept, model
//   CALL rag.retrieve(question, options = {}) YIELD chunk, score, document, title, begin, end,
//        text, foundBy, path, route
//   CALL rag.ask(question, options = {}) YIELD answer, abstained, confidence, citations, route,
//        reasons, byModel
//   CALL rag.chat(conversation, question, options = {}) YIELD what rag.ask does, and asked
//
// Options of the last three: {limit: 10, route: 'factual' | 'analytical' | 'text' | 'dense'}; of
// ask and chat too, for a language model's words: {model: 'x.gguf', maxTokens: 256, contextTokens:
// 0, maxMs: 0, seed: 1, temperature: 0.0, markUnsupported: false}.
#pragma once

#include "engine/base/status.h"

namespace kith::query {
class ProcedureRegistry;
}

namespace kith::rag {

class Pipeline;

/// `pipeline` is borrowed and must outlive the registry. AlreadyExists when a name is taken.
Status RegisterProcedures(Pipeline* pipeline, query::ProcedureRegistry* registry);

}  // namespace kith::rag
