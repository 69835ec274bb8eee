// SPDX-License-Identifier: Apache-2.0
/* Tests of the functions of weighted_cross_entropy.h: values, errors, invalid arguments. Prints
 * each check that fails. */
#include "check.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N = 8 };

/* The values of TensorFlow's WeightedCrossEntropyTest, computed in exact arithmetic. */
static const float logits[N] = {-100, -2, -2, 0, 2, 2, 2, 100};
static const float targets[N] = {0, 0, 1, 0, 0, 1, .5f, 1};
static const double losses[N] = {3.720076e-44, .12692801, 6.38078403, .69314718,
                                 2.12692801,   .38078403, 1.25385602, 1.116023e-43};
static const double gradients[N] = {3.720076e-44, .11920292,  -2.64239123, .5,
                                    .88079708,    -.35760877, .26159416,   -1.116023e-43};

static int near(double value, double expected) {
  return fabs(value - expected) <= 2e-7 * fabs(expected) + 2e-45;
}

static void test_values(void) {
  const wce_options options = weighted(3);
  float loss[N], gradient[N], loss2[N], gradient2[N], value = 0;
  double logits64[N], targets64[N], loss64[N], sum = 0;
  strcpy(message, "not cleared");
  OK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY));
  CHECK(message[0] == 0);
  OK(wce_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_NONE, &options, gradient, NULL, 0));
  OK(wce_loss_with_gradient_f32(N, logits, targets, NULL, &options, loss2, gradient2, NULL, 0));
  CHECK(memcmp(loss, loss2, sizeof loss) == 0 && memcmp(gradient, gradient2, sizeof gradient) == 0);
  for (int i = 0; i < N; i++) {
    CHECK(near(loss[i], losses[i]));
    CHECK(near(gradient[i], gradients[i]));
    logits64[i] = logits[i];
    targets64[i] = targets[i];
    sum += losses[i];
  }
  OK(wce_loss_f64(N, logits64, targets64, NULL, &options, loss64, NULL, 0));
  CHECK(fabs(loss64[2] / 6.38078403 - 1) < 1e-8);
  OK(wce_value_f32(N, logits, targets, NULL, WCE_REDUCTION_SUM, &options, &value, NULL, 0));
  CHECK(near(value, sum));
  OK(wce_value_with_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_MEAN, &options, &value,
                                 gradient2, NULL, 0));
  CHECK(near(value, sum / N) && near(gradient2[4], gradients[4] / N));
  OK(wce_second_derivative_f32(N, logits, targets, NULL, WCE_REDUCTION_NONE, &options, loss2, NULL,
                               0));
  CHECK(near(loss2[3], .25) && near(loss2[2], 3 * .10499359));
  OK(wce_target_derivative_f32(N, logits, targets, NULL, WCE_REDUCTION_NONE, &options, loss2, NULL,
                               0));
  CHECK(near(loss2[3], 2 * .69314718));
  OK(wce_positive_weight_derivative_f32(N, logits, targets, NULL, WCE_REDUCTION_NONE, &options,
                                        loss2, NULL, 0));
  CHECK(near(loss2[2], 2.12692801) && loss2[3] == 0);
  CHECK(wce_interface_version() == WCE_INTERFACE_MAJOR * 1000 + WCE_INTERFACE_MINOR);
  CHECK(strlen(wce_instruction_set()) > 0);
}

static void test_options(void) {
  const int64_t shape[2] = {4, 2};
  const float class_weights[2] = {3, 7}, mask[N] = {1, 1, 1, 0, 1, 1, 1, 2};
  float x[N], loss[N], value = 0;
  wce_options options = WCE_OPTIONS_INIT;
  memcpy(x, logits, sizeof x);
  x[3] = NAN; /* masked */
  options.class_weights = class_weights;
  options.class_count = 2;
  options.shape = shape;
  options.rank = 2;
  OK(wce_loss_f32(N, x, targets, mask, &options, loss, message, CAPACITY));
  CHECK(near(loss[2], 6.38078403) && near(loss[5], 7 * .12692801) && loss[3] == 0);
  OK(wce_value_f32(N, x, targets, mask, WCE_REDUCTION_WEIGHTED_MEAN, &options, &value, NULL, 0));
  options.axis = 0;
  CHECK(wce_loss_f32(N, x, targets, mask, &options, loss, message, CAPACITY) == WCE_ERROR_SHAPE);
  CHECK(strstr(message, "[4, 2]") != NULL);
  options.axis = INT64_MIN;
  CHECK(wce_loss_f32(N, x, targets, mask, &options, loss, message, CAPACITY) == WCE_ERROR_SHAPE);
  options = weighted(1);
  options.label_smoothing = 1;
  OK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY));
  CHECK(near(loss[4], 1.12692801) && near(loss[5], 1.12692801));
  CHECK(wce_value_f32(0, NULL, NULL, NULL, WCE_REDUCTION_SUM, NULL, &value, NULL, 0) == WCE_OK &&
        value == 0);
  OK(wce_loss_f32(0, NULL, NULL, NULL, NULL, NULL, NULL, 0));
}

