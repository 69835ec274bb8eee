// SPDX-License-Identifier: Apache-2.0
/* Tests of Arrow C streams: their types, batches and offsets, and malformed ones. Every stream, and
 * every schema and batch that it has given away, must be released exactly once. */
#include "check.h"
#include "weighted_cross_entropy_linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 64, BATCHES = 2, COLUMNS = 4, MAXIMUM_BUFFERS = 4 };

/* A stream of batches whose columns the tests change. */
typedef struct {
  struct ArrowSchema columns[COLUMNS], *column_list[COLUMNS], dictionary_schema;
  struct ArrowArray arrays[COLUMNS], *array_list[COLUMNS], dictionary;
  const void *buffers[COLUMNS][MAXIMUM_BUFFERS], *dictionary_buffers[3], *none[1];
  int64_t column_count, batches, given, length;
  int schema_status, next_status;
  const char *format;
  /* What was released. */
  int stream_releases, schema_releases, batch_releases;
} source;

static void release_schema(struct ArrowSchema *schema) {
  ((source *)schema->private_data)->schema_releases++;
  schema->release = NULL;
}

static void release_batch(struct ArrowArray *array) {
  ((source *)array->private_data)->batch_releases++;
  array->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  source *const s = stream->private_data;
  if (s->schema_status != 0) return s->schema_status;
  *out = (struct ArrowSchema){.format = s->format, .name = "", .n_children = s->column_count,
                              .children = s->column_list, .release = release_schema,
                              .private_data = s};
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  source *const s = stream->private_data;
  if (s->given == s->batches) {
    if (s->next_status != 0) return s->next_status;
    *out = (struct ArrowArray){.release = NULL};
    return 0;
  }
  s->given++;
  *out = (struct ArrowArray){.length = s->length, .n_buffers = 1, .n_children = s->column_count,
                             .buffers = s->none, .children = s->array_list,
                             .release = release_batch, .private_data = s};
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the disk\nis gone";
}

static void release_stream(struct ArrowArrayStream *stream) {
  ((source *)stream->private_data)->stream_releases++;
  stream->release = NULL;
}

static double numbers[ROWS], targets[ROWS];
static int32_t offsets[ROWS + 1], codes[ROWS];
static char texts[ROWS * 2];
static uint8_t validity[ROWS / 8];

/* Two batches of a number, a target, a text and a dictionary. */
static void make(source *s) {
  memset(s, 0, sizeof *s);
  s->column_count = COLUMNS, s->batches = BATCHES, s->length = ROWS, s->format = "+s";
  const char *const formats[COLUMNS] = {"g", "g", "u", "i"};
  const char *const names[COLUMNS] = {"x", "y", "city", "kind"};
  const void *const data[COLUMNS] = {numbers, targets, offsets, codes};
  for (int i = 0; i < COLUMNS; i++) {
    s->columns[i] = (struct ArrowSchema){.format = formats[i], .name = names[i]};
    s->arrays[i] = (struct ArrowArray){.length = ROWS, .n_buffers = i == 2 ? 3 : 2,
                                       .buffers = s->buffers[i]};
    s->buffers[i][1] = data[i];
    s->column_list[i] = &s->columns[i], s->array_list[i] = &s->arrays[i];
  }
  s->buffers[2][2] = texts;
  s->dictionary_schema = (struct ArrowSchema){.format = "u", .name = ""};
  s->dictionary = (struct ArrowArray){.length = 2, .n_buffers = 3,
                                      .buffers = s->dictionary_buffers};
  s->dictionary_buffers[1] = offsets, s->dictionary_buffers[2] = texts;
  s->columns[3].dictionary = &s->dictionary_schema, s->arrays[3].dictionary = &s->dictionary;
  for (int i = 0; i < ROWS; i++) {
    numbers[i] = i % 5, targets[i] = i % 3 == 0, codes[i] = i % 2;
    offsets[i] = i * 2, memcpy(texts + i * 2, i % 2 ? "no" : "ya", 2);
  }
  offsets[ROWS] = ROWS * 2;
  memset(validity, 0xff, sizeof validity);
}

