// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/// The text of a PTX module of the kernels of GPUs, valid as long as the program runs. It does not
/// end with NUL. It is null if there is no module of the name.
const char *_Nullable cuda_module_text(const char *_Nonnull name, size_t *_Nonnull length);
