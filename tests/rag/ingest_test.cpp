// SPDX-License-Identifier: Apache-2.0
// Parsing, cutting and naming: every piece of plain text knows the source bytes it came from.
#include <catch2/catch.hpp>
#include <filesystem>

#include "rag/generate/citation.h"
#include "rag/ingest/chunker.h"
#include "rag/ingest/names.h"
#include "rag/ingest/prepared_document.h"
#include "tests/rag/document_folder.h"
#include "tests/rag/rag_fixture.h"

namespace kith::rag {
namespace {

/// The source bytes behind `part` of a chunk's text.
std::string SourceBehind(const std::string& source, const Chunk& chunk, const std::string& part) {
  const size_t at = chunk.text.text().find(part);
  REQUIRE(at != std::string::npos);
  const ByteSpan span = chunk.text.SourceOf(at, at + part.size());
  return source.substr(span.begin, span.end - span.begin);
}

std::string Key(const char* name) {
  return NameKey(name);
}

}  // namespace

TEST_CASE("a text without spaces, and one of links alone, are cut in one pass", "[rag]") {
  ParsedDocument document;
  Block word;
  for (int i = 0; i < 400000; ++i) word.text.AppendMade("0123456789");
  document.blocks.push_back(word);
  Block links;
  for (size_t i = 0; i < 100000; ++i) {
    links.links.push_back({links.text.size(), links.text.size() + 4, "target"});
    links.text.AppendMade("link. ");
  }
  document.blocks.push_back(links);
  size_t bytes = 0;
  size_t found = 0;
  for (const Chunk& chunk : CutChunks(document)) {
    CHECK(chunk.text.size() <= ChunkOptions().max_bytes);
    bytes += chunk.text.size();
    found += chunk.links.size();
  }
  CHECK(bytes >= 4000000);
  CHECK(found == 100000);
}

TEST_CASE("names fold to words without case and accents", "[rag]") {
  CHECK(Key("Éclair  House!") == "eclair house");
  CHECK(Key("O'Neil's (film)") == "o neil s film");
  CHECK(Key("云溪大桥") == "云溪大桥");
  CHECK(Key("Lu 云溪 2 号") == "lu 云溪 2 号");
  CHECK(Key("ΑΘΗΝΑ Straße") == "αθηνα strasse");
  CHECK(Key(" - ") == "");
  CHECK(IsUsefulKey("云溪"));
  CHECK(!IsUsefulKey("云"));
  CHECK(IsUsefulKey("amber"));
  CHECK(!IsUsefulKey("moss"));
  CHECK(!IsUsefulKey("19841984"));
  CHECK(NameForms(" Angel (film) ") == std::vector<std::string>{"Angel (film)", "Angel"});
  CHECK(NameForms("雾（小说）") == std::vector<std::string>{"雾（小说）", "雾"});
  CHECK(NameForms("(x)") == std::vector<std::string>{"(x)"});
}

TEST_CASE("names are found where their words stand", "[rag]") {
  NameSet names;
  for (const char* name : {"amber lake", "lake", "云溪", "云溪大桥"}) {
    names.Insert(HashName(CutNameWords(name)));
  }
  const std::string text = "Near Amber-Lake, 云溪大桥。Lakes";
  std::vector<std::string> found;
  for (const NameMatch& match : FindNames(CutNameWords(text), names)) {
    found.push_back(text.substr(match.begin, match.end - match.begin));
  }
  CHECK(found == std::vector<std::string>{"Amber-Lake", "Lake", "云溪", "云溪大桥"});
}

TEST_CASE("Markdown keeps its source bytes", "[rag]") {
  const std::string source =
      "---\ntitle: \"Tall House\"\naliases: [The Tower, Old House]\nlang: en\n---\n"
      "# Heading\n\nA *fine* [house](../x/house.md#top) &amp; more.\nSecond line.\n\n"
      "## Rooms\n\n- one room\n- two [[rooms]]\n\n| a | b |\n|---|---|\n| c | `d` |\n";
  const ParsedDocument document = ParseMarkdown(source, "file");
  CHECK(document.title == "Tall House");
  CHECK(document.language == "en");
  CHECK(document.aliases == std::vector<std::string>{"The Tower", "Old House"});
  const std::vector<Chunk> chunks = CutChunks(document);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].text.text() ==
        "A fine house & more. Second line.\nRooms: one room\ntwo rooms\na | b\nc | d");
  CHECK(SourceBehind(source, chunks[0], "fine house & more") ==
        "fine* [house](../x/house.md#top) &amp; more");
  CHECK(SourceBehind(source, chunks[0], "two rooms") == "two [[rooms");
  REQUIRE(chunks[0].links.size() == 2);
  CHECK(ResolveLink("a/b/c.md", chunks[0].links[0].target) == "a/x/house.md");
  CHECK(chunks[0].headings == std::vector<std::string>{"Heading", "Rooms"});
}

