// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The tests' own libcuda.so.1, in place of the computer's.
enum FakeDriver {
  /// Loads it, so that the library's own search for libcuda.so.1 finds it by its name.
  static func load() {
    precondition(
      handle != nil, "lib_FakeCUDA.so is not beside the tests: \(String(cString: dlerror()))")
  }

  nonisolated(unsafe) private static let handle: UnsafeMutableRawPointer? = dlopen(
    URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      path: "lib_FakeCUDA.so"
    ).path, RTLD_NOW | RTLD_LOCAL)

  private static func function<Function>(_ name: String) -> Function {
    unsafeBitCast(dlsym(handle, name), to: Function.self)
  }

  /// Lets a function of the driver fail, after it has succeeded a number of times.
  static func fail(_ name: String, after calls: Int32 = 0, status: Int32 = 700) {
    typealias Fail = @convention(c) (UnsafePointer<CChar>, Int32, Int32) -> Void
    (function("fake_cuda_fail") as Fail)(name, calls, status)
  }

  /// How often a function of the driver was called.
  static func count(_ name: String) -> Int32 {
    typealias Count = @convention(c) (UnsafePointer<CChar>) -> Int32
    return (function("fake_cuda_count") as Count)(name)
  }

  /// Makes work on any other stream an error.
  static func use(_ stream: UnsafeMutableRawPointer?) {
    typealias Use = @convention(c) (UnsafeMutableRawPointer?) -> Void
    (function("fake_cuda_stream") as Use)(stream)
  }

  /// Lets the driver say that streams are captured in a graph.
  static func capture(_ flag: Bool) {
    typealias Capture = @convention(c) (Bool) -> Void
    (function("fake_cuda_capture") as Capture)(flag)
  }
}
