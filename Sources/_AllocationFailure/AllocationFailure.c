// SPDX-License-Identifier: Apache-2.0
#include "AllocationFailure.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "Termination.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WCE_SANITIZED 1
#endif
#endif

static atomic_bool exits_on_failure;

void wce_exit_on_allocation_failure(void) { exits_on_failure = true; }

#if defined(__GLIBC__) && !defined(WCE_SANITIZED)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/// The result of an allocation; none for a size of 0 is not a failure.
static void *checked(void *memory, size_t size) {
  if (memory != NULL || size == 0 || !exits_on_failure) return memory;
  static atomic_flag is_reported = ATOMIC_FLAG_INIT;
  while (atomic_flag_test_and_set(&is_reported)) pause();  // Another thread ends the program.
  wce_clean_up();
  char line[80];
  int length = snprintf(line, sizeof line, "wce: not enough memory for another %zu bytes\n", size);
  if (write(STDERR_FILENO, line, (size_t)length) < 0) {
    // The failure cannot be reported anywhere.
  }
  _exit(EX_OSERR);
}

// Weak, so that a program can define its own.
#define REPLACEMENT __attribute__((weak))

REPLACEMENT void *malloc(size_t size) { return checked(__libc_malloc(size), size); }

REPLACEMENT void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) total = SIZE_MAX;
  return checked(__libc_calloc(count, size), total);
}

REPLACEMENT void *realloc(void *memory, size_t size) {
  return checked(__libc_realloc(memory, size), size);
}

REPLACEMENT int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = checked(__libc_memalign(alignment, size), size);
  if (memory == NULL && size > 0) return ENOMEM;
  *result = memory;
  return 0;
}

#endif
