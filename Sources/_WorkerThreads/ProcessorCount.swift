// SPDX-License-Identifier: Apache-2.0
package import Synchronization
import _CPUFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension WorkerThreads {
  /// The number of processors that the calling thread may use: the size of its affinity mask,
  /// limited by the quota of its control group.
  package static var processorCount: Int { max(1, min(affinityCount, quota)) }

  /// The maximum number of threads of a call: `processorCount`, but at least `minimumThreadLimit`.
  static var threadLimit: Int {
    max(processorCount, minimumThreadLimit.load(ordering: .relaxed))
  }

  /// Tests set it, to use several threads on any machine.
  package static let minimumThreadLimit = Atomic(1)

  private static var affinityCount: Int {
    let count = Int(wce_affinity_count())
    return count > 0 ? count : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  #if os(Linux)
    /// The number of processors that the quota of the container's control group allows, rounded up.
    /// It is read once.
    private static let quota: Int = {
      let folder = "/sys/fs/cgroup/cpu"
      let limits =
        numbers(in: folder + ".max")
        ?? ["quota", "period"].flatMap { numbers(in: "\(folder)/cpu.cfs_\($0)_us") ?? [] }
      guard limits.count == 2, limits[0] > 0, limits[1] > 0 else { return .max }
      return (limits[0] - 1) / limits[1] + 1
    }()

    /// The integers in a small file; nil if the file cannot be read.
    private static func numbers(in path: String) -> [Int]? {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
        let length = read(file, buffer.baseAddress, buffer.count)
        guard length > 0 else { return nil }
        return String(decoding: buffer[..<length], as: UTF8.self).split {
          $0 == " " || $0 == "\n"
        }.compactMap { Int($0) }
      }
    }
  #else
    private static var quota: Int { .max }
  #endif
}
