// SPDX-License-Identifier: Apache-2.0
// The PTX modules, which Utilities/build-gpu-kernels writes one after another into one file. Each
// begins with a line that names it.
#include "CUDAModules.h"

#include <stdbool.h>
#include <string.h>

// Clang supports `#embed` in every mode of C, with a warning before C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char modules[] = {
#embed "modules.ptx"
    , 0};
static const char mark[] = "// module ";

const char *cuda_module_text(const char *name, size_t *length) {
  const size_t size = strlen(name);
  for (const char *text = strstr(modules, mark); text != NULL;) {
    text += sizeof mark - 1;
    const bool is_found = strncmp(text, name, size) == 0 && text[size] == '\n';
    const char *const next = strstr(text, mark);
    if (is_found) {
      text += size;
      *length = (next != NULL ? next : modules + sizeof modules - 1) - text;
      return text;
    }
    text = next;
  }
  return NULL;
}
