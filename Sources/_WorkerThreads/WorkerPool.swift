// SPDX-License-Identifier: Apache-2.0
import Synchronization
import _CPUFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A pool of threads that help the callers of `WorkerThreads.run`. A thread is created when a call
/// first needs it, and never ends.
///
/// A list holds the jobs that helpers may join. The caller adds its job to the list, works on it,
/// and removes it. Then no further helper can join, and the caller waits only for the helpers that
/// have joined. A thread that wakes late does not find the job in the list, and never accesses its
/// memory. The lock guards the list and all counts.
///
/// A caller waits only for the helpers of its own job, which started after the caller. Therefore
/// nested calls cannot deadlock.
///
/// A pool is never freed, because its threads run as long as the process. A forked child process
/// has none of these threads, and its copy of the lock may be held by one of them. Therefore the
/// child abandons that pool and creates its own.
final class WorkerPool: @unchecked Sendable {
  private static let current = Atomic<Unmanaged<WorkerPool>?>(nil)
  /// Whether a `fork` handler that removes the pool in the child is registered.
  private static let isForkHandled = Atomic(false)

  /// The pool of this process; nil if the `fork` handler cannot be registered.
  static var shared: WorkerPool? {
    if let pool = current.load(ordering: .acquiring) { return pool.takeUnretainedValue() }
    if !isForkHandled.load(ordering: .acquiring) {
      // Two threads may both register the handler; this is harmless.
      let forget: @convention(c) () -> Void = {
        WorkerPool.current.store(nil, ordering: .relaxed)
      }
      guard pthread_atfork(nil, nil, forget) == 0 else { return nil }
      isForkHandled.store(true, ordering: .releasing)
    }
    let pool = Unmanaged.passRetained(WorkerPool())
    let (isFirst, other) = current.compareExchange(
      expected: nil, desired: pool, ordering: .acquiringAndReleasing)
    if isFirst { return pool.takeUnretainedValue() }
    pool.release()
    return other?.takeUnretainedValue()
  }

  /// The time for which a thread spins before it sleeps: one that looks for a job, or a caller that
  /// waits for its helpers. It is about the time that waking a thread takes.
  private static var spinNanoseconds: UInt64 { 20_000 }
  /// The time for which no thread is created after the creation of one has failed.
  private static var retryNanoseconds: UInt64 { 1_000_000_000 }
  /// Kernels use 32 KiB of the stack; unoptimised and sanitised code uses more.
  private static var stackSize: Int { 1 << 20 }

