// SPDX-License-Identifier: Apache-2.0
// Removes temporary files when the process is ended. In C, because a signal handler may call
// only functions that are async-signal-safe, and Swift promises that of none.
#ifndef WCE_TERMINATION_H
#define WCE_TERMINATION_H

#include <stdbool.h>
#include <stdint.h>

/// Registers a file that a signal is to remove. Call this before the file is created.
///
/// The result is the number of the entry, or -1 if the table is full or the path is too long; no
/// signal removes such a file.
int32_t wce_register_temporary_file(const char *path);

/// Frees an entry. Call this after the file has been renamed or removed. -1 is ignored.
void wce_forget_temporary_file(int32_t entry);

/// Removes the registered files and the terminal's line on standard error.
void wce_clean_up(void);

/// Makes every signal that ends a process remove the registered files first. A signal that is
/// ignored stays ignored. SIGPIPE and SIGXFSZ are ignored from now on, so that a write fails with
/// an error instead.
///
/// `erases_line` tells whether a signal also clears the terminal's line on standard error.
void wce_clean_up_on_signals(bool erases_line);

/// Removes the registered files and ends the process by the default action of a signal, even if
/// the signal is ignored or blocked.
void wce_end_by_signal(int number);

#endif
