// SPDX-License-Identifier: Apache-2.0
/* Loads the library, calls it on two threads and unloads it, several times. Its threads keep
 * running, and no file descriptor stays open. */
#define _GNU_SOURCE
#include "check.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 300000 };
static float logits[COUNT], loss[COUNT];

static int descriptor_count(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) return 0;
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

int main(void) {
  int descriptors = 0;
  for (int i = 0; i < 1000; i++) {
    void *library = dlopen("libweighted_cross_entropy.so", RTLD_NOW);
    if (library == NULL) return printf("%s\n", dlerror()), 1;
    wce_status (*call)(int64_t, const float *, const float *, const float *, const wce_options *,
                       float *, char *, int64_t);
    void *symbol = dlsym(library, "wce_loss_f32");
    memcpy(&call, &symbol, sizeof call);
    wce_options options = weighted(3);
    options.threads = 2;
    CHECK(call(COUNT, logits, logits, NULL, &options, loss, message, CAPACITY) == WCE_OK);
    CHECK(dlclose(library) == 0);
    if (i == 0) descriptors = descriptor_count();
  }
  CHECK(descriptor_count() == descriptors);
  /* Long enough for a thread to run code that has been unloaded. */
  usleep(200000);
  return failures != 0;
}
