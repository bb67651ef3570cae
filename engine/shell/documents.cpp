// SPDX-License-Identifier: Apache-2.0
// Ingest with a progress bar; answers with route, reasons, citations, evidence and a picture.
#include "engine/shell/documents.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "engine/shell/interrupt_key.h"
#include "engine/shell/json_text.h"
#include "engine/shell/line_editor.h"
#include "engine/shell/progress_bar.h"
#include "engine/shell/text_width.h"

namespace kith::shell {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kNoAnswer = 4;

int Fail(const Status& status) {
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", PrintableLines(status.ToString()));
  return kFailed;
}

std::string Counted(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void PrintReport(const IngestReport& report, double seconds) {
  fmt::print("{} added, {} replaced, {} unchanged; {}, {}, {}; {:.1f} s\n",
             Counted(report.documents_added, "document", "documents"), report.documents_replaced,
             report.documents_unchanged, Counted(report.chunks, "chunk", "chunks"),
             Counted(report.entities, "entity", "entities"), Counted(report.links, "link", "links"),
             seconds);
  for (const SkippedDocument& document : report.skipped) {
    fmt::print(stderr, "skipped {}: {}\n", Printable(document.path), Printable(document.reason));
  }
}

void PrintForgotten(const IngestReport& report) {
  if (report.skipped.empty()) {
    fmt::print("{} forgotten\n", Counted(report.documents_forgotten, "document", "documents"));
  } else {
    fmt::print(stderr, "nothing was forgotten, because documents were skipped\n");
  }
}

void AppendStrings(const std::vector<std::string>& texts, std::string* out) {
  *out += '[';
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) *out += ',';
    AppendJsonString(texts[i], out);
  }
  *out += ']';
}

void AppendPlace(std::string_view document, std::string_view title, uint64_t begin, uint64_t end,
                 std::string* out) {
  *out += "\"document\":";
  AppendJsonString(document, out);
  *out += ",\"title\":";
  AppendJsonString(title, out);
  *out += fmt::format(",\"begin\":{},\"end\":{},\"text\":", begin, end);
}

void AppendEvidence(const Evidence& evidence, std::string* out) {
  *out += "{\"nodes\":[";
  for (size_t i = 0; i < evidence.nodes.size(); ++i) {
    const EvidenceNode& node = evidence.nodes[i];
    *out += fmt::format("{}{{\"id\":{},\"label\":", i > 0 ? "," : "", node.id);
    AppendJsonString(node.label, out);
    *out += ",\"name\":";
    AppendJsonString(node.name, out);
    *out += '}';
  }
  *out += "],\"relationships\":[";
  for (size_t i = 0; i < evidence.edges.size(); ++i) {
    const EvidenceEdge& edge = evidence.edges[i];
    *out += fmt::format("{}{{\"start\":{},\"end\":{},\"type\":", i > 0 ? "," : "", edge.start,
                        edge.end);
    AppendJsonString(edge.type, out);
    *out += '}';
  }
  *out += "]}";
}

void PrintJson(std::string_view question, const Answer& answer) {
  std::string out = "{\"question\":";
  AppendJsonString(question, &out);
  out += ",\"asked\":";
  AppendJsonString(answer.asked, &out);
  out += ",\"answer\":";
  AppendJsonString(answer.text, &out);
  out += fmt::format(",\"abstained\":{},\"by_model\":{},\"confidence\":{},\"route\":",
                     answer.abstained, answer.by_model, answer.confidence);
  AppendJsonString(answer.retrieval.route, &out);
  out += ",\"reasons\":";
  AppendStrings(answer.retrieval.reasons, &out);
  out += ",\"citations\":[";
  for (size_t i = 0; i < answer.citations.size(); ++i) {
    const Citation& citation = answer.citations[i];
    out += fmt::format("{}{{\"number\":{},", i > 0 ? "," : "", citation.number);
    AppendPlace(citation.document, citation.title, citation.begin_byte, citation.end_byte, &out);
    AppendJsonString(citation.quote, &out);
    out += '}';
  }
  out += "],\"passages\":[";
  for (size_t i = 0; i < answer.retrieval.passages.size(); ++i) {
    const Passage& passage = answer.retrieval.passages[i];
    out += i > 0 ? ",{" : "{";
    AppendPlace(passage.document, passage.title, passage.begin_byte, passage.end_byte, &out);
    AppendJsonString(passage.text, &out);
    out += fmt::format(",\"score\":{},\"found_by\":", passage.score);
    AppendJsonString(passage.found_by, &out);
    out += '}';
  }
  out += "],\"evidence\":";
  AppendEvidence(answer.retrieval.evidence, &out);
  fmt::print("{}}}\n", out);
}

std::string NameOf(const Evidence& evidence, int64_t id) {
  const auto node =
      std::find_if(evidence.nodes.begin(), evidence.nodes.end(),
                   [id](const EvidenceNode& candidate) { return candidate.id == id; });
  if (node == evidence.nodes.end()) return fmt::format("#{}", id);
  return node->name.empty() ? fmt::format("({})", node->label) : Printable(node->name);
}

