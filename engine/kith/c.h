/* SPDX-License-Identifier: Apache-2.0 */
/* The C API of Kith, for C and for every language that can call C.
 *
 * Ownership. A function named kith_..._new, _open, _connect, _prepare, _execute, _ask or _retrieve
 * gives its caller a handle, released by the matching kith_..._free or kith_..._close; those accept
 * NULL. Everything else that comes back as a pointer is borrowed, and each function says until
 * when. What is passed in is copied. Handles may be freed in any order: a statement or result whose
 * connection was closed gives KITH_INVALID_ARGUMENT, and a database whose handle was closed stays
 * open, and locked, until the last connection, statement and result on it is freed.
 *
 * Errors. A function that can fail returns a kith_code, KITH_OK (0) or what went wrong, and its
 * last parameter is `kith_error** error`: NULL when the caller does not care, else it receives a
 * new error (release it with kith_error_free) or NULL on success. Out parameters are set to NULL on
 * failure. A NULL handle or text is a KITH_INVALID_ARGUMENT error, never a crash. No C++ exception
 * comes out.
 *
 * Text is UTF-8. A text parameter comes with its length in bytes; KITH_NUL_TERMINATED asks for
 * strlen.
 *
 * Threads. A database may be used from any thread; a connection, its statements and results by one
 * thread at a time, but for kith_cancel, which may be called from any thread and any signal
 * handler. kith_close ends the use of the database's handle: no kith_connect and no kith_rag call
 * on it may be running then, and none may follow. A child process that was forked must not use
 * its copy of a database, but may close it, which touches no file.
 *
 * Stability. Numbers in enumerations are never changed or reused. The shared library's soname
 * changes when a function here changes its meaning or goes away.
 *
 * Length: the whole C interface in one file, so that a binding has one thing to read.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define KITH_API __attribute__((visibility("default")))
#else
#define KITH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_NUL_TERMINATED ((size_t)-1)

/* ---- Version ----------------------------------------------------------------------------------
 */

#define KITH_VERSION_MAJOR 0
#define KITH_VERSION_MINOR 1
#define KITH_VERSION_PATCH 0

/* The library's version, for example "0.1.0". Static; compare it with the macros above. */
KITH_API const char* kith_version(void);

/* ---- Handles ----------------------------------------------------------------------------------
 */

typedef struct kith_options kith_options;
typedef struct kith_database kith_database;
typedef struct kith_connection kith_connection;
typedef struct kith_statement kith_statement;
typedef struct kith_result kith_result;
typedef struct kith_value kith_value;
typedef struct kith_error kith_error;
typedef struct kith_answer kith_answer;
typedef struct kith_ask_options kith_ask_options;
typedef struct kith_ingest_options kith_ingest_options;
typedef struct kith_ingest_report kith_ingest_report;
typedef struct kith_import kith_import;

/* ---- Errors -----------------------------------------------------------------------------------
 */

typedef enum kith_code {
  KITH_OK = 0,
  KITH_INVALID_ARGUMENT = 1,
  KITH_NOT_FOUND = 2,
  KITH_ALREADY_EXISTS = 3,
  KITH_CORRUPTION = 4,
  KITH_IO_ERROR = 5,
  KITH_CONFLICT = 6, /* Another transaction won; running the transaction again may succeed. */
  KITH_CANCELLED = 7,
  KITH_TIMEOUT = 8,
  KITH_RESOURCE_EXHAUSTED = 9,
  KITH_READ_ONLY = 10,
  KITH_BUSY = 11,
  KITH_UNSUPPORTED = 12,
  KITH_INTERNAL = 13,
  KITH_SYNTAX_ERROR = 32,
  KITH_SEMANTIC_ERROR = 33,
  KITH_PARAMETER_MISSING = 34,
  KITH_CONSTRAINT_VIOLATION = 35,
  KITH_ENTITY_NOT_FOUND = 36,
  KITH_TYPE_ERROR = 37,
  KITH_ARGUMENT_ERROR = 38,
  KITH_ARITHMETIC_ERROR = 39,
  KITH_PROCEDURE_ERROR = 40
} kith_code;

