// SPDX-License-Identifier: Apache-2.0
/**
 * The class-weighted logistic loss (weighted cross entropy with logits) and its derivatives.
 *
 * For a logit x, a target z and a positive weight q, with
 * softplus(x) = max(x, 0) + log(1 + e^-|x|):
 *
 *     loss                           (1 - z) softplus(x) + q z softplus(-x)
 *     gradient                       (1 - z) sigma(x) - q z sigma(-x)
 *     second derivative              ((1 - z) + q z) sigma(x) sigma(-x)
 *     target derivative              (1 - s) (q softplus(-x) - softplus(x))
 *     positive weight derivative     z softplus(-x)
 *
 * s is the label smoothing. If there are element weights, each result is multiplied by its weight.
 * A weight of 0 masks the element: its loss and derivatives are exactly 0, even if its logit or
 * target is NaN. Infinite logits give the limits. Results are within a few units in the last place
 * of the exact value, down to the smallest subnormal number.
 *
 * Buffers hold `count` elements in row-major order, of the type in the function's name. Neither
 * they nor the class weights are copied. An output may be the buffer of an input, with the same
 * address and the same number of elements. Any other overlap of an output with an input, the class
 * weights or another output is an error.
 *
 * No function aborts, prints or throws. Each returns a status. On an error it writes a message to
 * `message` and leaves the outputs unchanged. Null pointers, negative or overflowing sizes, and
 * numbers out of range are errors. The library cannot check that a buffer has `count` elements.
 *
 * All functions may be called from several threads at once. Calls on up to 65,536 elements run on
 * the calling thread and allocate nothing, except for an error message. Larger calls share the work
 * with threads of the library, which start on demand and stay: up to the number of processors that
 * the process may use. They block signals. If none can be started, the calling thread does all the
 * work. A child of fork starts its own. The library stays in memory after dlclose.
 *
 * After a call the floating-point status flags of the calling thread are the same as if it had done
 * all the work alone. FE_OVERFLOW is raised if a result overflows, and may be raised by a masked
 * element. Flags are never cleared. All threads use the rounding mode and the flush-to-zero mode of
 * the calling thread, so results do not depend on the number of threads in any mode.
 *
 * Link with -lweighted_cross_entropy.
 */
#ifndef WEIGHTED_CROSS_ENTROPY_H
#define WEIGHTED_CROSS_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/** The version of this library, the Swift package, the tool and the Python package. */
#define WCE_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this interface. A new major version may break programs that were compiled with an
    older header. */
#define WCE_INTERFACE_MAJOR 0
/** A new minor version may add functions or options. */
#define WCE_INTERFACE_MINOR 1

/** WCE_INTERFACE_MAJOR * 1000 + WCE_INTERFACE_MINOR of the loaded library. */
int32_t wce_interface_version(void);

/** The instruction set of the kernels: "baseline", "avx2" or "avx512"; "unavailable" if the
    environment variable WCE_INSTRUCTION_SET names one that this processor does not have. */
const char *wce_instruction_set(void);

/** The result of a call. */
typedef enum wce_status {
  WCE_OK = 0,
  /** A required pointer is null. */
  WCE_ERROR_NULL_POINTER = 1,
  /** A count, length, rank or struct size is negative, too large, or does not match the shape. */
  WCE_ERROR_SIZE = 2,
  /** A positive weight, the label smoothing, the threads or the reduction is out of range. */
  WCE_ERROR_ARGUMENT = 3,
  /** The class weights do not match the class axis of the shape. */
  WCE_ERROR_SHAPE = 4,
  /** A mean has no elements, or a weighted mean has no weights or a sum of weights that is not
      positive and finite. */
  WCE_ERROR_UNDEFINED_MEAN = 5,
  /** An output overlaps another buffer and is not the buffer of an input. */
  WCE_ERROR_OVERLAP = 6,
  /** WCE_INSTRUCTION_SET names an instruction set that this processor does not have. */
  WCE_ERROR_INSTRUCTION_SET = 7,
  /** There is no CUDA driver, or one that is too old. Only functions of
      weighted_cross_entropy_cuda.h return this and the next. */
  WCE_ERROR_NO_CUDA = 8,
  /** The CUDA driver failed. */
  WCE_ERROR_CUDA = 9,
  /** A column, a cell or the rows of a table are not valid. Only functions of
      weighted_cross_entropy_linear.h return this and the next. */
  WCE_ERROR_DATA = 10,
  /** An Arrow stream failed or is malformed. */
  WCE_ERROR_STREAM = 11,
  /** A fit has no optimum, or did not converge. */
  WCE_ERROR_FIT = 12,
  /** A text is not a model, or one of a later version. */
  WCE_ERROR_MODEL = 13,
  /** The progress function ended the call. */
  WCE_ERROR_CANCELLED = 14
} wce_status;