void PrintEvidence(const Evidence& evidence) {
  constexpr size_t kShown = 12;
  if (evidence.edges.empty()) return;
  fmt::print("\nevidence: {}, {}\n", Counted(evidence.nodes.size(), "node", "nodes"),
             Counted(evidence.edges.size(), "relationship", "relationships"));
  for (size_t i = 0; i < std::min(kShown, evidence.edges.size()); ++i) {
    const EvidenceEdge& edge = evidence.edges[i];
    fmt::print("  {} -[{}]-> {}\n", NameOf(evidence, edge.start), Printable(edge.type),
               NameOf(evidence, edge.end));
  }
  if (evidence.edges.size() > kShown)
    fmt::print("  ... and {} more\n", evidence.edges.size() - kShown);
}

void PrintCitations(const Answer& answer) {
  for (const Citation& citation : answer.citations) {
    fmt::print("\n[{}] {} ({}, bytes {}-{})\n    \"{}\"", citation.number,
               Printable(citation.title), Printable(citation.document), citation.begin_byte,
               citation.end_byte, Printable(citation.quote));
  }
  if (!answer.citations.empty()) fmt::print("\n");
}

/// What is behind the text of an answer.
void PrintSources(const Answer& answer) {
  PrintCitations(answer);
  fmt::print("\nroute: {}\n", answer.retrieval.route);
  for (const std::string& reason : answer.retrieval.reasons) {
    fmt::print("  - {}\n", Printable(reason));
  }
  if (!answer.retrieval.passages.empty()) fmt::print("\npassages:\n");
  for (size_t i = 0; i < answer.retrieval.passages.size(); ++i) {
    const Passage& passage = answer.retrieval.passages[i];
    fmt::print("  {:2}. {:6.2f}  {}  ({}, by {})\n", i + 1, passage.score, Printable(passage.title),
               Printable(passage.document), passage.found_by);
  }
  PrintEvidence(answer.retrieval.evidence);
}

/// An SVG file with the evidence, or an HTML page with the whole answer.
Status WritePicture(const std::string& path, std::string_view question, const Answer& answer) {
  const std::string contents =
      path.ends_with(".html") ? answer.ToHtml(question) : answer.retrieval.evidence.ToSvg(question);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"),
                                                             &std::fclose);
  if (file == nullptr ||
      std::fwrite(contents.data(), 1, contents.size(), file.get()) != contents.size() ||
      std::fflush(file.get()) != 0) {
    return Status(StatusCode::kIoError, fmt::format("the picture {} could not be written: {}", path,
                                                    std::strerror(errno)));
  }
  return Status::Ok();
}

/// Asks, prints and gives the exit code. The text comes as it is made; a model takes its time.
int AskOnce(Database& database, const CommandLine& line, const InterruptKey& interrupt,
            const std::string& question) {
  const bool as_json = line.mode == OutputMode::kJson || line.mode == OutputMode::kJsonLines;
  AskOptions options;
  options.model = line.model;
  options.conversation = line.conversation;
  bool begun = false;
  options.on_text = [&](std::string_view piece) {
    if (!as_json && !piece.empty()) {
      begun = true;
      fmt::print("{}", PrintableLines(piece));
      std::fflush(stdout);
    }
    return !interrupt.pressed();
  };
  const auto answer = database.rag().Ask(question, options);
  if (begun) fmt::print("\n");
  if (!answer.ok()) return Fail(answer.status());
  if (as_json) {
    PrintJson(question, *answer);
  } else {
    if (!line.model.empty() && !answer->by_model && !answer->abstained) {
      fmt::print(
          "\n(nothing of what the model wrote could be kept; these are the documents' own "
          "sentences)\n");
    }
    if (line.arguments.empty()) {
      // One of several: the talk has to stay readable.
      if (answer->asked != question) fmt::print("(asked: {})\n", Printable(answer->asked));
      PrintCitations(*answer);
    } else {
      PrintSources(*answer);
    }
  }
  if (!line.picture.empty()) {
    const Status written = WritePicture(line.picture, question, *answer);
    if (!written.ok()) return Fail(written);
    if (!line.mode) fmt::print("\npicture: {}\n", line.picture);
  }
  return answer->abstained ? kNoAnswer : kOk;
}