/* "SyntaxError", "Conflict", ... Static; "Unknown" for a number that is no code. */
KITH_API const char* kith_code_name(kith_code code);

KITH_API void kith_error_free(kith_error* error);
/* KITH_OK for NULL. */
KITH_API kith_code kith_error_code(const kith_error* error);
/* One sentence or more. The texts of an error live as long as the error; "" for NULL. */
KITH_API const char* kith_error_message(const kith_error* error);
/* openCypher's detail word, such as "UndefinedVariable"; "OutOfMemory" where the machine's memory
 * is used up; or "". */
KITH_API const char* kith_error_detail(const kith_error* error);
/* The message with its line of the statement and a caret below the place, for people. */
KITH_API const char* kith_error_describe(const kith_error* error);
/* Where in the statement, from 1; 0 when the error has no position. Columns count characters. */
KITH_API uint32_t kith_error_line(const kith_error* error);
KITH_API uint32_t kith_error_column(const kith_error* error);

/* ---- Databases --------------------------------------------------------------------------------
 */

KITH_API kith_options* kith_options_new(void);
KITH_API void kith_options_free(kith_options* options);
/* Options by name: create_if_missing (1), read_only (0), follow (0; with read_only: every
 * transaction begins at the newest commit of the process that writes, else at what was there when
 * the database was opened), memory_limit_bytes (0: a quarter of the machine's memory), cache_bytes
 * (what of it the hot-subgraph cache may take; unless given, a quarter), query_memory_limit_bytes
 * (0: no limit of its own), sync_commits (1), max_document_bytes (0: 16 MiB; of documents given to
 * kith_rag_ingest and kith_rag_ingest_text, which take about thirty times their size in memory),
 * embedding_threads (0: one for each processor; what one call may embed with at a time). An unknown
 * name or a value out of range is KITH_INVALID_ARGUMENT, and the message lists what there is. */
KITH_API kith_code kith_options_set(kith_options* options, const char* name, int64_t value,
                                    kith_error** error);
/* embedding_model (""; none): of embed() and of the vectors of documents and questions, a name of
 * `kith model list` or a model's folder. It is read by the first use, whose error it is when it is
 * missing, damaged, or another than the one that made the vectors of the database.
 * import_folder (""; none): the folder whose files LOAD CSV may read. */
KITH_API kith_code kith_options_set_text(kith_options* options, const char* name, const char* value,
                                         kith_error** error);

/* Opens the database in folder `path`, or a new one in memory for ":memory:". options may be NULL.
 * KITH_BUSY when another process has it open for writing (the message names it), KITH_CORRUPTION
 * when it is damaged or the folder holds something else, KITH_UNSUPPORTED for a version of the
 * format that this library does not read. */
KITH_API kith_code kith_open(const char* path, const kith_options* options,
                             kith_database** database, kith_error** error);
KITH_API void kith_close(kith_database* database);

/* Adds a backup of all that is committed to a folder of backups, while others read and write, and
 * deletes those beyond the newest `keep` (0: none). *number, when not NULL, is the new one's.
 * KITH_INVALID_ARGUMENT when the folder holds something else, KITH_BUSY when another process backs
 * up into it, KITH_READ_ONLY, KITH_IO_ERROR, KITH_CORRUPTION. */
KITH_API kith_code kith_backup(kith_database* database, const char* folder, size_t keep,
                               uint32_t* number, kith_error** error);
/* Makes the database folder `path`, which must not hold anything, of a backup by its number, 0 for
 * the newest: all of it, or nothing. KITH_NOT_FOUND, KITH_INVALID_ARGUMENT, KITH_IO_ERROR,
 * KITH_CORRUPTION when a file of the backup is not what was written. */
KITH_API kith_code kith_restore(const char* folder, const char* path, uint32_t number,
                                kith_error** error);

/* Called now and then: stage is "files", "graph" or "index 'NAME'". Returning 0 stops with
 * KITH_CANCELLED. */
