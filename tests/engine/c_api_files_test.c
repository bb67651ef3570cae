/* SPDX-License-Identifier: Apache-2.0 */
/* Backups, checks and imports as a C program makes them. */
#include <kith/c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/engine/c_api_check.h"

static int CountStages(const char* stage, uint64_t done, uint64_t total, void* context) {
  CHECK(strlen(stage) > 0 && done <= total);
  ++*(int*)context;
  return 1;
}

static int StopCheck(const char* stage, uint64_t done, uint64_t total, void* context) {
  (void)stage, (void)done, (void)total, (void)context;
  return 0;
}

static void TestCheck(void) {
  kith_error* error = NULL;
  kith_database* database = OpenMemory();
  kith_connection* connection = Connect(database);
  kith_result_free(Run(connection, "CREATE (:A)-[:R]->(:B)"));
  int stages = 0;
  size_t findings = 7;
  Must(kith_check(database, 0, CountStages, NULL, &stages, &findings, &error), &error, "check");
  CHECK(stages > 0 && findings == 0);
  Must(kith_check(database, 1, NULL, NULL, NULL, NULL, &error), &error, "check without more");
  CHECK(kith_check(database, 0, StopCheck, NULL, NULL, &findings, NULL) == KITH_CANCELLED);
  CHECK(kith_check(NULL, 0, NULL, NULL, NULL, &findings, NULL) == KITH_INVALID_ARGUMENT);
  kith_disconnect(connection);
  kith_close(database);
}

static void TestBackups(void) {
  kith_error* error = NULL;
  char folder[] = "/tmp/kith-c-api-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  char backups[64];
  char target[64];
  snprintf(backups, sizeof backups, "%s/backups", folder);
  snprintf(target, sizeof target, "%s/new", folder);
  kith_database* database = OpenMemory();
  uint32_t number = 7;
  CHECK(kith_restore(backups, target, 0, &error) == KITH_NOT_FOUND);
  CHECK(strstr(kith_error_message(error), backups) != NULL);
  kith_error_free(error);
  Must(kith_backup(database, backups, 0, &number, &error), &error, "backup");
  CHECK(number == 1);
  Must(kith_backup(database, backups, 1, NULL, &error), &error, "second backup");
  CHECK(kith_restore(backups, target, 1, NULL) == KITH_NOT_FOUND);
  Must(kith_restore(backups, target, 2, &error), &error, "restore");
  CHECK(kith_restore(backups, target, 2, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_backup(NULL, backups, 0, &number, NULL) == KITH_INVALID_ARGUMENT && number == 0);
  CHECK(kith_backup(database, NULL, 0, NULL, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_restore(NULL, target, 0, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_restore(backups, NULL, 0, NULL) == KITH_INVALID_ARGUMENT);
  kith_close(database);
  Must(kith_open(target, NULL, &database, &error), &error, "open what was restored");
  kith_close(database);
  char remove_all[64];
  snprintf(remove_all, sizeof remove_all, "rm -r %s", folder);
  CHECK(system(remove_all) == 0);
}

static void TestImport(void) {
  kith_error* error = NULL;
  char folder[] = "/tmp/kith-c-api-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  char people[64];
  char target[64];
  snprintf(people, sizeof people, "%s/Person.csv", folder);
  snprintf(target, sizeof target, "%s/new", folder);
  WriteFile(folder, "Person.csv", "id;name\n1;Ada\n1;Twice\n");
  kith_import* import = kith_import_new();
  CHECK(import != NULL);
  Must(kith_import_add_path(import, people, &error), &error, "add a path");
  CHECK(kith_import_run(import, target, NULL, NULL, &error) == KITH_INVALID_ARGUMENT);
  CHECK(strstr(kith_error_message(error), "line 3") != NULL);
  kith_error_free(error);
  Must(kith_import_set(import, "bad_tolerance", 1, &error), &error, "set");
  Must(kith_import_set_text(import, "delimiter", ";", &error), &error, "set a text");
  CHECK(kith_import_set(import, "none", 1, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_import_set_text(import, "quote", "''", NULL) == KITH_INVALID_ARGUMENT);
  Must(kith_import_run(import, target, NULL, NULL, &error), &error, "import");
  CHECK(kith_import_counted(import, KITH_IMPORTED_NODES) == 1);
  CHECK(kith_import_counted(import, KITH_IMPORT_BAD_LINES) == 1);
  uint64_t line = 0;
  const char* problem = NULL;
  CHECK(strcmp(kith_import_bad_line(import, 0, &line, &problem), people) == 0 && line == 3);
  CHECK(strstr(problem, "the id 1") != NULL);
  CHECK(kith_import_bad_line(import, 1, NULL, NULL) == NULL);
  CHECK(kith_import_passed_over(import, 0) == NULL);
  CHECK(kith_import_add_nodes(import, "A", NULL, 1, NULL) == KITH_INVALID_ARGUMENT);
  CHECK(kith_import_run(NULL, target, NULL, NULL, NULL) == KITH_INVALID_ARGUMENT);
  kith_import_free(import);
  char remove_all[64];
  snprintf(remove_all, sizeof remove_all, "rm -r %s", folder);
  CHECK(system(remove_all) == 0);
}

int main(void) {
  TestBackups();
  TestCheck();
  TestImport();
  if (failures == 0) printf("the C API works on files\n");
  return failures == 0 ? 0 : 1;
}