TEST_CASE("HTML keeps its source bytes", "[rag]") {
  const std::string source =
      "<!DOCTYPE html><html lang=\"zh-CN\"><head><title>Page title</title><style>p{}</style></head>"
      "<body><nav>menu</nav><h1>Stone\n Bridge</h1><p>The <b>Stone Bridge</b>&nbsp;is &lt;old&gt; "
      "<a href='a%20b.md'>and   wide</a>.<p>Unclosed<ul><li>one<li>two</ul>"
      "<table><tr><td>x</td><td>y</td></tr></table><script>var x;</script></body></html>\n";
  const ParsedDocument document = ParseHtml(source, "file");
  CHECK(document.title == "Stone Bridge");
  CHECK(document.language == "zh-CN");
  CHECK(document.aliases == std::vector<std::string>{"Stone Bridge", "Page title"});
  const std::vector<Chunk> chunks = CutChunks(document);
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].text.text() ==
        "The Stone Bridge\u00A0is <old> and wide.\nUnclosed\none\ntwo\nx | y");
  CHECK(SourceBehind(source, chunks[0], "<old> and wide") ==
        "&lt;old&gt; <a href='a%20b.md'>and   wide");
  CHECK(ResolveLink("c.html", chunks[0].links.at(0).target) == "a b.md");
}

TEST_CASE("plain text has titles, paragraphs, lists and underlined headings", "[rag]") {
  const std::string source =
      "\xEF\xBB\xBFThe title\r\n\r\nOne line\r\nand one.\r\n\r\nPart\r\n----\r\n- item";
  const ParsedDocument document = ParseText(source, "file");
  CHECK(document.title == "The title");
  REQUIRE(document.blocks.size() == 4);
  CHECK(document.blocks[1].text.text() == "One line and one.");
  CHECK(document.blocks[2].kind == BlockKind::kHeading);
  CHECK(document.blocks[3].kind == BlockKind::kListItem);
  CHECK(ParseText("One line only", "file").title == "file");
}

TEST_CASE("a wrapped line goes on in the next one, a short line ends", "[rag]") {
  const std::string wrapped =
      "The survey of the estuary was carried out by the Institute for Coastal\n"
      "Ecology. The team, led by Dr. Lasko, counted 1,284 grey seals on all\n"
      "the sandbanks of the river, and it asked the county of Wexmoor to\r\n  go on.\n\n"
      "Anna Berg\nTall House\n12 Mill Road\n\n"
      "调查队在河口的沙洲上一共数到了一千二百八十四只灰海豹，比上一次多出百分之十七\n"
      "左右。\n\n- item of a list that\n  goes on\n- next\n";
  const ParsedDocument text = ParseText(wrapped, "file");
  REQUIRE(text.blocks.size() == 5);
  CHECK(
      text.blocks[0].text.text() ==
      "The survey of the estuary was carried out by the Institute for Coastal Ecology. The team, "
      "led by Dr. Lasko, counted 1,284 grey seals on all the sandbanks of the river, and it asked "
      "the county of Wexmoor to go on.");
  CHECK(text.blocks[1].text.text() == "Anna Berg\nTall House\n12 Mill Road");
  CHECK(text.blocks[2].text.text() ==
        "调查队在河口的沙洲上一共数到了一千二百八十四只灰海豹，比上一次多出百分之十七左右。");
  CHECK(text.blocks[3].text.text() == "- item of a list that goes on");
  const std::vector<Chunk> chunks = CutChunks(text);
  REQUIRE(chunks.size() == 1);
  CHECK(SourceBehind(wrapped, chunks[0], "Wexmoor to go on.") == "Wexmoor to\r\n  go on.");
  CHECK(SourceBehind(wrapped, chunks[0], "百分之十七左右") == "百分之十七\n左右");

  const std::string markdown = "他来了，\n**又**走了。\n";
  const std::vector<Chunk> marked = CutChunks(ParseMarkdown(markdown, "file"));
  REQUIRE(marked.size() == 1);
  CHECK(marked[0].text.text() == "他来了，又走了。");
  CHECK(SourceBehind(markdown, marked[0], "他来了，又走了。") == "他来了，\n**又**走了。");
  const std::string soft = "It is *one*\nline with [a\nlink](a.md) in it.  \nHard.\n";
  const std::vector<Chunk> lines = CutChunks(ParseMarkdown(soft, "file"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].text.text() == "It is one line with a link in it.\nHard.");
  REQUIRE(lines[0].links.size() == 1);
  CHECK(lines[0].links[0].text == "a link");
  CHECK(SourceBehind(soft, lines[0], "one line with a") == "one*\nline with [a");
}

