// SPDX-License-Identifier: Apache-2.0
/* Tests of the side effects of calls: allocations and the floating-point status. */
#include "check.h"

#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __GLIBC__
/* The allocations of the library call this function, because a program's functions take precedence
 * over those of the C library. */
static long allocations = 0;
/* The size of the largest allocation, in bytes. */
static size_t largest = 0;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
static void note(size_t size) {
  allocations++;
  if (size > largest) largest = size;
}
void *malloc(size_t size) { return note(size), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return note(count * size), __libc_calloc(count, size); }
void *realloc(void *memory, size_t size) { return note(size), __libc_realloc(memory, size); }
void *aligned_alloc(size_t alignment, size_t size) {
  return note(size), __libc_memalign(alignment, size);
}
int posix_memalign(void **memory, size_t alignment, size_t size) {
  return note(size), (*memory = __libc_memalign(alignment, size)) == NULL;
}
#endif

/* Calls on few elements allocate nothing, for any name of the operation, with and without class
 * weights. */
static void test_allocations(void) {
#ifdef __GLIBC__
  const char *names[] = {
      NULL, "short",
      "a name of more bytes than a string of Swift's holds without memory of its own"};
  enum { N = 8 };
  const float logits[N] = {-100, -2, -2, 0, 2, 2, 2, 100}, targets[N] = {0, 0, 1, 0, 0, 1, .5f, 1};
  const float class_weights[2] = {3, 7};
  const int64_t shape[2] = {N / 2, 2};
  float loss[N], gradient[N], value;
  for (int i = 0; i < 6; i++) {
    wce_options options = weighted(3);
    options.name = names[i % 3];
    if (i >= 3) {
      options.class_weights = class_weights;
      options.class_count = 2;
      options.shape = shape;
      options.rank = 2;
    }
    options.label_smoothing = .1;
    for (int round = 0; round < 2; round++) {
      /* The first call of a function may allocate. */
      allocations = 0;
      wce_loss_f32(N, logits, targets, targets, &options, loss, message, CAPACITY);
      wce_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_MEAN, &options, gradient, message,
                       CAPACITY);
      wce_loss_with_gradient_f32(N, logits, targets, NULL, &options, loss, gradient, message,
                                 CAPACITY);
      wce_value_with_gradient_f32(N, logits, targets, NULL, WCE_REDUCTION_MEAN, &options, &value,
                                  gradient, message, CAPACITY);
      wce_value_f32(N, logits, targets, targets, WCE_REDUCTION_WEIGHTED_MEAN, &options, &value,
                    message, CAPACITY);
    }
    CHECK(allocations == 0);
  }
  float *counted = malloc(sizeof *counted);
  CHECK(allocations == 1);
  free(counted);
#endif
}

/* Class weights are not copied, even with one per element: a call on many elements allocates only
 * for its threads. */
static void test_memory_of_class_weights(void) {
#ifdef __GLIBC__
  const int64_t count = 1 << 20;
  float *x = calloc((size_t)count, sizeof *x), *gradient = calloc((size_t)count, sizeof *gradient),
        value;
  if (x == NULL || gradient == NULL) abort();
  wce_options options = WCE_OPTIONS_INIT;
  options.class_weights = x;
  options.class_count = count;
  largest = 0;
  OK(wce_loss_f32(count, x, x, x, &options, gradient, message, CAPACITY));
  OK(wce_value_with_gradient_f32(count, x, x, NULL, WCE_REDUCTION_MEAN, &options, &value, gradient,
                                 message, CAPACITY));
  CHECK(largest < 100000);
  free(x);
  free(gradient);
#endif
}

/* The caller's floating-point status flags include those of all threads, and are never cleared. */
static void test_floating_point_flags(void) {
  const int64_t count = 1 << 20;
  float *x = calloc((size_t)count, sizeof *x), *loss = calloc((size_t)count, sizeof *loss), value;
  if (x == NULL || loss == NULL) abort();
  for (int threads = 1; threads <= 4; threads++) {
    wce_options options = weighted(3);
    options.threads = threads;
    for (int64_t place = 0; place < count; place += count / 7) {
      float *z = loss; /* in place */
      for (int64_t i = 0; i < count; i++) z[i] = 1;
      x[place] = -3e38f;
      feclearexcept(FE_ALL_EXCEPT);
      OK(wce_value_f32(count, x, z, NULL, WCE_REDUCTION_MEAN, &options, &value, message, CAPACITY));
      CHECK(isinf(value) || !fetestexcept(FE_OVERFLOW));
      feclearexcept(FE_ALL_EXCEPT);
      OK(wce_loss_f32(count, x, z, NULL, &options, loss, message, CAPACITY));
      CHECK(isinf(loss[place]) && fetestexcept(FE_OVERFLOW));
      x[place] = 0;
      feclearexcept(FE_ALL_EXCEPT);
      OK(wce_loss_f32(count, x, x, NULL, &options, loss, message, CAPACITY));
      CHECK(!fetestexcept(FE_OVERFLOW) && fetestexcept(FE_INEXACT));
      feraiseexcept(FE_DIVBYZERO);
      OK(wce_loss_f32(count, x, x, NULL, &options, loss, message, CAPACITY));
      CHECK(fetestexcept(FE_DIVBYZERO) && !fetestexcept(FE_OVERFLOW));
    }
  }
  free(x);
  free(loss);
}

int main(void) {
  test_allocations();
  test_memory_of_class_weights();
  test_floating_point_flags();
  return failures != 0;
}
