// SPDX-License-Identifier: Apache-2.0
// Gives Swift the version that the header of the C library defines.
#include "../../WeightedCrossEntropyCInterface/include/weighted_cross_entropy.h"