TEST_CASE("what surrounds the text of a page is left out", "[rag]") {
  const std::string source =
      "<html><body><div id='header'><ul class='menu'><li><a href='i.html'>Main page</a></ul></div>"
      "<div role='navigation'>Donate</div><p>Above</p><div role='main'><h1>Skol</h1>"
      "<div id='x'><h2>Contents</h2><ul><li><a href='#History'>1 History</a></li></ul></div>"
      "<p>The Skol is a river.<sup><a href='#c1'>[1]</a></sup> It is long.</p>"
      "<h2>History<span class='mw-editsection'>[<a href='e'>edit</a>]</span></h2>"
      "<p>See <a href='#c1'>the note</a>.</p><p hidden>No.</p></div>"
      "<footer>Privacy policy</footer></body></html>";
  const ParsedDocument document = ParseHtml(source, "file");
  CHECK(document.title == "Skol");
  std::vector<std::string> texts;
  for (const Block& block : document.blocks) texts.push_back(block.text.text());
  CHECK(texts == std::vector<std::string>{"Skol", "Contents", "The Skol is a river. It is long.",
                                          "History", "See the note."});
  CHECK(ParseHtml("<body><main></main><p>Text</p></body>", "file").blocks.size() == 1);
  CHECK(ParseHtml("<body><main>A</main><main>B</main>C</body>", "file").blocks.size() == 3);
}

TEST_CASE("a heading leads its text, and names something when it has several words", "[rag]") {
  RawDocument raw;
  raw.uri = "a.md";
  raw.format = DocumentFormat::kMarkdown;
  raw.source =
      "# Tarpon\n\nA queue.\n\n## License\n\nMIT\n\n## Night shift\n\n## Who asks?\n\nAnn.\n\n"
      "## 经济\n\n茶。\n\n## 文昌阁\n\n高。\n";
  const auto document = PrepareDocument(raw, 10000);
  REQUIRE(document.ok());
  REQUIRE(document->chunks.size() == 1);
  CHECK(document->chunks[0].chunk.text.text() ==
        "A queue.\nLicense: MIT\nNight shift: Who asks? Ann.\n经济：茶。\n文昌阁：高。");
  std::vector<std::string> names;
  for (const IntroducedName& name : document->chunks[0].names) names.push_back(name.name);
  CHECK(names == std::vector<std::string>{"Night shift", "Who asks?", "文昌阁"});
}

TEST_CASE("long texts are cut between sentences and stay within the limit", "[rag]") {
  std::string source = "Title\n\n";
  for (int i = 0; i < 200; ++i)
    source += "Dr. Smith wrote sentence " + std::to_string(i) + " of it. ";
  source += "\n\n" + std::string(9000, 'x') + "\n\n";
  for (int i = 0; i < 2000; ++i) source += "云";
  const ParsedDocument document = ParseText(source, "file");
  const ChunkOptions options;
  uint64_t last_end = 0;
  for (const Chunk& chunk : CutChunks(document, options)) {
    CHECK(chunk.text.size() <= options.max_bytes);
    CHECK(chunk.span.begin >= last_end);
    CHECK(source.substr(chunk.span.begin, chunk.span.end - chunk.span.begin) == chunk.text.text());
    last_end = chunk.span.end;
  }
  CHECK(CutChunks(document, options).at(1).text.text().starts_with("Dr. Smith"));
  CHECK(CutSentences("Dr. Smith came. He left.", "en").size() == 2);
  CHECK(CutSentences("他来了。他走了。", "zh").size() == 2);
}

TEST_CASE("languages are told by script and common words", "[rag]") {
  CHECK(DetectLanguage("The bridge was built by the town and it is old") == "en");
  CHECK(DetectLanguage("云溪大桥是一座钢拱桥") == "zh");
  CHECK(DetectLanguage("これは橋です") == "ja");
  CHECK(DetectLanguage("Der Turm ist nicht von der Stadt") == "de");
  CHECK(DetectLanguage("1234") == "und");
}