/** The reduction of the elementwise losses to one number. */
typedef enum wce_reduction {
  /** No reduction: one number for each element. */
  WCE_REDUCTION_NONE = 0,
  /** The sum. The sum of no elements is 0. */
  WCE_REDUCTION_SUM = 1,
  /** The sum divided by the number of elements, including masked ones. */
  WCE_REDUCTION_MEAN = 2,
  /** The sum divided by the sum of the element weights. */
  WCE_REDUCTION_WEIGHTED_MEAN = 3
} wce_reduction;

/** The options of a call. Initialise them with WCE_OPTIONS_INIT, so that options added by later
    versions have their defaults. */
typedef struct wce_options {
  /** sizeof(wce_options) when the caller was compiled. */
  int64_t struct_size;
  /** q for all elements: finite and at least 0. It is rounded to the type in the function's name
      and must still be finite. Ignored if there are class weights. */
  double positive_weight;
  /** s in [0, 1]: a target z counts as z (1 - s) + s / 2. It is rounded to the same type. */
  double label_smoothing;
  /** q for each class along `axis`: `class_count` numbers of the type in the function's name,
      floats for 16-bit types; or null. They are checked even if there are no elements. */
  const void *class_weights;
  int64_t class_count;
  /** The class axis. A negative axis counts from the end: -1 is the last. */
  int64_t axis;
  /** The length of each of the `rank` axes; null for one axis of length `count`. Only class weights
      need it. */
  const int64_t *shape;
  /** The number of axes, at most WCE_MAXIMUM_RANK. */
  int64_t rank;
  /** The maximum number of threads; 0 is the number of processors. */
  int64_t threads;
  /** The name of the operation in messages, in UTF-8; null or "" is "logistic_loss". Messages are
      one line: control characters in the name are escaped. */
  const char *name;
} wce_options;

#define WCE_MAXIMUM_RANK 64

/** A positive weight of 1, no smoothing, as many threads as processors. */
#define WCE_OPTIONS_INIT {(int64_t)sizeof(wce_options), 1.0, 0.0, NULL, 0, -1, NULL, 0, 0, NULL}

/*
 * The arguments of every function:
 *
 *   count     The number of elements, at least 0. A mean needs at least 1.
 *   logits    x
 *   targets   z, normally in [0, 1]; the formulas extend to other values.
 *   weights   The element weights, at least 0; null is 1 for all elements.
 *   options   Null is WCE_OPTIONS_INIT.
 *   message   A buffer for the error message, or null. The message ends with NUL and is cut to
 *             `capacity` bytes; it is empty if there is no error.
 *   capacity  The size of `message` in bytes.
 *
 * With a reduction, a derivative is that of the reduced loss: it is divided by the denominator.
 */

/** Writes the loss of each element. */
wce_status wce_loss_f32(int64_t count, const float *logits, const float *targets,
                        const float *weights, const wce_options *options, float *losses,
                        char *message, int64_t capacity);
wce_status wce_loss_f64(int64_t count, const double *logits, const double *targets,
                        const double *weights, const wce_options *options, double *losses,
                        char *message, int64_t capacity);

/** Writes the derivative in each logit. */
wce_status wce_gradient_f32(int64_t count, const float *logits, const float *targets,
                            const float *weights, wce_reduction reduction,
                            const wce_options *options, float *gradient, char *message,
                            int64_t capacity);
