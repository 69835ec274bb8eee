// SPDX-License-Identifier: Apache-2.0
/* Calls on several threads in processes that fork, receive signals, or cannot create a thread. */
#define _GNU_SOURCE
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 300000 };
static float logits[COUNT], expected[COUNT];

/* Whether a call on two threads gives the results of one thread. */
static int call(float *loss) {
  char message[CAPACITY];
  wce_options options = weighted(3);
  options.threads = 2;
  return wce_loss_f32(COUNT, logits, logits, NULL, &options, loss, message, CAPACITY) == WCE_OK &&
         memcmp(loss, expected, sizeof expected) == 0;
}

/* Whether `body` succeeds in a child process within 60 seconds. */
static int holds_in_child(int (*body)(float *)) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    float *loss = malloc(sizeof expected);
    _exit(loss != NULL && body(loss) ? 0 : 1);
  }
  int status = -1;
  while (waitpid(child, &status, 0) != child) {
  }
  return status == 0;
}

static void *return_null(void *argument) { return (void)argument, NULL; }

/* If no thread can be created and no file opened, the calling thread does all the work. */
static int call_within_limits(float *loss) {
  /* The limit does not apply to root. */
  if (geteuid() == 0 && setuid(54321) != 0) return 0;
  const struct rlimit one = {1, 1}, four = {4, 4};
  if (setrlimit(RLIMIT_NPROC, &one) != 0 || setrlimit(RLIMIT_NOFILE, &four) != 0) return 0;
  pthread_t thread;
  if (pthread_create(&thread, NULL, return_null, NULL) == 0) return 0;
  return call(loss) && call(loss);
}

static int call_twice(float *loss) { return call(loss) && call(loss); }

static atomic_int is_over, broken;
static void *call_until_over(void *argument) {
  float *loss = argument;
  while (!is_over) {
    if (!call(loss)) broken = 1;
  }
  return NULL;
}

/* A child process works without the parent's threads, in whatever state they were at the fork. */
static void test_fork(void) {
  pthread_t threads[2];
  float *losses = malloc(2 * sizeof expected);
  if (losses == NULL) abort();
  for (int i = 0; i < 2; i++)
    pthread_create(&threads[i], NULL, call_until_over, losses + i * COUNT);
  for (int i = 0; i < 100; i++) CHECK(holds_in_child(call_twice));
  is_over = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  CHECK(!broken);
  free(losses);
}

static pthread_t main_thread;
static volatile sig_atomic_t received, elsewhere;
static void handle(int signal) {
  (void)signal;
  received++;
  if (!pthread_equal(pthread_self(), main_thread)) elsewhere++;
}

/* Signals are delivered to the program's own threads. */
static void test_signals(float *loss) {
  main_thread = pthread_self();
  signal(SIGUSR1, handle);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  for (int i = 0; i < 100; i++) {
    CHECK(call(loss));
    /* While the main thread blocks the signal, it stays pending, although there are other
     * threads. */
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    kill(getpid(), SIGUSR1);
    CHECK(call(loss) && received == i);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
    CHECK(received == i + 1);
  }
  CHECK(elsewhere == 0);
}

int main(void) {
  for (int i = 0; i < COUNT; i++) logits[i] = (float)(i % 1000) / 1000;
  wce_options options = weighted(3);
  options.threads = 1;
  CHECK(wce_loss_f32(COUNT, logits, logits, NULL, &options, expected, message, CAPACITY) == WCE_OK);
  float *loss = malloc(sizeof expected);
  if (loss == NULL) abort();
  CHECK(holds_in_child(call_within_limits));
  CHECK(call(loss));
  test_fork();
  test_signals(loss);
  free(loss);
  return failures != 0;
}
