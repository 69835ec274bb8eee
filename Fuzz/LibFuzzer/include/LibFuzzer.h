// SPDX-License-Identifier: Apache-2.0
// libFuzzer has no header.
#include <stddef.h>
#include <stdint.h>

/// Calls `test` with inputs until the options in `argv` end the run. Returns the exit code.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *bytes, size_t count));