typedef int (*kith_check_progress)(const char* stage, uint64_t done, uint64_t total, void* context);
/* Called for each thing that is wrong. The texts are valid during the call. */
typedef void (*kith_check_finding)(const char* what, const char* place, const char* expected,
                                   const char* found, void* context);
/* Reads all files against their checksums, and compares the graph with itself and with every index,
 * as of now; others read and write meanwhile. Ends after `limit` findings (0: 100). progress,
 * finding and findings may be NULL; *findings is how many there are, 0 when all is well.
 * KITH_CANCELLED, KITH_IO_ERROR or KITH_CORRUPTION when nothing can be read at all. */
KITH_API kith_code kith_check(kith_database* database, size_t limit, kith_check_progress progress,
                              kith_check_finding finding, void* context, size_t* findings,
                              kith_error** error);

/* ---- Importing CSV files ----------------------------------------------------------------------
 */

/* What goes into an import, and what came of it. */
KITH_API kith_import* kith_import_new(void);
KITH_API void kith_import_free(kith_import* import);
/* A CSV file that says by its header and name what it holds, or a folder, of which every such
 * NAME.csv is taken: Person.csv with a column id; Person_KNOWS_Person.csv with startId and endId;
 * or any name, with the header of Neo4j's admin import. */
KITH_API kith_code kith_import_add_path(kith_import* import, const char* path, kith_error** error);
/* Nodes, or relationships, from files with the same columns, of which the first begins with the
 * header. `name` is the labels, "Person:Employee", or the type; "" where a column says it. */
KITH_API kith_code kith_import_add_nodes(kith_import* import, const char* name,
                                         const char* const* files, size_t file_count,
                                         kith_error** error);
KITH_API kith_code kith_import_add_relationships(kith_import* import, const char* name,
                                                 const char* const* files, size_t file_count,
                                                 kith_error** error);
/* Nodes that have the first label by the name of a file have the others, too: "Post:Message". */
KITH_API kith_code kith_import_add_labels(kith_import* import, const char* labels,
                                          kith_error** error);
/* Options by name: bad_tolerance (0; so many bad lines are passed over), threads (0: one for each
 * processor), memory_limit_bytes (0: a quarter of the machine's memory). */
KITH_API kith_code kith_import_set(kith_import* import, const char* name, int64_t value,
                                   kith_error** error);
/* Options of one character: delimiter (unless given, what a header has most of), array_delimiter
 * (;), quote ("). */
KITH_API kith_code kith_import_set_text(kith_import* import, const char* name, const char* value,
                                        kith_error** error);

/* Called about every megabyte, by one thread at a time. Returning 0 ends with KITH_CANCELLED. */
typedef int (*kith_import_progress)(const char* phase, uint64_t done_bytes, uint64_t total_bytes,
                                    void* context);

/* Makes the database folder `path`, which must not hold anything: all of the files is in it
 * afterwards, or it is not there. progress may be NULL. KITH_INVALID_ARGUMENT names file and line
 * of the first bad line, when more are bad than are tolerated; KITH_NOT_FOUND, KITH_IO_ERROR,
 * KITH_CANCELLED, KITH_RESOURCE_EXHAUSTED. */
KITH_API kith_code kith_import_run(kith_import* import, const char* path,
                                   kith_import_progress progress, void* context,
                                   kith_error** error);

typedef enum kith_import_count {
  KITH_IMPORTED_NODES = 0,
  KITH_IMPORTED_RELATIONSHIPS = 1,
  KITH_IMPORT_BAD_LINES = 2,
  KITH_IMPORT_BAD_LINES_KEPT = 3, /* Those that kith_import_bad_line tells of. */
  KITH_IMPORT_PASSED_OVER = 4     /* CSV files of a folder with other headers. */
} kith_import_count;

/* Of the last run that returned KITH_OK. Texts live until the next run. */
KITH_API uint64_t kith_import_counted(const kith_import* import, kith_import_count count);
/* The file, and by the last two, which may be NULL, the line and what is wrong with it; NULL at the
 * end. */
KITH_API const char* kith_import_bad_line(const kith_import* import, size_t index, uint64_t* line,
                                          const char** problem);