TEST_CASE("quotes take the markup around them along", "[rag]") {
  const std::string html = "x <a href='y'>Ann</a> came <b>here</b>. z";
  const auto widened = [&](const std::string& source, const std::string& part) {
    const size_t at = source.find(part);
    const ByteSpan span = WidenOverMarkup(source, {at, at + part.size()});
    return source.substr(span.begin, span.end - span.begin);
  };
  CHECK(widened(html, "Ann</a> came <b>here") == "<a href='y'>Ann</a> came <b>here</b>");
  CHECK(widened("<p>Ann</p>", "Ann") == "Ann");
  CHECK(widened("see [Ann](a.md), *so", "Ann") == "[Ann](a.md)");
}

TEST_CASE("links resolve like paths", "[rag]") {
  CHECK(ResolveLink("a/b.md", "c.md") == "a/c.md");
  CHECK(ResolveLink("a/b.md", "/c.md") == "c.md");
  CHECK(ResolveLink("b.md", "../../c.md?x#y") == "c.md");
  CHECK(ResolveLink("b.md", "#part") == "");
  CHECK(ResolveLink("b.md", "https://example.org/a#b") == "https://example.org/a");
  CHECK(ResolveLink("b.md", "a%zz%4") == "a%zz%4");
  CHECK(ResolveLink("b.md", "%FF") == "");
}

TEST_CASE("JSON lines are documents; lines that are not are skipped with their number", "[rag]") {
  const DocumentFolder folder;
  const std::string path = folder.Write(
      "set.jsonl",
      "{\"id\": 1, \"title\": \"Amber Lake\", \"text\": \"A lake \\u00e9 near Borrow Hill.\"}\n"
      "not json\n[1]\n{\"id\": 2}\n\n{\"id\": true, \"text\": \"x\"}\n"
      "{\"id\": \"b\", \"title\": \"Borrow Hill\", \"text\": \"A hill near Amber Lake.\"}\n");
  const auto database = RagDatabase::Make();
  const auto report = database->pipeline->Ingest(path);
  REQUIRE(report.ok());
  CHECK(report->documents_added == 2);
  CHECK(report->mentions == 2);
  REQUIRE(report->skipped.size() == 4);
  CHECK_THAT(report->skipped[0].reason, Catch::Contains("line 2 is not JSON"));
  CHECK_THAT(report->skipped[1].reason, Catch::Contains("line 3 is not a JSON object"));
  CHECK_THAT(report->skipped[2].reason, Catch::Contains("line 4 has no \"text\""));
  CHECK_THAT(report->skipped[3].reason, Catch::Contains("line 6 has no \"id\""));
  CHECK(database->pipeline->Delete("set.jsonl#b").ok());
}

TEST_CASE("a batch of documents gives the same graph as one at a time", "[rag]") {
  const std::string folder = std::string(KITH_SOURCE_DIR) + "/demo/documents";
  const auto single = RagDatabase::Make();
  REQUIRE(single->pipeline->Ingest(folder).ok());
  const auto batched = RagDatabase::Make();
  IngestOptions options;
  options.documents_per_transaction = 7;
  REQUIRE(batched->pipeline->Ingest(folder, options).ok());
  CHECK(batched->Everything() == single->Everything());
}

TEST_CASE("progress is told and can stop an ingest; what is committed stays", "[rag]") {
  const DocumentFolder folder;
  for (const char* name : {"a.txt", "b.txt", "sub/c.md", ".hidden.txt", "d.pdf"}) {
    folder.Write(name, std::string("Some title of ") + name + "\n\nText.");
  }
  const auto database = RagDatabase::Make();
  IngestOptions options;
  options.documents_per_transaction = 1;
  std::vector<std::string> seen;
  options.progress = [&](const IngestProgress& progress) {
    CHECK(progress.documents_total == 3);
    CHECK(progress.bytes_done <= progress.bytes_total);
    seen.push_back(progress.current);
    return seen.size() < 2;
  };
  CHECK(database->pipeline->Ingest(folder.path(), options).status().code() ==
        StatusCode::kCancelled);
  CHECK(seen == std::vector<std::string>{"a.txt", "b.txt"});
  CHECK(database->pipeline->Delete("b.txt").ok());
  CHECK(database->pipeline->Delete("sub/c.md").code() == StatusCode::kNotFound);
  Interrupt interrupt;
  interrupt.Cancel();
  IngestOptions cancelled;
  cancelled.interrupt = &interrupt;
  CHECK(database->pipeline->Ingest(folder.path(), cancelled).status().code() ==
        StatusCode::kCancelled);
}

