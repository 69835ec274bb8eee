// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/// The bytes of Examples/digits.csv, valid as long as the program runs.
const unsigned char *_Nonnull example_data_bytes(void);

/// The number of bytes.
size_t example_data_byte_count(void);
