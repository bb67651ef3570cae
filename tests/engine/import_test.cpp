// SPDX-License-Identifier: Apache-2.0
// Importing CSV files: both kinds of headers, types that are found, bad lines, and that nothing is
// there after a failure.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kith/kith.h"
#include "tests/temporary_folder.h"

using kith::Database;
using kith::ImportInput;
using kith::ImportOptions;
using kith::ImportProgress;
using kith::ImportReport;
using kith::Result;
using kith::Status;
using kith::StatusCode;

namespace {

using Catch::Contains;
using Lines = std::vector<std::string>;

/// CSV files in a folder, and a database that is made of them.
class ImportFolder {
 public:
  ImportFolder() { std::filesystem::create_directory(files()); }

  std::string files() const { return folder_.path() + "/files"; }
  std::string database() const { return folder_.database(); }
  std::string Write(const std::string& name, const std::string& text) const {
    const std::string path = files() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  Result<ImportReport> Import(ImportInput input = {}, const ImportOptions& options = {}) const {
    if (input.paths.empty() && input.nodes.empty()) input.paths = {files()};
    return Database::Import(database(), input, options);
  }
  ImportReport Imported(const ImportInput& input = {}, const ImportOptions& options = {}) const {
    auto report = Import(input, options);
    INFO(report.status().ToString());
    REQUIRE(report.ok());
    return *std::move(report);
  }
  /// The error; checks that nothing was made, and nothing is left behind.
  Status Refused(const ImportInput& input = {}, const ImportOptions& options = {}) const {
    const auto report = Import(input, options);
    REQUIRE(!report.ok());
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      CHECK(entry.path().filename() == "files");
    }
    return report.status();
  }