static void test_hostile_arguments(void) {
  float loss[N] = {-7}, value = -7;
  wce_options options;
  const int64_t huge[] = {INT64_MIN, -1, INT64_MAX, INT64_MAX / 4 + 1, INT64_MAX / 8};
  for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
    CHECK(wce_loss_f32(huge[i], logits, targets, NULL, NULL, loss, message, CAPACITY) != WCE_OK);
    CHECK(wce_value_f64(huge[i], NULL, NULL, NULL, WCE_REDUCTION_SUM, NULL, NULL, NULL, 0) !=
          WCE_OK);
    options = weighted(1);
    options.class_weights = logits;
    options.class_count = huge[i];
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) != WCE_OK);
    options = weighted(1);
    options.shape = huge;
    options.rank = (int64_t)i + 1;
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_SIZE);
    options.rank = huge[i];
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_SIZE);
    options = weighted(1);
    options.struct_size = huge[i];
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_SIZE);
    CHECK(wce_loss_f32(N, NULL, targets, NULL, NULL, loss, message, -huge[i] % 3) ==
          WCE_ERROR_NULL_POINTER);
  }
  CHECK(wce_loss_f32(N, NULL, targets, NULL, NULL, loss, message, CAPACITY) ==
        WCE_ERROR_NULL_POINTER);
  CHECK(wce_loss_f32(N, logits, NULL, NULL, NULL, loss, message, CAPACITY) ==
        WCE_ERROR_NULL_POINTER);
  CHECK(wce_loss_f32(N, logits, targets, NULL, NULL, NULL, message, CAPACITY) ==
        WCE_ERROR_NULL_POINTER);
  CHECK(wce_value_f32(N, logits, targets, NULL, WCE_REDUCTION_SUM, NULL, NULL, NULL, 0) ==
        WCE_ERROR_NULL_POINTER);
  CHECK(wce_loss_f32(N, (const float *)((const char *)logits + 1), targets, NULL, NULL, loss,
                     message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options = weighted(1);
  options.class_count = 2;
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
        WCE_ERROR_NULL_POINTER);
  options = weighted(1);
  options.rank = 2;
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
        WCE_ERROR_NULL_POINTER);
  const double bad[] = {-1, NAN, INFINITY, -INFINITY, 1e300};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    options = weighted(bad[i]);
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
    options = weighted(1);
    options.label_smoothing = bad[i];
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
  }
  options = weighted(1);
  options.threads = -1;
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
        WCE_ERROR_ARGUMENT);
  for (int reduction = -2; reduction < 9; reduction++) {
    const wce_status status = wce_value_f32(N, logits, targets, NULL, (wce_reduction)reduction,
                                            NULL, &value, message, CAPACITY);
    const int is_good = reduction == WCE_REDUCTION_SUM || reduction == WCE_REDUCTION_MEAN;
    CHECK((status == WCE_OK) == is_good);
    CHECK((strstr(message, "unknown reduction ") == message) == (reduction < 0 || reduction > 3));
  }
  value = -7;
  CHECK(wce_value_f32(0, logits, targets, NULL, WCE_REDUCTION_MEAN, NULL, &value, message,
                      CAPACITY) == WCE_ERROR_UNDEFINED_MEAN);
  CHECK(wce_value_f32(N, logits, targets, loss, WCE_REDUCTION_WEIGHTED_MEAN, NULL, &value, NULL,
                      0) == WCE_ERROR_UNDEFINED_MEAN);
  CHECK(value == -7 && loss[0] == -7); /* errors leave outputs unchanged */
}

/* The number that the message reports as received; empty if it reports none. */
static const char *received(void) {
  const char *start = strstr(message, "received ");
  return start == NULL ? "" : start + strlen("received ");
}

