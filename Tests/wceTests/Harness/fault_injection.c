// SPDX-License-Identifier: Apache-2.0
// A library for LD_PRELOAD that observes the system calls of the tool and lets one of them fail.
//
//     FAULT_LOG=FILE            appends the name of each call, one a line
//     FAULT=NAME:NUMBER:ERROR   the call of this number, from 1, of this function, or of any for *,
//                               fails once with this errno; if it is 0, one byte is transferred;
//                               if it is -N, signal N is sent before the call
//     FAULT_NAMED=1             as on a file system that cannot create a file without a name
//     FAULT_GROUP=FOLDER        stands for /sys/fs/cgroup
//
// Only the calls that the tool's own code makes count, not those of the libraries.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { no_fault = -1 };

static int log_file = -1;
static char faulty_name[32];
static int faulty_number, error;
static atomic_int count;

__attribute__((constructor)) static void start(void) {
  const char *log = getenv("FAULT_LOG"), *fault = getenv("FAULT");
  if (log != NULL) {
    long file = syscall(SYS_open, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    // The tool gets the descriptors that it has without this library.
    log_file = (int)syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 100);
    syscall(SYS_close, file);
  }
  if (fault != NULL && sscanf(fault, "%31[^:]:%d:%d", faulty_name, &faulty_number, &error) != 3)
    abort();
}

/// Whether an address is in the tool, or in the part of Swift's library through which it calls C
/// functions with variable arguments.
static bool is_in_tool(const void *address) {
  Dl_info info;
  if (!dladdr(address, &info) || info.dli_fname == NULL) return false;
  const char *slash = strrchr(info.dli_fname, '/');
  const char *file = slash == NULL ? info.dli_fname : slash + 1;
  return strcmp(file, "wce") == 0 || strcmp(file, "libswiftGlibc.so") == 0;
}

/// Notes a call. The result is the errno with which it is to fail, or `no_fault`.
static int fault(const char *name, const void *caller) {
  if (!is_in_tool(caller)) return no_fault;
  if (log_file >= 0) {
    char line[40];
    syscall(SYS_write, log_file, line, snprintf(line, sizeof line, "%s\n", name));
  }
  if (strcmp(faulty_name, "*") != 0 && strcmp(faulty_name, name) != 0) return no_fault;
  if (atomic_fetch_add(&count, 1) + 1 != faulty_number) return no_fault;
  if (error >= 0) return error;
  kill(getpid(), -error);
  return no_fault;
}

#define NEXT(result, name, parameters)    \
  static result(*next) parameters = NULL; \
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, #name)

/// A function that returns `failure` and sets `errno`.
#define FUNCTION(result, failure, name, parameters, arguments) \
  result name parameters {                                     \
    NEXT(result, name, parameters);                            \
    int number = fault(#name, __builtin_return_address(0));    \
    if (number == no_fault) return next arguments;             \
    errno = number;                                            \
    return failure;                                            \
  }

/// A function that transfers up to `size` bytes.
#define TRANSFER(name, parameters, arguments)               \
  ssize_t name parameters {                                 \
    NEXT(ssize_t, name, parameters);                        \
    int number = fault(#name, __builtin_return_address(0)); \
    if (number == 0 && size > 1) size = 1;                  \
    if (number <= 0) return next arguments;                 \
    errno = number;                                         \
    return -1;                                              \
  }

TRANSFER(read, (int file, void *bytes, size_t size), (file, bytes, size))
TRANSFER(pread, (int file, void *bytes, size_t size, off_t at), (file, bytes, size, at))
TRANSFER(write, (int file, const void *bytes, size_t size), (file, bytes, size))
TRANSFER(pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at))

FUNCTION(int, -1, stat, (const char *path, struct stat *status), (path, status))
FUNCTION(int, -1, lstat, (const char *path, struct stat *status), (path, status))
FUNCTION(int, -1, fstat, (int file, struct stat *status), (file, status))
FUNCTION(int, -1, fstatat, (int folder, const char *path, struct stat *status, int flags),
         (folder, path, status, flags))
FUNCTION(int, -1, access, (const char *path, int mode), (path, mode))
FUNCTION(int, -1, isatty, (int file), (file))
FUNCTION(int, -1, poll, (struct pollfd * files, nfds_t size, int time), (files, size, time))
FUNCTION(int, -1, dup, (int file), (file))
FUNCTION(int, -1, fsync, (int file), (file))
FUNCTION(int, -1, ftruncate, (int file, off_t size), (file, size))
FUNCTION(off_t, -1, lseek, (int file, off_t offset, int origin), (file, offset, origin))
FUNCTION(int, -1, flock, (int file, int operation), (file, operation))
FUNCTION(int, -1, fchown, (int file, uid_t user, gid_t group), (file, user, group))
FUNCTION(int, -1, fchmod, (int file, mode_t mode), (file, mode))
FUNCTION(int, -1, mkstemp, (char *path), (path))
FUNCTION(int, -1, unlink, (const char *path), (path))
FUNCTION(int, -1, linkat, (int from, const char *path, int to, const char *target, int flags),
         (from, path, to, target, flags))
FUNCTION(int, -1, renameat, (int from, const char *path, int to, const char *target),
         (from, path, to, target))
FUNCTION(char *, NULL, realpath, (const char *path, char *resolved), (path, resolved))
FUNCTION(DIR *, NULL, opendir, (const char *path), (path))
FUNCTION(void *, MAP_FAILED, mmap,
         (void *address, size_t size, int access, int flags, int file, off_t offset),
         (address, size, access, flags, file, offset))
FUNCTION(int, number, pthread_create,
         (pthread_t * thread, const pthread_attr_t *attributes, void *(*body)(void *), void *value),
         (thread, attributes, body, value))

/// The descriptor is closed even if the call fails.
int close(int file) {
  NEXT(int, close, (int));
  int number = fault("close", __builtin_return_address(0));
  int result = next(file);
  if (number == no_fault) return result;
  errno = number;
  return -1;
}

int open(const char *path, int flags, ...) {
  NEXT(int, open, (const char *, int, ...));
  va_list arguments;
  va_start(arguments, flags);
  int mode = va_arg(arguments, int);
  va_end(arguments);
  int number = fault("open", __builtin_return_address(0));
  if ((flags & O_TMPFILE) == O_TMPFILE && getenv("FAULT_NAMED") != NULL) number = EOPNOTSUPP;
  if (number != no_fault) {
    errno = number;
    return -1;
  }
  static const char system_group[] = "/sys/fs/cgroup";
  const char *group = getenv("FAULT_GROUP");
  char other[4096];
  if (group != NULL && strncmp(path, system_group, sizeof system_group - 1) == 0) {
    snprintf(other, sizeof other, "%s%s", group, path + sizeof system_group - 1);
    path = other;
  }
  return next(path, flags, mode);
}
