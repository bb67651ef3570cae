/* SPDX-License-Identifier: Apache-2.0 */
/* The C API as a C program uses it: every kind of value in and out, errors, transactions,
 * cancellation from another thread, and what happens to NULL and nonsense.
 *
 * Length: one program that calls every function. */
#include <kith/c.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/engine/c_api_check.h"

static kith_error* Fail(kith_connection* connection, const char* text) {
  kith_result* result = NULL;
  kith_error* error = NULL;
  kith_code code = kith_execute(connection, text, KITH_NUL_TERMINATED, &result, &error);
  if (code == KITH_OK) {
    while (code == KITH_OK && kith_result_next(result, &error) == 1) continue;
    kith_result_free(result);
  } else {
    CHECK(result == NULL);
  }
  CHECK(error != NULL);
  return error;
}

static int64_t Integer(kith_connection* connection, const char* text) {
  kith_result* result = Run(connection, text);
  kith_error* error = NULL;
  CHECK(kith_result_next(result, &error) == 1);
  int64_t value = kith_value_integer(kith_result_value(result, 0));
  CHECK(kith_result_next(result, &error) == 0);
  CHECK(kith_result_value(result, 0) == NULL);
  kith_result_free(result);
  return value;
}

static void TestVersion(void) {
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", KITH_VERSION_MAJOR, KITH_VERSION_MINOR,
           KITH_VERSION_PATCH);
  CHECK_TEXT(kith_version(), expected);
  CHECK_TEXT(kith_code_name(KITH_SYNTAX_ERROR), "SyntaxError");
  CHECK_TEXT(kith_code_name((kith_code)20), "Unknown");
  CHECK_TEXT(kith_code_name((kith_code)-1), "Unknown");
  CHECK_TEXT(kith_type_name(KITH_INTEGER), "Integer");
  CHECK_TEXT(kith_type_name((kith_type)99), "Unknown");
}

static void TestGraphValues(kith_connection* connection) {
  kith_error* error = NULL;
  kith_result* result =
      Run(connection,
          "CREATE p = (a:Person:Writer {name: 'Ada', born: 1815})-[r:KNOWS {since: 1833}]->"
          "(b:Person {name: '巴贝奇'}) RETURN a, r, p");
  CHECK(kith_result_counter(result, KITH_NODES_CREATED) == 2);
  CHECK(kith_result_counter(result, KITH_RELATIONSHIPS_CREATED) == 1);
  CHECK(kith_result_counter(result, KITH_PROPERTIES_SET) == 4);
  CHECK(kith_result_counter(result, KITH_LABELS_ADDED) > 0);
  CHECK(kith_result_counter(result, KITH_NODES_DELETED) == 0);
  CHECK(kith_result_counter(result, (kith_counter)77) == 0);
  CHECK(kith_result_column_count(result) == 3);
  CHECK_TEXT(kith_result_column_name(result, 2), "p");
  CHECK(kith_result_column_name(result, 3) == NULL);
  CHECK(kith_result_value(result, 0) == NULL); /* Before the first row. */
  CHECK(kith_result_next(result, &error) == 1);
  CHECK(kith_result_value(result, 3) == NULL);

  const kith_value* a = kith_result_value(result, 0);
  CHECK(kith_value_type(a) == KITH_NODE);
  CHECK(kith_value_label_count(a) == 2);
  CHECK_TEXT(kith_value_label(a, 0), "Person");
  CHECK_TEXT(kith_value_label(a, 1), "Writer");
  CHECK(kith_value_label(a, 2) == NULL);
  CHECK(kith_value_property_count(a) == 2);
  CHECK_TEXT(kith_value_property_name(a, 0), "born");
  CHECK(kith_value_integer(kith_value_property(a, "born")) == 1815);
  CHECK(kith_value_property(a, "died") == NULL);

  const kith_value* r = kith_result_value(result, 1);
  CHECK(kith_value_type(r) == KITH_RELATIONSHIP);
  CHECK_TEXT(kith_value_relationship_type(r), "KNOWS");
  CHECK(kith_value_start_id(r) == kith_value_id(a));
  CHECK(kith_value_integer(kith_value_property_at(r, 0)) == 1833);

  const kith_value* p = kith_result_value(result, 2);
  CHECK(kith_value_type(p) == KITH_PATH);
  CHECK(kith_value_path_length(p) == 1);
  CHECK(kith_value_id(kith_value_path_node(p, 0)) == kith_value_id(a));
  CHECK(kith_value_id(kith_value_path_node(p, 1)) == kith_value_end_id(r));
  CHECK(kith_value_path_node(p, 2) == NULL);
  CHECK_TEXT(kith_value_relationship_type(kith_value_path_relationship(p, 0)), "KNOWS");
  CHECK(kith_value_path_relationship(p, 1) == NULL);
  char* text = kith_value_to_text(a);
  CHECK(strstr(text, ":Person:Writer") != NULL && strstr(text, "1815") != NULL);
  kith_text_free(text);

  /* Asked for what it is not, a value is empty. */
  CHECK(kith_value_integer(a) == 0);
  CHECK(kith_value_size(a) == 0);
  CHECK(kith_value_at(a, 0) == NULL);
  CHECK(kith_value_path_length(a) == 0);
  size_t length = 99;
  CHECK_TEXT(kith_value_string(a, &length), "");
  CHECK(length == 0);
  CHECK(kith_result_next(result, &error) == 0);
  CHECK(kith_result_next(result, &error) == 0);
  kith_result_free(result);
}