/* NULL at the end. */
KITH_API const char* kith_import_passed_over(const kith_import* import, size_t index);

/* ---- Connections and transactions -------------------------------------------------------------
 */

KITH_API kith_code kith_connect(kith_database* database, kith_connection** connection,
                                kith_error** error);
/* Rolls back an open transaction. */
KITH_API void kith_disconnect(kith_connection* connection);

/* What a transaction that writes is protected from; see kith/connection.h. */
typedef enum kith_isolation {
  KITH_SNAPSHOT = 0,     /* Each of two transactions may change what the other one has read. */
  KITH_SERIALIZABLE = 1, /* As if they ran one after the other; KITH_CONFLICT more often. */
} kith_isolation;

/* Of the statements and transactions that begin from now on; KITH_SNAPSHOT at first. */
KITH_API kith_code kith_set_isolation(kith_connection* connection, kith_isolation isolation,
                                      kith_error** error);
KITH_API kith_code kith_begin(kith_connection* connection, kith_error** error);
/* For writing, KITH_SERIALIZABLE whatever kith_set_isolation said. */
KITH_API kith_code kith_begin_serializable(kith_connection* connection, kith_error** error);
KITH_API kith_code kith_begin_read_only(kith_connection* connection, kith_error** error);
KITH_API kith_code kith_commit(kith_connection* connection, kith_error** error);
KITH_API kith_code kith_rollback(kith_connection* connection, kith_error** error);
/* 1 or 0. */
KITH_API int kith_in_transaction(const kith_connection* connection);

/* Stops the running statement with KITH_CANCELLED. Any thread, any signal handler. */
KITH_API void kith_cancel(kith_connection* connection);
/* The longest that a statement may run; 0 is for ever. */
KITH_API kith_code kith_set_timeout(kith_connection* connection, uint64_t timeout_ms,
                                    kith_error** error);

/* ---- Statements -------------------------------------------------------------------------------
 */

/* Runs one statement without parameters. *result is never NULL on success; it may have no columns.
 */
KITH_API kith_code kith_execute(kith_connection* connection, const char* text, size_t length,
                                kith_result** result, kith_error** error);

KITH_API kith_code kith_prepare(kith_connection* connection, const char* text, size_t length,
                                kith_statement** statement, kith_error** error);
KITH_API void kith_statement_free(kith_statement* statement);

/* Each gives $name (without the dollar sign) a value that stays for later runs. */
KITH_API kith_code kith_bind_null(kith_statement* statement, const char* name, kith_error** error);
KITH_API kith_code kith_bind_boolean(kith_statement* statement, const char* name, int value,
                                     kith_error** error);
KITH_API kith_code kith_bind_integer(kith_statement* statement, const char* name, int64_t value,
                                     kith_error** error);
KITH_API kith_code kith_bind_float(kith_statement* statement, const char* name, double value,
                                   kith_error** error);
/* KITH_INVALID_ARGUMENT when the bytes are not UTF-8. There is no type for bytes that are no text:
 * bind a list of integers, or text in an encoding such as base64. */
KITH_API kith_code kith_bind_string(kith_statement* statement, const char* name, const char* text,
                                    size_t length, kith_error** error);
/* Any value: one that was built, or one out of a result. */
KITH_API kith_code kith_bind_value(kith_statement* statement, const char* name,
                                   const kith_value* value, kith_error** error);
KITH_API void kith_clear_bindings(kith_statement* statement);

KITH_API kith_code kith_statement_execute(kith_statement* statement, kith_result** result,
                                          kith_error** error);

/* ---- Results ----------------------------------------------------------------------------------
 */

KITH_API void kith_result_free(kith_result* result);
KITH_API size_t kith_result_column_count(const kith_result* result);
/* Lives as long as the result; NULL when there is no such column. */
KITH_API const char* kith_result_column_name(const kith_result* result, size_t column);
/* Moves to the next row: 1 with a row, 0 at the end, -1 with an error. */
KITH_API int kith_result_next(kith_result* result, kith_error** error);
/* A value of the current row, borrowed until the next kith_result_next; NULL when there is none. */
KITH_API const kith_value* kith_result_value(const kith_result* result, size_t column);
/* The plan after EXPLAIN or PROFILE, else "". Borrowed until the next call on this result. */
KITH_API const char* kith_result_plan(kith_result* result);

