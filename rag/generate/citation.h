// SPDX-License-Identifier: Apache-2.0
// From parts of passages to citations: byte spans of documents, quoted from the stored source.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "rag/ingest/source_text.h"

namespace kith::rag {

/// `span` of `source`, widened over markup that begins right before it or ends right after it, so
/// that a quote that begins with a link's text begins with the link: "<a href=x>Ann</a> came"
/// instead of "Ann</a> came". For Markdown and HTML sources.
ByteSpan WidenOverMarkup(std::string_view source, ByteSpan span);

}  // namespace kith::rag
