// SPDX-License-Identifier: Apache-2.0
/**
 * Logistic models with a positive weight: fits, predictions and the trade-off study of the tool
 * wce, with the same results to the last bit.
 *
 * A table is made of columns in the caller's memory, or of an Arrow C stream. Missing cells are NaN
 * in columns of numbers, a code of -1 in columns of labels, and null in Arrow. A column of labels
 * becomes one feature for each of up to 100 labels, as in the tool.
 *
 * Conventions are those of weighted_cross_entropy.h: each function returns a status, and writes one
 * line to `message` on an error, with the row and the column where there is one. An object is made
 * by one function and freed by another; null may be freed. Objects do not change once they are
 * made, except that columns are added to a table, and may be used from several threads at once.
 */
#ifndef WEIGHTED_CROSS_ENTROPY_LINEAR_H
#define WEIGHTED_CROSS_ENTROPY_LINEAR_H

#include "weighted_cross_entropy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The structures of the Arrow C data and stream interfaces, as Arrow's specification publishes
   them. The guards are those of the specification. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif

/** Columns of the same length. */
typedef struct wce_table wce_table;
/** A fitted model. */
typedef struct wce_model wce_model;
/** A trade-off study. */
typedef struct wce_study wce_study;

/** The type of the numbers of a column. */
typedef enum wce_number_type {
  WCE_FLOAT32 = 0,
  WCE_FLOAT64 = 1,
  WCE_INT8 = 2,
  WCE_INT16 = 3,
  WCE_INT32 = 4,
  WCE_INT64 = 5,
  WCE_UINT8 = 6,
  WCE_UINT16 = 7,
  WCE_UINT32 = 8,
  WCE_UINT64 = 9,
  WCE_FLOAT16 = 10
} wce_number_type;

/** Makes a table without columns. */
wce_status wce_table_create(int64_t row_count, wce_table **table, char *message, int64_t capacity);

/**
 * Adds a column of numbers.
 *
 * Numbers of type float and double are not copied: they are read in place and must not change while
 * the table exists. Others are converted to double.
 *
 * @param name    Its name in UTF-8; null for a column of a matrix. If all features of a table are
 *                such, the model is that of a matrix, as the tool fits to a .npy file.
 * @param values  The first number, aligned to its size.
 * @param stride  The distance of two numbers in bytes, a multiple of their size.
 * @param release Called once with `owner` when the numbers are no longer read, on any thread, also
 *                if this call fails; null if nothing is to be done.
 */
wce_status wce_table_add_numbers(wce_table *table, const char *name, wce_number_type type,
                                 const void *values, int64_t stride, void (*release)(void *owner),
                                 void *owner, char *message, int64_t capacity);

/**
 * Adds a column of labels, which are copied.
 *
 * @param codes  For each row the index of its label, or -1 where it is missing.
 * @param labels `label_count` different texts in UTF-8.
 */
wce_status wce_table_add_labels(wce_table *table, const char *name, const int32_t *codes,
                                int64_t label_count, const char *const *labels, char *message,
                                int64_t capacity);

/**
 * Makes a table of the record batches of an Arrow stream. Numbers of one batch without nulls, of
 * type float or double, are read in place; other columns are copied.
 *
 * Columns are numbers of any width, booleans (0 and 1), texts (utf8, large_utf8, utf8_view), and
 * dictionaries of these. A column of another type may be excluded from a fit.
 *
 * @param stream Its release is called exactly once, also if this call fails.
 */
wce_status wce_table_from_arrow(struct ArrowArrayStream *stream, wce_table **table, char *message,
                                int64_t capacity);

/** The number of rows. */
int64_t wce_table_row_count(const wce_table *table);
/** The number of columns. */
int64_t wce_table_column_count(const wce_table *table);
/** Writes the name of a column, counted from 0, to memory, which wce_text_free frees. The text ends
    with NUL, which `length` does not count. */
wce_status wce_table_column_name(const wce_table *table, int64_t index, char **text,
                                 int64_t *length, char *message, int64_t capacity);
void wce_table_free(wce_table *table);

/** What a fit does with missing cells. */
typedef enum wce_missing {
  /** A missing cell is an error. */
  WCE_MISSING_ERROR = 0,
  /** Numbers become the mean of their column, labels the most frequent one. */
  WCE_MISSING_MEAN = 1,
  /** Rows with missing cells are ignored. */
  WCE_MISSING_DROP = 2
} wce_missing;