static wce_status read(source *s, wce_table **table) {
  struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, release_stream, s};
  *table = NULL;
  const wce_status status = wce_table_from_arrow(&stream, table, message, CAPACITY);
  CHECK(s->stream_releases == 1 && stream.release == NULL);
  CHECK((status == WCE_OK) == (*table != NULL));
  return status;
}

static void finish(source *s, wce_table *table) {
  wce_table_free(table);
  CHECK(s->schema_releases == (s->schema_status == 0));
  CHECK(s->batch_releases == s->given);
}

/* The mean of the column x, which the model has. */
static double mean_of(wce_table *table, int32_t missing) {
  wce_training_options options = WCE_TRAINING_OPTIONS_INIT;
  options.target = "y", options.missing = missing;
  wce_model *model = NULL;
  char *json = NULL;
  OK(wce_fit(table, &options, &model, message, CAPACITY));
  if (model == NULL) return NAN;
  OK(wce_model_json(model, &json, NULL, message, CAPACITY));
  /* The features are in the order of the columns. */
  const char *const features = strstr(json, "\"features\"");
  const double mean = strtod(strstr(strstr(features, "\"mean\""), ":") + 1, NULL);
  wce_text_free(json), wce_model_free(model);
  return mean;
}

static void test_types(void) {
  double expected = 0;
  for (int i = 0; i < ROWS; i++) expected += i % 5 / (double)ROWS;
  int8_t i8[ROWS];
  uint8_t u8[ROWS];
  int16_t i16[ROWS];
  uint16_t u16[ROWS], half[ROWS];
  int32_t i32[ROWS];
  uint32_t u32[ROWS];
  int64_t i64[ROWS];
  uint64_t u64[ROWS];
  float f32[ROWS];
  const uint16_t halves[5] = {0, 0x3c00, 0x4000, 0x4200, 0x4400};
  for (int i = 0; i < ROWS; i++) {
    i8[i] = (int8_t)(u8[i] = (uint8_t)(i % 5));
    i16[i] = (int16_t)(u16[i] = u8[i]);
    i32[i] = (int32_t)(u32[i] = u8[i]);
    i64[i] = (int64_t)(u64[i] = u8[i]);
    f32[i] = u8[i], half[i] = halves[i % 5];
  }
  const struct { const char *format; const void *data; } types[] = {
      {"c", i8}, {"C", u8}, {"s", i16}, {"S", u16}, {"i", i32}, {"I", u32}, {"l", i64},
      {"L", u64}, {"f", f32}, {"e", half}, {"g", numbers}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    for (int64_t batches = 1; batches <= BATCHES; batches++) {
      source s;
      wce_table *table;
      make(&s);
      s.batches = batches;
      s.columns[0].format = types[i].format, s.buffers[0][1] = types[i].data;
      OK(read(&s, &table));
      CHECK(wce_table_row_count(table) == ROWS * batches);
      /* A batch that is read in place is not released yet. */
      const int in_place = batches == 1;
      CHECK(s.batch_releases == batches - in_place);
      CHECK(fabs(mean_of(table, WCE_MISSING_ERROR) - expected) < 1e-12);
      finish(&s, table);
    }
  }
}

static void test_nulls_and_offsets(void) {
  source s;
  wce_table *table;
  make(&s);
  /* Rows 8 to 15 are null, and the first of a slice. */
  validity[1] = 0;
  s.buffers[0][0] = validity, s.arrays[0].null_count = -1;
  for (int i = 0; i < COLUMNS; i++) s.arrays[i].offset = 8, s.arrays[i].length = ROWS - 8;
  s.length = ROWS - 8;
  OK(read(&s, &table));
  double sum = 0;
  for (int i = 16; i < ROWS; i++) sum += numbers[i];
  CHECK(fabs(mean_of(table, WCE_MISSING_DROP) - sum / (ROWS - 16)) < 1e-12);
  wce_training_options options = WCE_TRAINING_OPTIONS_INIT;
  options.target = "y";
  wce_model *model = NULL;
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strstr(message, "row 1, column \"x\"") != NULL);
  finish(&s, table);
  make(&s);
  s.columns[0].format = "b", s.buffers[0][1] = "\xff\0\xff\0\xff\0\xff";
  OK(read(&s, &table));
  CHECK(mean_of(table, WCE_MISSING_ERROR) == .5);
  finish(&s, table);
  make(&s);
  s.columns[0].format = "tdD";
  OK(read(&s, &table));
  CHECK(wce_fit(table, &options, &model, message, CAPACITY) == WCE_ERROR_DATA);
  CHECK(strstr(message, "column \"x\"") != NULL && strstr(message, "tdD") != NULL);
  finish(&s, table);
}