/* Numbers are checked before they are rounded to the element type. */
static void test_numbers_between_those_of_the_type(void) {
  float loss[N] = {-7};
  double logits64[N] = {0}, loss64[N];
  const double smoothings[] = {1.00000001, 1 + 0x1p-52, -1e-300, -5e-324};
  const char *const smoothing_texts[] = {"1.00000001", "1.0000000000000002", "-1e-300", "-5e-324"};
  for (int i = 0; i < 4; i++) {
    wce_options options = weighted(1);
    options.label_smoothing = smoothings[i];
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
    CHECK(strstr(message, "[0, 1]") != NULL && strcmp(received(), smoothing_texts[i]) == 0);
    CHECK(wce_loss_f64(N, logits64, logits64, NULL, &options, loss64, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
  }
  const double weights[] = {-1e-60, -5e-324, 1e39, 0x1.ffffffp127};
  const char *const weight_texts[] = {"-1e-60", "-5e-324", "1e+39, which is infinite in 32 bits",
                                      "3.4028235677973366e+38, which is infinite in 32 bits"};
  for (int i = 0; i < 4; i++) {
    const wce_options options = weighted(weights[i]);
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
    CHECK(strcmp(received(), weight_texts[i]) == 0);
    CHECK(wce_loss_f64(N, logits64, logits64, NULL, &options, loss64, message, CAPACITY) ==
          (i < 2 ? WCE_ERROR_ARGUMENT : WCE_OK));
  }
  CHECK(loss[0] == -7);
  /* A number that is only rounded is not an error. */
  const double rounded[] = {-0.0, 5e-324, 1e-60, .1, 3.4028235677973362e38};
  for (int i = 0; i < 5; i++) {
    wce_options options = weighted(rounded[i]);
    options.label_smoothing = i < 4 ? rounded[i] : 1 - 0x1p-53;
    OK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY));
  }
}

/* Every function rejects impossible sizes and addresses, and leaves its outputs unchanged. */
#define CHECK_FUNCTION(CALL, TYPE)                                                             \
  do {                                                                                         \
    TYPE x[2] = {1, 2}, z[2] = {0, 1}, out[2] = {-7, -7}, value = -7;                          \
    const TYPE *w = NULL;                                                                      \
    TYPE *y = out, *v = &value;                                                                \
    int64_t n = 2;                                                                             \
    const TYPE *logit = x, *target = z;                                                        \
    CHECK(CALL == WCE_OK);                                                                     \
    out[0] = out[1] = value = -7;                                                              \
    const int64_t sizes[] = {-1, INT64_MIN, INT64_MAX, ((int64_t)1 << 56) / sizeof(TYPE) + 1}; \
    for (int i = 0; i < 4; i++) {                                                              \
      n = sizes[i];                                                                            \
      CHECK(CALL == WCE_ERROR_SIZE);                                                           \
    }                                                                                          \
    /* A valid size, but the end of the buffer would exceed the address space. */              \
    n = ((int64_t)1 << 56) / (int64_t)sizeof(TYPE);                                            \
    logit = (const TYPE *)(UINTPTR_MAX - sizeof(TYPE) + 1);                                    \
    CHECK(CALL == WCE_ERROR_SIZE);                                                             \
    n = 2;                                                                                     \
    logit = NULL;                                                                              \
    CHECK(CALL == WCE_ERROR_NULL_POINTER);                                                     \
    logit = x;                                                                                 \
    target = NULL;                                                                             \
    CHECK(CALL == WCE_ERROR_NULL_POINTER);                                                     \
    target = (const TYPE *)((const char *)z + 1);                                              \
    CHECK(CALL == WCE_ERROR_ARGUMENT);                                                         \
    target = z;                                                                                \
    w = (const TYPE *)((const char *)z + 1);                                                   \
    CHECK(CALL == WCE_ERROR_ARGUMENT);                                                         \
    w = NULL;                                                                                  \
    v = NULL;                                                                                  \
    if (CALL == WCE_OK) { /* a function with an output but no value */                         \
      v = &value;                                                                              \
      y = NULL;                                                                                \
      CHECK(CALL == WCE_ERROR_NULL_POINTER);                                                   \
      out[0] = out[1] = -7;                                                                    \
    }                                                                                          \
    CHECK(out[0] == -7 && out[1] == -7 && value == -7);                                        \
    (void)v, (void)y;                                                                          \
  } while (0)

