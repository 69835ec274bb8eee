// SPDX-License-Identifier: Apache-2.0
/* One operation on the memory of a framework's arrays, for every framework. */
#ifndef WCE_FRAMEWORKS_H
#define WCE_FRAMEWORKS_H

#include <stdbool.h>
#include <stdint.h>

#include "_operations.h"
#include "weighted_cross_entropy_cuda.h"

enum { MESSAGE_CAPACITY = 512 };

/* The arrays are row-major and of one type. */
typedef struct {
  bool is_double;
  /* Whether `gradient` is written too. */
  bool with_gradient;
  /* One value for each element, or one for the elements of each index of the first `batch` axes. */
  wce_reduction reduction;
  int64_t batch;
  int64_t rank;
  const int64_t *shape;
  const void *targets, *logits;
  /* Null, or of the shape. */
  const void *weights;
  /* As many axes as the logits have, each of their length or of length 1. */
  const void *pos_weight;
  const int64_t *pos_weight_shape;
  double label_smoothing;
  int64_t threads;
  const char *name;
  void *out, *gradient;
  /* On a GPU: the operation, the type of the elements, the positive weight if `pos_weight` is null,
     and the stream. */
  enum operation operation;
  wce_cuda_type type;
  double factor;
  wce_cuda_stream stream;
} framework_call;

/* The number of elements, or -1 if the call is not one that `framework_compute` takes. */
int64_t framework_count(const framework_call *call);

/* Computes a call that `framework_count` took, with the conventions of the frameworks: the mean of
   no elements is NaN, and a positive weight that the library refuses is a number like others. */
wce_status framework_compute(const framework_call *call, char *message);

/* Queues a call that `framework_count` took, on the memory of a GPU. The positive weights vary
   along one axis at most, and have the type of the arithmetic. */
wce_status cuda_compute(const framework_call *call, char *message);

#endif