/** The options of a fit and of a study. Start from WCE_TRAINING_OPTIONS_INIT. */
typedef struct wce_training_options {
  /** sizeof(wce_training_options) when the caller was compiled. */
  int64_t struct_size;
  /** The column of the targets, by its name or by its number from 1. */
  const char *target;
  /** The label of the positive rows; null if the targets are 0 and 1. */
  const char *positive;
  /** The column of the row weights, or null. */
  const char *weights;
  /** `excluded_count` columns that are not features. */
  const char *const *excluded;
  int64_t excluded_count;
  /** The positive weight of a fit; 0 is negatives / positives. */
  double positive_weight;
  /** The penalty; a negative number is that of an unweighted model with the least held-out log
      loss. */
  double l2;
  /** The threshold on calibrated probabilities that the model keeps; negative is none. */
  double threshold;
  int64_t maximum_iterations;
  /** The maximum number of threads; 0 is the number of processors. */
  int64_t threads;
  /** For labels, wce_missing. */
  int32_t missing;
  /** Whether a column of more than 100 labels keeps the 100 most frequent ones, and calls all
      others "other". */
  int32_t groups_rare_labels;
  /** Called with the progress from 0 to 1 on the caller's thread; a result other than 0 ends the
      call with WCE_ERROR_CANCELLED. Null is none. */
  int32_t (*progress)(double fraction, void *context);
  void *context;

  /** Of a study: `positive_weight_count` positive weights; null for those of the tool. */
  const double *positive_weights;
  int64_t positive_weight_count;
  int64_t folds;
  uint64_t seed;
  /** The goals and costs of the study; 0 is none. */
  double recall_at_least;
  double precision_at_least;
  double confidence;
  double cost_miss;
  double cost_alarm;
  /** What the report calls the data; null is "the table". */
  const char *data_name;
} wce_training_options;

/** No column, a positive weight of 1, a penalty of 1, and the defaults of the tool. */
#define WCE_TRAINING_OPTIONS_INIT                                                                \
  {(int64_t)sizeof(wce_training_options), NULL, NULL, NULL, NULL, 0, 1.0, 1.0, -1.0, 100, 0,      \
   WCE_MISSING_ERROR, 0, NULL, NULL, NULL, 0, 5, 0, 0.0, 0.0, 0.0, 0.0, 0.0, NULL}

/** Fits a model, as `wce fit`. */
wce_status wce_fit(const wce_table *table, const wce_training_options *options, wce_model **model,
                   char *message, int64_t capacity);

/** Reads the JSON of a model, as `wce fit` writes it. */
wce_status wce_model_read(const char *json, int64_t length, wce_model **model, char *message,
                          int64_t capacity);

/** The JSON of a model; freed by wce_text_free. */
wce_status wce_model_json(const wce_model *model, char **text, int64_t *length, char *message,
                          int64_t capacity);

/** The notices of a fit about the data, one a line; freed by wce_text_free. */
wce_status wce_model_notices(const wce_model *model, char **text, int64_t *length, char *message,
                             int64_t capacity);

void wce_model_free(wce_model *model);

/** The kinds of predictions. */
typedef enum wce_prediction {
  /** The logits of the weighted loss, x. */
  WCE_RAW_LOGITS = 0,
  /** The logits of the data, x - log q. */
  WCE_CALIBRATED_LOGITS = 1,
  /** sigma(x). */
  WCE_RAW_PROBABILITIES = 2,
  /** sigma(x - log q). */
  WCE_CALIBRATED_PROBABILITIES = 3,
  /** 1 if the calibrated probability is at least the model's threshold, or without one
      1 / (1 + q); else 0. */
  WCE_DECISIONS = 4
} wce_prediction;

/**
 * Writes a number for each row of a table, as `wce predict`.
 *
 * @param unseen_is_zero Whether a label that did not occur in training becomes 0 in all features of
 *                       its column, instead of an error.
 * @param threads        The maximum number of threads; 0 is the number of processors.
 */
wce_status wce_predict(const wce_model *model, const wce_table *table, wce_prediction prediction,
                       int32_t unseen_is_zero, int64_t threads, double *output, char *message,
                       int64_t capacity);

/** Runs a trade-off study, as `wce tradeoff`. */
wce_status wce_tradeoff(const wce_table *table, const wce_training_options *options,
                        wce_study **study, char *message, int64_t capacity);

/** The JSON of a study, as `wce tradeoff --json` writes it; freed by wce_text_free. */
wce_status wce_study_json(const wce_study *study, char **text, int64_t *length, char *message,
                          int64_t capacity);

/** The report of a study, as `wce tradeoff --report` writes it; freed by wce_text_free. */
wce_status wce_study_report(const wce_study *study, char **text, int64_t *length, char *message,
                            int64_t capacity);

void wce_study_free(wce_study *study);

void wce_text_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
