// SPDX-License-Identifier: Apache-2.0
// The example table, inside the program that links this: the tool then has it wherever its file is copied. This is C because
// Swift has no way to take a file's bytes into a constant: a resource bundle is a second file beside the program, and an array
// literal of this length takes the Swift compiler minutes.
#include "ExampleData.h"

// Clang has `#embed` in every mode of C, and remarks on it before C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bytes[] = {
#embed "../../Examples/digits.csv"
};

const unsigned char *example_data_bytes(void) { return bytes; }

size_t example_data_byte_count(void) { return sizeof bytes; }
