// SPDX-License-Identifier: Apache-2.0
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension InputFile {
  /// Opens a file that can be read twice if it has to be.
  static func opened(path: String, isRereadable: Bool) throws(DataFileError) -> InputFile {
    let file = try InputFile(path: path)
    return isRereadable ? try file.spooledIfStream() : file
  }

  /// This file if it can be read twice; else a copy of the stream in an unnamed file in the directory for temporary files.
  func spooledIfStream() throws(DataFileError) -> InputFile {
    guard size == nil else { return self }
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    // `mkstemp` wants a name that ends in X, and puts characters of its own in their place.
    var template = Array("\(directory)/XXXXXXXX".utf8CString)
    let descriptor = template.withUnsafeMutableBufferPointer {
      $0.baseAddress.map { mkstemp($0) } ?? -1
    }
    guard descriptor >= 0 else {
      throw DataFileError(
        .cannotCreate, path: directory,
        reason: "no temporary file can be made for \(path): \(SystemError.last.reason)")
    }
    // Without a name the file goes away with its last descriptor, however the program ends.
    template.withUnsafeBufferPointer { _ = $0.baseAddress.map { unlink($0) } }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var count = 0
    do throws(DataFileError) {
      count = try copy(to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    return InputFile(path: path, descriptor: descriptor, size: count)
  }

  private func copy(to descriptor: Int32) throws(DataFileError) -> Int {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      let count = try read(into: buffer)
      if count == 0 { return total }
      var done = 0
      while done < count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[done..<count])
        guard let written = retryingOnInterrupt({ write(descriptor, rest.baseAddress, rest.count) })
        else {
          throw DataFileError(
            .inputOutput, path: path,
            reason: "copying to a temporary file failed: \(SystemError.last.reason)"
          )
        }
        done += written
      }
      total += count
    }
  }
}
