// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wce example`: the example table, for the commands that take a file.
struct ExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example",
    abstract: "Print the example table that wce tradeoff uses where it is given no data.",
    discussion: """
      wce example > digits.csv

      1,797 handwritten digits of 64 features; the target is_eight is 1 for the 174 eights. \(ExampleData.source)
      """)

  func run() throws { try Output.write(String(decoding: ExampleData.bytes, as: UTF8.self)) }
}