/// The next question of a conversation, from the terminal or the lines of standard input.
class QuestionReader {
 public:
  explicit QuestionReader(InterruptKey* interrupt) : interrupt_(*interrupt) {
    if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) {
      editor_ = std::make_unique<LineEditor>("", Completer(), interrupt);
    }
  }
  bool at_terminal() const { return editor_ != nullptr; }

  /// Without white space around it; never empty. False at the end.
  bool Next(std::string* question) {
    while (ReadLine(question)) {
      constexpr std::string_view kSpace = " \t\r\n";
      question->erase(0, std::min(question->find_first_not_of(kSpace), question->size()));
      question->erase(question->find_last_not_of(kSpace) + 1);
      if (!question->empty()) return true;
    }
    return false;
  }

 private:
  bool ReadLine(std::string* line) {
    if (!at_terminal()) return ReadPipedLine(line);
    const LineEditor::Outcome outcome = editor_->Read("? ", line);
    if (outcome == LineEditor::Outcome::kEnd) fmt::print("\n");
    if (outcome == LineEditor::Outcome::kInterrupted) {
      line->clear();
    } else if (outcome == LineEditor::Outcome::kLine) {
      editor_->Remember(*line);
    }
    return outcome != LineEditor::Outcome::kEnd;
  }

  /// Ctrl-C ends the input.
  bool ReadPipedLine(std::string* line) {
    size_t end = 0;
    while ((end = piped_.find('\n')) == std::string::npos) {
      std::array<char, 1 << 16> buffer;
      const ssize_t got = interrupt_.Read(STDIN_FILENO, buffer.data(), buffer.size());
      if (got <= 0) break;
      piped_.append(buffer.data(), static_cast<size_t>(got));
    }
    line->assign(piped_, 0, end);
    piped_.erase(0, end == std::string::npos ? end : end + 1);
    return !interrupt_.pressed() && (end != std::string::npos || !line->empty());
  }

  InterruptKey& interrupt_;
  std::unique_ptr<LineEditor> editor_;
  std::string piped_;  // What was read of standard input and not asked yet.
};

}  // namespace

int RunIngest(Database& database, const CommandLine& line) {
  const auto begin = std::chrono::steady_clock::now();
  InterruptKey interrupt;
  ProgressBar bar(!line.quiet);
  IngestOptions options;
  options.forget_others = line.mirror;
  if (line.max_document_bytes != 0) options.max_document_bytes = line.max_document_bytes;
  // The model takes the chunks of a transaction together, on all cores.
  if (!line.options.embedding_model.empty()) options.documents_per_transaction = 32;
  if (line.batch != 0) options.documents_per_transaction = line.batch;
  size_t done = 0;
  options.progress = [&](const IngestProgress& at) {
    done = at.documents_done;
    bar.Show(at.documents_done, at.documents_total, at.current);
    return !interrupt.pressed();
  };
  const auto report = database.rag().IngestAll(line.arguments, options);
  bar.Clear();
  if (!report.ok()) {
    const int code = Fail(report.status());
    if (done > 0 && report.status().code() != StatusCode::kCancelled) {
      fmt::print(stderr, "stopped; {} before that stay in the database\n",
                 Counted(done, "document", "documents"));
    }
    return code;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  PrintReport(*report, taken.count());
  if (line.mirror) PrintForgotten(*report);
  return report->skipped.empty() ? kOk : kFailed;
}

int RunEmbed(Database& database, const CommandLine& line) {
  const auto begin = std::chrono::steady_clock::now();
  InterruptKey interrupt;
  ProgressBar bar(!line.quiet);
  EmbedOptions options;
  options.progress = [&](const EmbedProgress& at) {
    bar.Show(at.chunks_done, at.chunks_total, "chunks");
    return !interrupt.pressed();
  };
  const auto report = database.rag().Embed(options);
  bar.Clear();
  if (!report.ok()) {
    const int code = Fail(report.status());
    if (report.status().code() == StatusCode::kCancelled) {
      fmt::print(stderr, "what was embedded stays; kith embed goes on with the rest\n");
    }
    return code;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  fmt::print("{} embedded, {} had a vector; {:.1f} s\n",
             Counted(report->embedded, "chunk", "chunks"), report->kept, taken.count());
  return kOk;
}

int RunAsk(Database& database, const CommandLine& line) {
  InterruptKey interrupt;
  std::string question;
  for (const std::string& word : line.arguments) question += (question.empty() ? "" : " ") + word;
  if (!line.arguments.empty()) return AskOnce(database, line, interrupt, question);
  QuestionReader questions(&interrupt);
  bool failed = false;
  bool abstained = false;
  while (questions.Next(&question)) {
    const int code = AskOnce(database, line, interrupt, question);
    failed = failed || code == kFailed;
    abstained = abstained || code == kNoAnswer;
    if (interrupt.TakePressed() && !questions.at_terminal()) break;
    if (questions.at_terminal()) fmt::print("\n");
    std::fflush(stdout);
  }
  if (failed) return kFailed;
  return abstained ? kNoAnswer : kOk;
}

int RunForget(Database& database, const CommandLine& line) {
  for (const std::string& document : line.arguments) {
    const Status deleted = database.rag().Delete(document);
    if (!deleted.ok()) return Fail(deleted);
    fmt::print("forgot {}\n", Printable(document));
  }
  return kOk;
}

}  // namespace kith::shell
