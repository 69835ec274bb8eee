// SPDX-License-Identifier: Apache-2.0
// The compiler checks every `@implementation` against these headers.
#include "include/weighted_cross_entropy_cuda.h"
#include "include/weighted_cross_entropy_linear.h"
