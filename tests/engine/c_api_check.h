/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the C API share: checks that count, and calls that must succeed. */
#pragma once

#include <kith/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

#define CHECK_TEXT(actual, expected)                                                    \
  do {                                                                                  \
    const char* actual_ = (actual);                                                     \
    if (actual_ == NULL || strcmp(actual_, (expected)) != 0) {                          \
      fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #actual, \
              actual_ == NULL ? "(NULL)" : actual_, (expected));                        \
      ++failures;                                                                       \
    }                                                                                   \
  } while (0)

/* Dies with the message: nothing after it would make sense. */
static inline void Must(kith_code code, kith_error** error, const char* what) {
  if (code == KITH_OK) return;
  fprintf(stderr, "%s: %s\n", what, kith_error_describe(*error));
  exit(1);
}

static inline kith_database* OpenMemory(void) {
  kith_database* database = NULL;
  kith_error* error = NULL;
  Must(kith_open(":memory:", NULL, &database, &error), &error, "open");
  return database;
}

static inline kith_connection* Connect(kith_database* database) {
  kith_connection* connection = NULL;
  kith_error* error = NULL;
  Must(kith_connect(database, &connection, &error), &error, "connect");
  return connection;
}

static inline kith_result* Run(kith_connection* connection, const char* text) {
  kith_result* result = NULL;
  kith_error* error = NULL;
  Must(kith_execute(connection, text, KITH_NUL_TERMINATED, &result, &error), &error, text);
  return result;
}

/* Runs `text`, which must fail, and gives its error. */
static inline void WriteFile(const char* folder, const char* name, const char* text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE* file = fopen(path, "wb");
  CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}
