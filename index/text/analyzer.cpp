// SPDX-License-Identifier: Apache-2.0
// Words to terms, by the rules of one analyzer.
#include "index/text/analyzer.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>

#include "engine/base/utf8.h"
#include "index/text/stop_words.h"
#include "index/text/term_folder.h"
#include "index/text/word_breaker.h"

namespace kith::index {
namespace {

constexpr std::string_view kStandard = "standard";
constexpr std::string_view kNone = "none";
constexpr std::string_view kAuto = "auto";
constexpr std::string_view kEnglish = "english";
// So many words tell the language of a text.
constexpr size_t kDetectionWords = 300;

// The languages in Latin script that detection knows, those with function words.
std::vector<std::string_view> DetectableLanguages() {
  std::vector<std::string_view> languages;
  for (const StopWords& list : AllStopWords()) {
    if (list.language != "chinese" && list.language != "russian")
      languages.push_back(list.language);
  }
  return languages;
}

UScriptCode ScriptOf(std::string_view word) {
  size_t offset = 0;
  const char32_t c = TakeUtf8(word, &offset);
  if (c == kBadUtf8) return USCRIPT_UNKNOWN;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
  return U_FAILURE(error) ? USCRIPT_UNKNOWN : script;
}

// The stemmer of a script that one language of ours uses; empty for Latin and the rest.
std::string_view LanguageOfScript(UScriptCode script) {
  switch (script) {
    case USCRIPT_ARABIC: return "arabic";
    case USCRIPT_ARMENIAN: return "armenian";
    case USCRIPT_CYRILLIC: return "russian";
    case USCRIPT_DEVANAGARI: return "hindi";
    case USCRIPT_GREEK: return "greek";
    case USCRIPT_HEBREW: return "yiddish";
    case USCRIPT_TAMIL: return "tamil";
    default: return {};
  }
}

FoldingRule RuleOf(std::string_view language) {
  return {FindSnowball(language), language != kNone};
}

// With "auto" each script has its own stemmer; elsewhere the language's is used for every word.
FoldingRule RuleOfWord(std::string_view text, const Word& word, bool automatic,
                       const FoldingRule& latin) {
  if (!automatic || word.ascii) return latin;
  const UScriptCode script = ScriptOf(text.substr(word.begin, word.end - word.begin));
  if (script == USCRIPT_LATIN) return latin;
  return {FindSnowball(LanguageOfScript(script)), true};
}

// 's after a word, with either apostrophe.
bool IsPossessive(std::string_view text, size_t previous_end, const Word& word) {
  if (word.end - word.begin != 1 || (text[word.begin] | 0x20) != 's') return false;
  const std::string_view between = text.substr(previous_end, word.begin - previous_end);
  return previous_end > 0 && (between == "'" || between == "\u2019");
}

// The ends of the code points of a word of three or more Han characters; empty for other words.
std::vector<size_t> LongHanWord(std::string_view text, const Word& word) {
  std::vector<size_t> ends;
  if (word.ascii || word.end - word.begin < 9) return ends;
  const std::string_view part = text.substr(0, word.end);
  for (size_t i = word.begin; i < word.end;) {
    const char32_t c = TakeUtf8(part, &i);
    const bool han = c >= 0x3400 && c != kBadUtf8 &&
                     u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_IDEOGRAPHIC) != 0;
    if (!han) return {};
    ends.push_back(i);
  }
  if (ends.size() < 3) ends.clear();
  return ends;
}

// Splits long Han words into their overlapping pairs, so that the part of a compound finds it: the
// dictionary keeps together what a query may name apart.
void SplitHan(std::string_view text, std::vector<Word>* words) {
  std::vector<Word> split;
  bool changed = false;
  for (const Word& word : *words) {
    const std::vector<size_t> ends = LongHanWord(text, word);
    if (ends.empty()) {
      split.push_back(word);
      continue;
    }
    changed = true;
    size_t begin = word.begin;
    for (size_t i = 1; i < ends.size(); ++i) {
      split.push_back({begin, ends[i], false});
      begin = ends[i - 1];
    }
  }
  if (changed) *words = std::move(split);
}

std::vector<Word>& ThreadWords() {
  thread_local std::vector<Word> words;
  words.clear();
  return words;
}

}  // namespace

Result<std::string> CanonicalAnalyzer(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (lower == kStandard || lower == kNone || lower == kAuto) return lower;
  if (FindSnowball(lower) != kNoStemmer) return lower;
  // Neo4j's names. All of its plain analyzers split at word boundaries and fold case.
  constexpr std::array<std::string_view, 5> kPlain = {"standard-no-stop-words", "standard-folding",
                                                      "cjk", "simple", "unicode_whitespace"};
  if (std::find(kPlain.begin(), kPlain.end(), lower) != kPlain.end()) return std::string(kStandard);
  return Status(StatusCode::kInvalidArgument,
                fmt::format("unknown analyzer '{}'; known are standard, none, auto, {}", name,
                            fmt::join(SnowballLanguages(), ", ")));
}