#define CHECK_FUNCTIONS(SUFFIX, TYPE)                                                              \
  do {                                                                                             \
    TYPE other[2];                                                                                 \
    CHECK_FUNCTION(wce_loss_##SUFFIX(n, logit, target, w, NULL, y, message, CAPACITY), TYPE);      \
    CHECK_FUNCTION(wce_gradient_##SUFFIX(n, logit, target, w, WCE_REDUCTION_MEAN, NULL, y,         \
                                         message, CAPACITY),                                       \
                   TYPE);                                                                          \
    CHECK_FUNCTION(wce_second_derivative_##SUFFIX(n, logit, target, w, WCE_REDUCTION_NONE, NULL,   \
                                                  y, message, CAPACITY),                           \
                   TYPE);                                                                          \
    CHECK_FUNCTION(wce_target_derivative_##SUFFIX(n, logit, target, w, WCE_REDUCTION_SUM, NULL, y, \
                                                  message, CAPACITY),                              \
                   TYPE);                                                                          \
    CHECK_FUNCTION(wce_positive_weight_derivative_##SUFFIX(                                        \
                       n, logit, target, w, WCE_REDUCTION_NONE, NULL, y, message, CAPACITY),       \
                   TYPE);                                                                          \
    CHECK_FUNCTION(                                                                                \
        wce_loss_with_gradient_##SUFFIX(n, logit, target, w, NULL, y, other, message, CAPACITY),   \
        TYPE);                                                                                     \
    CHECK_FUNCTION(                                                                                \
        wce_loss_with_gradient_##SUFFIX(n, logit, target, w, NULL, other, y, message, CAPACITY),   \
        TYPE);                                                                                     \
    CHECK_FUNCTION(wce_value_with_gradient_##SUFFIX(n, logit, target, w, WCE_REDUCTION_MEAN, NULL, \
                                                    v, y, message, CAPACITY),                      \
                   TYPE);                                                                          \
    CHECK_FUNCTION(                                                                                \
        wce_value_##SUFFIX(n, logit, target, w, WCE_REDUCTION_SUM, NULL, v, message, CAPACITY),    \
        TYPE);                                                                                     \
  } while (0)

static void test_every_function(void) {
  CHECK_FUNCTIONS(f32, float);
  CHECK_FUNCTIONS(f64, double);
}

static void test_misaligned_options(void) {
  /* Copied bytewise, because C does not allow the creation of such pointers. */
  static char memory[sizeof(wce_options) + 8];
  float loss[N];
  wce_options options = WCE_OPTIONS_INIT;
  memcpy(memory + 1, &options, sizeof options);
  CHECK(wce_loss_f32(N, logits, targets, NULL, (const wce_options *)(const void *)(memory + 1),
                     loss, message, CAPACITY) == WCE_ERROR_ARGUMENT);
  options.shape = (const int64_t *)(const void *)(memory + 1);
  options.rank = 1;
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
        WCE_ERROR_ARGUMENT);
  message[0] = 0;
}

static void test_messages(void) {
  float loss[N];
  wce_options options = weighted(-1);
  options.name = "caf\xc3\xa9\n\x1b"; /* control characters are escaped */
  char full[CAPACITY];
  const char *start = "caf\xc3\xa9\\n\\u{1B}: positive weights must be finite";
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, full, CAPACITY) ==
        WCE_ERROR_ARGUMENT);
  CHECK(strncmp(full, start, strlen(start)) == 0);
  options.name = ""; /* the default name */
  CHECK(wce_loss_f32(N, logits, targets, NULL, &options, loss, message, CAPACITY) ==
        WCE_ERROR_ARGUMENT);
  CHECK(strncmp(message, "logistic_loss: ", 15) == 0);
  options.name = "caf\xc3\xa9\n\x1b";
  for (int64_t capacity = 0; capacity < 12; capacity++) {
    memset(message, 'x', CAPACITY);
    wce_loss_f32(N, logits, targets, NULL, &options, loss, message, capacity);
    const size_t length = capacity == 0 ? 0 : strlen(message);
    CHECK(message[capacity] == 'x');
    CHECK(capacity == 0 || (length < (size_t)capacity && strncmp(message, full, length) == 0));
    CHECK(capacity != 5 || length == 3); /* characters are not split */
  }
  message[0] = 0;
}

static void test_large(void) {
  const int64_t count = 300001;
  float *x = malloc((size_t)count * sizeof *x),
        *gradient = malloc((size_t)count * sizeof *gradient);
  float values[4] = {0};
  if (x == NULL || gradient == NULL) abort();
  for (int64_t i = 0; i < count; i++) x[i] = (float)(i % 997) / 50 - 10;
  for (int threads = 0; threads < 4; threads++) {
    wce_options options = weighted(.3);
    options.threads = threads;
    OK(wce_value_with_gradient_f32(count, x, x, NULL, WCE_REDUCTION_MEAN, &options,
                                   values + threads, gradient, message, CAPACITY));
  }
  CHECK(values[0] == values[1] && values[0] == values[2] && values[0] == values[3]);
  free(x);
  free(gradient);
}

int main(void) {
  test_values();
  test_options();
  test_hostile_arguments();
  test_numbers_between_those_of_the_type();
  test_every_function();
  test_misaligned_options();
  test_messages();
  test_large();
  return failures != 0;
}
