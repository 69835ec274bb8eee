// SPDX-License-Identifier: Apache-2.0
#include "Termination.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WCE_LEAVES_FAULTS_TO_SANITIZER 1
#endif
#endif

enum { unused, reserved, registered };

// A fixed table: the handler may run while any other code holds the lock of the allocator.
static struct {
  atomic_int state;
  char path[4096];
} entries[64];
static const int32_t entry_count = sizeof entries / sizeof entries[0];

static volatile sig_atomic_t erases_terminal_line;

int32_t wce_register_temporary_file(const char *path) {
  size_t size = strlen(path) + 1;
  if (size > sizeof entries[0].path) return -1;
  for (int32_t entry = 0; entry < entry_count; entry++) {
    int expected = unused;
    if (atomic_compare_exchange_strong(&entries[entry].state, &expected, reserved)) {
      memcpy(entries[entry].path, path, size);
      atomic_store(&entries[entry].state, registered);
      return entry;
    }
  }
  return -1;
}

void wce_forget_temporary_file(int32_t entry) {
  if (entry >= 0) atomic_store(&entries[entry].state, unused);
}

void wce_clean_up(void) {
  for (int32_t entry = 0; entry < entry_count; entry++) {
    if (atomic_load(&entries[entry].state) == registered) unlink(entries[entry].path);
  }
  static const char erasure[] = "\r\033[K";
  if (erases_terminal_line && write(STDERR_FILENO, erasure, sizeof erasure - 1) < 0) {
    // The terminal is gone, and so is its line.
  }
}

void wce_end_by_signal(int number) {
  wce_clean_up();
  signal(number, SIG_DFL);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  sigaddset(&unblocked, number);
  sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
  raise(number);
  _exit(128 + number);
}

/// Whether the default action of a signal ends the process and a handler can run before.
static bool can_be_handled(int number) {
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
#ifdef SIGINFO
    case SIGINFO:
#endif
      return false;
#ifdef WCE_LEAVES_FAULTS_TO_SANITIZER
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
    case SIGABRT:
      return false;
#endif
    default:
      return true;
  }
}

void wce_clean_up_on_signals(bool erases_line) {
  erases_terminal_line = erases_line;
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (!can_be_handled(number) || sigaction(number, NULL, &action) != 0) continue;
    if (!(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN) continue;
    memset(&action, 0, sizeof action);
    // No other signal interrupts the handler.
    sigfillset(&action.sa_mask);
    bool is_error = number == SIGPIPE || number == SIGXFSZ;
    action.sa_handler = is_error ? SIG_IGN : wce_end_by_signal;
    sigaction(number, &action, NULL);
  }
}