std::vector<AnalyzerDescription> KnownAnalyzers() {
  std::vector<AnalyzerDescription> all = {
      {std::string(kStandard), "words in lower case, accents folded, no stemming"},
      {std::string(kNone), "words in lower case, nothing else"},
      {std::string(kAuto), "stems of each text's own language"}};
  for (const std::string_view language : SnowballLanguages()) {
    all.push_back({std::string(language), fmt::format("stems of {} words", language)});
  }
  return all;
}

Analyzer::Analyzer(std::string language, bool stop_words)
    : language_(std::move(language)), stop_words_(stop_words) {}

Result<Analyzer> Analyzer::Make(std::string_view name, bool stop_words) {
  KITH_ASSIGN_OR_RETURN(std::string canonical, CanonicalAnalyzer(name));
  const bool plain = canonical == kStandard || canonical == kNone || canonical == kAuto;
  if (stop_words && !plain && !HasStopWords(canonical)) {
    std::vector<std::string_view> known;
    for (const StopWords& list : AllStopWords()) known.push_back(list.language);
    return Status(StatusCode::kInvalidArgument,
                  fmt::format("there are no stop words for analyzer '{}'; known are {}", canonical,
                              fmt::join(known, ", ")));
  }
  return Analyzer(std::move(canonical), stop_words);
}

// Which language's function words are the most frequent.
const std::string& Analyzer::LanguageOf(std::string_view text) const {
  static const std::string kDefault(kEnglish);
  thread_local std::string detected;
  if (language_ != kAuto) return language_;
  static const std::vector<std::string_view> kDetectable = DetectableLanguages();
  std::vector<Word> words;
  FindWords(text.substr(0, kDetectionWords * 16), &words);
  std::vector<size_t> hits(kDetectable.size(), 0);
  std::string lower;
  for (size_t i = 0; i < std::min(words.size(), kDetectionWords); ++i) {
    lower.clear();
    AppendTerm(text.substr(words[i].begin, words[i].end - words[i].begin), words[i].ascii,
               {kNoStemmer, false}, &lower);
    for (size_t l = 0; l < kDetectable.size(); ++l) {
      hits[l] += static_cast<size_t>(IsStopWord(kDetectable[l], lower));
    }
  }
  const auto best = std::max_element(hits.begin(), hits.end());
  const auto english = std::find(kDetectable.begin(), kDetectable.end(), kEnglish);
  if (*best == hits[static_cast<size_t>(english - kDetectable.begin())]) return kDefault;
  detected = kDetectable[static_cast<size_t>(best - hits.begin())];
  return detected;
}

void Analyzer::Analyze(std::string_view text, AnalyzedText* out) const {
  std::vector<Word>& words = ThreadWords();
  const std::string language = LanguageOf(text);
  const bool automatic = language_ == kAuto;
  const FoldingRule latin = RuleOf(language);
  FindWords(text, &words);
  SplitHan(text, &words);
  size_t previous_end = 0;
  std::string folded;
  for (const Word& word : words) {
    const bool possessive = language == kEnglish && IsPossessive(text, previous_end, word);
    previous_end = word.end;
    if (possessive) continue;
    const std::string_view source = text.substr(word.begin, word.end - word.begin);
    if (stop_words_) {
      folded.clear();
      AppendTerm(source, word.ascii, {kNoStemmer, false}, &folded);
      const bool plain = language == kStandard || language == kNone;
      if (IsStopWord(plain ? kEnglish : std::string_view(language), folded)) continue;
    }
    const size_t begin = out->terms.size();
    const uint8_t form =
        AppendTerm(source, word.ascii, RuleOfWord(text, word, automatic, latin), &out->terms);
    const size_t bytes = out->terms.size() - begin;
    if (bytes == 0) continue;
    out->tokens.push_back({word.begin, word.end, begin, static_cast<uint32_t>(bytes), form});
  }
}

bool Analyzer::stems() const {
  return language_ != kStandard && language_ != kNone;
}

std::vector<QueryWord> Analyzer::AnalyzeQuery(std::string_view text) const {
  AnalyzedText analyzed;
  Analyze(text, &analyzed);
  std::vector<QueryWord> words;
  for (const Token& token : analyzed.tokens) {
    words.push_back({{}, token.form});
    std::vector<std::string>& terms = words.back().terms;
    terms.emplace_back(analyzed.Term(token));
    if (language_ != kAuto) continue;
    const std::string_view source = text.substr(token.begin, token.end - token.begin);
    const UScriptCode script = ScriptOf(source);
    if (script != USCRIPT_LATIN) continue;
    for (const std::string_view language : DetectableLanguages()) {
      std::string& term = terms.emplace_back();
      AppendTerm(source, false, RuleOf(language), &term);
    }
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  }
  return words;
}

std::string Analyzer::FoldPrefix(std::string_view front) const {
  std::string folded;
  AppendTerm(front, false, {kNoStemmer, language_ != kNone}, &folded);
  return folded;
}

}  // namespace kith::index
