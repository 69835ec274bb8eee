// SPDX-License-Identifier: Apache-2.0
/* Tests of the functions of weighted_cross_entropy_cuda.h, on a libcuda for tests. */
#include "weighted_cross_entropy_cuda.h"

#include "check.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* More than one block of a sum, and no multiple of a pack. */
enum { N = 4995, CLASSES = 3 };

static struct {
  int (*context)(void **, int), (*push)(void *), (*allocate)(uint64_t *, size_t);
  void (*fail)(const char *, int, int), (*stream)(void *);
} driver;

/* Memory of the GPU that is current. */
static void *on_device(const void *source, size_t size) {
  uint64_t address = 0;
  if (driver.allocate(&address, size) != 0) abort();
  void *const copy = (void *)(uintptr_t)address;
  if (source != NULL) memcpy(copy, source, size);
  return copy;
}

static void *loaded(void) {
  void *const library = dlopen(FAKE_CUDA, RTLD_NOW);
  if (library == NULL) {
    printf("%s\n", dlerror());
    exit(1);
  }
  return library;
}

/* Compares every function with that of the CPU. */
#define TEST_FUNCTIONS(suffix, scalar)                                                            \
  static void test_functions_##suffix(void) {                                                     \
    static scalar x[N], z[N], w[N], q[CLASSES] = {1, 2, 3}, a[N], b[N];                           \
    scalar value = 0;                                                                             \
    for (int i = 0; i < N; i++) {                                                                 \
      x[i] = (scalar)(i % 201 - 100) / 7;                                                         \
      z[i] = (scalar)(i % 5) / 4;                                                                 \
      w[i] = (scalar)(i % 3);                                                                     \
    }                                                                                             \
    const int64_t shape[] = {CLASSES, N / CLASSES};                                               \
    wce_options options = weighted(3);                                                            \
    scalar *const logits = on_device(x, sizeof x), *const targets = on_device(z, sizeof z),       \
                  *const weights = on_device(w, sizeof w),                                        \
                  *const first = on_device(NULL, sizeof x),                                       \
                  *const second = on_device(NULL, sizeof x),                                      \
                  *const result = on_device(NULL, sizeof value);                                  \
    for (int form = 0; form < 3; form++) {                                                        \
      if (form > 0) {                                                                             \
        options.class_weights = q, options.class_count = CLASSES;                                 \
        options.shape = shape, options.rank = 2, options.axis = 0;                                \
        options.label_smoothing = .1;                                                             \
      }                                                                                           \
      wce_options device = options;                                                               \
      if (form == 2) device.class_weights = on_device(q, sizeof q);                               \
      const scalar *const host_weights = form > 0 ? w : NULL;                                     \
      const scalar *const device_weights = form > 0 ? weights : NULL;                             \
      OK(wce_loss_##suffix(N, x, z, host_weights, &options, a, message, CAPACITY));               \
      OK(wce_cuda_loss_##suffix(N, logits, targets, device_weights, &device, NULL, first,         \
                                message, CAPACITY));                                              \
      CHECK(memcmp(a, first, sizeof a) == 0);                                                     \
      OK(wce_loss_with_gradient_##suffix(N, x, z, host_weights, &options, a, b, message,          \
                                         CAPACITY));                                              \
      OK(wce_cuda_loss_with_gradient_##suffix(N, logits, targets, device_weights, &device, NULL,  \
                                              first, second, message, CAPACITY));                 \
      CHECK(memcmp(a, first, sizeof a) == 0 && memcmp(b, second, sizeof b) == 0);                 \
      for (wce_reduction reduction = WCE_REDUCTION_NONE;                                          \
           reduction <= (form > 0 ? WCE_REDUCTION_WEIGHTED_MEAN : WCE_REDUCTION_MEAN);            \
           reduction++) {                                                                         \
        TEST_DERIVATIVE(gradient, suffix)                                                         \
        TEST_DERIVATIVE(second_derivative, suffix)                                                \
        TEST_DERIVATIVE(target_derivative, suffix)                                                \
        TEST_DERIVATIVE(positive_weight_derivative, suffix)                                       \
        if (reduction == WCE_REDUCTION_NONE) continue;                                            \
        OK(wce_value_##suffix(N, x, z, host_weights, reduction, &options, &value, message,        \
                              CAPACITY));                                                         \
        OK(wce_cuda_value_##suffix(N, logits, targets, device_weights, reduction, &device, NULL,  \
                                   result, message, CAPACITY));                                   \
        CHECK(value == *result);                                                                  \
        *result = 0;                                                                              \
        OK(wce_value_with_gradient_##suffix(N, x, z, host_weights, reduction, &options, &value,   \
                                            a, message, CAPACITY));                               \
        OK(wce_cuda_value_with_gradient_##suffix(N, logits, targets, device_weights, reduction,   \
                                                 &device, NULL, result, first, message,           \
                                                 CAPACITY));                                      \
        CHECK(value == *result && memcmp(a, first, sizeof a) == 0);                               \
      }                                                                                           \
    }                                                                                             \
  }
#define TEST_DERIVATIVE(quantity, suffix)                                                         \
  OK(wce_##quantity##_##suffix(N, x, z, host_weights, reduction, &options, a, message,            \
                               CAPACITY));                                                        \
  OK(wce_cuda_##quantity##_##suffix(N, logits, targets, device_weights, reduction, &device, NULL, \
                                    first, message, CAPACITY));                                   \
  CHECK(memcmp(a, first, sizeof a) == 0);
TEST_FUNCTIONS(f32, float)
TEST_FUNCTIONS(f64, double)