  /// A lock or a condition must not move in memory.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Signalled when there is a job for a sleeping thread.
  private let wakeUp = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Signalled when a helper has finished and a caller sleeps.
  private let helperEnded = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private var firstJob: UnsafeMutablePointer<Job>?
  private var threadCount = 0
  /// The number of threads that look for a job, including those that have not started yet.
  private var spinningCount = 0
  private var sleepingCount = 0
  private var sleepingCallers = 0
  private var retryTime: UInt64 = 0
  /// Incremented for each job. Spinning threads read it without the lock.
  private let jobNumber = Atomic(0)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
    pthread_cond_init(helperEnded, nil)
  }

  deinit {
    pthread_cond_destroy(helperEnded)
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    helperEnded.deallocate()
    wakeUp.deallocate()
    mutex.deallocate()
  }

  /// Runs a job on the calling thread and at most `helpers` threads of the pool, which has at most
  /// `threadLimit`.
  func run(_ job: UnsafeMutablePointer<Job>, helpers: Int, threadLimit: Int) {
    offer(job, helpers: helpers, threadLimit: threadLimit)
    job.pointee.performRanges()
    retract(job)
    job.pointee.raiseFlags()
  }

  /// Adds a job to the list, and wakes or creates threads for it.
  private func offer(_ job: UnsafeMutablePointer<Job>, helpers: Int, threadLimit: Int) {
    lock()
    job.pointee.nextJob.store(firstJob, ordering: .relaxed)
    firstJob = job
    jobNumber.wrappingAdd(1, ordering: .relaxed)
    let wakeCount = sleepersToWake(for: helpers - spinningCount)
    var missing = min(helpers - spinningCount - sleepingCount, threadLimit - threadCount)
    if missing > 0, retryTime > 0, now() < retryTime { missing = 0 }
    missing = max(0, missing)
    threadCount += missing
    spinningCount += missing
    unlock()
    wake(wakeCount)
    if missing > 0 { makeThreads(missing) }
  }

  /// Removes a job from the list, and waits for the helpers that have joined it.
  private func retract(_ job: UnsafeMutablePointer<Job>) {
    lock()
    if job.pointee.openPlaces.load(ordering: .relaxed) > 0 { remove(job) }
    unlock()
    if spin(until: { job.pointee.helpersInside.load(ordering: .acquiring) == 0 }) { return }
    // If the thread were cancelled while it waits, the helpers would access a job that no longer
    // exists.
    var state: Int32 = 0
    pthread_setcancelstate(Int32(PTHREAD_CANCEL_DISABLE), &state)
    lock()
    sleepingCallers += 1
    while job.pointee.helpersInside.load(ordering: .acquiring) > 0 {
      pthread_cond_wait(helperEnded, mutex)
    }
    sleepingCallers -= 1
    unlock()
    pthread_setcancelstate(state, nil)
  }

  private func remove(_ job: UnsafeMutablePointer<Job>) {
    let next = job.pointee.nextJob.load(ordering: .relaxed)
    if firstJob == job {
      firstJob = next
      return
    }
    var other = firstJob
    while let candidate = other {
      other = candidate.pointee.nextJob.load(ordering: .relaxed)
      if other == job { return candidate.pointee.nextJob.store(next, ordering: .relaxed) }
    }
  }

  /// The loop of each thread of the pool.
  private func help() -> Never {
    lock()
    spinningCount -= 1
    while true {
      if let job = firstJob {
        let openPlaces = job.pointee.openPlaces.wrappingSubtract(1, ordering: .relaxed).newValue
        if openPlaces == 0 { firstJob = job.pointee.nextJob.load(ordering: .relaxed) }
        job.pointee.helpersInside.wrappingAdd(1, ordering: .relaxed)
        let wakeCount = sleepersToWake(for: openPlaces - spinningCount)
        unlock()
        wake(wakeCount)
        job.pointee.help()
        lock()
        job.pointee.helpersInside.wrappingSubtract(1, ordering: .releasing)
        if sleepingCallers > 0 { pthread_cond_broadcast(helperEnded) }
        continue
      }
      let seen = jobNumber.load(ordering: .relaxed)
      spinningCount += 1
      unlock()
      _ = spin(until: { jobNumber.load(ordering: .relaxed) != seen })
      lock()
      spinningCount -= 1
      while firstJob == nil {
        sleepingCount += 1
        pthread_cond_wait(wakeUp, mutex)
        sleepingCount -= 1
      }
    }
  }

  /// The number of sleeping threads to wake: at most two. Each wakes two more, so no single thread
  /// wakes all.
  private func sleepersToWake(for openPlaces: Int) -> Int {
    max(0, min(2, openPlaces, sleepingCount))
  }

  private func wake(_ count: Int) { for _ in 0..<count { pthread_cond_signal(wakeUp) } }

  /// Creates threads, which `threadCount` and `spinningCount` already include.
  ///
  /// The threads block all signals, so that only the program's own threads handle them. The
  /// exceptions are signals that a faulty instruction raises in the thread itself.
  private func makeThreads(_ count: Int) {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return noteMissing(count) }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Self.stackSize)
    var blocked = sigset_t()
    var original = sigset_t()
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_BLOCK, &blocked, &original)
    defer { pthread_sigmask(SIG_SETMASK, &original, nil) }
    for made in 0..<count where !makeThread(&attributes) { return noteMissing(count - made) }
  }

  private func makeThread(_ attributes: inout pthread_attr_t) -> Bool {
    let pool = Unmanaged.passUnretained(self).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      return pthread_create(
        &thread, &attributes,
        { pool in Unmanaged<WorkerPool>.fromOpaque(pool).takeUnretainedValue().help() }, pool) == 0
    #else
      var thread = pthread_t()
      return pthread_create(
        &thread, &attributes,
        { pool in
          guard let pool else { return nil }
          Unmanaged<WorkerPool>.fromOpaque(pool).takeUnretainedValue().help()
        }, pool) == 0
    #endif
  }

  /// Corrects the counts after threads could not be created.
  private func noteMissing(_ count: Int) {
    lock()
    threadCount -= count
    spinningCount -= count
    retryTime = now() + Self.retryNanoseconds
    unlock()
  }

  private func lock() { pthread_mutex_lock(mutex) }
  private func unlock() { pthread_mutex_unlock(mutex) }

  /// Spins for a short time until a condition holds. Returns whether it holds.
  private func spin(until condition: () -> Bool) -> Bool {
    if condition() { return true }
    let end = now() + Self.spinNanoseconds
    repeat {
      for _ in 0..<16 {
        if condition() { return true }
        wce_pause()
      }
    } while now() < end
    return false
  }

  private func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