TEST_CASE("files that cannot be documents are named and leave the database as it was", "[rag]") {
  const DocumentFolder folder;
  folder.Write("good.txt", "Good title\n\nText.");
  folder.Write("empty.txt", "");
  folder.Write("latin1.txt", "caf\xE9");
  folder.Write("huge.txt", std::string(size_t{17} << 20, 'a'));
  const auto database = RagDatabase::Make();
  const auto report = database->pipeline->Ingest(folder.path());
  REQUIRE(report.ok());
  CHECK(report->documents_added == 1);
  REQUIRE(report->skipped.size() == 3);
  CHECK_THAT(report->skipped[0].reason, Catch::Contains("empty"));
  CHECK_THAT(report->skipped[1].reason, Catch::Contains("limited to"));
  CHECK_THAT(report->skipped[2].reason, Catch::Contains("not UTF-8"));
  std::filesystem::create_symlink("nowhere.md", folder.path() + "/broken.md");
  std::filesystem::create_symlink(".", folder.path() + "/circle");
  const auto linked = database->pipeline->Ingest(folder.path());
  REQUIRE(linked.ok());
  CHECK(linked->documents_unchanged == 1);
  REQUIRE(linked->skipped.size() == 4);
  CHECK(linked->skipped[0].path == "broken.md");
  CHECK_THAT(linked->skipped[0].reason, Catch::Contains("link to nothing"));
  const auto alone = RagDatabase::Make();
  REQUIRE(alone->pipeline->Ingest(folder.path() + "/good.txt").ok());
  CHECK(database->Everything() == alone->Everything());
  CHECK(database->pipeline->Ingest(folder.Write("x.pdf", "x")).status().code() ==
        StatusCode::kInvalidArgument);
}

TEST_CASE("two documents of one name in one ingest: the second is skipped, not lost", "[rag]") {
  const DocumentFolder folder;
  folder.Write("a/readme.md", "# Amber Lake\n\nA lake.\n");
  folder.Write("b/readme.md", "# Borrow Hill\n\nA hill.\n");
  folder.Write("c/readme.md", "# Amber Lake\n\nA lake.\n");
  const std::string lines = folder.Write("set.jsonl",
                                         "{\"id\": 1, \"text\": \"A mill.\"}\n"
                                         "{\"id\": 1, \"text\": \"A bridge.\"}\n"
                                         "{\"id\": 1, \"text\": \"A mill.\"}\n");
  const std::vector<std::string> paths = {folder.path() + "/a", folder.path() + "/b",
                                          folder.path() + "/c", lines};
  const auto database = RagDatabase::Make();
  for (const size_t batch : {size_t{1}, size_t{7}}) {
    CAPTURE(batch);
    IngestOptions options;
    options.documents_per_transaction = batch;
    const auto report = database->pipeline->IngestAll(paths, options);
    REQUIRE(report.ok());
    CHECK(report->documents_added == size_t{batch == 1 ? 2u : 0u});
    CHECK(report->documents_replaced == 0);
    REQUIRE(report->skipped.size() == 2);
    CHECK(report->skipped[0].path == "readme.md");
    CHECK_THAT(report->skipped[0].reason, Catch::Contains("earlier document of this ingest"));
    CHECK(report->skipped[1].path == "set.jsonl#1");
  }
  // One after the other the later one replaces the earlier one, as it does when a file has changed.
  CHECK(database->pipeline->Ingest(folder.path() + "/b")->documents_replaced == 1);
  const std::vector<std::string> missing = {folder.path() + "/a", "/no/such/folder"};
  CHECK(database->pipeline->IngestAll(missing).status().code() == StatusCode::kNotFound);
  CHECK(database->pipeline->Ingest(folder.path() + "/b")->documents_unchanged == 1);
}