/* The losses of logit 0 and target 0 are log 2. */
static void test_16_bit_types(void) {
  const uint16_t zeros[] = {0, 0};
  uint16_t *const logits = on_device(zeros, sizeof zeros);
  uint16_t *const targets = on_device(zeros, sizeof zeros);
  uint16_t *const losses = on_device(NULL, sizeof zeros);
  OK(wce_cuda_loss_f16(2, logits, targets, NULL, NULL, NULL, losses, message, CAPACITY));
  CHECK(losses[0] == 0x398C && losses[1] == 0x398C);
  OK(wce_cuda_loss_bf16(2, logits, targets, NULL, NULL, NULL, losses, message, CAPACITY));
  CHECK(losses[0] == 0x3F31 && losses[1] == 0x3F31);
}

/* Checks the status of a call and its message. */
#define FAILS(status, text, call)                          \
  do {                                                     \
    CHECK((call) == (status));                             \
    CHECK(strcmp(message, text) == 0);                     \
  } while (0)

static void test_errors(void) {
  const float zeros[] = {0, 0, 0, 0};
  float *const x = on_device(zeros, sizeof zeros), *const z = on_device(zeros, sizeof zeros);
  float *const out = on_device(zeros, sizeof zeros);
  wce_options options = WCE_OPTIONS_INIT;
  options.name = "f";
#define LOSS(count, x, z, w, out) \
  wce_cuda_loss_f32(count, x, z, w, &options, NULL, out, message, CAPACITY)
  FAILS(WCE_ERROR_NULL_POINTER, "logits is null", LOSS(4, NULL, z, NULL, out));
  FAILS(WCE_ERROR_NULL_POINTER, "the output is null", LOSS(4, x, z, NULL, NULL));
  FAILS(WCE_ERROR_ARGUMENT, "targets is not memory of a GPU", LOSS(4, x, zeros, NULL, out));
  FAILS(WCE_ERROR_ARGUMENT, "logits is not aligned to 4 bytes",
        LOSS(1, (float *)((char *)x + 2), z, NULL, out));
  FAILS(WCE_ERROR_OVERLAP, "the output and logits overlap and are not the same buffer",
        LOSS(3, x, z, NULL, x + 1));
  CHECK(LOSS(-1, x, z, NULL, out) == WCE_ERROR_SIZE);
  FAILS(WCE_ERROR_SIZE, "a call on a GPU has at most 2^40 elements, received 35184372088832",
        LOSS((int64_t)1 << 45, x, z, NULL, out));
  FAILS(WCE_ERROR_ARGUMENT, "unknown type 9",
        wce_cuda_loss((wce_cuda_type)9, 4, x, z, NULL, NULL, NULL, out, message, CAPACITY));
  FAILS(WCE_ERROR_ARGUMENT, "unknown reduction 9",
        wce_cuda_gradient_f32(4, x, z, NULL, (wce_reduction)9, NULL, NULL, out, message, CAPACITY));
  FAILS(WCE_ERROR_ARGUMENT, "the reduction must not be WCE_REDUCTION_NONE",
        wce_cuda_value_f32(4, x, z, NULL, WCE_REDUCTION_NONE, NULL, NULL, out, message, CAPACITY));
  FAILS(WCE_ERROR_NULL_POINTER, "value is null",
        wce_cuda_value_f32(4, x, z, NULL, WCE_REDUCTION_SUM, NULL, NULL, NULL, message, CAPACITY));
  FAILS(WCE_ERROR_UNDEFINED_MEAN, "f: a weighted mean needs weights",
        wce_cuda_value_f32(4, x, z, NULL, WCE_REDUCTION_WEIGHTED_MEAN, &options, NULL, out, message,
                           CAPACITY));
  const float negative[] = {1, -1};
  options.class_weights = negative, options.class_count = 2;
  CHECK(LOSS(2, x, z, NULL, out) == WCE_ERROR_ARGUMENT);
  CHECK(LOSS(4, x, z, NULL, out) == WCE_ERROR_SHAPE);
  options.class_weights = NULL, options.class_count = 0;
  /* The weights of the classes on the GPU are not read by the call. */
  options.class_weights = on_device(negative, sizeof negative), options.class_count = 2;
  OK(LOSS(2, x, z, NULL, out));
  options.class_weights = NULL, options.class_count = 0;
  driver.fail("cuLaunchKernel", 0, 700);
  FAILS(WCE_ERROR_CUDA, "cuLaunchKernel: CUDA_ERROR_ILLEGAL_ADDRESS", LOSS(4, x, z, NULL, out));
  driver.stream((void *)7);
  CHECK(LOSS(4, x, z, NULL, out) == WCE_ERROR_CUDA);
  OK(wce_cuda_loss_f32(4, x, z, NULL, NULL, (void *)7, out, message, CAPACITY));
  driver.stream(NULL);
  OK(wce_cuda_loss_f32(0, NULL, NULL, NULL, NULL, NULL, NULL, message, CAPACITY));
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) {
    /* Without a driver. */
    float x = 0;
    FAILS(WCE_ERROR_NO_CUDA, "no CUDA driver: libcuda.so.1 not found",
          wce_cuda_loss_f32(1, &x, &x, NULL, NULL, NULL, &x, message, CAPACITY));
    return failures != 0;
  }
  void *const library = loaded();
  *(void **)&driver.push = dlsym(library, "cuCtxPushCurrent_v2");
  *(void **)&driver.allocate = dlsym(library, "cuMemAlloc_v2");
  *(void **)&driver.fail = dlsym(library, "fake_cuda_fail");
  *(void **)&driver.stream = dlsym(library, "fake_cuda_stream");
  *(void **)&driver.context = dlsym(library, "cuDevicePrimaryCtxRetain");
  void *context = NULL;
  driver.context(&context, 0);
  driver.push(context);
  test_functions_f32();
  test_functions_f64();
  test_16_bit_types();
  test_errors();
  return failures != 0;
}
