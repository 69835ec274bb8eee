// SPDX-License-Identifier: Apache-2.0
/* Tests of tables in the caller's memory, fits, predictions, studies, and their errors. */
#include "check.h"
#include "weighted_cross_entropy_linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 400 };

static int released = 0;
static void release(void *owner) { released += owner == &released; }

/* A row-major array: two features, the target and the weight. */
static double rows[ROWS][4];
static float floats[ROWS];
static int8_t bytes[ROWS];
static int32_t codes[ROWS];
static const char *const labels[3] = {"unused", "Oslo", "Turin"};

static void fill(void) {
  uint32_t state = 1;
  for (int i = 0; i < ROWS; i++) {
    for (int j = 0; j < 2; j++) {
      state = state * 1664525u + 1013904223u;
      rows[i][j] = (float)(state / 4294967296.0 * (j + 1));
    }
    state = state * 1664525u + 1013904223u;
    rows[i][2] = rows[i][0] + rows[i][1] + state / 4294967296.0 > 2.2;
    rows[i][3] = 1 + i % 2;
    floats[i] = (float)rows[i][1];
    bytes[i] = (int8_t)rows[i][2];
    codes[i] = i % 7 == 0 ? -1 : 1 + i % 2;
  }
}

static wce_table *numbers(const char *first, const char *second) {
  wce_table *table = NULL;
  const int64_t stride = sizeof *rows;
  OK(wce_table_create(ROWS, &table, message, CAPACITY));
  OK(wce_table_add_numbers(table, first, WCE_FLOAT64, &rows[0][0], stride, release, &released,
                           message, CAPACITY));
  OK(wce_table_add_numbers(table, second, WCE_FLOAT32, floats, 4, NULL, NULL, message, CAPACITY));
  OK(wce_table_add_numbers(table, "y", WCE_INT8, bytes, 1, release, &released, message, CAPACITY));
  OK(wce_table_add_numbers(table, "w", WCE_FLOAT64, &rows[0][3], stride, NULL, NULL, message,
                           CAPACITY));
  return table;
}

static wce_training_options options_for(const char *target) {
  wce_training_options options = WCE_TRAINING_OPTIONS_INIT;
  options.target = target, options.weights = "w", options.positive_weight = 3;
  return options;
}

static char *json_of(const wce_model *model) {
  char *text = NULL;
  int64_t length = 0;
  OK(wce_model_json(model, &text, &length, message, CAPACITY));
  CHECK(text != NULL && length == (int64_t)strlen(text));
  return text;
}

/* Columns with strides and of float give the same predictions, and each is released once. */
static void test_fit(void) {
  released = 0;
  wce_table *const table = numbers("a", "b"), *const matrix = numbers(NULL, NULL);
  CHECK(released == 2); /* Integers are copied, so they are not read any more. */
  CHECK(wce_table_row_count(table) == ROWS && wce_table_column_count(table) == 4);
  const wce_training_options options = options_for("y");
  wce_model *of_table = NULL, *of_matrix = NULL, *read = NULL;
  OK(wce_fit(table, &options, &of_table, message, CAPACITY));
  OK(wce_fit(matrix, &options, &of_matrix, message, CAPACITY));
  static double raw[ROWS], calibrated[ROWS], p[ROWS], decisions[ROWS], other[ROWS];
  OK(wce_predict(of_table, table, WCE_RAW_LOGITS, 0, 0, raw, message, CAPACITY));
  OK(wce_predict(of_matrix, matrix, WCE_RAW_LOGITS, 0, 1, other, message, CAPACITY));
  CHECK(memcmp(raw, other, sizeof raw) == 0);
  OK(wce_predict(of_table, table, WCE_CALIBRATED_LOGITS, 0, 0, calibrated, message, CAPACITY));
  OK(wce_predict(of_table, table, WCE_CALIBRATED_PROBABILITIES, 0, 0, p, message, CAPACITY));
  OK(wce_predict(of_table, table, WCE_DECISIONS, 0, 0, decisions, message, CAPACITY));
  double sum = 0;
  for (int i = 0; i < ROWS; i++) {
    CHECK(fabs(calibrated[i] - (raw[i] - log(3))) < 1e-12);
    CHECK(fabs(p[i] - 1 / (1 + exp(-calibrated[i]))) < 1e-12);
    CHECK(decisions[i] == (raw[i] >= 0));
    /* The optimal intercept: the weighted residuals sum to 0. */
    sum += rows[i][3] * (rows[i][2] == 1 ? 3 : 1) * (1 / (1 + exp(-raw[i])) - rows[i][2]);
  }
  CHECK(fabs(sum) < 1e-6);
  char *const json = json_of(of_table);
  OK(wce_model_read(json, (int64_t)strlen(json), &read, message, CAPACITY));
  OK(wce_predict(read, table, WCE_RAW_LOGITS, 0, 0, other, message, CAPACITY));
  CHECK(memcmp(raw, other, sizeof raw) == 0);
  char *const again = json_of(read);
  CHECK(strcmp(json, again) == 0);
  CHECK(wce_predict(of_matrix, table, WCE_RAW_LOGITS, 0, 0, raw, message, CAPACITY) ==
        WCE_ERROR_DATA);
  wce_text_free(again), wce_text_free(json);
  wce_model_free(of_table), wce_model_free(of_matrix), wce_model_free(read);
  CHECK(released == 2);
  wce_table_free(table), wce_table_free(matrix);
  CHECK(released == 4);
}

