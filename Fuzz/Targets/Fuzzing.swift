// SPDX-License-Identifier: Apache-2.0
import LibFuzzer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `fuzz --target=NAME [OPTION|FILE|FOLDER]...`, with the options of libFuzzer, which ignores those
/// with two hyphens.
@main enum Fuzzing {
  static func main() {
    _ = Target.selected
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
        Target.selected.run(Input(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
      })
  }
}

/// What is fuzzed.
enum Target: String {
  case csv, fit, model, npy, options, plan

  static let selected: Target = {
    let option = "--target="
    let name = CommandLine.arguments.last { $0.hasPrefix(option) }?.dropFirst(option.count)
    guard let target = name.flatMap({ Target(rawValue: String($0)) }) else {
      fatalError("--target=csv|fit|model|npy|options|plan is expected")
    }
    return target
  }()

  func run(_ input: Input) {
    switch self {
    case .csv: fuzzCSV(input)
    case .fit: fuzzFit(input)
    case .model: fuzzModel(input)
    case .npy: fuzzNPY(input)
    case .options: fuzzOptions(input)
    case .plan: fuzzPlan(input)
    }
  }
}

/// An input: the bytes of a file, and after them the choices of the test, so that a file of the
/// format with a few more bytes is a seed.
struct Input {
  let bytes: [UInt8]
  private var choices: [UInt8]

  init(_ input: UnsafeBufferPointer<UInt8>) {
    bytes = Array(input.dropLast(8))
    choices = Array(input.suffix(8))
  }

  /// The next choice; 0 if the input has no more.
  mutating func choice(below limit: Int) -> Int {
    choices.popLast().map { Int($0) % limit } ?? 0
  }

  mutating func choice<Option>(of options: Option...) -> Option {
    options[choice(below: options.count)]
  }
}
