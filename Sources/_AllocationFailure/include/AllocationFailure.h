// SPDX-License-Identifier: Apache-2.0
// Makes a failed allocation end the program like an error. Swift's runtime would abort with a
// stack trace. Not for a library, because it replaces the allocation functions of the C library:
// with the GNU C library only, and not under a sanitizer.
#pragma once

/// From now on an allocation that fails removes the temporary files, prints one line to standard
/// error and ends the program with the status 71 (EX_OSERR).
void wce_exit_on_allocation_failure(void);
