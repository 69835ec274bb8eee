// SPDX-License-Identifier: Apache-2.0
/* Tests of class weights. Prints each check that fails. */
#include "check.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int64_t product(const int64_t *lengths, int64_t count) {
  int64_t result = 1;
  for (int64_t i = 0; i < count; i++) result *= lengths[i];
  return result;
}

/* Each element has the weight of its class, for every class axis and every division into blocks and
 * threads. */
static void test_layouts(void) {
  const int64_t shapes[][3] = {{3, 5001, 1},  {5001, 3, 1},  {2, 3, 5001},
                               {1, 40000, 1}, {200, 1, 200}, {7, 11, 13}};
  const double numbers[] = {0, .5, 1, 3, 7, 1e-3, 1e3};
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
    const int64_t *shape = shapes[s], count = product(shape, 3);
    double *x = malloc((size_t)count * sizeof *x), *loss = malloc((size_t)count * sizeof *loss);
    double *classes = malloc((size_t)count * sizeof *classes);
    if (x == NULL || loss == NULL || classes == NULL) abort();
    for (int64_t i = 0; i < count; i++) x[i] = (double)(i % 997) / 50 - 10;
    for (int64_t i = 0; i < count; i++) classes[i] = numbers[i % 7];
    for (int axis = 0; axis < 3; axis++) {
      wce_options options = WCE_OPTIONS_INIT;
      options.class_weights = classes;
      options.class_count = shape[axis];
      options.shape = shape;
      options.rank = 3;
      options.axis = axis - (axis == 1 ? 3 : 0);
      options.threads = 3;
      OK(wce_loss_f64(count, x, x, NULL, &options, loss, message, CAPACITY));
      const int64_t inner = product(shape + axis + 1, 2 - axis);
      for (int64_t i = 0; i < count; i += 1 + i % 61) {
        const wce_options one = weighted(classes[i / inner % shape[axis]]);
        double expected;
        wce_loss_f64(1, x + i, x + i, NULL, &one, &expected, NULL, 0);
        CHECK(loss[i] == expected);
      }
    }
    free(x);
    free(loss);
    free(classes);
  }
}

/* The message has the index of the first invalid class weight, at any position. */
static void test_wrong_weights(void) {
  enum { N = 1000 };
  static float x[N], classes[N];
  wce_options options = WCE_OPTIONS_INIT;
  options.class_weights = classes;
  options.class_count = N;
  const float bad[] = {-1, NAN, INFINITY, -INFINITY, -1e-45f};
  const int places[] = {0, 1, 255, 256, 511, 767, 999};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    for (size_t j = 0; j < sizeof places / sizeof *places; j++) {
      char expected[CAPACITY];
      memset(classes, 0, sizeof classes);
      classes[N - 1] = -2;
      classes[places[j]] = bad[i];
      snprintf(expected, sizeof expected, " for class %d", places[j]);
      CHECK(wce_loss_f32(N, x, x, NULL, &options, x, message, CAPACITY) == WCE_ERROR_ARGUMENT);
      const char *end = strstr(message, " for class");
      CHECK(end != NULL && strcmp(end, expected) == 0);
    }
  }
}

/* Class weights are also checked if there are no elements. */
static void test_class_weights_of_no_elements(void) {
  const int64_t shape[2] = {0, 3}, classes_first[2] = {3, 0}, no_classes[2] = {0, 0};
  const double bad[] = {-1, NAN, INFINITY};
  float class_weights[3] = {1, 2, 3}, value = -7;
  wce_options options = WCE_OPTIONS_INIT;
  options.class_weights = class_weights;
  options.class_count = 3;
  options.shape = shape;
  options.rank = 2;
  OK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY));
  OK(wce_value_f32(0, NULL, NULL, NULL, WCE_REDUCTION_SUM, &options, &value, message, CAPACITY));
  CHECK(value == 0);
  for (int i = 0; i < 3; i++) {
    class_weights[1] = (float)bad[i];
    CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) ==
          WCE_ERROR_ARGUMENT);
    CHECK(strstr(message, "for class 1") != NULL);
  }
  class_weights[1] = 2;
  options.axis = 0;
  CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) == WCE_ERROR_SHAPE);
  options.shape = classes_first;
  OK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY));
  options.axis = 2;
  CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) == WCE_ERROR_SHAPE);
  options.axis = -1;
  CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) == WCE_ERROR_SHAPE);
  options.shape = no_classes;
  options.class_count = 0;
  OK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY));
  options.shape = NULL;
  options.rank = 0;
  options.class_count = 3;
  CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) == WCE_ERROR_SHAPE);
  /* More classes than fit in memory, and more than there are addresses. */
  const int64_t huge[2] = {0, INT64_MAX};
  options.shape = huge;
  options.rank = 2;
  options.class_count = INT64_MAX;
  CHECK(wce_loss_f32(0, NULL, NULL, NULL, &options, NULL, message, CAPACITY) == WCE_ERROR_SIZE);
  message[0] = 0;
}

int main(void) {
  test_layouts();
  test_wrong_weights();
  test_class_weights_of_no_elements();
  return failures != 0;
}
