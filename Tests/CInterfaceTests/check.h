// SPDX-License-Identifier: Apache-2.0
/* Code that the test programs share. Each program prints the checks that fail, and exits with a
 * status other than 0 if there are any. */
#include "weighted_cross_entropy.h"

#include <stdio.h>

static int failures = 0;

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (!(condition)) {                                                     \
      printf("line %d: %s (message: %s)\n", __LINE__, #condition, message); \
      failures++;                                                           \
    }                                                                       \
  } while (0)

/* Checks that the call succeeds. */
#define OK(call) CHECK((call) == WCE_OK)

enum { CAPACITY = 256 };
static char message[CAPACITY];

static inline wce_options weighted(double positive_weight) {
  wce_options options = WCE_OPTIONS_INIT;
  options.positive_weight = positive_weight;
  return options;
}
