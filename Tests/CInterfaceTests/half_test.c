// SPDX-License-Identifier: Apache-2.0
/* The functions on float16 and bfloat16 elements, for all numbers of these types: each result is
   that of the function on floats, rounded once. */
#include "check.h"

#include <fenv.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALL = 1 << 16 };

/* The number with these bits, by the definition of the formats. */
static double number(uint16_t bits, int fraction_bits) {
  const int exponent_bits = 15 - fraction_bits, bias = (1 << (exponent_bits - 1)) - 1;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
  double magnitude = exponent == 0
                         ? ldexp(fraction, 1 - bias - fraction_bits)
                         : ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
  if (exponent == (1 << exponent_bits) - 1) magnitude = fraction == 0 ? INFINITY : NAN;
  return bits >> 15 ? -magnitude : magnitude;
}

/* Whether the bits are those of the number nearest to a result, ties to even. */
static bool is_nearest(uint16_t bits, double result, int fraction_bits) {
  const uint16_t infinity = (uint16_t)(0x7FFF << fraction_bits) & 0x7FFF;
  const uint16_t magnitude = bits & 0x7FFF;
  if (isnan(result)) return magnitude > infinity;
  if (magnitude > infinity || (bits >> 15 != 0) != (signbit(result) != 0)) return false;
  const double x = fabs(result), here = number(magnitude, fraction_bits);
  if (isinf(x) || x == here) return x == here;
  /* Halfway to the neighbours; beyond the largest number, to the next power of two. */
  const double largest = number(infinity - 1, fraction_bits);
  const double below = number(magnitude == 0 ? 0 : magnitude - 1, fraction_bits);
  const double next = largest + (largest - number(infinity - 2, fraction_bits));
  const double low = magnitude == infinity ? (largest + next) / 2 : (below + here) / 2;
  const double high = magnitude == infinity ? INFINITY
                      : magnitude == infinity - 1
                          ? (largest + next) / 2
                          : (here + number(magnitude + 1, fraction_bits)) / 2;
  return magnitude & 1 ? x > low && x < high : x >= low && x <= high;
}

