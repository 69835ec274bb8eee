// SPDX-License-Identifier: Apache-2.0
// Requests to valgrind's callgrind. C, because they are macros of inline assembly. Without
// valgrind's headers the package still builds, and callgrind_is_running is false.
#ifndef WCE_CALLGRIND_H
#define WCE_CALLGRIND_H

#include <stdbool.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>

/// Whether the program runs under valgrind.
static inline bool callgrind_is_running(void) { return RUNNING_ON_VALGRIND != 0; }
/// Writes the counts since the last time under a name.
static inline void callgrind_record(const char *name) { CALLGRIND_DUMP_STATS_AT(name); }
#else
static inline bool callgrind_is_running(void) { return false; }
static inline void callgrind_record(const char *name) { (void)name; }
#endif

#endif
