// SPDX-License-Identifier: Apache-2.0
// What `kith --help` prints.
#include "engine/shell/command_line.h"

namespace kith::shell {
namespace {

constexpr std::string_view kUsage =
    R"(usage: kith [DATABASE] [OPTIONS]            Cypher from the terminal, a pipe or -c
       kith ingest PATH... [--db DATABASE]  put documents into a database
       kith embed [--db DATABASE]           make the vectors that are missing, or a model's anew
       kith ask QUESTION [--db DATABASE]    answer from the documents, with citations
       kith forget DOCUMENT... [--db DATABASE]  take documents out again
       kith import PATH... --into DATABASE  make a database of CSV files, or of folders of them
       kith backup FOLDER [--db DATABASE]   add a backup to those in FOLDER
       kith restore FOLDER DATABASE         make a database of the newest; without DATABASE: list them
       kith check DATABASE                  say what is wrong in its files, graph and indexes
       kith model list | get NAME... | path NAME...  local models: which there are, fetch, where

DATABASE is a folder, made when it does not exist; without one, or as :memory:, the shell works in
memory. ingest, embed, ask, forget and backup use ./documents.kith unless --db names another. A
DOCUMENT is named by its path below the PATH that was ingested (FILE#ID for a JSON line); answers
show it.

  -c, --command TEXT    run these statements instead of reading them; may be given several times
  -m, --mode MODE       table, csv, json, jsonl or line; ask: json, its answer as one object
  -p, --param NAME=EXPR set $NAME, for example -p 'born=1815' or -p "name='Ada'"
      --read-only       refuse to write
      --follow          refuse to write, and show what another process writes meanwhile
      --keep-going      go on after a statement that failed (the exit code still tells)
      --timer           print the time that each statement took
      --timeout MS      end any statement that runs longer
      --memory SIZE     the most memory to use, for example 512MB
      --import-folder FOLDER  let LOAD CSV read the files in FOLDER
      --embedding-model NAME  makes the vectors of documents, of questions and of embed(): a name
                        of kith model list, or a folder (KITH_EMBEDDING_MODEL in the environment
                        unless given)
      --db DATABASE     the database of ingest, embed, ask, forget and backup
      --model NAME      ask: word the answer with this language model: a name of kith model
                        list, or a .gguf file
      --conversation NAME  ask: this question is a turn of that conversation, and may refer to
                        the turns before ("When was it built?"); without a QUESTION, one a line
      --picture FILE    ask: write the evidence subgraph to FILE, .svg or .html
      --max-document SIZE  ingest: read documents up to this size (16MB unless given)
      --batch N         ingest: put up to N documents into a transaction (64 unless given, 32
                        with an embedding model)
      --mirror          ingest: forget every document that is not below the PATHs
      --into DATABASE   import: the database to make; all of the files is in it, or it is not there
      --nodes LABEL=FILE,...  import: nodes from these files, of which the first has the header
                        line; several labels are written LABEL:LABEL, and LABEL= may be missing
                        where a column :LABEL or the file's name says it
      --relationships TYPE=FILE,...  import: the same for relationships
      --labels LABEL:MORE  import: nodes of LABEL.csv have the label MORE, too
      --delimiter C     import: what is between fields (unless given: what a header line has
                        most of: comma, semicolon, tab or bar)
      --array-delimiter C  import: what is between the elements of a list (; unless given)
      --quote-character C  import: what is around fields that hold delimiters (" unless given)
      --bad-tolerance N import: pass over up to N bad lines, and report them (0 unless given)
      --threads N       import: use N threads (one for each processor unless given)
      --keep N          backup: delete backups beyond the newest N
      --number N        restore: the backup with this number
      --accept-licence  model get: you have read and accept the terms of a model that has its own
  -q, --quiet           no progress bar, no banner
  -h, --help            this text
      --version         the version

Exit codes: 0 all went well, 1 something failed (a statement; a document, also one that was
skipped), 2 the command line is wrong, 3 the database could not be opened, 4 the documents do not
answer the question.
)";

}  // namespace

std::string_view UsageText() {
  return kUsage;
}

}  // namespace kith::shell
