// SPDX-License-Identifier: Apache-2.0
// Counts calls of malloc and related functions by replacing the C library's. In C, because a
// replacement in Swift would itself allocate.
#ifndef WCE_ALLOCATION_COUNTER_H
#define WCE_ALLOCATION_COUNTER_H

#include <stdbool.h>

/// Whether calls are counted: on Linux with the GNU C library, without a sanitizer that
/// replaces malloc itself.
bool wce_counts_allocations(void);

/// The number of calls on this thread that asked for memory, since it started.
unsigned long wce_allocation_count(void);

/// The bytes that all threads of the process have asked for.
unsigned long wce_allocated_bytes(void);

#endif
