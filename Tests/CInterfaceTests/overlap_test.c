// SPDX-License-Identifier: Apache-2.0
/* Tests of outputs that overlap another buffer. Prints each check that fails. */
#include "check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N = 8 };

static const float logits[N] = {-100, -2, -2, 0, 2, 2, 2, 100};
static const float targets[N] = {0, 0, 1, 0, 0, 1, .5f, 1};

static void test_in_place(void) {
  const wce_options options = weighted(3);
  float expected[N], expected_value = 0;
  OK(wce_value_with_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_MEAN, &options,
                                 &expected_value, expected, NULL, 0));
  for (int input = 0; input < 3; input++) {
    float buffers[3][N], value = 0;
    memcpy(buffers[0], logits, sizeof logits);
    memcpy(buffers[1], targets, sizeof targets);
    for (int i = 0; i < N; i++) buffers[2][i] = 1;
    OK(wce_value_with_gradient_f32(N, buffers[0], buffers[1], buffers[2], WCE_REDUCTION_MEAN,
                                   &options, &value, buffers[input], NULL, 0));
    CHECK(value == expected_value && memcmp(buffers[input], expected, sizeof expected) == 0);
  }
  /* If the sum of a block overflows a double, it is computed again from the inputs, which the
   * gradient must not have overwritten. */
  double x[3] = {-1.7e308, -1.7e308, 1.7e308}, z[3] = {1, 1, 1}, value = 0;
  OK(wce_value_with_gradient_f64(3, x, z, NULL, WCE_REDUCTION_MEAN, NULL, &value, x, message,
                                 CAPACITY));
  CHECK(fabs(value / (1.7e308 / 3 * 2) - 1) < 1e-15 && fabs(x[0] * 3 + 1) < 1e-15 && x[2] == 0);
}

static void test_overlap(void) {
  float memory[2 * N + 1] = {0};
  CHECK(wce_loss_f32(N, memory, targets, NULL, NULL, memory + 1, message, CAPACITY) ==
        WCE_ERROR_OVERLAP);
  CHECK(strstr(message, "logits") != NULL);
  CHECK(wce_loss_f32(N, logits, memory + 1, NULL, NULL, memory, message, CAPACITY) ==
        WCE_ERROR_OVERLAP);
  CHECK(wce_loss_f32(N, logits, targets, memory, NULL, memory + N - 1, message, CAPACITY) ==
        WCE_ERROR_OVERLAP);
  OK(wce_loss_f32(N, memory, targets, NULL, NULL, memory + N, message, CAPACITY));
  CHECK(wce_loss_with_gradient_f32(N, memory, targets, NULL, NULL, memory, memory + N, NULL, 0) ==
        WCE_ERROR_OVERLAP);
  CHECK(wce_loss_with_gradient_f32(N, logits, targets, NULL, NULL, memory, memory, NULL, 0) ==
        WCE_ERROR_OVERLAP);
  CHECK(wce_value_with_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_SUM, NULL, memory + 3,
                                    memory, message, CAPACITY) == WCE_ERROR_OVERLAP);
}

/* The value of a reduction is an output like others: it must not overlap an input. */
#define TEST_VALUE(SUFFIX, TYPE)                                                                 \
  static void test_value_##SUFFIX(void) {                                                        \
    static const char *const names[] = {"logits", "targets", "weights", "class_weights"};        \
    TYPE memory[4][N + 2], before[4][N + 2], gradient[N] = {-7};                                 \
    for (int input = 0; input < 4; input++)                                                      \
      for (int i = 0; i < N + 2; i++) memory[input][i] = 1 / (TYPE)(i + 1);                      \
    memcpy(before, memory, sizeof memory);                                                       \
    wce_options options = WCE_OPTIONS_INIT;                                                      \
    options.class_weights = memory[3] + 1;                                                       \
    options.class_count = N;                                                                     \
    for (int input = 0; input < 4; input++) {                                                    \
      for (int i = 0; i < 2 * (N + 2); i++) {                                                    \
        TYPE *value = memory[input] + i / 2;                                                     \
        const wce_status status =                                                                \
            i % 2 ? wce_value_with_gradient_##SUFFIX(N, memory[0] + 1, memory[1] + 1,            \
                                                     memory[2] + 1, WCE_REDUCTION_SUM, &options, \
                                                     value, gradient, message, CAPACITY)         \
                  : wce_value_##SUFFIX(N, memory[0] + 1, memory[1] + 1, memory[2] + 1,           \
                                       WCE_REDUCTION_SUM, &options, value, message, CAPACITY);   \
        if (i / 2 == 0 || i / 2 == N + 1) { /* next to the input */                              \
          CHECK(status == WCE_OK && *value != before[input][i / 2]);                             \
          *value = before[input][i / 2];                                                         \
        } else {                                                                                 \
          CHECK(status == WCE_ERROR_OVERLAP && strstr(message, names[input]) != NULL);           \
        }                                                                                        \
        CHECK(memcmp(before, memory, sizeof memory) == 0);                                       \
      }                                                                                          \
    }                                                                                            \
    /* With one element, the value may be the buffer of an input. */                             \
    for (int input = 0; input < 4; input++) {                                                    \
      TYPE one[4] = {-1, 1, 2, 3}, value = 0;                                                    \
      options.class_weights = one + 3;                                                           \
      options.class_count = 1;                                                                   \
      OK(wce_value_##SUFFIX(1, one, one + 1, one + 2, WCE_REDUCTION_SUM, &options, &value, NULL, \
                            0));                                                                 \
      OK(wce_value_##SUFFIX(1, one, one + 1, one + 2, WCE_REDUCTION_SUM, &options, one + input,  \
                            NULL, 0));                                                           \
      CHECK(one[input] == value);                                                                \
    }                                                                                            \
  }