  /// The rows of a query over what was imported, sorted.
  Lines Rows(const std::string& query) const {
    kith::Options options;
    options.read_only = true;
    auto opened = Database::Open(database(), options);
    INFO(opened.status().ToString());
    REQUIRE(opened.ok());
    const auto connection = (*opened)->Connect();
    auto cursor = connection->Execute(query);
    INFO(cursor.status().ToString());
    REQUIRE(cursor.ok());
    Lines lines;
    while (cursor->Next()) {
      std::string& line = lines.emplace_back();
      for (const kith::Value& value : cursor->row()) {
        line += (line.empty() ? "" : " ") + value.ToString();
      }
    }
    REQUIRE(cursor->status().ok());
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  kith::TemporaryFolder folder_;
};

constexpr const char* kAllNodes = "MATCH (n) RETURN labels(n), properties(n)";

TEST_CASE("plain headers: names of files, types of values", "[engine]") {
  const ImportFolder folder;
  folder.Write("Person.csv",
               "id|name|born|height|ok|speaks|seen\n"
               "7|Ada|1815-12-10|1.5|true|en;fr|2026-11-26T10:45:52.123Z\n"
               "8|\"Al|an\"|1912-06-23|2|false|en|2026-11-26T10:45:52Z\n"
               "9||||||\n");
  folder.Write("City.csv", "id|name|zip\n7|London|00123\n");
  folder.Write("Person_LIVES_IN_City.csv", "startId|endId|since\n7|7|1833\n8|7|\n");
  folder.Write("counts.csv", "file|rows\nPerson|3\n");
  const ImportReport report = folder.Imported();
  CHECK(report.nodes == 4);
  CHECK(report.relationships == 2);
  CHECK(report.bad_lines == 0);
  REQUIRE(report.passed_over.size() == 1);
  CHECK_THAT(report.passed_over[0], Contains("counts.csv"));
  CHECK(folder.Rows(kAllNodes) ==
        Lines{"['City'] {id: 7, name: 'London', zip: '00123'}",
              "['Person'] {born: 1815-12-10, height: 1.5, id: 7, name: 'Ada', ok: true, seen: "
              "2026-11-26T10:45:52.123Z, speaks: ['en', 'fr']}",
              "['Person'] {born: 1912-06-23, height: 2.0, id: 8, name: 'Al|an', ok: false, seen: "
              "2026-11-26T10:45:52Z, speaks: ['en']}",
              "['Person'] {id: 9}"});
  CHECK(folder.Rows("MATCH (p)-[r:LIVES_IN]->(c:City) RETURN p.id, r.since, c.name") ==
        Lines{"7 1833 'London'", "8 null 'London'"});
}

TEST_CASE("headers of Neo4j's admin import", "[engine]") {
  const ImportFolder folder;
  const std::string header = folder.Write(
      "people-header.csv", "personId:ID(Person),name,age:int,scores:float[],note:IGNORE,:LABEL\n");
  const std::string one = folder.Write("people-1.csv", "a,Ann,31,1.5;2,x,Nurse;Parent\n");
  const std::string two = folder.Write("people-2.csv", "b,\"Bo, \"\"B\"\"\",,,y,\nc,31,32,,,Nurse");
  const std::string films =
      folder.Write("films.csv", ":ID(Film){id-type: int},title:string,:LABEL\n1,Up,Film\n");
  const std::string seen = folder.Write("seen.csv",
                                        ":START_ID(Person),on:date,:END_ID(Film),:TYPE\n"
                                        "a,2020-02-29,1,SAW\nb,,1,LIKED\n");
  ImportInput input;
  input.nodes = {{"Person", {header, one, two}}, {"", {films}}};
  input.relationships = {{"", {seen}}};
  const ImportReport report = folder.Imported(input);
  CHECK(report.nodes == 4);
  CHECK(folder.Rows(kAllNodes) ==
        Lines{"['Film'] {title: 'Up'}",
              "['Person', 'Nurse', 'Parent'] {age: 31, name: 'Ann', personId: 'a', scores: [1.5, "
              "2.0]}",
              "['Person', 'Nurse'] {age: 32, name: '31', personId: 'c'}",
              "['Person'] {name: 'Bo, \"B\"', personId: 'b'}"});
  CHECK(folder.Rows("MATCH (a)-[r]->(b) RETURN a.name, type(r), r.on, b.title") ==
        Lines{"'Ann' 'SAW' 2020-02-29 'Up'", "'Bo, \"B\"' 'LIKED' null 'Up'"});
}

TEST_CASE("more labels, ids shared by several files", "[engine]") {
  const ImportFolder folder;
  folder.Write("Post.csv", "id|text\n1|a\n3|b\n");
  folder.Write("Comment.csv", "id|text\n2|c\n");
  folder.Write("Message_REPLIES_TO_Message.csv", "startId|endId\n2|1\n3|2\n");
  ImportInput input;
  input.paths = {folder.files()};
  input.more_labels = {"Post:Message:Content", "Comment:Message"};
  folder.Imported(input);
  CHECK(folder.Rows("MATCH (a:Message)-[:REPLIES_TO]->(b:Message) RETURN a.text, b.text") ==
        Lines{"'b' 'c'", "'c' 'a'"});
  CHECK(folder.Rows("MATCH (n:Content) RETURN labels(n), n.id").size() == 2);
}

TEST_CASE("types that are found: the whole column must agree", "[engine]") {
  const ImportFolder folder;
  folder.Write("T.csv",
               "id,mixed,big,code,quoted,words,gap,local\n"
               "1,1,9223372036854775807,7,\"1\",a b;c,,2020-01-01T10:00:00\n"
               "2,2.5,9223372036854775808,07,2,d,,2020-01-01T10:00\n");
  folder.Imported();
  CHECK(folder.Rows(kAllNodes) ==
        Lines{"['T'] {big: '9223372036854775807', code: '7', id: 1, local: 2020-01-01T10:00, "
              "mixed: 1.0, quoted: '1', words: 'a b;c'}",
              "['T'] {big: '9223372036854775808', code: '07', id: 2, local: 2020-01-01T10:00, "
              "mixed: 2.5, quoted: '2', words: 'd'}"});
}

TEST_CASE("bad lines end an import, or are passed over up to a limit", "[engine]") {
  const ImportFolder folder;
  folder.Write("Person.csv",
               "id,name\n1,Ann\n2,Bo,extra\n\n\"3\",\"two\nlines\"\n1,Again\n4,\xFF\n,Nobody\n");
  folder.Write("Person_KNOWS_Person.csv", "startId,endId,since:int\n1,3,2001\n1,9,\n3,1,soon\n3\n");
  const Status refused = folder.Refused();
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK_THAT(refused.message(), Contains("Person.csv, line 3: 3 fields, but the header names 2"));
  ImportOptions options;
  options.bad_tolerance = 6;
  CHECK_THAT(folder.Refused({}, options).message(), Contains("7 bad lines"));
  options.bad_tolerance = 7;
  const ImportReport report = folder.Imported({}, options);
  CHECK(report.nodes == 2);
  CHECK(report.relationships == 1);
  REQUIRE(report.bad_lines == 7);
  Lines bad;
  for (const auto& line : report.bad) {
    bad.push_back(std::filesystem::path(line.file).filename().string() + " " +
                  std::to_string(line.line) + " " + line.problem);
  }
  CHECK(bad == Lines{"Person.csv 3 3 fields, but the header names 2",
                     "Person.csv 7 another node has the id 1 in Person",
                     "Person.csv 8 its bytes are not UTF-8; convert the file to UTF-8",
                     "Person.csv 9 the node has no id",
                     "Person_KNOWS_Person.csv 3 no node has the id 9 in Person, its end",
                     "Person_KNOWS_Person.csv 4 column since: 'soon' is no integer",
                     "Person_KNOWS_Person.csv 5 1 fields, but the header names 3"});
  CHECK(folder.Rows("MATCH (n) RETURN n.id, n.name") == Lines{"'1' 'Ann'", "'3' 'two\\nlines'"});
}

TEST_CASE("files that cannot be imported", "[engine]") {
  const ImportFolder folder;
  const auto message = [&](const std::string& text) {
    const std::string path = folder.Write("People.csv", text);
    ImportInput input;
    input.paths = {path};
    return folder.Refused(input).message();
  };
  CHECK_THAT(message(""), Contains("is empty"));
  CHECK_THAT(message("\n\n"), Contains("is empty"));
  CHECK_THAT(message("a,b\n1,2\n"), Contains("its header is neither"));
  CHECK_THAT(message("id,a,a\n"), Contains("two columns are named 'a'"));
  CHECK_THAT(message("id,\n"), Contains("column 2 has no name"));
  CHECK_THAT(message("id:ID,a:integre\n"), Contains("neither a type nor a role"));
  CHECK_THAT(message(":START_ID,:TYPE\n"), Contains("a start but no end"));
  CHECK_THAT(message(":START_ID(X),:END_ID(X),:TYPE\n"), Contains("the space 'X'"));
  CHECK_THAT(message("startId,endId\n1,2\n"), Contains("FROM_TYPE_TO"));
  CHECK_THAT(message("id,\"a\n1,2\n"), Contains("never closed"));
  CHECK_THAT(message("id,a\n1,\"x\n"), Contains("line 2: a quoted field is never closed"));
  CHECK_THAT(message("\x1F\x8B"), Contains("compressed"));
  ImportInput input;
  input.paths = {folder.files() + "/none.csv"};
  CHECK(folder.Refused(input).code() == StatusCode::kNotFound);
  input.paths.clear();
  input.nodes = {{"A", {folder.files()}}};
  CHECK_THAT(folder.Refused(input).message(), Contains("is a folder"));
}

TEST_CASE("an import of a header alone is an empty label", "[engine]") {
  const ImportFolder folder;
  folder.Write("Person.csv", "id,name\n");
  CHECK(folder.Imported().nodes == 0);
  CHECK(folder.Rows(kAllNodes).empty());
}

TEST_CASE("an import makes a new database only", "[engine]") {
  const ImportFolder folder;
  folder.Write("Person.csv", "id\n1\n");
  folder.Imported();
  const auto again = folder.Import();
  REQUIRE(!again.ok());
  CHECK(again.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(again.status().message(), Contains("is there already"));
  CHECK(folder.Rows(kAllNodes).size() == 1);
}

TEST_CASE("an import can be stopped", "[engine]") {
  const ImportFolder folder;
  folder.Write("Person.csv", "id\n1\n");
  ImportOptions options;
  options.goes_on = [](const ImportProgress& progress) { return progress.phase != "nodes"; };
  CHECK(folder.Refused({}, options).code() == StatusCode::kCancelled);
}

TEST_CASE("many blocks by many threads give what one thread gives", "[engine]") {
  const ImportFolder folder;
  std::string people = "id,name\n";
  std::string knows = "startId,endId,weight\n";
  constexpr int kPeople = 120'000;
  for (int i = 0; i < kPeople; ++i) {
    // Sparse numbers, and texts: both ways in which ids are kept.
    const std::string id = i % 3 == 0 ? "p" + std::to_string(i) : std::to_string(i * 1000);
    people += id + ",\"person, number " + std::to_string(i) + "\"\n";
    if (i % 3 == 0) knows += id + "," + std::to_string((i + 1) * 1000) + ",0.5\n";
  }
  folder.Write("Person.csv", people);
  folder.Write("Person_KNOWS_Person.csv", knows);
  ImportOptions options;
  options.threads = 4;
  const ImportReport report = folder.Imported({}, options);
  CHECK(report.nodes == kPeople);
  CHECK(report.relationships == kPeople / 3);
  CHECK(folder.Rows("MATCH (a)-[r]->(b) WHERE a.name <> 'x' AND b.name <> 'x' RETURN count(*), "
                    "sum(r.weight), count(DISTINCT a), count(DISTINCT b)") ==
        Lines{"40000 20000.0 40000 40000"});
  // Ids are given in the order of the file.
  CHECK(folder.Rows("MATCH (a:Person) WITH a ORDER BY id(a) WITH collect(a.id) AS ids "
                    "RETURN ids[0], ids[1], ids[119999]") == Lines{"'p0' '1000' '119999000'"});
}

}  // namespace
