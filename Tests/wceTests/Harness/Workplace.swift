// SPDX-License-Identifier: Apache-2.0
import Foundation
import _TestSupport

/// A directory with small inputs. The tool runs in it, so messages contain only relative paths.
///
/// | file | content |
/// |---|---|
/// | `x.npy` | logits [[0, 1, -1], [2, -3, 0.5]] in float32 |
/// | `z.npy` | targets [[0, 1, 0], [1, 0, 1]] as bool |
/// | `w.npy` | weights [[1, 2, 0], [0.5, 1, 1]] in float32 |
/// | `t.csv` | the same, in float64: columns `logit`, `label`, `w` |
struct Workplace {
  let directory: TemporaryDirectory
  var tool: Tool

  static let logits: [Float] = [0, 1, -1, 2, -3, 0.5]
  static let targets: [UInt8] = [0, 1, 0, 1, 0, 1]
  static let weights: [Float] = [1, 2, 0, 0.5, 1, 1]

  init() throws {
    directory = try TemporaryDirectory()
    tool = Tool(directory: directory.path)
    try write(NPYFile("<f4", [2, 3], Self.logits).bytes, to: "x.npy")
    try write(NPYFile("|b1", [2, 3], Self.targets).bytes, to: "z.npy")
    try write(NPYFile("<f4", [2, 3], Self.weights).bytes, to: "w.npy")
    let rows = Self.logits.indices.map {
      "\(Self.logits[$0]),\(Self.targets[$0]),\(Self.weights[$0])\n"
    }
    try write("logit,label,w\n" + rows.joined(), to: "t.csv")
  }

  func write(_ bytes: [UInt8], to name: String) throws { _ = try directory.write(bytes, to: name) }
  func write(_ text: String, to name: String) throws { _ = try directory.write(text, to: name) }
  func text(_ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  /// Runs `wce loss` with arguments that contain no blanks.
  func loss(_ arguments: String, input: [UInt8] = []) throws -> Outcome {
    try tool.run(["loss"] + arguments.split(separator: " ").map(String.init), input: input)
  }

  /// Whether there is no temporary file.
  func isClean() throws -> Bool { try directory.names().allSatisfy { !$0.hasPrefix(".") } }
}
