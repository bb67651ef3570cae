// SPDX-License-Identifier: Apache-2.0
// Draws the evidence subgraph of a retrieval: a self-contained SVG, laid out in columns by the
// number of hops from the question. No script, no fonts or files from elsewhere.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "rag/types.h"

namespace kith::rag {

/// An SVG document; with no evidence it says so in the picture. Text is escaped and cut to fit.
std::string EvidenceToSvg(const Evidence& evidence, std::string_view title);

/// An HTML page: question, answer with numbered citations, route with reasons, picture, passages.
std::string AnswerToHtml(std::string_view question, const Answer& answer);

}  // namespace kith::rag