static void test_views(void) {
  source s;
  wce_table *table;
  struct { int32_t length; char prefix[4]; int32_t buffer, offset; } views[ROWS];
  const int64_t sizes[1] = {sizeof texts};
  for (int i = 0; i < ROWS; i++) {
    memset(&views[i], 0, sizeof *views);
    views[i].length = i % 2 ? 20 : 2;
    memcpy(views[i].prefix, "ab", 2);
    views[i].offset = i % 2 ? 0 : 0;
  }
  const void *const data[2] = {texts, sizes};
  for (int error = 0; error < 4; error++) {
    make(&s);
    s.columns[2].format = "vu", s.arrays[2].n_buffers = 4;
    s.buffers[2][1] = views, s.buffers[2][2] = data[0], s.buffers[2][3] = data[1];
    views[1].buffer = error == 1, views[1].length = error == 2 ? -1 : 20;
    views[1].offset = error == 3 ? (int32_t)sizeof texts - 10 : 0;
    CHECK((read(&s, &table) == WCE_OK) == (error == 0));
    finish(&s, table);
  }
}

/* Each damage makes the stream malformed. */
static void damage(source *s, int kind) {
  switch (kind) {
    case 0: s->format = "g"; break;
    case 1: s->column_count = -1; break;
    case 2: s->column_list[1] = NULL; break;
    case 3: s->columns[0].format = NULL; break;
    case 4: s->columns[0].name = "\xff"; break;
    case 5: s->array_list[3] = NULL; break;
    case 6: s->length = -1; break;
    case 7: s->length = ROWS + 1; break;
    case 8: s->arrays[0].length = INT64_MAX; break;
    case 9: s->arrays[0].offset = -1; break;
    case 10: s->arrays[0].n_buffers = 0; break;
    case 11: s->arrays[0].buffers = NULL; break;
    case 12: s->buffers[0][1] = NULL; break;
    case 13: offsets[3] = 100; break;
    case 14: offsets[0] = -2; break;
    case 15: s->buffers[2][2] = NULL; break;
    case 16: codes[7] = 2; break;
    case 17: codes[7] = -1; break;
    case 18: s->arrays[3].dictionary = NULL; break;
    case 19: s->dictionary.length = -1; break;
    case 20: texts[1] = '\xff'; break;
    case 21: s->buffers[0][1] = (char *)numbers + 1; break;
    case 22: s->length = INT64_MAX; break;
    case 23: s->schema_status = 5; break;
    case 24: s->next_status = 5; break;
    case 25: s->column_list[0] = s->column_list[1] = NULL, s->column_count = 2; break;
  }
}

static void test_malformed(void) {
  for (int kind = 0; kind <= 25; kind++) {
    source s;
    wce_table *table;
    make(&s);
    damage(&s, kind);
    const wce_status status = read(&s, &table);
    if (status != WCE_ERROR_STREAM && !(kind == 20 && status == WCE_ERROR_DATA))
      printf("damage %d: status %d, %s\n", kind, (int)status, message), failures++;
    CHECK(strchr(message, '\n') == NULL);
    finish(&s, table);
  }
  /* A stream that was released already, and arguments that are null. */
  struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, NULL, NULL};
  wce_table *table;
  CHECK(wce_table_from_arrow(&stream, &table, message, CAPACITY) == WCE_ERROR_STREAM);
  CHECK(wce_table_from_arrow(NULL, &table, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  source s;
  make(&s);
  stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, &s};
  CHECK(wce_table_from_arrow(&stream, NULL, message, CAPACITY) == WCE_ERROR_NULL_POINTER);
  CHECK(s.stream_releases == 1 && s.batch_releases == s.given);
}

int main(void) {
  test_types();
  test_nulls_and_offsets();
  test_views();
  test_malformed();
  return failures != 0;
}
