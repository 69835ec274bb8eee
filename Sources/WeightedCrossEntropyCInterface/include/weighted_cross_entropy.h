// SPDX-License-Identifier: Apache-2.0
/**
 * The weighted cross entropy with logits (the class-weighted logistic loss) and its derivatives, for C.
 *
 * For a logit x, a target z and a positive weight q (TensorFlow's pos_weight), with softplus(x) = max(x, 0) + log(1 + e^-|x|):
 *
 *     loss               (1 - z) softplus(x) + q z softplus(-x)
 *     gradient           (1 - z) sigma(x) - q z sigma(-x)              the derivative in x
 *     second derivative  ((1 - z) + q z) sigma(x) sigma(-x)            in x twice
 *
 * Every number is multiplied by its element weight where there are weights; a weight of 0 masks the element, whose loss and
 * derivatives are then exactly 0 even where its logit or target is NaN. Infinite logits give the limits. Results are within
 * a few units in the last place, down to the last subnormal.
 *
 * Buffers hold `count` elements each in row-major order, of the type in the function's name. An output may be an input's own
 * buffer: at the same address and with as many elements (in-place). Any other overlap of an output with an input, class
 * weights among them, or with another output, is an error.
 *
 * No function aborts, prints or throws. Each returns a status and, on an error, writes what was wrong to `message`; outputs
 * are then as they were. A null pointer, a negative or overflowing size, a number out of its range are all errors. Only the
 * caller can know that a buffer is as long as `count` says. All functions may be called from several threads at once.
 *
 * Buffers, class weights too, are used where they lie. Calls on up to 65,536 elements run on the calling thread and allocate
 * nothing, unless to say what was wrong; calls on more allocate nothing but what threads need.
 *
 * The caller's floating-point status flags are as if one thread had done all: FE_OVERFLOW is raised where a result overflows
 * to infinity from finite numbers, and may be by an element that a weight of 0 masks. Flags are never cleared.
 *
 * Link with -lweighted_cross_entropy.
 */
#ifndef WEIGHTED_CROSS_ENTROPY_H
#define WEIGHTED_CROSS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/** The version of the software: of this library, the Swift package, the tool and the Python package. */
#define WCE_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this interface. The major number changes when a program compiled against an older header would break. */
#define WCE_INTERFACE_MAJOR 1
/** Grows when functions or options are added. */
#define WCE_INTERFACE_MINOR 0

/** WCE_INTERFACE_MAJOR * 1000 + WCE_INTERFACE_MINOR of the library that is loaded. */
int32_t wce_interface_version(void);

/** The instruction set of the library's kernels on this processor: "baseline", "avx2" or "avx512"; "unavailable"
    where the environment variable WCE_INSTRUCTION_SET asks for another. */
const char *wce_instruction_set(void);

/** What a call returns. */
typedef enum wce_status {
  WCE_OK = 0,
  /** A pointer is null that must not be. */
  WCE_ERROR_NULL_POINTER = 1,
  /** A count, length, rank or struct size is negative, too large or not what the shape says. */
  WCE_ERROR_SIZE = 2,
  /** A positive weight, the label smoothing, the threads or the reduction is out of range. */
  WCE_ERROR_ARGUMENT = 3,
  /** The class weights do not fit the axis and the shape. */
  WCE_ERROR_SHAPE = 4,
  /** The mean of no elements, or a weighted mean without weights whose sum is positive and finite. */
  WCE_ERROR_UNDEFINED_MEAN = 5,
  /** An output overlaps another buffer and is not an input's own. */
  WCE_ERROR_OVERLAP = 6,
  /** The environment variable WCE_INSTRUCTION_SET asks for what this processor does not have. */
  WCE_ERROR_INSTRUCTION_SET = 7
} wce_status;

/** How the losses become one number. */
typedef enum wce_reduction {
  /** They do not: a number for each element. */
  WCE_REDUCTION_NONE = 0,
  /** The sum. The sum of nothing is 0. */
  WCE_REDUCTION_SUM = 1,
  /** The sum divided by the number of elements, masked ones included. The mean of nothing is an error. */
  WCE_REDUCTION_MEAN = 2,
  /** The sum divided by the sum of the element weights. */
  WCE_REDUCTION_WEIGHTED_MEAN = 3
} wce_reduction;

/** What may be chosen. Start from WCE_OPTIONS_INIT, so that options of later versions have their defaults. */
typedef struct wce_options {
  /** sizeof(wce_options) as the caller knows it. */
  int64_t struct_size;
  /** q for every element: at least 0 and finite, in the type in the function's name too, to which it is rounded. Ignored where
      there are class weights. */
  double positive_weight;
  /** A target z counts as z (1 - s) + s / 2; in [0, 1], then rounded to that type. */
  double label_smoothing;
  /** q for each class along `axis`, `class_count` numbers of the type in the function's name; or null. They are read where
      they lie, and checked where there are no elements too. */
  const void *class_weights;
  int64_t class_count;
  /** The class axis, from 0, or from the end where it is negative: -1 is the last. */
  int64_t axis;
  /** The length of each of the `rank` axes, or null for the one axis [count]. Matters only for class weights. */
  const int64_t *shape;
  /** At most WCE_MAXIMUM_RANK. */
  int64_t rank;
  /** The most threads a call may use; 0 is as many as there are processors. */
  int64_t threads;
  /** What messages call the operation, UTF-8; null or "" is "logistic_loss". */
  const char *name;
} wce_options;