wce_status wce_gradient_f64(int64_t count, const double *logits, const double *targets,
                            const double *weights, wce_reduction reduction,
                            const wce_options *options, double *gradient, char *message,
                            int64_t capacity);

/** Writes the second derivative in each logit: the diagonal of the Hessian, whose other entries are
    zero. */
wce_status wce_second_derivative_f32(int64_t count, const float *logits, const float *targets,
                                     const float *weights, wce_reduction reduction,
                                     const wce_options *options, float *derivative, char *message,
                                     int64_t capacity);
wce_status wce_second_derivative_f64(int64_t count, const double *logits, const double *targets,
                                     const double *weights, wce_reduction reduction,
                                     const wce_options *options, double *derivative, char *message,
                                     int64_t capacity);

/** Writes the derivative in each target. */
wce_status wce_target_derivative_f32(int64_t count, const float *logits, const float *targets,
                                     const float *weights, wce_reduction reduction,
                                     const wce_options *options, float *derivative, char *message,
                                     int64_t capacity);
wce_status wce_target_derivative_f64(int64_t count, const double *logits, const double *targets,
                                     const double *weights, wce_reduction reduction,
                                     const wce_options *options, double *derivative, char *message,
                                     int64_t capacity);

/** Writes the derivative of each element in its positive weight. */
wce_status wce_positive_weight_derivative_f32(int64_t count, const float *logits,
                                              const float *targets, const float *weights,
                                              wce_reduction reduction, const wce_options *options,
                                              float *derivative, char *message, int64_t capacity);
wce_status wce_positive_weight_derivative_f64(int64_t count, const double *logits,
                                              const double *targets, const double *weights,
                                              wce_reduction reduction, const wce_options *options,
                                              double *derivative, char *message, int64_t capacity);

/** Writes the loss of each element and its derivative in the logit, in one pass over memory.
    `losses` must not overlap any other buffer. */
wce_status wce_loss_with_gradient_f32(int64_t count, const float *logits, const float *targets,
                                      const float *weights, const wce_options *options,
                                      float *losses, float *gradient, char *message,
                                      int64_t capacity);
wce_status wce_loss_with_gradient_f64(int64_t count, const double *logits, const double *targets,
                                      const double *weights, const wce_options *options,
                                      double *losses, double *gradient, char *message,
                                      int64_t capacity);

/**
 * Writes the reduced loss to `value`. The reduction must not be WCE_REDUCTION_NONE.
 *
 * The value has the same bits for any number of threads. It is within 1 unit in the last place of
 * the exact reduction of the losses if all have the same sign.
 */
wce_status wce_value_f32(int64_t count, const float *logits, const float *targets,
                         const float *weights, wce_reduction reduction, const wce_options *options,
                         float *value, char *message, int64_t capacity);
wce_status wce_value_f64(int64_t count, const double *logits, const double *targets,
                         const double *weights, wce_reduction reduction,
                         const wce_options *options, double *value, char *message,
                         int64_t capacity);

/** Writes the reduced loss and its derivative in each logit, in one pass over memory; in two passes
    if `gradient` is the buffer of an input. */
wce_status wce_value_with_gradient_f32(int64_t count, const float *logits, const float *targets,
                                       const float *weights, wce_reduction reduction,
                                       const wce_options *options, float *value, float *gradient,
                                       char *message, int64_t capacity);
wce_status wce_value_with_gradient_f64(int64_t count, const double *logits, const double *targets,
                                       const double *weights, wce_reduction reduction,
                                       const wce_options *options, double *value, double *gradient,
                                       char *message, int64_t capacity);

/*
 * The same functions on 16-bit elements, given as their bits: `_f16` is IEEE 754 binary16, `_bf16`
 * is bfloat16, the upper half of a float.
 *
 * Each element is widened to a float, which is exact. The result is that of the function on floats,
 * rounded once to nearest, ties to even; beyond the largest number it is infinite, with
 * FE_OVERFLOW. The value of a reduction is rounded once too, from the accurate sum and not from a
 * float. Class weights are floats. Elements are converted in blocks, so nothing is allocated. The
 * results have the same bits on AVX2, AVX-512 and NEON.
 */
