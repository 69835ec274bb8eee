// SPDX-License-Identifier: Apache-2.0
/**
 * The loss and its derivatives in the memory of an NVIDIA GPU.
 *
 * The functions correspond to those of weighted_cross_entropy.h, and give the same bits as these
 * with AVX2, AVX-512 or NEON. The differences:
 *
 * - Buffers are addresses in the memory of one GPU. Its primary context is used, which is also that
 *   of the CUDA runtime. `value` is one element there.
 * - Calls queue the work on `stream` and return; nothing waits. Buffers must exist until the work
 *   has finished. All functions may be called from several threads at once.
 * - A function whose name has no type takes the type of the elements. The arithmetic of the 16-bit
 *   types is that of float, and each result is rounded once.
 * - `class_weights` has the type of the arithmetic: float, or double for doubles. It is memory of
 *   the same GPU, or of the host, from where it is copied before the call returns. Weights of the
 *   host cannot be captured in a graph.
 * - The values on the GPU are not checked. If the sum of the weights is not positive and finite, a
 *   weighted mean and its derivatives are NaN or infinite. `threads` is ignored.
 * - If a call returns an error, a part of the work may be queued: its outputs are unspecified. An
 *   error of the driver may be that of earlier work.
 * - Floating-point status flags are not raised. A call has at most 2^40 elements.
 *
 * The library opens the driver, libcuda.so.1 of CUDA 11.2 or later, at the first call. It needs
 * nothing else of CUDA. The driver compiles each kernel at its first use.
 */
#ifndef WEIGHTED_CROSS_ENTROPY_CUDA_H
#define WEIGHTED_CROSS_ENTROPY_CUDA_H

#include "weighted_cross_entropy.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The type of the elements in memory. */
typedef enum wce_cuda_type {
  WCE_CUDA_F32 = 0,
  WCE_CUDA_F64 = 1,
  /** IEEE 754 binary16: `__half`. */
  WCE_CUDA_F16 = 2,
  /** The upper half of a float: `__nv_bfloat16`. */
  WCE_CUDA_BF16 = 3
} wce_cuda_type;

/** A `CUstream` or `cudaStream_t`; null is the default stream. */
typedef void *wce_cuda_stream;

/** Writes the loss of each element. */
wce_status wce_cuda_loss(wce_cuda_type type, int64_t count, const void *logits,
                         const void *targets, const void *weights, const wce_options *options,
                         wce_cuda_stream stream, void *losses, char *message, int64_t capacity);

/** Writes the derivative in each logit. */
wce_status wce_cuda_gradient(wce_cuda_type type, int64_t count, const void *logits,
                             const void *targets, const void *weights, wce_reduction reduction,
                             const wce_options *options, wce_cuda_stream stream, void *gradient,
                             char *message, int64_t capacity);

/** Writes the second derivative in each logit. */
wce_status wce_cuda_second_derivative(wce_cuda_type type, int64_t count, const void *logits,
                                      const void *targets, const void *weights,
                                      wce_reduction reduction, const wce_options *options,
                                      wce_cuda_stream stream, void *derivative, char *message,
                                      int64_t capacity);

/** Writes the derivative in each target. */
wce_status wce_cuda_target_derivative(wce_cuda_type type, int64_t count, const void *logits,
                                      const void *targets, const void *weights,
                                      wce_reduction reduction, const wce_options *options,
                                      wce_cuda_stream stream, void *derivative, char *message,
                                      int64_t capacity);

/** Writes the derivative of each element in its positive weight. */
wce_status wce_cuda_positive_weight_derivative(wce_cuda_type type, int64_t count,
                                               const void *logits, const void *targets,
                                               const void *weights, wce_reduction reduction,
                                               const wce_options *options, wce_cuda_stream stream,
                                               void *derivative, char *message, int64_t capacity);

/** Writes the loss of each element and its derivative in the logit, in one pass over memory. */
wce_status wce_cuda_loss_with_gradient(wce_cuda_type type, int64_t count, const void *logits,
                                       const void *targets, const void *weights,
                                       const wce_options *options, wce_cuda_stream stream,
                                       void *losses, void *gradient, char *message,
                                       int64_t capacity);

