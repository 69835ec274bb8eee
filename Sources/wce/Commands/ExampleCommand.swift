// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `wce example`: prints the example table, for the commands that read a file.
struct ExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example",
    abstract: "Print the example table, which wce tradeoff uses by default.",
    discussion: """
      wce example > digits.csv

      1,797 handwritten digits with 64 features. The target is_eight is 1 for the 174 eights. \
      \(ExampleData.source)
      """)

  func run() throws { try StandardOutput.write(String(decoding: ExampleData.bytes, as: UTF8.self)) }
}