/* Binds each kind of value and reads it back. */
static void TestEveryType(kith_connection* connection) {
  kith_error* error = NULL;
  kith_statement* statement = NULL;
  const char* text =
      "RETURN $null, $yes, $integer, $float, $text, $list, $map, $date, $localtime, $time, "
      "$localdatetime, $datetime, $duration";
  Must(kith_prepare(connection, text, strlen(text), &statement, &error), &error, text);

  kith_value* one = kith_value_new_integer(1);
  kith_value* two = kith_value_new_string("two", KITH_NUL_TERMINATED);
  const kith_value* elements[] = {one, two};
  const char* keys[] = {"b", "a"};
  kith_value* built[] = {
      kith_value_new_list(elements, 2),
      kith_value_new_map(keys, elements, 2),
      kith_value_new_date((kith_date){-1}),
      kith_value_new_local_time(3723000000004),
      kith_value_new_time((kith_time){3723000000000, 3600}),
      kith_value_new_local_datetime(86400, 5),
      kith_value_new_datetime((kith_datetime){1700000000, 6, 3600, "Europe/Stockholm"}),
      kith_value_new_duration((kith_duration){14, 3, -5, 7}),
  };
  const char* names[] = {"list", "map",           "date",     "localtime",
                         "time", "localdatetime", "datetime", "duration"};
  CHECK(kith_bind_null(statement, "null", &error) == KITH_OK);
  CHECK(kith_bind_boolean(statement, "yes", 2, &error) == KITH_OK);
  CHECK(kith_bind_integer(statement, "$integer", INT64_MIN, &error) == KITH_OK);
  CHECK(kith_bind_float(statement, "float", 0.1, &error) == KITH_OK);
  CHECK(kith_bind_string(statement, "text", "zero\0byte", 9, &error) == KITH_OK);
  for (size_t i = 0; i < 8; ++i) {
    CHECK(built[i] != NULL);
    CHECK(kith_bind_value(statement, names[i], built[i], &error) == KITH_OK);
    kith_value_free(built[i]); /* The statement keeps its own. */
  }
  kith_value_free(one);
  kith_value_free(two);

  for (int run = 0; run < 2; ++run) { /* Bindings stay for the second run. */
    kith_result* result = NULL;
    Must(kith_statement_execute(statement, &result, &error), &error, "execute");
    CHECK(kith_result_next(result, &error) == 1);
    CHECK(kith_value_type(kith_result_value(result, 0)) == KITH_NULL);
    CHECK(kith_value_boolean(kith_result_value(result, 1)) == 1);
    CHECK(kith_value_integer(kith_result_value(result, 2)) == INT64_MIN);
    CHECK(kith_value_float(kith_result_value(result, 3)) == 0.1);
    size_t length = 0;
    const char* bytes = kith_value_string(kith_result_value(result, 4), &length);
    CHECK(length == 9 && memcmp(bytes, "zero\0byte", 9) == 0);
    const kith_value* list = kith_result_value(result, 5);
    CHECK(kith_value_size(list) == 2);
    CHECK(kith_value_integer(kith_value_at(list, 0)) == 1);
    CHECK(kith_value_at(list, 2) == NULL);
    const kith_value* map = kith_result_value(result, 6);
    CHECK(kith_value_property_count(map) == 2);
    CHECK_TEXT(kith_value_property_name(map, 0), "a"); /* Sorted by key. */
    CHECK(kith_value_integer(kith_value_property(map, "b")) == 1);
    CHECK(kith_value_date(kith_result_value(result, 7)).days == -1);
    CHECK(kith_value_time(kith_result_value(result, 8)).nanos == 3723000000004);
    CHECK(kith_value_time(kith_result_value(result, 9)).offset_seconds == 3600);
    CHECK(kith_value_datetime(kith_result_value(result, 10)).seconds == 86400);
    kith_datetime zoned = kith_value_datetime(kith_result_value(result, 11));
    CHECK(zoned.seconds == 1700000000 && zoned.nanos == 6 && zoned.offset_seconds == 3600);
    CHECK_TEXT(zoned.zone, "Europe/Stockholm");
    kith_duration duration = kith_value_duration(kith_result_value(result, 12));
    CHECK(duration.months == 14 && duration.days == 3 && duration.seconds == -5 &&
          duration.nanos == 7);
    kith_result_free(result);
  }
  kith_clear_bindings(statement);
  kith_result* result = NULL;
  CHECK(kith_statement_execute(statement, &result, &error) == KITH_PARAMETER_MISSING);
  CHECK(result == NULL && strstr(kith_error_message(error), "null") != NULL);
  kith_error_free(error);
  kith_statement_free(statement);
}

/* Lists of strings and of maps, made at once. */
static void TestRows(void) {
  const int64_t numbers[] = {1, 2};
  const size_t ends[] = {1, 1};
  kith_value* integers = kith_value_new_integers(numbers, 2);
  kith_value* strings = kith_value_new_strings("x", ends, 2);
  const kith_value* columns[] = {integers, strings};
  const char* keys[] = {"b", "a"};
  kith_value* rows = kith_value_new_maps(keys, columns, 2);
  char* text = kith_value_to_text(rows);
  CHECK(strcmp(text, "[{a: 'x', b: 1}, {a: '', b: 2}]") == 0);
  kith_text_free(text);
  kith_value_free(rows);

  const size_t backward[] = {1, 0};
  CHECK(kith_value_new_strings("x", backward, 2) == NULL);
  CHECK(kith_value_new_strings("\xC3\xA9", ends, 1) == NULL);
  CHECK(kith_value_new_strings(NULL, ends, 1) == NULL);
  kith_value* shorter = kith_value_new_integers(numbers, 1);
  const kith_value* uneven[] = {integers, shorter};
  const kith_value* no_list[] = {kith_value_at(integers, 0)};
  const char* bad_key[] = {"\xFF"};
  CHECK(kith_value_new_maps(keys, uneven, 2) == NULL);
  CHECK(kith_value_new_maps(keys, no_list, 1) == NULL);
  CHECK(kith_value_new_maps(bad_key, columns, 1) == NULL);
  CHECK(kith_value_new_maps(keys, NULL, 1) == NULL &&
        kith_value_new_maps(keys, columns, 0) == NULL);
  kith_value_free(integers);
  kith_value_free(strings);
  kith_value_free(shorter);
}