typedef enum kith_counter {
  KITH_NODES_CREATED = 0,
  KITH_NODES_DELETED = 1,
  KITH_RELATIONSHIPS_CREATED = 2,
  KITH_RELATIONSHIPS_DELETED = 3,
  KITH_PROPERTIES_SET = 4,
  KITH_LABELS_ADDED = 5,
  KITH_LABELS_REMOVED = 6,
  KITH_INDEXES_ADDED = 7,
  KITH_INDEXES_REMOVED = 8,
  KITH_CONSTRAINTS_ADDED = 9,
  KITH_CONSTRAINTS_REMOVED = 10
} kith_counter;

/* How much the statement wrote; 0 for a number that is no counter. */
KITH_API uint64_t kith_result_counter(const kith_result* result, kith_counter counter);

/* ---- Values -----------------------------------------------------------------------------------
 */

typedef enum kith_type {
  KITH_NULL = 0,
  KITH_BOOLEAN = 1,
  KITH_INTEGER = 2,
  KITH_FLOAT = 3,
  KITH_STRING = 4,
  KITH_LIST = 5,
  KITH_MAP = 6,
  KITH_NODE = 7,
  KITH_RELATIONSHIP = 8,
  KITH_PATH = 9,
  KITH_DATE = 10,
  KITH_LOCAL_TIME = 11,
  KITH_TIME = 12,
  KITH_LOCAL_DATETIME = 13,
  KITH_DATETIME = 14,
  KITH_DURATION = 15
} kith_type;

/* "Integer", "ZonedDateTime", ... Static. */
KITH_API const char* kith_type_name(kith_type type);

/* Days since 1970-01-01. */
typedef struct kith_date {
  int64_t days;
} kith_date;
/* Nanoseconds since midnight on the local clock; the offset is of UTC and 0 for a local time. */
typedef struct kith_time {
  int64_t nanos;
  int32_t offset_seconds;
} kith_time;
/* Seconds since 1970-01-01T00:00:00: on the local clock for a local date-time, in UTC for one with
 * an offset or a zone. nanos is 0 to 999,999,999. zone is an IANA name or "". */
typedef struct kith_datetime {
  int64_t seconds;
  int32_t nanos;
  int32_t offset_seconds;
  const char* zone;
} kith_datetime;
typedef struct kith_duration {
  int64_t months;
  int64_t days;
  int64_t seconds;
  int32_t nanos;
} kith_duration;

/* Reading. A value of another type than asked for reads as 0, "", NULL or an empty collection,
 * never as a crash; look at kith_value_type first. Pointers live as long as the value they come
 * from. */
KITH_API kith_type kith_value_type(const kith_value* value); /* KITH_NULL for NULL */
KITH_API int kith_value_boolean(const kith_value* value);
KITH_API int64_t kith_value_integer(const kith_value* value);
/* Of an integer: its value as a double. */
KITH_API double kith_value_float(const kith_value* value);
/* Not ended by a NUL: *length says where it ends. */
KITH_API const char* kith_value_string(const kith_value* value, size_t* length);
KITH_API kith_date kith_value_date(const kith_value* value);
KITH_API kith_time kith_value_time(const kith_value* value);         /* Time and local time */
KITH_API kith_datetime kith_value_datetime(const kith_value* value); /* With or without a zone */
KITH_API kith_duration kith_value_duration(const kith_value* value);

/* Elements of a list, or entries of a map in the order of their keys. */
KITH_API size_t kith_value_size(const kith_value* value);
KITH_API const kith_value* kith_value_at(const kith_value* value, size_t index);
/* Of a map, node or relationship: the name of property `index` in 0 .. kith_value_property_count
 * - 1. */