/* Labels, missing cells, and messages that name the row and the column. */
static void test_labels(void) {
  wce_table *const table = numbers("a", "b");
  OK(wce_table_add_labels(table, "city", codes, 3, labels, message, CAPACITY));
  wce_training_options options = options_for("y");
  wce_model *model = NULL;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strcmp(message, "the table: row 1, column \"city\": the cell is missing; fill missing "
                        "cells with the mean, or drop their rows") == 0);
  options.missing = WCE_MISSING_MEAN;
  OK(wce_fit(table, &options, &model, message, CAPACITY));
  char *const json = json_of(model), *notices = NULL;
  /* Labels are in the order of their first row, and those of no row are none. */
  CHECK(strstr(json, "city=Turin") != NULL && strstr(json, "unused") == NULL);
  OK(wce_model_notices(model, &notices, NULL, message, CAPACITY));
  CHECK(strcmp(notices, "filled 58 missing cells of column \"city\"") == 0);
  wce_text_free(notices), wce_text_free(json);
  wce_model_free(model);
  const char *const excluded[1] = {"city"};
  options.missing = WCE_MISSING_ERROR, options.excluded = excluded, options.excluded_count = 1;
  OK(wce_fit(table, &options, &model, message, CAPACITY));
  wce_model_free(model);
  wce_table_free(table);
}

static int32_t cancel(double fraction, void *context) {
  int *const calls = context;
  CHECK(fraction >= 0 && fraction <= 1);
  return ++*calls == 3;
}

static void test_study(void) {
  wce_table *const table = numbers("a", "b");
  wce_training_options options = options_for("y");
  const double weights[2] = {1, 2};
  options.positive_weights = weights, options.positive_weight_count = 2;
  options.recall_at_least = 0.5;
  wce_study *study = NULL;
  OK(wce_tradeoff(table, &options, &study, message, CAPACITY));
  char *json = NULL, *report = NULL;
  OK(wce_study_json(study, &json, NULL, message, CAPACITY));
  OK(wce_study_report(study, &report, NULL, message, CAPACITY));
  CHECK(strstr(json, "\"recommendation\"") != NULL && strstr(report, "</html>") != NULL);
  wce_text_free(json), wce_text_free(report);
  wce_study_free(study);
  int calls = 0;
  options.progress = cancel, options.context = &calls;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_CANCELLED);
  CHECK(calls == 3);
  wce_table_free(table);
}

static void test_errors(void) {
  wce_table *const table = numbers("a", "b");
  wce_model *model = NULL;
  wce_training_options options = options_for("z");
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strstr(message, "there is no column \"z\"") != NULL);
  options = options_for("a");
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strstr(message, "row 1, column \"a\"") != NULL);
  options = options_for("y"), options.positive_weight = -1;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for("y"), options.struct_size--;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_SIZE);
  options = options_for("y"), options.missing = 7;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for("y"), options.maximum_iterations = 1;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_FIT);
  options = options_for("y"), options.threads = -1;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for("y"), options.threads = INT64_MAX, options.l2 = -1;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  wce_study *study = NULL;
  options = options_for("y"), options.positive_weight_count = -1;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_SIZE);
  options.positive_weight_count = 1;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  const double weight = NAN;
  options.positive_weights = &weight;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for("y"), options.folds = -1;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for("y"), options.folds = INT64_MAX;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_DATA);
  options = options_for("y"), options.recall_at_least = options.precision_at_least = .5;
  CHECK(wce_tradeoff(table, &options, &study, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = options_for(NULL);
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(wce_fit(NULL, &options, &model, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  options = options_for("y");
  CHECK(wce_fit(table, &options, NULL, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(wce_fit(table, NULL, &model, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(wce_model_read("{}", 2, &model, message, CAPACITY) == WCE_ERROR_MODEL);
  CHECK(wce_model_read(NULL, 2, &model, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(model == NULL);
  rows[5][0] = INFINITY;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strstr(message, "row 6, column \"a\"") != NULL && strstr(message, "line") == NULL);
  /* A column whose call fails is released, too. */
  released = 0;
  CHECK(wce_table_add_numbers(table, "c", WCE_FLOAT64, (char *)rows + 1, 32, release, &released,
                              message, CAPACITY) == WCE_ERROR_ARGUMENT);
  CHECK(wce_table_add_numbers(table, "c", WCE_FLOAT64, rows, 12, release, &released, message,
                              CAPACITY) == WCE_ERROR_ARGUMENT);
  CHECK(wce_table_add_numbers(table, "c", WCE_FLOAT64, rows, INT64_MAX - 7, release, &released,
                              message, CAPACITY) == WCE_ERROR_SIZE);
  CHECK(wce_table_add_numbers(table, "\xff", WCE_FLOAT64, rows, 32, release, &released, message,
                              CAPACITY) == WCE_ERROR_ARGUMENT);
  CHECK(wce_table_add_numbers(NULL, "c", WCE_FLOAT64, rows, 32, release, &released, message,
                              CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(released == 5);
  codes[9] = 3;
  CHECK(wce_table_add_labels(table, "city", codes, 3, labels, message, CAPACITY) ==
        WCE_ERROR_DATA);
  CHECK(strstr(message, "row 10") != NULL);
  CHECK(wce_table_create(-1, NULL, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  wce_table *other = NULL;
  CHECK(wce_table_create(-1, &other, message, CAPACITY) == WCE_ERROR_SIZE && other == NULL);
  wce_table_free(table), wce_table_free(NULL), wce_model_free(NULL), wce_study_free(NULL);
  wce_text_free(NULL);
}

int main(void) {
  fill();
  test_fit();
  test_labels();
  test_study();
  test_errors();
  return failures != 0;
}
