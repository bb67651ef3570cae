// SPDX-License-Identifier: Apache-2.0
// Function words by language. Each list holds the words that carry the sentence, not the subject.
#include "index/text/stop_words.h"

#include <algorithm>
#include <array>

namespace kith::index {
namespace {

using Words = std::string_view;

constexpr Words kChineseWords[] = {
    "一个", "不",   "与", "为", "之", "也", "了",   "于", "从",   "他", "他们", "以",
    "你",   "你们", "到", "及", "吗", "吧", "呢",   "和", "啊",   "在", "她",   "它",
    "它们", "对",   "對", "就", "很", "我", "我们", "或", "把",   "是", "是否", "有",
    "沒有", "没有", "的", "着", "而", "與", "被",   "这", "这个", "那", "那个", "都"};
constexpr Words kDanishWords[] = {
    "af",    "alle", "at",    "blev", "da",    "de",    "dem",   "den",   "der",   "deres",  "det",
    "dig",   "din",  "dit",   "du",   "efter", "eller", "en",    "end",   "er",    "et",     "for",
    "fra",   "ham",  "han",   "hans", "har",   "havde", "have",  "hende", "hun",   "hvad",   "hvis",
    "hvor",  "i",    "ikke",  "ind",  "jeg",   "jer",   "jo",    "kunne", "man",   "mange",  "med",
    "meget", "men",  "mig",   "min",  "mit",   "mod",   "ned",   "noget", "nogle", "nu",     "når",
    "og",    "også", "om",    "op",   "os",    "over",  "på",    "sig",   "skal",  "skulle", "som",
    "til",   "ud",   "under", "var",  "vi",    "vil",   "ville", "vores", "være",  "været"};
constexpr Words kDutchWords[] = {
    "aan",    "al",    "als",    "bij",   "dan",   "dat",  "de",   "der",  "deze",   "die",
    "dit",    "doen",  "door",   "dus",   "een",   "en",   "er",   "ge",   "geen",   "had",
    "hebben", "heeft", "hem",    "het",   "hier",  "hij",  "hoe",  "hun",  "iemand", "iets",
    "ik",     "in",    "is",     "ja",    "je",    "kan",  "kon",  "maar", "me",     "meer",
    "men",    "met",   "mij",    "mijn",  "moet",  "na",   "naar", "niet", "niets",  "nog",
    "nu",     "of",    "om",     "omdat", "onder", "ons",  "ook",  "op",   "over",   "reeds",
    "te",     "tegen", "toch",   "toen",  "tot",   "u",    "uit",  "uw",   "van",    "veel",
    "voor",   "want",  "waren",  "was",   "wat",   "we",   "wel",  "werd", "wezen",  "wie",
    "wij",    "wil",   "worden", "zal",   "ze",    "zelf", "zich", "zij",  "zijn",   "zo",
    "zonder", "zou"};
constexpr Words kEnglishWords[] = {
    "a",     "about", "after", "all",     "also",    "am",      "an",     "and",    "any",
    "are",   "as",    "at",    "be",      "because", "been",    "before", "being",  "but",
    "by",    "can",   "could", "did",     "do",      "does",    "doing",  "down",   "during",
    "each",  "for",   "from",  "further", "had",     "has",     "have",   "having", "he",
    "her",   "here",  "hers",  "him",     "his",     "how",     "i",      "if",     "in",
    "into",  "is",    "it",    "its",     "just",    "me",      "more",   "most",   "my",
    "no",    "nor",   "not",   "now",     "of",      "off",     "on",     "once",   "only",
    "or",    "other", "our",   "out",     "over",    "own",     "same",   "she",    "should",
    "so",    "some",  "such",  "than",    "that",    "the",     "their",  "them",   "then",
    "there", "these", "they",  "this",    "those",   "through", "to",     "too",    "under",
    "until", "up",    "very",  "was",     "we",      "were",    "what",   "when",   "where",
    "which", "while", "who",   "whom",    "whose",   "why",     "will",   "with",   "would",
    "you",   "your"};
constexpr Words kFinnishWords[] = {
    "ei",    "eivät", "en",     "että", "he",   "hän", "hänen",  "ja",   "jo",    "joka",
    "jos",   "jotka", "kanssa", "kuin", "kun",  "me",  "mikä",   "minä", "mitä",  "mukaan",
    "mutta", "myös",  "ne",     "niin", "nyt",  "oli", "olivat", "olla", "on",    "ovat",
    "se",    "sen",   "siitä",  "sinä", "sitä", "tai", "te",     "tämä", "tässä", "vain"};
constexpr Words kFrenchWords[] = {
    "au",  "aux",  "avec",  "ce",    "ces",  "cette", "comme", "dans", "de",   "des",
    "du",  "elle", "elles", "en",    "est",  "et",    "eux",   "fut",  "il",   "ils",
    "je",  "la",   "le",    "les",   "leur", "leurs", "lui",   "ma",   "mais", "me",
    "mes", "mon",  "même",  "ne",    "nos",  "notre", "nous",  "on",   "ont",  "ou",
    "où",  "par",  "pas",   "pour",  "qu",   "que",   "qui",   "sa",   "se",   "ses",
    "son", "sont", "sous",  "sur",   "ta",   "te",    "tes",   "toi",  "ton",  "tu",
    "un",  "une",  "vos",   "votre", "vous", "à",     "était"};
constexpr Words kGermanWords[] = {
    "aber",  "alle",  "als",      "am",     "an",   "auch",   "auf",   "aus",   "bei",   "bin",
    "bis",   "bist",  "da",       "das",    "dass", "daß",    "dein",  "dem",   "den",   "der",
    "des",   "dich",  "die",      "dir",    "doch", "du",     "durch", "ein",   "eine",  "einem",
    "einen", "einer", "eines",    "er",     "es",   "für",    "gegen", "hat",   "hatte", "hier",
    "ich",   "ihr",   "im",       "in",     "ist",  "ja",     "jede",  "kann",  "kein",  "können",
    "man",   "mein",  "mich",     "mir",    "mit",  "muss",   "nach",  "nicht", "noch",  "nun",
    "nur",   "ob",    "oder",     "ohne",   "sein", "seine",  "sich",  "sie",   "sind",  "so",
    "um",    "und",   "uns",      "unter",  "vom",  "von",    "vor",   "war",   "waren", "was",
    "weil",  "wenn",  "wer",      "werden", "wie",  "wieder", "wir",   "wird",  "wo",    "zu",
    "zum",   "zur",   "zwischen", "über"};
constexpr Words kHungarianWords[] = {
    "a",   "az",      "be",     "csak", "de",    "egy",  "ek",     "ez",    "ezt",
    "fel", "ha",      "hanem",  "hogy", "ilyen", "kell", "ki",     "lehet", "lesz",
    "meg", "mert",    "minden", "mint", "most",  "még",  "nagyon", "nem",   "pedig",
    "sem", "szerint", "től",    "után", "vagy",  "van",  "volt",   "és",    "ők"};
constexpr Words kItalianWords[] = {
    "a",      "ad",     "agli",   "ai",     "al",    "alla", "alle",   "anche", "che",   "chi",
    "ci",     "come",   "con",    "da",     "dagli", "dai",  "dal",    "dalla", "degli", "dei",
    "del",    "della",  "delle",  "dello",  "di",    "dove", "e",      "ed",    "era",   "fu",
    "gli",    "ha",     "hanno",  "i",      "il",    "in",   "io",     "la",    "le",    "lei",
    "li",     "lo",     "loro",   "ma",     "mi",    "mio",  "ne",     "negli", "nei",   "nel",
    "nella",  "noi",    "non",    "nostro", "o",     "per",  "perché", "più",   "quale", "quando",
    "quella", "quello", "questa", "questo", "se",    "si",   "sia",    "sono",  "su",    "sua",
    "sui",    "sul",    "sulla",  "suo",    "ti",    "tra",  "tu",     "tuo",   "un",    "una",
    "uno",    "vi",     "voi"};
constexpr Words kNorwegianWords[] = {
    "alle", "at",    "av",    "bare",  "ble",    "da",    "de",    "deg", "dem", "den",   "denne",
    "der",  "deres", "det",   "dette", "du",     "eller", "en",    "er",  "et",  "etter", "for",
    "fra",  "ha",    "hadde", "han",   "hans",   "har",   "henne", "hun", "hva", "hvis",  "hvor",
    "i",    "ikke",  "inn",   "jeg",   "kan",    "kom",   "kunne", "man", "med", "meg",   "men",
    "mot",  "må",    "nå",    "når",   "og",     "også",  "om",    "opp", "oss", "over",  "på",
    "seg",  "selv",  "sin",   "skal",  "skulle", "som",   "så",    "til", "ut",  "var",   "ved",
    "vi",   "vil",   "ville", "være",  "vært"};
constexpr Words kPortugueseWords[] = {
    "a",      "ao",   "aos",  "as",    "até",  "com",   "como",  "da",   "das",   "de",  "dela",
    "dele",   "do",   "dos",  "e",     "ela",  "ele",   "eles",  "em",   "entre", "era", "essa",
    "esse",   "esta", "este", "eu",    "foi",  "foram", "há",    "isso", "isto",  "já",  "lhe",
    "mais",   "mas",  "me",   "mesmo", "meu",  "minha", "muito", "na",   "nas",   "nem", "no",
    "nos",    "não",  "nós",  "o",     "os",   "ou",    "para",  "pela", "pelo",  "por", "qual",
    "quando", "que",  "quem", "se",    "sem",  "ser",   "seu",   "sua",  "são",   "só",  "também",
    "te",     "tem",  "um",   "uma",   "você", "à",     "é"};
constexpr Words kRussianWords[] = {
    "а",     "без",    "более", "бы",    "был",   "была",  "были",  "было", "быть", "в",
    "вам",   "вас",    "весь",  "во",    "вот",   "все",   "всего", "всех", "вы",   "где",
    "да",    "для",    "до",    "его",   "ее",    "если",  "есть",  "еще",  "же",   "за",
    "здесь", "и",      "из",    "или",   "им",    "их",    "к",     "как",  "ко",   "когда",
    "кто",   "ли",     "либо",  "мне",   "может", "мы",    "на",    "надо", "наш",  "не",
    "него",  "нее",    "нет",   "ни",    "них",   "но",    "ну",    "о",    "об",   "однако",
    "он",    "она",    "они",   "оно",   "от",    "очень", "по",    "под",  "при",  "с",
    "со",    "так",    "также", "такой", "там",   "те",    "тем",   "то",   "того", "тоже",
    "той",   "только", "том",   "ты",    "у",     "уже",   "хотя",  "чего", "чей",  "чем",
    "что",   "чтобы",  "чье",   "эта",   "эти",   "это",   "я"};
constexpr Words kSpanishWords[] = {
    "a",    "al",    "algo",  "ante",     "antes",   "como", "con", "contra", "cual",  "cuando",
    "de",   "del",   "desde", "donde",    "durante", "e",    "el",  "ella",   "ellas", "ellos",
    "en",   "entre", "era",   "es",       "esa",     "ese",  "eso", "esta",   "este",  "esto",
    "está", "fue",   "ha",    "hasta",    "hay",     "la",   "las", "le",     "les",   "lo",
    "los",  "me",    "mi",    "mientras", "muy",     "más",  "ni",  "no",     "nos",   "nosotros",
    "o",    "otra",  "otro",  "para",     "pero",    "poco", "por", "porque", "que",   "quien",
    "se",   "ser",   "si",    "sin",      "sobre",   "son",  "su",  "sus",    "sí",    "también",
    "te",   "tiene", "todo",  "tu",       "un",      "una",  "uno", "y",      "ya",    "yo"};
constexpr Words kSwedishWords[] = {
    "alla",  "att",   "av",    "bara",   "blev", "bli",   "de",  "dem",    "den",    "denna",
    "deras", "dess",  "det",   "detta",  "dig",  "din",   "du",  "där",    "då",     "efter",
    "ej",    "eller", "en",    "er",     "ett",  "från",  "för", "ha",     "hade",   "han",
    "hans",  "har",   "henne", "hennes", "hon",  "honom", "hur", "här",    "i",      "icke",
    "in",    "inom",  "inte",  "jag",    "kan",  "kunde", "man", "med",    "mellan", "men",
    "mig",   "min",   "mot",   "mycket", "ni",   "nu",    "när", "något",  "och",    "om",
    "oss",   "på",    "samma", "sedan",  "sig",  "sin",   "ska", "skulle", "som",    "så",
    "till",  "under", "upp",   "ut",     "utan", "vad",   "var", "vara",   "vem",    "vi",
    "vid",   "vilka", "över"};
constexpr Words kTurkishWords[] = {
    "acaba",  "ama",  "ancak", "bana",  "bazı",  "belki", "ben", "benim", "bile", "bir",
    "biri",   "biz",  "bu",    "buna",  "bunu",  "böyle", "da",  "daha",  "de",   "defa",
    "diye",   "en",   "gibi",  "hem",   "hep",   "hepsi", "her", "hiç",   "ile",  "ise",
    "için",   "kez",  "ki",    "kim",   "mi",    "mu",    "mü",  "nasıl", "ne",   "neden",
    "nerede", "niye", "o",     "onlar", "onu",   "sanki", "sen", "siz",   "tüm",  "ve",
    "veya",   "ya",   "yani",  "çok",   "çünkü", "şey",   "şu"};

constexpr std::array kAll = {
    StopWords{"chinese", kChineseWords},       StopWords{"danish", kDanishWords},
    StopWords{"dutch", kDutchWords},           StopWords{"english", kEnglishWords},
    StopWords{"finnish", kFinnishWords},       StopWords{"french", kFrenchWords},
    StopWords{"german", kGermanWords},         StopWords{"hungarian", kHungarianWords},
    StopWords{"italian", kItalianWords},       StopWords{"norwegian", kNorwegianWords},
    StopWords{"portuguese", kPortugueseWords}, StopWords{"russian", kRussianWords},
    StopWords{"spanish", kSpanishWords},       StopWords{"swedish", kSwedishWords},
    StopWords{"turkish", kTurkishWords},
};

const StopWords* Find(std::string_view language) {
  for (const StopWords& list : kAll) {
    if (list.language == language) return &list;
  }
  return nullptr;
}

}  // namespace

std::span<const StopWords> AllStopWords() {
  return kAll;
}

bool IsStopWord(std::string_view language, std::string_view word) {
  const StopWords* list = Find(language);
  return list != nullptr && std::binary_search(list->words.begin(), list->words.end(), word);
}

bool HasStopWords(std::string_view language) {
  return Find(language) != nullptr;
}

}  // namespace kith::index