KITH_API size_t kith_value_property_count(const kith_value* value);
KITH_API const char* kith_value_property_name(const kith_value* value, size_t index);
KITH_API const kith_value* kith_value_property_at(const kith_value* value, size_t index);
/* By name, NULL when there is none. */
KITH_API const kith_value* kith_value_property(const kith_value* value, const char* name);

/* Nodes and relationships. */
KITH_API int64_t kith_value_id(const kith_value* value);
KITH_API size_t kith_value_label_count(const kith_value* node);
KITH_API const char* kith_value_label(const kith_value* node, size_t index);
KITH_API const char* kith_value_relationship_type(const kith_value* relationship);
KITH_API int64_t kith_value_start_id(const kith_value* relationship);
KITH_API int64_t kith_value_end_id(const kith_value* relationship);
/* Relationships of a path; it has one node more. */
KITH_API size_t kith_value_path_length(const kith_value* path);
KITH_API const kith_value* kith_value_path_node(const kith_value* path, size_t index);
KITH_API const kith_value* kith_value_path_relationship(const kith_value* path, size_t index);

/* The value as a Cypher literal. The caller releases it with kith_text_free; NULL without memory.
 */
KITH_API char* kith_value_to_text(const kith_value* value);
KITH_API void kith_text_free(char* text);

/* Building. Each returns a new value for kith_value_free, or NULL when memory ran out or an
 * argument is bad: text that is not UTF-8, a NULL element, an impossible time, an unknown time
 * zone. */
KITH_API void kith_value_free(kith_value* value);
KITH_API kith_value* kith_value_new_null(void);
KITH_API kith_value* kith_value_new_boolean(int value);
KITH_API kith_value* kith_value_new_integer(int64_t value);
KITH_API kith_value* kith_value_new_float(double value);
KITH_API kith_value* kith_value_new_string(const char* text, size_t length);
/* Lists of numbers at once, such as vectors; the same as kith_value_new_list. */
KITH_API kith_value* kith_value_new_integers(const int64_t* integers, size_t count);
KITH_API kith_value* kith_value_new_floats(const double* floats, size_t count);
/* A list of strings: the i-th ends before byte ends[i] of `text`, and begins where the one before
 * it ends, the first at 0. */
KITH_API kith_value* kith_value_new_strings(const char* text, const size_t* ends, size_t count);
/* Elements and entries are copied; they stay the caller's. */
KITH_API kith_value* kith_value_new_list(const kith_value* const* elements, size_t count);
KITH_API kith_value* kith_value_new_map(const char* const* keys, const kith_value* const* values,
                                        size_t count);
/* A list of maps with the same keys, such as the rows of UNWIND $rows, from one list for each key:
 * the i-th map has under keys[k] the i-th element of columns[k]. NULL also without a key, and when
 * the columns are not lists of one length. */
KITH_API kith_value* kith_value_new_maps(const char* const* keys, const kith_value* const* columns,
                                         size_t key_count);
KITH_API kith_value* kith_value_new_date(kith_date date);
KITH_API kith_value* kith_value_new_local_time(int64_t nanos);
KITH_API kith_value* kith_value_new_time(kith_time time);
KITH_API kith_value* kith_value_new_local_datetime(int64_t seconds, int32_t nanos);
/* With a zone, its offset at that instant is worked out and offset_seconds is not looked at. */
KITH_API kith_value* kith_value_new_datetime(kith_datetime datetime);
KITH_API kith_value* kith_value_new_duration(kith_duration duration);

/* ---- Documents and questions ------------------------------------------------------------------
 */

/* Called after each document. Returning 0 stops with KITH_CANCELLED; what was committed stays. */
typedef int (*kith_ingest_progress)(size_t documents_done, size_t documents_total,
                                    const char* document, void* context);

typedef enum kith_ingest_count {
  KITH_DOCUMENTS_ADDED = 0,
  KITH_DOCUMENTS_REPLACED = 1,
  KITH_DOCUMENTS_UNCHANGED = 2,
  KITH_DOCUMENTS_SKIPPED = 3,
  KITH_CHUNKS = 4,
  KITH_ENTITIES = 5, /* New in the graph. */
  KITH_LINKS = 6,
  KITH_DOCUMENTS_FORGOTTEN = 7 /* By the option forget_others. */
} kith_ingest_count;