wce_status wce_loss_f16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                        const uint16_t *weights, const wce_options *options, uint16_t *losses,
                        char *message, int64_t capacity);
wce_status wce_gradient_f16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                            const uint16_t *weights, wce_reduction reduction,
                            const wce_options *options, uint16_t *gradient, char *message,
                            int64_t capacity);
wce_status wce_second_derivative_f16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                                     const uint16_t *weights, wce_reduction reduction,
                                     const wce_options *options, uint16_t *derivative,
                                     char *message, int64_t capacity);
wce_status wce_target_derivative_f16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                                     const uint16_t *weights, wce_reduction reduction,
                                     const wce_options *options, uint16_t *derivative,
                                     char *message, int64_t capacity);
wce_status wce_positive_weight_derivative_f16(int64_t count, const uint16_t *logits,
                                              const uint16_t *targets, const uint16_t *weights,
                                              wce_reduction reduction, const wce_options *options,
                                              uint16_t *derivative, char *message,
                                              int64_t capacity);
wce_status wce_loss_with_gradient_f16(int64_t count, const uint16_t *logits,
                                      const uint16_t *targets, const uint16_t *weights,
                                      const wce_options *options, uint16_t *losses,
                                      uint16_t *gradient, char *message, int64_t capacity);
wce_status wce_value_f16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                         const uint16_t *weights, wce_reduction reduction,
                         const wce_options *options, uint16_t *value, char *message,
                         int64_t capacity);
wce_status wce_value_with_gradient_f16(int64_t count, const uint16_t *logits,
                                       const uint16_t *targets, const uint16_t *weights,
                                       wce_reduction reduction, const wce_options *options,
                                       uint16_t *value, uint16_t *gradient, char *message,
                                       int64_t capacity);

wce_status wce_loss_bf16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                         const uint16_t *weights, const wce_options *options, uint16_t *losses,
                         char *message, int64_t capacity);
wce_status wce_gradient_bf16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                             const uint16_t *weights, wce_reduction reduction,
                             const wce_options *options, uint16_t *gradient, char *message,
                             int64_t capacity);
wce_status wce_second_derivative_bf16(int64_t count, const uint16_t *logits,
                                      const uint16_t *targets, const uint16_t *weights,
                                      wce_reduction reduction, const wce_options *options,
                                      uint16_t *derivative, char *message, int64_t capacity);
wce_status wce_target_derivative_bf16(int64_t count, const uint16_t *logits,
                                      const uint16_t *targets, const uint16_t *weights,
                                      wce_reduction reduction, const wce_options *options,
                                      uint16_t *derivative, char *message, int64_t capacity);
wce_status wce_positive_weight_derivative_bf16(int64_t count, const uint16_t *logits,
                                               const uint16_t *targets, const uint16_t *weights,
                                               wce_reduction reduction, const wce_options *options,
                                               uint16_t *derivative, char *message,
                                               int64_t capacity);
wce_status wce_loss_with_gradient_bf16(int64_t count, const uint16_t *logits,
                                       const uint16_t *targets, const uint16_t *weights,
                                       const wce_options *options, uint16_t *losses,
                                       uint16_t *gradient, char *message, int64_t capacity);
wce_status wce_value_bf16(int64_t count, const uint16_t *logits, const uint16_t *targets,
                          const uint16_t *weights, wce_reduction reduction,
                          const wce_options *options, uint16_t *value, char *message,
                          int64_t capacity);
wce_status wce_value_with_gradient_bf16(int64_t count, const uint16_t *logits,
                                        const uint16_t *targets, const uint16_t *weights,
                                        wce_reduction reduction, const wce_options *options,
                                        uint16_t *value, uint16_t *gradient, char *message,
                                        int64_t capacity);

#ifdef __cplusplus
}
#endif

#endif
