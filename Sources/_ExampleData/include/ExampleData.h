// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/// The bytes of Examples/digits.csv, which live as long as the program.
const unsigned char *_Nonnull example_data_bytes(void);

/// How many bytes there are.
size_t example_data_byte_count(void);