KITH_API kith_ingest_options* kith_ingest_options_new(void);
KITH_API void kith_ingest_options_free(kith_ingest_options* options);
/* Options by name:
 * forget_others (0): 1 makes the database mirror the paths: documents that are not below them are
 *   forgotten. Nothing is forgotten when a document was skipped, which may be there, only not
 *   readable, or when there was none at all.
 * skip_unreadable (1): 0 ends the ingest with an error at the first document that cannot be read.
 * documents_per_transaction (64): at most; 1 gives each its own, at more than twice the cost. A
 *   document is whole or not there in any case.
 * max_document_bytes (0: as the database was opened with).
 * An unknown name or a value out of range is KITH_INVALID_ARGUMENT. */
KITH_API kith_code kith_ingest_options_set(kith_ingest_options* options, const char* name,
                                           int64_t value, kith_error** error);

/* Adds or updates the documents below a folder, or one file. progress and report may be NULL;
 * *report is the caller's, for kith_ingest_report_free. A document that cannot be read, or is over
 * the option max_document_bytes, is skipped, and the report says why. */
KITH_API kith_code kith_rag_ingest(kith_database* database, const char* path,
                                   kith_ingest_progress progress, void* context,
                                   kith_ingest_report** report, kith_error** error);
/* The same for `path_count` (1 or more) paths in one ingest, with options, which may be NULL. Of
 * two documents with one name and different contents the second is skipped. */
KITH_API kith_code kith_rag_ingest_all(kith_database* database, const char* const* paths,
                                       size_t path_count, const kith_ingest_options* options,
                                       kith_ingest_progress progress, void* context,
                                       kith_ingest_report** report, kith_error** error);
KITH_API void kith_ingest_report_free(kith_ingest_report* report);
/* 0 for a number that is no count. */
KITH_API size_t kith_ingest_report_count(const kith_ingest_report* report, kith_ingest_count count);
/* Of skipped document `index`; both live as long as the report, and are NULL when there is none. */
KITH_API const char* kith_ingest_report_skipped(const kith_ingest_report* report, size_t index);
KITH_API const char* kith_ingest_report_reason(const kith_ingest_report* report, size_t index);
/* Adds or replaces one document given as text; the ending of `name` tells its format.
 * KITH_INVALID_ARGUMENT when the text is no document: empty, too long, a zero byte in it. */
KITH_API kith_code kith_rag_ingest_text(kith_database* database, const char* name, const char* text,
                                        size_t length, kith_error** error);
KITH_API kith_code kith_rag_delete(kith_database* database, const char* document,
                                   kith_error** error);

/* Called now and then. Returning 0 stops with KITH_CANCELLED; what was committed stays. */
typedef int (*kith_embed_progress)(size_t chunks_done, size_t chunks_total, void* context);
/* Makes all vectors those of the option embedding_model: of documents that were ingested without it
 * or with another one, whose vectors go first. A call that was stopped is gone on with by the next
 * one. progress and embedded may be NULL; *embedded is how many chunks got a vector.
 * KITH_INVALID_ARGUMENT when the database is open without a model. */
KITH_API kith_code kith_rag_embed(kith_database* database, kith_embed_progress progress,
                                  void* context, size_t* embedded, kith_error** error);

KITH_API kith_ask_options* kith_ask_options_new(void);
KITH_API void kith_ask_options_free(kith_ask_options* options);
/* Options by name:
 * limit (10): passages, 1 to 1000.
 * For a model: max_tokens (256) of the answer; context_tokens (0: its own limit, at most 4096) that
 *   it reads and writes together; max_ms (0: no limit), after which the answer is what is there;
 *   temperature (0, to 10); seed (1) of the choice between words, with a temperature above 0;
 *   mark_unsupported (0): 1 keeps sentences that the passages do not support, with "[unsupported]"
 *   behind them.
 * An unknown name or a value out of range is KITH_INVALID_ARGUMENT, from here or from the question.
 */
