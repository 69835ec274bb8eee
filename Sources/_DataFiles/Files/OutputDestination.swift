// SPDX-License-Identifier: Apache-2.0
import SystemPackage

/// Where the bytes written to a path go.
enum OutputDestination {
  /// To a new file that replaces `old`, if there is one. `path` does not end in a symbolic link.
  case replacement(path: String, old: Stat?)
  /// To a device, a FIFO or an inherited descriptor, directly.
  case stream(FileDescriptor)

  init(path: String) throws(DataFileError) {
    self = try mappingErrno(to: { .cannotCreate(path, $0) }) { try Self.find(path) }
  }

  private static func find(_ path: String) throws -> OutputDestination {
    guard !path.isEmpty else {
      throw DataFileError(.cannotCreate, path: path, reason: "the path is empty")
    }
    if let descriptor = FileDescriptor.inherited(path) {
      return .stream(try descriptor.duplicate())
    }
    let status: Stat
    do { status = try Stat(path) } catch Errno.noSuchFileOrDirectory {
      guard (try? Stat(path, followTargetSymlink: false)) == nil else {
        throw DataFileError(
          .cannotCreate, path: path,
          reason: "cannot be written: it is a symbolic link to a file that does not exist")
      }
      return .replacement(path: path, old: nil)
    }
    switch status.type {
    case .regular:
      // Renaming needs only the directory's permission, but a read-only file must stay.
      try SystemCalls.checkIsWritable(path)
      let isLink = try Stat(path, followTargetSymlink: false).type == .symbolicLink
      return .replacement(path: isLink ? try SystemCalls.resolve(path) : path, old: status)
    case .directory:
      throw DataFileError(.cannotCreate, path: path, reason: "cannot be written: it is a directory")
    default:
      return .stream(try FileDescriptor.open(path, .writeOnly, options: .closeOnExec))
    }
  }
}
