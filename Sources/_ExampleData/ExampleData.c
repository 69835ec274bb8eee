// SPDX-License-Identifier: Apache-2.0
// The example table, compiled into the tool so that the tool stays a single file. This is C, since
// Swift cannot embed a file: a resource bundle is a second file, and an array literal of this
// length takes the compiler minutes.
#include "ExampleData.h"

// Clang supports `#embed` in every mode of C, with a warning before C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bytes[] = {
#embed "../../Examples/digits.csv"
};

const unsigned char *example_data_bytes(void) { return bytes; }

size_t example_data_byte_count(void) { return sizeof bytes; }