TEST_VALUE(f32, float)
TEST_VALUE(f64, double)

/* Class weights are not copied, so an output may overlap them only if there is one class weight per
 * element. */
static void test_class_weights(void) {
  const int64_t shape[2] = {N / 2, 2};
  float memory[2 * N + 2], before[2 * N + 2], value = -7, other[N] = {-7};
  wce_options options = WCE_OPTIONS_INIT;
  options.shape = shape;
  options.rank = 2;
  options.class_weights = memory + N;
  options.class_count = 2;
  for (int i = 0; i < 2 * N + 2; i++) memory[i] = (float)i;
  memcpy(before, memory, sizeof memory);
  for (int i = 1; i < N + 2; i++) {
    CHECK(wce_loss_f32(N, logits, targets, NULL, &options, memory + i, message, CAPACITY) ==
          WCE_ERROR_OVERLAP);
    CHECK(strstr(message, "class_weights") != NULL);
    CHECK(wce_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_SUM, &options, memory + i, NULL,
                           0) == WCE_ERROR_OVERLAP);
    CHECK(wce_loss_with_gradient_f32(N, logits, targets, NULL, &options, memory + i, other, NULL,
                                     0) == WCE_ERROR_OVERLAP);
    CHECK(wce_loss_with_gradient_f32(N, logits, targets, NULL, &options, other, memory + i, NULL,
                                     0) == WCE_ERROR_OVERLAP);
    CHECK(wce_value_with_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_SUM, &options, &value,
                                      memory + i, NULL, 0) == WCE_ERROR_OVERLAP);
    /* Nothing is written if there are no elements. */
    const int64_t none[2] = {0, 2};
    options.shape = none;
    OK(wce_loss_f32(0, logits, targets, NULL, &options, memory + i, NULL, 0));
    options.shape = shape;
  }
  CHECK(memcmp(memory, before, sizeof memory) == 0 && value == -7 && other[0] == -7);
  OK(wce_loss_f32(N, logits, targets, NULL, &options, memory, message, CAPACITY));
  OK(wce_loss_f32(N, logits, targets, NULL, &options, memory + N + 2, message, CAPACITY));
}

/* If there is one class weight per element, results written over the class weights are the same as
 * in a separate buffer, on several threads too. */
static void test_in_place_of_class_weights(void) {
  const int64_t count = 200003;
  const size_t size = (size_t)count * sizeof(double);
  double *x = malloc(size), *classes = malloc(size), *in_place = malloc(size),
         *elsewhere = malloc(size);
  double *losses = malloc(size), value = 0, expected = -1;
  if (x == NULL || classes == NULL || in_place == NULL || elsewhere == NULL || losses == NULL)
    abort();
  for (int64_t i = 0; i < count; i++) x[i] = (double)(i % 997) / 50 - 10;
  for (int64_t i = 0; i < count; i++) classes[i] = (double)(i % 101) / 7;
  wce_options options = WCE_OPTIONS_INIT;
  options.class_count = count;
  options.threads = 4;
  for (int function = 0; function < 4; function++) {
    for (int is_in_place = 0; is_in_place < 2; is_in_place++) {
      double *out = is_in_place ? in_place : elsewhere, *sum = is_in_place ? &value : &expected;
      memcpy(in_place, classes, size);
      options.class_weights = is_in_place ? in_place : classes;
      CHECK((function == 0   ? wce_loss_f64(count, x, x, NULL, &options, out, message, CAPACITY)
             : function == 1 ? wce_gradient_f64(count, x, x, x, WCE_REDUCTION_SUM, &options, out,
                                                message, CAPACITY)
             : function == 2
                 ? wce_loss_with_gradient_f64(count, x, x, x, &options, losses, out, message,
                                              CAPACITY)
                 : wce_value_with_gradient_f64(count, x, x, NULL, WCE_REDUCTION_MEAN, &options, sum,
                                               out, message, CAPACITY)) == WCE_OK);
    }
    CHECK(memcmp(in_place, elsewhere, size) == 0);
  }
  CHECK(value == expected);
  /* Losses that are written together with a gradient need a separate buffer. */
  options.class_weights = classes;
  CHECK(wce_loss_with_gradient_f64(count, x, x, NULL, &options, classes, losses, message,
                                   CAPACITY) == WCE_ERROR_OVERLAP);
  free(x);
  free(classes);
  free(in_place);
  free(elsewhere);
  free(losses);
}

int main(void) {
  test_in_place();
  test_overlap();
  test_value_f32();
  test_value_f64();
  test_class_weights();
  test_in_place_of_class_weights();
  return failures != 0;
}