KITH_API kith_code kith_ask_options_set(kith_ask_options* options, const char* name, int64_t value,
                                        kith_error** error);
/* temperature, where it is a fraction. */
KITH_API kith_code kith_ask_options_set_float(kith_ask_options* options, const char* name,
                                              double value, kith_error** error);
/* route (""): "factual" or "analytical" in place of what the router decides; "text" is BM25 alone,
 *   "dense" vectors alone.
 * model (""): a name of `kith model list` or the path of a GGUF file. That language model words the
 *   answer, in this process, and stays loaded; only what the passages support of its text is kept.
 *   Without one the answer is made of the documents' own sentences.
 * conversation (""): the question is the next turn of this conversation, a name of 1 to 256 bytes,
 *   and may refer to the turns before; the turn is written to the graph. */
KITH_API kith_code kith_ask_options_set_text(kith_ask_options* options, const char* name,
                                             const char* value, kith_error** error);

/* Called with each piece of an answer, UTF-8 with a zero behind it, and from time to time with an
 * empty one; returning 0 stops with KITH_CANCELLED. */
typedef int (*kith_answer_piece)(const char* piece, void* context);

/* An answer with its sources. options and on_piece may be NULL; the pieces together are the
 * answer's text, one piece without a model. Of a model's text only what the passages support is
 * kept; where that is nothing, the answer is the one without it. KITH_UNSUPPORTED for a model when
 * this build has no llama.cpp.
 */
KITH_API kith_code kith_rag_ask(kith_database* database, const char* question,
                                const kith_ask_options* options, kith_answer_piece on_piece,
                                void* context, kith_answer** answer, kith_error** error);
/* The passages only, by the options limit and route (NULL for none): the answer's text is "" and it
 * has no citations. */
KITH_API kith_code kith_rag_retrieve(kith_database* database, const char* question,
                                     const kith_ask_options* options, kith_answer** answer,
                                     kith_error** error);
KITH_API void kith_answer_free(kith_answer* answer);

/* Everything below lives as long as the answer. */
/* The question as it was understood: in a conversation, with what it refers to put in. "" after
 * kith_rag_retrieve. */
KITH_API const char* kith_answer_asked(const kith_answer* answer);
KITH_API const char* kith_answer_text(const kith_answer* answer);
/* 1 when the documents do not say. */
KITH_API int kith_answer_abstained(const kith_answer* answer);
/* 1 when a model worded it; 0 when it is sentences of the documents, because no model was asked, or
 * nothing of what it wrote could be kept. */
KITH_API int kith_answer_by_model(const kith_answer* answer);
/* 0 to 1: what the decision to abstain was made on. */
KITH_API double kith_answer_confidence(const kith_answer* answer);
/* "factual" or "analytical". */
KITH_API const char* kith_answer_route(const kith_answer* answer);
KITH_API size_t kith_answer_reason_count(const kith_answer* answer);
KITH_API const char* kith_answer_reason(const kith_answer* answer, size_t index);

/* A passage, or the place that a citation [number] stands for. Bytes are of the document's text. */
typedef struct kith_passage {
  int number;
  const char* document;
  const char* title;
  uint64_t begin_byte;
  uint64_t end_byte;
  const char* text;
  double score;         /* 0 for a citation */
  const char* found_by; /* of "text", "dense", "graph", by "+"; "" for a citation */
} kith_passage;

KITH_API size_t kith_answer_citation_count(const kith_answer* answer);
/* 1, or 0 when there is no such citation. */
KITH_API int kith_answer_citation(const kith_answer* answer, size_t index, kith_passage* citation);
KITH_API size_t kith_answer_passage_count(const kith_answer* answer);
KITH_API int kith_answer_passage(const kith_answer* answer, size_t index, kith_passage* passage);
/* The evidence subgraph as an SVG picture. Made at the first call. */
KITH_API const char* kith_answer_evidence_svg(kith_answer* answer);
/* A page: question, answer, citations, route, picture, passages. Made at the first call. */
KITH_API const char* kith_answer_html(kith_answer* answer);

#ifdef __cplusplus
}
#endif