#define WCE_MAXIMUM_RANK 64

/** One positive weight of 1, no smoothing, all processors. */
#define WCE_OPTIONS_INIT {(int64_t)sizeof(wce_options), 1.0, 0.0, NULL, 0, -1, NULL, 0, 0, NULL}

/*
 * Arguments that every function has:
 *
 *   count     the number of elements of each buffer, at least 0; 0 is no error but for a mean
 *   logits    x
 *   targets   z, meant to lie in [0, 1]; the formula extends beyond
 *   weights   the element weights, at least 0; or null for 1
 *   options   or null for WCE_OPTIONS_INIT
 *   message   where to write what was wrong, ending in NUL and cut to `capacity` bytes; an empty string on success.
 *   capacity  Null or 0 if not wanted.
 *
 * With a reduction, derivatives are those of the reduced loss: divided by its denominator.
 */

/** Writes the loss of each element. */
wce_status wce_loss_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                        const wce_options *options, float *losses, char *message, int64_t capacity);
wce_status wce_loss_f64(int64_t count, const double *logits, const double *targets, const double *weights,
                        const wce_options *options, double *losses, char *message, int64_t capacity);

/** Writes the derivative in each logit, of the elementwise loss or of a reduction. */
wce_status wce_gradient_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                            wce_reduction reduction, const wce_options *options, float *gradient,
                            char *message, int64_t capacity);
wce_status wce_gradient_f64(int64_t count, const double *logits, const double *targets, const double *weights,
                            wce_reduction reduction, const wce_options *options, double *gradient,
                            char *message, int64_t capacity);

/** Writes the second derivative in each logit: the diagonal of the Hessian, which has nothing off it. */
wce_status wce_second_derivative_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                                     wce_reduction reduction, const wce_options *options, float *derivative,
                                     char *message, int64_t capacity);
wce_status wce_second_derivative_f64(int64_t count, const double *logits, const double *targets,
                                     const double *weights, wce_reduction reduction, const wce_options *options,
                                     double *derivative, char *message, int64_t capacity);

/** Writes the derivative in each target: (1 - s) (q softplus(-x) - softplus(x)). */
wce_status wce_target_derivative_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                                     wce_reduction reduction, const wce_options *options, float *derivative,
                                     char *message, int64_t capacity);
wce_status wce_target_derivative_f64(int64_t count, const double *logits, const double *targets,
                                     const double *weights, wce_reduction reduction, const wce_options *options,
                                     double *derivative, char *message, int64_t capacity);

/** Writes each element's derivative in its positive weight: z softplus(-x). */
wce_status wce_positive_weight_derivative_f32(int64_t count, const float *logits, const float *targets,
                                              const float *weights, wce_reduction reduction,
                                              const wce_options *options, float *derivative,
                                              char *message, int64_t capacity);
wce_status wce_positive_weight_derivative_f64(int64_t count, const double *logits, const double *targets,
                                              const double *weights, wce_reduction reduction,
                                              const wce_options *options, double *derivative,
                                              char *message, int64_t capacity);

/** Writes each element's loss and its derivative in the logit, in one pass. `losses` must overlap no other buffer. */
wce_status wce_loss_with_gradient_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                                      const wce_options *options, float *losses, float *gradient,
                                      char *message, int64_t capacity);
wce_status wce_loss_with_gradient_f64(int64_t count, const double *logits, const double *targets,
                                      const double *weights, const wce_options *options, double *losses,
                                      double *gradient, char *message, int64_t capacity);

/**
 * Writes the reduced loss to `value` and, where `gradient` is not null, its derivative in each logit there, in the same
 * pass (in two passes where `gradient` is an input's buffer). The reduction must not be WCE_REDUCTION_NONE.
 *
 * The value is the same bits for any number of threads, and within 1 unit in the last place of the exact sum of the terms.
 */
wce_status wce_reduce_f32(int64_t count, const float *logits, const float *targets, const float *weights,
                          wce_reduction reduction, const wce_options *options, float *value, float *gradient,
                          char *message, int64_t capacity);
wce_status wce_reduce_f64(int64_t count, const double *logits, const double *targets, const double *weights,
                          wce_reduction reduction, const wce_options *options, double *value, double *gradient,
                          char *message, int64_t capacity);

#ifdef __cplusplus
}
#endif

#endif