#define TEST(TYPE, FRACTION_BITS)                                                               \
  static void test_##TYPE(void) {                                                               \
    static uint16_t x[ALL], z[ALL], w[ALL], out[ALL], gradient[ALL];                            \
    static float xs[ALL], zs[ALL], ws[ALL], outs[ALL], gradients[ALL];                          \
    static const uint16_t one = (uint16_t)(0x3FFF << FRACTION_BITS) & 0x3FFF;                   \
    wce_options options = weighted(3);                                                          \
    static const float classes[2] = {.3f, 5};                                                   \
    static const int64_t shape[2] = {ALL / 2, 2};                                               \
    for (int trial = 0; trial < 3; trial++) {                                                   \
      const uint16_t *weights = NULL;                                                           \
      const float *wide_weights = NULL;                                                         \
      for (int i = 0; i < ALL; i++) {                                                           \
        x[i] = (uint16_t)i, z[i] = trial == 0 ? 0 : trial == 1 ? one : (uint16_t)(i * 40503u);  \
        w[i] = (uint16_t)(i * 30011u) & 0x7FFF;                                                 \
        xs[i] = (float)number(x[i], FRACTION_BITS), zs[i] = (float)number(z[i], FRACTION_BITS); \
        ws[i] = (float)number(w[i], FRACTION_BITS);                                             \
      }                                                                                         \
      if (trial == 2) {                                                                         \
        weights = w, wide_weights = ws, options.label_smoothing = .1;                           \
        options.class_weights = classes, options.class_count = 2, options.axis = -1;            \
        options.shape = shape, options.rank = 2;                                                \
      }                                                                                         \
      ELEMENTWISE(wce_loss, TYPE, FRACTION_BITS, )                                              \
      ELEMENTWISE(wce_gradient, TYPE, FRACTION_BITS, WCE_REDUCTION_MEAN COMMA)                  \
      ELEMENTWISE(wce_second_derivative, TYPE, FRACTION_BITS, WCE_REDUCTION_NONE COMMA)         \
      ELEMENTWISE(wce_target_derivative, TYPE, FRACTION_BITS, WCE_REDUCTION_NONE COMMA)         \
      ELEMENTWISE(wce_positive_weight_derivative, TYPE, FRACTION_BITS, WCE_REDUCTION_SUM COMMA) \
      OK(wce_loss_with_gradient_##TYPE(ALL, x, z, weights, &options, out, gradient, message,    \
                                       CAPACITY));                                              \
      OK(wce_loss_with_gradient_f32(ALL, xs, zs, wide_weights, &options, outs, gradients,       \
                                    message, CAPACITY));                                        \
      check_all(out, outs, FRACTION_BITS), check_all(gradient, gradients, FRACTION_BITS);       \
    }                                                                                           \
    /* A reduction is rounded once, from the sum in more digits than a float's. */              \
    options = weighted(3);                                                                      \
    for (int i = 0; i < ALL; i += 64) {                                                         \
      uint16_t value, value_too, part[64];                                                      \
      float losses[64], slopes[64];                                                             \
      double sum = 0;                                                                           \
      OK(wce_loss_f32(64, xs + i, zs, NULL, &options, losses, message, CAPACITY));              \
      for (int j = 0; j < 64; j++) sum += losses[j];                                            \
      if (!isfinite(sum)) continue;                                                             \
      OK(wce_value_##TYPE(64, x + i, z, NULL, WCE_REDUCTION_MEAN, &options, &value, message,    \
                          CAPACITY));                                                           \
      OK(wce_value_with_gradient_##TYPE(64, x + i, z, NULL, WCE_REDUCTION_MEAN, &options,       \
                                        &value_too, part, message, CAPACITY));                  \
      OK(wce_gradient_f32(64, xs + i, zs, NULL, WCE_REDUCTION_MEAN, &options, slopes, message,  \
                          CAPACITY));                                                           \
      CHECK(value == value_too && is_nearest(value, sum / 64, FRACTION_BITS));                  \
      for (int j = 0; j < 64; j++) CHECK(is_nearest(part[j], slopes[j], FRACTION_BITS));        \
    }                                                                                           \
    /* In place, and overlapping. */                                                            \
    OK(wce_loss_##TYPE(ALL, x, z, NULL, NULL, out, message, CAPACITY));                         \
    OK(wce_loss_##TYPE(ALL, x, z, NULL, NULL, x, message, CAPACITY));                           \
    CHECK(memcmp(x, out, sizeof x) == 0);                                                       \
    CHECK(wce_loss_##TYPE(ALL - 1, x, z, NULL, NULL, x + 1, message, CAPACITY) ==               \
          WCE_ERROR_OVERLAP);                                                                   \
    CHECK(wce_loss_##TYPE(1, NULL, z, NULL, NULL, x, message, CAPACITY) ==                      \
          WCE_ERROR_NULL_POINTER);                                                              \
    OK(wce_loss_##TYPE(0, NULL, NULL, NULL, NULL, NULL, message, CAPACITY));                    \
    /* A finite result that is rounded to infinity raises the flag; an infinite logit does not. */\
    const uint16_t infinity = (uint16_t)(0x7FFF << FRACTION_BITS) & 0x7FFF;                     \
    for (int distance = 0; distance < 2; distance++)                                            \
      for (int reduces = 0; reduces < 2; reduces++) {                                           \
        const uint16_t logit = 0x8000 | (uint16_t)(infinity - distance), target = one;          \
        uint16_t result = 0;                                                                    \
        options = weighted(1.003);                                                              \
        feclearexcept(FE_ALL_EXCEPT);                                                           \
        OK(reduces ? wce_value_##TYPE(1, &logit, &target, NULL, WCE_REDUCTION_SUM, &options,    \
                                      &result, message, CAPACITY)                               \
                   : wce_loss_##TYPE(1, &logit, &target, NULL, &options, &result, message,      \
                                     CAPACITY));                                                \
        CHECK(result == infinity && (fetestexcept(FE_OVERFLOW) != 0) == (distance == 1));       \
      }                                                                                         \
  }

#define COMMA ,

#define ELEMENTWISE(FUNCTION, TYPE, FRACTION_BITS, REDUCTION)                                   \
  OK(FUNCTION##_##TYPE(ALL, x, z, weights, REDUCTION &options, out, message, CAPACITY));        \
  OK(FUNCTION##_f32(ALL, xs, zs, wide_weights, REDUCTION &options, outs, message, CAPACITY));   \
  check_all(out, outs, FRACTION_BITS);

static void check_all(const uint16_t *results, const float *expected, int fraction_bits) {
  int wrong = 0;
  for (int i = 0; i < ALL; i++) wrong += !is_nearest(results[i], expected[i], fraction_bits);
  CHECK(wrong == 0);
}

TEST(f16, 10)
TEST(bf16, 7)

int main(void) {
  test_f16();
  test_bf16();
  return failures != 0;
}