static void TestBadValues(kith_connection* connection) {
  const kith_value* missing[] = {NULL};
  const char* bad_key[] = {"\xFF"};
  kith_value* one = kith_value_new_integer(1);
  const kith_value* elements[] = {one};
  CHECK(kith_value_new_string("\xC3(", 2) == NULL);
  CHECK(kith_value_new_string(NULL, 3) == NULL);
  CHECK(kith_value_new_list(missing, 1) == NULL);
  CHECK(kith_value_new_list(NULL, 1) == NULL);
  CHECK(kith_value_new_map(bad_key, elements, 1) == NULL);
  CHECK(kith_value_new_date((kith_date){INT64_MAX}) == NULL);
  CHECK(kith_value_new_local_time(-1) == NULL);
  CHECK(kith_value_new_local_time(86400000000000) == NULL);
  CHECK(kith_value_new_time((kith_time){0, 100000}) == NULL);
  CHECK(kith_value_new_local_datetime(INT64_MIN, 0) == NULL);
  CHECK(kith_value_new_local_datetime(0, 1000000000) == NULL);
  CHECK(kith_value_new_duration((kith_duration){0, 0, 0, -1}) == NULL);
  /* Lists in lists: refused before a walk over them could run out of stack. */
  CHECK(kith_value_new_datetime((kith_datetime){0, 0, 0, "Nowhere/None"}) == NULL);
  CHECK(kith_value_new_datetime((kith_datetime){0, 0, 0, "\xFF"}) == NULL);
  kith_value* deep = kith_value_new_null();
  int depth = 0;
  while (deep != NULL && depth < 100000) {
    const kith_value* inner[] = {deep};
    kith_value* outer = kith_value_new_list(inner, 1);
    kith_value_free(deep);
    deep = outer;
    ++depth;
  }
  CHECK(deep == NULL && depth > 100);
  kith_value_free(one);

  kith_error* error = NULL;
  kith_statement* statement = NULL;
  Must(kith_prepare(connection, "RETURN $x", KITH_NUL_TERMINATED, &statement, &error), &error,
       "prepare");
  CHECK(kith_bind_string(statement, "x", "ab\xFF", 3, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "byte 2 (0xFF)") != NULL);
  kith_error_free(error);
  kith_statement_free(statement);
}

