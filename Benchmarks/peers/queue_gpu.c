// SPDX-License-Identifier: Apache-2.0
/* Prints the microseconds that a call on 1,024 elements of a GPU takes to be queued, from C: the
 * losses, and the mean with its gradient. compare_gpu.py compiles and runs it. */
#include "weighted_cross_entropy_cuda.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 1024, CALLS = 400, ROUNDS = 9 };

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  void *const driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (driver == NULL) return 1;
  int (*initialize)(unsigned), (*retain)(void **, int), (*push)(void *), (*synchronize)(void *);
  int (*allocate)(uint64_t *, size_t);
  *(void **)&initialize = dlsym(driver, "cuInit");
  *(void **)&retain = dlsym(driver, "cuDevicePrimaryCtxRetain");
  *(void **)&push = dlsym(driver, "cuCtxPushCurrent_v2");
  *(void **)&synchronize = dlsym(driver, "cuStreamSynchronize");
  *(void **)&allocate = dlsym(driver, "cuMemAlloc_v2");
  void *context;
  uint64_t addresses[4];
  if (initialize(0) || retain(&context, 0) || push(context)) return 1;
  for (int i = 0; i < 4; i++)
    if (allocate(&addresses[i], N * sizeof(float))) return 1;
  float *buffers[4];
  for (int i = 0; i < 4; i++) buffers[i] = (float *)(uintptr_t)addresses[i];
  wce_options options = WCE_OPTIONS_INIT;
  options.positive_weight = 3;
  for (int kind = 0; kind < 2; kind++) {
    double times[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      synchronize(NULL);
      const double start = microseconds();
      for (int call = 0; call < CALLS; call++) {
        char message[200];
        const wce_status status =
            kind == 0 ? wce_cuda_loss_f32(N, buffers[0], buffers[1], NULL, &options, NULL,
                                          buffers[2], message, sizeof message)
                      : wce_cuda_value_with_gradient_f32(
                            N, buffers[0], buffers[1], NULL, WCE_REDUCTION_MEAN, &options, NULL,
                            buffers[3], buffers[2], message, sizeof message);
        if (status != WCE_OK) {
          fprintf(stderr, "%s\n", message);
          return 1;
        }
      }
      times[round] = (microseconds() - start) / CALLS;
      synchronize(NULL);
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    printf("%g\n", times[ROUNDS / 2]);
  }
}