/** Writes the reduced loss to the one element of `value`. */
wce_status wce_cuda_value(wce_cuda_type type, int64_t count, const void *logits,
                          const void *targets, const void *weights, wce_reduction reduction,
                          const wce_options *options, wce_cuda_stream stream, void *value,
                          char *message, int64_t capacity);

/** Writes the reduced loss to the one element of `value`, and its derivative in each logit, in one
    pass over memory; in two passes if `gradient` is the buffer of an input. */
wce_status wce_cuda_value_with_gradient(wce_cuda_type type, int64_t count, const void *logits,
                                        const void *targets, const void *weights,
                                        wce_reduction reduction, const wce_options *options,
                                        wce_cuda_stream stream, void *value, void *gradient,
                                        char *message, int64_t capacity);

/*
 * The same functions for each type: wce_cuda_loss_f32 and so on. The elements of `_f16` and `_bf16`
 * are their bits, uint16_t.
 */
#define WCE_CUDA_ARGUMENTS(element)                                                               \
  int64_t count, const element *logits, const element *targets, const element *weights
#define WCE_CUDA_DERIVATIVE(quantity, suffix, element, type)                                      \
  static inline wce_status wce_cuda_##quantity##_##suffix(                                        \
      WCE_CUDA_ARGUMENTS(element), wce_reduction reduction, const wce_options *options,           \
      wce_cuda_stream stream, element *output, char *message, int64_t capacity) {                 \
    return wce_cuda_##quantity(type, count, logits, targets, weights, reduction, options, stream, \
                               output, message, capacity);                                        \
  }
#define WCE_CUDA_FUNCTIONS(suffix, element, type)                                                 \
  static inline wce_status wce_cuda_loss_##suffix(                                                \
      WCE_CUDA_ARGUMENTS(element), const wce_options *options, wce_cuda_stream stream,            \
      element *losses, char *message, int64_t capacity) {                                         \
    return wce_cuda_loss(type, count, logits, targets, weights, options, stream, losses, message, \
                         capacity);                                                               \
  }                                                                                               \
  WCE_CUDA_DERIVATIVE(gradient, suffix, element, type)                                            \
  WCE_CUDA_DERIVATIVE(second_derivative, suffix, element, type)                                   \
  WCE_CUDA_DERIVATIVE(target_derivative, suffix, element, type)                                   \
  WCE_CUDA_DERIVATIVE(positive_weight_derivative, suffix, element, type)                          \
  static inline wce_status wce_cuda_loss_with_gradient_##suffix(                                  \
      WCE_CUDA_ARGUMENTS(element), const wce_options *options, wce_cuda_stream stream,            \
      element *losses, element *gradient, char *message, int64_t capacity) {                      \
    return wce_cuda_loss_with_gradient(type, count, logits, targets, weights, options, stream,    \
                                       losses, gradient, message, capacity);                      \
  }                                                                                               \
  WCE_CUDA_DERIVATIVE(value, suffix, element, type)                                               \
  static inline wce_status wce_cuda_value_with_gradient_##suffix(                                 \
      WCE_CUDA_ARGUMENTS(element), wce_reduction reduction, const wce_options *options,           \
      wce_cuda_stream stream, element *value, element *gradient, char *message,                   \
      int64_t capacity) {                                                                         \
    return wce_cuda_value_with_gradient(type, count, logits, targets, weights, reduction,         \
                                        options, stream, value, gradient, message, capacity);     \
  }
WCE_CUDA_FUNCTIONS(f32, float, WCE_CUDA_F32)
WCE_CUDA_FUNCTIONS(f64, double, WCE_CUDA_F64)
WCE_CUDA_FUNCTIONS(f16, uint16_t, WCE_CUDA_F16)
WCE_CUDA_FUNCTIONS(bf16, uint16_t, WCE_CUDA_BF16)
#undef WCE_CUDA_FUNCTIONS
#undef WCE_CUDA_DERIVATIVE
#undef WCE_CUDA_ARGUMENTS

#ifdef __cplusplus
}
#endif

#endif