TEST_CASE("an ingest can forget all documents that it did not read", "[rag]") {
  const DocumentFolder folder;
  folder.Write("a.md", "# Amber Lake\n\nA lake near [the hill](b.md).\n");
  const std::string gone = folder.Write("b.md", "# Borrow Hill\n\nA hill.\n");
  const auto database = RagDatabase::Make();
  REQUIRE(database->pipeline->Ingest(folder.path()).ok());
  REQUIRE(database->pipeline->IngestText("c.txt", "Cedar Mill stands elsewhere.").ok());
  std::filesystem::remove(gone);
  CHECK(database->pipeline->Ingest(folder.path())->documents_forgotten == 0);
  IngestOptions options;
  options.forget_others = true;
  const std::string empty = folder.Write("empty.md", "");
  const auto careful = database->pipeline->Ingest(folder.path(), options);
  REQUIRE(careful.ok());
  CHECK(careful->skipped.size() == 1);
  CHECK(careful->documents_forgotten == 0);
  std::filesystem::remove(empty);
  const auto mirrored = database->pipeline->Ingest(folder.path(), options);
  REQUIRE(mirrored.ok());
  CHECK(mirrored->documents_unchanged == 1);
  CHECK(mirrored->documents_forgotten == 2);
  const auto fresh = RagDatabase::Make();
  REQUIRE(fresh->pipeline->Ingest(folder.path()).ok());
  CHECK(database->Everything() == fresh->Everything());
  // A path without documents is an error before anything is forgotten.
  const DocumentFolder bare;
  CHECK_FALSE(database->pipeline->Ingest(bare.path(), options).ok());
  CHECK_FALSE(database->pipeline->IngestAll({}, options).ok());
  CHECK(database->pipeline->Ingest(bare.Write("set.jsonl", ""), options)->documents_forgotten == 0);
  CHECK(database->Everything() == fresh->Everything());
}

TEST_CASE("an ingest that is stopped in a batch counts what was committed", "[rag]") {
  const DocumentFolder folder;
  for (const char* name : {"a.txt", "b.txt", "c.txt"}) folder.Write(name, "Some text.");
  const auto database = RagDatabase::Make();
  IngestOptions options;
  options.documents_per_transaction = 2;
  options.progress = [](const IngestProgress&) { return false; };
  const Status stopped = database->pipeline->Ingest(folder.path(), options).status();
  CHECK(stopped.code() == StatusCode::kCancelled);
  CHECK_THAT(stopped.message(), Catch::Contains("stopped after 2 documents"));
  CHECK(database->pipeline->Delete("b.txt").ok());
  CHECK(database->pipeline->Delete("c.txt").code() == StatusCode::kNotFound);
}

TEST_CASE("names of menus do not hide the text of a page", "[rag]") {
  const auto texts = [](const std::string& source) {
    std::vector<std::string> all;
    for (const Block& block : ParseHtml(source, "file").blocks) all.push_back(block.text.text());
    return all;
  };
  using Texts = std::vector<std::string>;
  CHECK(texts("<body class='menu home'><p>The chef is Ann.</p></body>") ==
        Texts{"The chef is Ann."});
  CHECK(texts("<html class='nav'><body id='toc' hidden><p>A</p></body>") == Texts{"A"});
  CHECK(texts("<body><div role='main' class='nav'><p>A</p></div><p>B</p></body>") == Texts{"A"});
  CHECK(texts("<body><p>Welcome.</p><div id='menu'>The chef is Ann.</div></body>") ==
        Texts{"Welcome.", "The chef is Ann."});
  CHECK(texts("<body><p>Welcome.</p><div class='menu'>Soup of the day.</div></body>") ==
        Texts{"Welcome.", "Soup of the day."});
  CHECK(texts("<body><p>A</p><ul class='menu'><li>Home</ul><div id='nav'>B</div></body>") ==
        Texts{"A"});
  CHECK(texts("<body><h1>Dishes</h1><ul class='menu'><li>Soup</ul></body>") ==
        Texts{"Dishes", "Soup"});
  CHECK(texts("<body><main><h1>Dishes</h1></main><div class='toc'>Soup</div></body>") ==
        Texts{"Dishes", "Soup"});
}

TEST_CASE("a document that gives no chunk is skipped with its reason", "[rag]") {
  const auto database = RagDatabase::Make();
  for (const auto& [uri, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"a.html", "<body><nav>Home</nav><script>fill()</script></body>"},
           {"b.md", "# Amber Lake\n"},
           {"c.md", "---\ntitle: Amber Lake\n---\n"}}) {
    CAPTURE(uri);
    const auto report = database->pipeline->IngestText(uri, text);
    REQUIRE(report.ok());
    CHECK(report->documents_added == 0);
    REQUIRE(report->skipped.size() == 1);
    CHECK_THAT(report->skipped[0].reason,
               Catch::Contains("'" + uri + "' holds no text besides headings"));
  }
}

}  // namespace kith::rag