static void TestNull(void) {
  kith_error* error = NULL;
  kith_database* database = (kith_database*)&error;
  CHECK(kith_open(NULL, NULL, &database, &error) == KITH_INVALID_ARGUMENT);
  CHECK(database == NULL);
  CHECK(strstr(kith_error_message(error), "kith_open: path is NULL") != NULL);
  kith_error_free(error);
  CHECK(kith_open(":memory:", NULL, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_execute(NULL, "RETURN 1", 8, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_prepare(NULL, NULL, 0, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_statement_execute(NULL, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_bind_integer(NULL, "x", 1, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_begin(NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_commit(NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_rag_ask(NULL, "?", NULL, NULL, NULL, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_rag_ingest(NULL, NULL, NULL, NULL, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_result_next(NULL, NULL) == -1);
  CHECK(kith_result_column_count(NULL) == 0 && kith_result_value(NULL, 0) == NULL);
  CHECK(kith_value_type(NULL) == KITH_NULL && kith_value_size(NULL) == 0);
  CHECK_TEXT(kith_error_message(NULL), "");
  CHECK(kith_error_code(NULL) == KITH_OK && kith_error_line(NULL) == 0);
  kith_cancel(NULL);
  kith_close(NULL);
  kith_disconnect(NULL);
  kith_statement_free(NULL);
  kith_result_free(NULL);
  kith_value_free(NULL);
  kith_error_free(NULL);
  kith_options_free(NULL);
  kith_ingest_options_free(NULL);
  kith_ask_options_free(NULL);
  kith_answer_free(NULL);
}

/* Every function that takes a handle or a text, without it. */
static void TestNullEverywhere(kith_database* database, kith_connection* connection) {
  kith_error* error = NULL;
  kith_result* result = NULL;
  kith_statement* statement = NULL;
  kith_answer* answer = NULL;
  kith_options* options = kith_options_new();
  const kith_code bad = KITH_INVALID_ARGUMENT;
  CHECK(kith_options_set(NULL, "read_only", 1, NULL) == bad);
  CHECK(kith_options_set(options, NULL, 1, NULL) == bad);
  CHECK(kith_options_set_text(NULL, "embedding_model", "x", NULL) == bad);
  CHECK(kith_options_set_text(options, NULL, "x", NULL) == bad);
  CHECK(kith_options_set_text(options, "embedding_model", NULL, NULL) == bad);
  CHECK(kith_connect(NULL, &connection, NULL) == bad && connection == NULL);
  CHECK(kith_connect(database, NULL, NULL) == bad);
  Must(kith_connect(database, &connection, &error), &error, "connect");
  CHECK(kith_begin_read_only(NULL, NULL) == bad && kith_rollback(NULL, NULL) == bad);
  CHECK(kith_begin_serializable(NULL, NULL) == bad);
  CHECK(kith_set_isolation(NULL, KITH_SNAPSHOT, NULL) == bad);
  CHECK(kith_in_transaction(NULL) == 0 && kith_set_timeout(NULL, 1, NULL) == bad);
  CHECK(kith_execute(connection, NULL, 0, &result, NULL) == bad && result == NULL);
  CHECK(kith_execute(connection, "RETURN 1", 8, NULL, NULL) == bad);
  CHECK(kith_prepare(connection, NULL, 0, &statement, NULL) == bad && statement == NULL);
  CHECK(kith_prepare(connection, "RETURN 1", 8, NULL, NULL) == bad);
  Must(kith_prepare(connection, "RETURN $x", 9, &statement, &error), &error, "prepare");
  CHECK(kith_statement_execute(statement, NULL, NULL) == bad);
  CHECK(kith_bind_null(NULL, "x", NULL) == bad && kith_bind_null(statement, NULL, NULL) == bad);
  CHECK(kith_bind_null(statement, "", NULL) == bad && kith_bind_null(statement, "$", NULL) == bad);
  CHECK(kith_bind_null(statement, "\xFF", NULL) == bad);
  CHECK(kith_bind_boolean(NULL, "x", 1, NULL) == bad && kith_bind_float(NULL, "x", 1, NULL) == bad);
  CHECK(kith_bind_string(NULL, "x", "", 0, NULL) == bad);
  CHECK(kith_bind_string(statement, "x", NULL, 1, NULL) == bad);
  CHECK(kith_bind_value(NULL, "x", NULL, NULL) == bad);
  CHECK(kith_bind_value(statement, "x", NULL, NULL) == bad);
  kith_clear_bindings(NULL);
  CHECK(kith_result_column_name(NULL, 0) == NULL && kith_result_counter(NULL, 0) == 0);
  CHECK_TEXT(kith_result_plan(NULL), "");
  CHECK(kith_value_boolean(NULL) == 0 && kith_value_integer(NULL) == 0);
  CHECK(kith_value_float(NULL) == 0 && kith_value_date(NULL).days == 0);
  CHECK(kith_value_time(NULL).nanos == 0 && kith_value_datetime(NULL).seconds == 0);
  CHECK(kith_value_duration(NULL).months == 0 && kith_value_at(NULL, 0) == NULL);
  CHECK_TEXT(kith_value_string(NULL, NULL), "");
  CHECK(kith_value_property_count(NULL) == 0 && kith_value_property_name(NULL, 0) == NULL);
  CHECK(kith_value_property_at(NULL, 0) == NULL && kith_value_property(NULL, "x") == NULL);
  CHECK(kith_value_id(NULL) == 0 && kith_value_label_count(NULL) == 0);
  CHECK(kith_value_label(NULL, 0) == NULL && kith_value_start_id(NULL) == 0);
  CHECK_TEXT(kith_value_relationship_type(NULL), "");
  CHECK(kith_value_end_id(NULL) == 0 && kith_value_path_length(NULL) == 0);
  CHECK(kith_value_path_node(NULL, 0) == NULL && kith_value_path_relationship(NULL, 0) == NULL);
  char* text = kith_value_to_text(NULL);
  CHECK_TEXT(text, "null");
  kith_text_free(text);
  kith_text_free(NULL);
  CHECK(kith_value_new_integers(NULL, 1) == NULL && kith_value_new_floats(NULL, 1) == NULL);
  CHECK(kith_value_new_map(NULL, NULL, 1) == NULL);
  CHECK(kith_rag_ingest(database, NULL, NULL, NULL, NULL, NULL) == bad);
  const char* const no_path[] = {NULL};
  CHECK(kith_rag_ingest_all(NULL, no_path, 0, NULL, NULL, NULL, NULL, NULL) == bad);
  CHECK(kith_rag_ingest_all(database, NULL, 0, NULL, NULL, NULL, NULL, NULL) == bad);
  CHECK(kith_rag_ingest_all(database, no_path, 1, NULL, NULL, NULL, NULL, NULL) == bad);
  CHECK(kith_ingest_options_set(NULL, "forget_others", 1, NULL) == bad);
  CHECK(kith_rag_ingest_text(NULL, "a.txt", "a", 1, NULL) == bad);
  CHECK(kith_rag_ingest_text(database, NULL, "a", 1, NULL) == bad);
  CHECK(kith_rag_ingest_text(database, "a.txt", NULL, 1, NULL) == bad);
  CHECK(kith_rag_delete(NULL, "a", NULL) == bad && kith_rag_delete(database, NULL, NULL) == bad);
  CHECK(kith_ask_options_set(NULL, "limit", 1, NULL) == bad);
  CHECK(kith_ask_options_set_float(NULL, "temperature", 1, NULL) == bad);
  CHECK(kith_ask_options_set_text(NULL, "route", "text", NULL) == bad);
  kith_ask_options* ask = kith_ask_options_new();
  CHECK(kith_ask_options_set(ask, NULL, 1, NULL) == bad);
  CHECK(kith_ask_options_set_float(ask, NULL, 1, NULL) == bad);
  CHECK(kith_ask_options_set_text(ask, NULL, "text", NULL) == bad);
  CHECK(kith_ask_options_set_text(ask, "model", NULL, NULL) == bad);
  CHECK(kith_ask_options_set_text(ask, "route", "\xFF", NULL) == bad);
  kith_ask_options_free(ask);
  CHECK(kith_rag_ask(database, NULL, NULL, NULL, NULL, &answer, NULL) == bad && answer == NULL);
  CHECK(kith_rag_ask(database, "?", NULL, NULL, NULL, NULL, NULL) == bad);
  CHECK(kith_rag_retrieve(NULL, "?", NULL, &answer, NULL) == bad);
  CHECK(kith_rag_retrieve(database, NULL, NULL, &answer, NULL) == bad);
  CHECK(kith_rag_retrieve(database, "?", NULL, NULL, NULL) == bad);
  kith_ingest_report_free(NULL);
  CHECK(kith_ingest_report_count(NULL, KITH_CHUNKS) == 0);
  CHECK(kith_ingest_report_skipped(NULL, 0) == NULL && kith_ingest_report_reason(NULL, 0) == NULL);
  CHECK(kith_answer_abstained(NULL) == 0 && kith_answer_confidence(NULL) == 0);
  CHECK(kith_answer_by_model(NULL) == 0);
  CHECK_TEXT(kith_answer_text(NULL), "");
  CHECK_TEXT(kith_answer_route(NULL), "");
  CHECK_TEXT(kith_answer_evidence_svg(NULL), "");
  CHECK_TEXT(kith_answer_html(NULL), "");
  CHECK(kith_answer_reason_count(NULL) == 0 && kith_answer_reason(NULL, 0) == NULL);
  kith_passage passage;
  CHECK(kith_answer_citation_count(NULL) == 0 && kith_answer_citation(NULL, 0, &passage) == 0);
  CHECK(kith_answer_passage_count(NULL) == 0 && kith_answer_passage(NULL, 0, &passage) == 0);
  CHECK_TEXT(kith_code_name((kith_code)20), "Unknown");
  CHECK_TEXT(kith_code_name((kith_code)-1), "Unknown");
  CHECK_TEXT(kith_type_name((kith_type)99), "Unknown");
  CHECK_TEXT(kith_error_describe(NULL), "");
  CHECK_TEXT(kith_error_detail(NULL), "");
  CHECK(kith_error_column(NULL) == 0);
  kith_statement_free(statement);
  kith_disconnect(connection);
  kith_options_free(options);
}

/* Handles are freed in the order in which a careless program frees them. */
static void TestClosingInAnyOrder(void) {
  kith_error* error = NULL;
  kith_database* database = OpenMemory();
  kith_connection* connection = Connect(database);
  kith_connection* other = Connect(database);
  kith_statement* statement = NULL;
  Must(kith_prepare(connection, "RETURN 1", 8, &statement, &error), &error, "prepare");
  kith_result* rows = Run(connection, "UNWIND range(1, 100000) AS x RETURN x");
  CHECK(kith_result_next(rows, &error) == 1);
  Must(kith_begin(connection, &error), &error, "begin");
  kith_result* created = Run(connection, "CREATE (n:Lost) RETURN n");
  kith_disconnect(connection); /* Rolls back. */
  CHECK(kith_result_next(rows, &error) == -1);
  CHECK(kith_error_code(error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "closed") != NULL);
  kith_error_free(error);
  CHECK(kith_result_value(rows, 0) == NULL);
  CHECK(kith_result_next(created, NULL) == -1);
  CHECK(kith_result_counter(created, KITH_NODES_CREATED) == 1);
  kith_result* result = NULL;
  CHECK(kith_statement_execute(statement, &result, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(Integer(other, "MATCH (n:Lost) RETURN count(n)") == 0);
  kith_close(database); /* Before its connections: it stays until they are gone. */
  CHECK(Integer(other, "RETURN 7") == 7);
  kith_disconnect(other);
  kith_result_free(created);
  kith_statement_free(statement);
  kith_result_free(rows);
}

static void TestOptions(void) {
  kith_error* error = NULL;
  kith_options* options = kith_options_new();
  CHECK(kith_options_set(options, "read_only", 1, &error) == KITH_OK);
  CHECK(kith_options_set(options, "read_only", 2, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_options_set(options, "memory_limit_bytes", -1, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_options_set(options, "max_document_bytes", -1, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_options_set(options, "max_document_bytes", 1 << 20, &error) == KITH_OK);
  CHECK(kith_options_set(options, "cache", 1, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "memory_limit_bytes") != NULL); /* What there is. */
  kith_error_free(error);
  kith_database* database = NULL;
  CHECK(kith_open("/no/such/folder/at all", options, &database, &error) != KITH_OK);
  CHECK(database == NULL && strstr(kith_error_message(error), "/no/such/folder") != NULL);
  kith_error_free(error);
  CHECK(kith_options_set(options, "read_only", 0, &error) == KITH_OK);
  CHECK(kith_options_set(options, "memory_limit_bytes", 1000, &error) == KITH_OK);
  CHECK(kith_open(":memory:", options, &database, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "1000") != NULL);
  kith_error_free(error);
  kith_options_free(options);
}

static void TestErrors(kith_connection* connection) {
  kith_error* error = Fail(connection, "RETURN 1 AS x\nUNION\nRETURN nobody AS x");
  CHECK(kith_error_code(error) == KITH_SYNTAX_ERROR);
  CHECK_TEXT(kith_error_detail(error), "UndefinedVariable");
  CHECK(kith_error_line(error) == 3 && kith_error_column(error) == 8);
  CHECK(strstr(kith_error_describe(error), "RETURN nobody AS x\n         ^") != NULL);
  kith_error_free(error);
  error = Fail(connection, "RETURN 1 / 0");
  CHECK(kith_error_code(error) == KITH_ARITHMETIC_ERROR);
  kith_error_free(error);
  error = Fail(connection, "");
  CHECK(kith_error_code(error) == KITH_SYNTAX_ERROR);
  kith_error_free(error);
  error = Fail(connection, "RETURN '\xFF'");
  CHECK(kith_error_code(error) == KITH_SYNTAX_ERROR);
  kith_error_free(error);
}

static void TestTransactions(kith_database* database, kith_connection* connection) {
  kith_error* error = NULL;
  kith_connection* other = Connect(database);
  CHECK(kith_commit(connection, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  Must(kith_begin(connection, &error), &error, "begin");
  CHECK(kith_in_transaction(connection) == 1);
  CHECK(kith_begin(connection, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  kith_result_free(Run(connection, "CREATE (:T {x: 1})"));
  CHECK(Integer(connection, "MATCH (t:T) RETURN count(t)") == 1);
  CHECK(Integer(other, "MATCH (t:T) RETURN count(t)") == 0);
  kith_error_free(Fail(connection, "MATCH (t:T) SET t.x = 1 / 0"));
  CHECK(Integer(connection, "MATCH (t:T) RETURN t.x") == 1); /* Still usable, and unchanged. */
  Must(kith_commit(connection, &error), &error, "commit");
  CHECK(Integer(other, "MATCH (t:T) RETURN count(t)") == 1);

  Must(kith_begin(connection, &error), &error, "begin");
  kith_result_free(Run(connection, "MATCH (t:T) DELETE t"));
  Must(kith_rollback(connection, &error), &error, "rollback");
  CHECK(Integer(connection, "MATCH (t:T) RETURN count(t)") == 1);

  Must(kith_begin_read_only(connection, &error), &error, "begin");
  error = Fail(connection, "CREATE (:T)");
  CHECK(kith_error_code(error) == KITH_READ_ONLY);
  kith_error_free(error);
  Must(kith_rollback(connection, &error), &error, "rollback");

  /* Two writers of one node: the second to commit must try again. */
  Must(kith_begin(connection, &error), &error, "begin");
  Must(kith_begin(other, &error), &error, "begin");
  kith_result_free(Run(connection, "MATCH (t:T) SET t.x = 2"));
  kith_result* late = NULL;
  kith_code code =
      kith_execute(other, "MATCH (t:T) SET t.x = 3", KITH_NUL_TERMINATED, &late, &error);
  if (code == KITH_OK) {
    kith_result_free(late);
    Must(kith_commit(connection, &error), &error, "commit");
    code = kith_commit(other, &error);
  } else {
    Must(kith_rollback(other, NULL), &error, "rollback");
    Must(kith_commit(connection, NULL), &error, "commit");
  }
  CHECK(code == KITH_CONFLICT);
  kith_error_free(error);
  error = NULL;
  CHECK(kith_in_transaction(other) == 0);
  CHECK(Integer(other, "MATCH (t:T) RETURN t.x") == 2);
  kith_disconnect(other);
}

/* Both read what the other writes. How `second` ends. */
static kith_code WriteSkew(kith_connection* first, kith_connection* second) {
  kith_error* error = NULL;
  CHECK(Integer(first, "MATCH (s:Skew) RETURN sum(s.x)") >= 0);
  CHECK(Integer(second, "MATCH (s:Skew) RETURN sum(s.x)") >= 0);
  kith_result_free(Run(first, "MATCH (s:Skew {n: 1}) SET s.x = s.x + 1"));
  kith_result_free(Run(second, "MATCH (s:Skew {n: 2}) SET s.x = s.x + 1"));
  Must(kith_commit(first, &error), &error, "commit");
  return kith_commit(second, NULL);
}

static void TestIsolation(kith_database* database, kith_connection* connection) {
  kith_error* error = NULL;
  kith_connection* other = Connect(database);
  kith_result_free(Run(connection, "CREATE (:Skew {n: 1, x: 0}), (:Skew {n: 2, x: 0})"));
  Must(kith_begin(connection, &error), &error, "begin");
  Must(kith_begin(other, &error), &error, "begin");
  CHECK(WriteSkew(connection, other) == KITH_OK);
  Must(kith_begin_serializable(connection, &error), &error, "begin");
  Must(kith_begin_serializable(other, &error), &error, "begin");
  CHECK(kith_begin_serializable(other, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(WriteSkew(connection, other) == KITH_CONFLICT);
  Must(kith_set_isolation(other, KITH_SERIALIZABLE, &error), &error, "isolation");
  Must(kith_begin(connection, &error), &error, "begin");
  Must(kith_begin(other, &error), &error, "begin");
  CHECK(WriteSkew(connection, other) == KITH_CONFLICT);
  CHECK(kith_set_isolation(other, (kith_isolation)2, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "KITH_SERIALIZABLE") != NULL);
  kith_error_free(error);
  kith_result_free(Run(connection, "MATCH (s:Skew) DELETE s"));
  kith_disconnect(other);
}

static void* CancelSoon(void* connection) {
  struct timespec pause = {0, 100 * 1000 * 1000};
  nanosleep(&pause, NULL);
  kith_cancel(connection);
  return NULL;
}

static const char* kEndless =
    "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN count(a * b % 7)";

static void TestCancelAndTimeout(kith_connection* connection) {
  pthread_t thread;
  pthread_create(&thread, NULL, &CancelSoon, connection);
  kith_error* error = Fail(connection, kEndless);
  pthread_join(thread, NULL);
  CHECK(kith_error_code(error) == KITH_CANCELLED);
  kith_error_free(error);

  error = NULL;
  CHECK(kith_set_timeout(connection, 50, &error) == KITH_OK);
  error = Fail(connection, kEndless);
  CHECK(kith_error_code(error) == KITH_TIMEOUT);
  CHECK(strstr(kith_error_message(error), "50") != NULL);
  kith_error_free(error);
  error = NULL;
  CHECK(kith_set_timeout(connection, UINT64_MAX, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_set_timeout(connection, 0, NULL) == KITH_OK);
  CHECK(Integer(connection, "RETURN 7") == 7); /* The connection is as good as new. */
}

static int CountDocuments(size_t done, size_t total, const char* document, void* context) {
  (void)done, (void)total, (void)document;
  ++*(int*)context;
  return 1;
}

static void TestIngestReport(kith_database* database) {
  kith_error* error = NULL;
  char folder[] = "/tmp/kith-c-api-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  WriteFile(folder, "good.txt", "Iron melts at 1538 degrees.");
  WriteFile(folder, "latin.txt", "caf\xE9");
  int calls = 0;
  kith_ingest_report* report = NULL;
  Must(kith_rag_ingest(database, folder, &CountDocuments, &calls, &report, &error), &error,
       "ingest");
  CHECK(calls > 0);
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_ADDED) == 1);
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_SKIPPED) == 1);
  CHECK(kith_ingest_report_count(report, KITH_CHUNKS) == 1);
  CHECK(kith_ingest_report_count(report, (kith_ingest_count)99) == 0);
  CHECK_TEXT(kith_ingest_report_skipped(report, 0), "latin.txt");
  CHECK(strstr(kith_ingest_report_reason(report, 0), "UTF-8") != NULL);
  CHECK(kith_ingest_report_skipped(report, 1) == NULL);
  kith_ingest_report_free(report);
  kith_answer* answer = NULL;
  Must(kith_rag_ask(database, "At how many degrees does iron melt?", NULL, NULL, NULL, &answer,
                    &error),
       &error, "ask");
  CHECK(kith_answer_confidence(answer) > 0);
  CHECK(strstr(kith_answer_html(answer), "At how many degrees") != NULL);
  kith_answer_free(answer);
  Must(kith_rag_delete(database, "good.txt", &error), &error, "delete");
  for (int i = 0; i < 2; ++i) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, i == 0 ? "good.txt" : "latin.txt");
    unlink(path);
  }
  rmdir(folder);
}

/* Two files in one ingest, then a mirror of one of them. */
static void TestIngestAll(void) {
  kith_error* error = NULL;
  kith_database* database = OpenMemory();
  char folder[] = "/tmp/kith-c-api-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  WriteFile(folder, "gold.txt", "Gold melts at 1064 degrees.");
  WriteFile(folder, "iron.txt", "Iron melts at 1538 degrees.");
  char gold[64];
  char iron[64];
  snprintf(gold, sizeof gold, "%s/gold.txt", folder);
  snprintf(iron, sizeof iron, "%s/iron.txt", folder);
  const char* const paths[] = {gold, iron};
  kith_ingest_report* report = NULL;
  Must(kith_rag_ingest_all(database, paths, 2, NULL, NULL, NULL, &report, &error), &error, "all");
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_ADDED) == 2);
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_FORGOTTEN) == 0);
  kith_ingest_report_free(report);

  kith_ingest_options* options = kith_ingest_options_new();
  CHECK(kith_ingest_options_set(options, "forget_others", 2, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_ingest_options_set(options, "documents_per_transaction", 0, NULL) ==
        KITH_INVALID_ARGUMENT);
  CHECK(kith_ingest_options_set(options, "mirror", 1, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "forget_others") != NULL);
  kith_error_free(error);
  Must(kith_ingest_options_set(options, "forget_others", 1, &error), &error, "forget_others");
  int calls = 0;
  Must(kith_rag_ingest_all(database, paths, 1, options, &CountDocuments, &calls, &report, &error),
       &error, "mirror");
  CHECK(calls > 0);
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_UNCHANGED) == 1);
  CHECK(kith_ingest_report_count(report, KITH_DOCUMENTS_FORGOTTEN) == 1);
  kith_ingest_report_free(report);
  CHECK(kith_rag_delete(database, "iron.txt", NULL) == KITH_NOT_FOUND);

  CHECK(kith_rag_ingest_all(database, paths, 0, options, NULL, NULL, &report, &error) ==
        KITH_INVALID_ARGUMENT);
  CHECK(report == NULL);
  kith_error_free(error);
  kith_ingest_options_free(options);
  unlink(gold), unlink(iron), rmdir(folder);
  kith_close(database);
}

static kith_code SetsTo(const char* name, int64_t value, const char* expected) {
  kith_error* error = NULL;
  kith_ask_options* options = kith_ask_options_new();
  const kith_code code = kith_ask_options_set(options, name, value, &error);
  CHECK(strstr(kith_error_message(error), expected) != NULL);
  kith_error_free(error);
  kith_ask_options_free(options);
  return code;
}

static int KeepPiece(const char* piece, void* context) {
  strncat((char*)context, piece, 500);
  return 1;
}

static int StopAtOnce(const char* piece, void* context) {
  (void)piece, (void)context;
  return 0;
}

/* torvik.md is there, and another document about the lighthouse. */
static void TestAskOptions(kith_database* database) {
  kith_error* error = NULL;
  kith_answer* answer = NULL;
  const char* question = "Who built the lighthouse of Torvik?";
  CHECK(SetsTo("limit", 0, "limit is 0; give at least 1") == KITH_INVALID_ARGUMENT);
  CHECK(SetsTo("seed", -1, "seed is -1; give 0 to") == KITH_INVALID_ARGUMENT);
  CHECK(SetsTo("mark_unsupported", 2, "is 0 or 1, not 2") == KITH_INVALID_ARGUMENT);
  CHECK(SetsTo("route", 1, "'route' that is a whole number") == KITH_INVALID_ARGUMENT);
  CHECK(SetsTo("temperature", 1, "") == KITH_OK && SetsTo("max_ms", 5, "") == KITH_OK);
  kith_ask_options* options = kith_ask_options_new();
  CHECK(kith_ask_options_set_float(options, "limit", 0.5, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_ask_options_set_float(options, "temperature", 0.5, NULL) == KITH_OK);
  CHECK(kith_ask_options_set_text(options, "limit", "1", &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "'limit' that is a text; the options are") != NULL);
  kith_error_free(error);

  Must(kith_ask_options_set(options, "limit", 1, &error), &error, "limit");
  Must(kith_ask_options_set_text(options, "route", "text", &error), &error, "route");
  char heard[600] = "";
  Must(kith_rag_ask(database, question, options, &KeepPiece, heard, &answer, &error), &error,
       "ask with options");
  CHECK_TEXT(heard, kith_answer_text(answer));
  CHECK(kith_answer_passage_count(answer) == 1);
  kith_answer_free(answer);
  CHECK(kith_rag_ask(database, question, options, &StopAtOnce, NULL, &answer, NULL) ==
        KITH_CANCELLED);
  CHECK(answer == NULL);
  Must(kith_rag_retrieve(database, "lighthouse", options, &answer, &error), &error, "retrieve");
  kith_passage passage;
  CHECK(kith_answer_passage_count(answer) == 1 && kith_answer_passage(answer, 0, &passage) == 1);
  CHECK_TEXT(passage.found_by, "text");
  kith_answer_free(answer);

  Must(kith_ask_options_set(options, "limit", 1001, &error), &error, "limit");
  CHECK(kith_rag_retrieve(database, "lighthouse", options, &answer, NULL) == KITH_INVALID_ARGUMENT);
  Must(kith_ask_options_set(options, "limit", 1, &error), &error, "limit");
  Must(kith_ask_options_set_text(options, "route", "up", &error), &error, "route");
  CHECK(kith_rag_ask(database, question, options, NULL, NULL, &answer, &error) != KITH_OK);
  CHECK(strstr(kith_error_message(error), "routes are") != NULL && answer == NULL);
  kith_error_free(error);

  /* There is no such file; a build without llama.cpp could not read it either. */
  Must(kith_ask_options_set_text(options, "route", "", &error), &error, "route");
  Must(kith_ask_options_set_text(options, "model", "/none/a.gguf", &error), &error, "model");
  const kith_code missing = kith_rag_ask(database, question, options, NULL, NULL, &answer, NULL);
  CHECK((missing == KITH_NOT_FOUND || missing == KITH_UNSUPPORTED) && answer == NULL);

  Must(kith_ask_options_set_text(options, "model", "", &error), &error, "model");
  Must(kith_ask_options_set_text(options, "conversation", "talk", &error), &error, "conversation");
  Must(kith_rag_ask(database, question, options, NULL, NULL, &answer, &error), &error, "turn 1");
  CHECK_TEXT(kith_answer_asked(answer), question);
  kith_answer_free(answer);
  Must(kith_rag_ask(database, "What about it?", options, NULL, NULL, &answer, &error), &error,
       "turn 2");
  CHECK(strstr(kith_answer_asked(answer), "it?") == NULL);
  kith_answer_free(answer);
  kith_ask_options_free(options);
}

/* The model is read by its first use. */
static void TestEmbeddingModel(void) {
  kith_error* error = NULL;
  kith_options* options = kith_options_new();
  CHECK(kith_options_set_text(options, "read_only", "1", &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "embedding_model (a text)") != NULL);
  kith_error_free(error);
  CHECK(kith_options_set(options, "embedding_threads", -1, NULL) == KITH_INVALID_ARGUMENT);
  Must(kith_options_set(options, "embedding_threads", 1, &error), &error, "embedding_threads");
  Must(kith_options_set_text(options, "embedding_model", "/none/model", &error), &error, "model");
  kith_database* database = NULL;
  kith_connection* connection = NULL;
  kith_result* result = NULL;
  Must(kith_open(":memory:", options, &database, &error), &error, "open");
  kith_options_free(options);
  Must(kith_connect(database, &connection, &error), &error, "connect");
  size_t embedded = 7;
  CHECK(kith_rag_embed(NULL, NULL, NULL, &embedded, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(embedded == 0);
  Must(kith_rag_embed(database, NULL, NULL, &embedded, &error), &error, "embed no documents");
  CHECK(embedded == 0);
  kith_code code =
      kith_execute(connection, "RETURN embed('x')", KITH_NUL_TERMINATED, &result, &error);
  if (code == KITH_OK && kith_result_next(result, &error) < 0) code = kith_error_code(error);
  CHECK(code != KITH_OK && strstr(kith_error_message(error), "/none/model") != NULL);
  kith_error_free(error);
  kith_result_free(result);
  kith_disconnect(connection);
  kith_close(database);
}

static void TestDocuments(kith_database* database) {
  kith_error* error = NULL;
  const char* text =
      "# Harbour lights\n\nThe lighthouse of Torvik was built by Marit Oen in 1887.\n";
  Must(kith_rag_ingest_text(database, "torvik.md", text, strlen(text), &error), &error, "ingest");
  kith_answer* answer = NULL;
  Must(kith_rag_ask(database, "Who built the lighthouse of Torvik?", NULL, NULL, NULL, &answer,
                    &error),
       &error, "ask");
  CHECK(kith_answer_abstained(answer) == 0);
  CHECK(kith_answer_by_model(answer) == 0);
  CHECK(strstr(kith_answer_text(answer), "Marit Oen") != NULL);
  CHECK(strlen(kith_answer_route(answer)) > 0);
  CHECK(kith_answer_reason_count(answer) > 0 && kith_answer_reason(answer, 0) != NULL);
  CHECK(kith_answer_reason(answer, 1000) == NULL);
  kith_passage citation;
  CHECK(kith_answer_citation_count(answer) > 0);
  CHECK(kith_answer_citation(answer, 0, &citation) == 1);
  CHECK(citation.number == 1);
  CHECK_TEXT(citation.document, "torvik.md");
  CHECK(citation.end_byte > citation.begin_byte && citation.end_byte <= strlen(text));
  CHECK(strncmp(text + citation.begin_byte, citation.text,
                citation.end_byte - citation.begin_byte) == 0);
  CHECK(kith_answer_citation(answer, 1000, &citation) == 0);
  CHECK(kith_answer_passage_count(answer) > 0);
  CHECK(strstr(kith_answer_evidence_svg(answer), "<svg") != NULL);
  kith_answer_free(answer);

  Must(kith_rag_retrieve(database, "lighthouse", NULL, &answer, &error), &error, "retrieve");
  CHECK_TEXT(kith_answer_text(answer), "");
  CHECK(kith_answer_passage_count(answer) == 1);
  kith_answer_free(answer);
  const char* other = "The lighthouse of Skagen was built in 1858.\n";
  Must(kith_rag_ingest_text(database, "skagen.md", other, strlen(other), &error), &error, "ingest");
  TestAskOptions(database);
  Must(kith_rag_delete(database, "skagen.md", &error), &error, "delete");
  TestEmbeddingModel();
  TestIngestReport(database);
  TestIngestAll();
  int calls = 0;
  CHECK(kith_rag_ingest(database, "/no/such/folder", &CountDocuments, &calls, NULL, &error) ==
        KITH_NOT_FOUND);
  CHECK(calls == 0 && strstr(kith_error_message(error), "/no/such/folder") != NULL);
  kith_error_free(error);
  CHECK(kith_rag_ingest_text(database, "bad.txt", "\xFF\xFE", 2, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_rag_ingest_text(database, "bad.txt", "a\0b", 3, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "'bad.txt' holds a zero byte") != NULL);
  kith_error_free(error);
  CHECK(kith_rag_ingest_text(database, "bad.txt", "", 0, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_rag_ingest_text(database, "\xFF.txt", "a", 1, &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  CHECK(kith_rag_delete(database, "\xFF.txt", &error) == KITH_INVALID_ARGUMENT);
  kith_error_free(error);
  error = NULL;
  Must(kith_rag_delete(database, "torvik.md", &error), &error, "delete");
  CHECK(kith_rag_delete(database, "torvik.md", &error) == KITH_NOT_FOUND);
  kith_error_free(error);
}

int main(void) {
  TestVersion();
  TestNull();
  TestOptions();
  kith_database* database = OpenMemory();
  kith_connection* connection = Connect(database);
  TestNullEverywhere(database, connection);
  TestClosingInAnyOrder();
  TestGraphValues(connection);
  TestEveryType(connection);
  TestRows();
  TestBadValues(connection);
  TestErrors(connection);
  TestTransactions(database, connection);
  TestIsolation(database, connection);
  TestCancelAndTimeout(connection);
  kith_result* plan = Run(connection, "EXPLAIN MATCH (n:Person) RETURN n");
  CHECK(strlen(kith_result_plan(plan)) > 0);
  kith_result_free(plan);
  TestDocuments(database);
  kith_disconnect(connection);
  kith_close(database);
  if (failures == 0) printf("the C API works\n");
  return failures == 0 ? 0 : 1;
}
