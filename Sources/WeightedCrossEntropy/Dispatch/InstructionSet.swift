// SPDX-License-Identifier: Apache-2.0
import _CPUFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An instruction set for which the kernels are compiled. The cases are in order of vector width.
public enum InstructionSet: String, CaseIterable, Hashable, Sendable {
  /// The instructions of every processor of the architecture: SSE2 on x86-64, NEON with fused
  /// multiply-add on arm64.
  case baseline
  /// AVX2, FMA and F16C.
  case avx2
  /// AVX-512 F, DQ, BW and VL.
  case avx512

  /// The environment variable that forces an instruction set.
  public static let environmentVariable = "WCE_INSTRUCTION_SET"

  /// Whether the processor supports the instructions and the operating system saves their
  /// registers.
  public var isAvailable: Bool {
    switch self {
    case .baseline: true
    case .avx2: wce_has_avx2()
    case .avx512: wce_has_avx512()
    }
  }

  /// The instruction sets that are available on this processor.
  public static let available: [InstructionSet] = allCases.filter(\.isAvailable)

  /// The default instruction set of array calls: the one that `WCE_INSTRUCTION_SET` names, or the
  /// widest that is available. The variable is read once.
  public static let selected: Result<InstructionSet, LossError> = {
    guard let value = getenv(environmentVariable) else {
      return .success(available.last ?? .baseline)
    }
    let name = String(cString: value)
    guard let forced = available.first(where: { $0.rawValue == name }) else {
      return .failure(unavailable(name, operation: environmentVariable))
    }
    return .success(forced)
  }()

  static func unavailable(_ name: String, operation: String) -> LossError {
    LossError(
      operation, .instructionSetUnavailable(requested: name, available: available.map(\.rawValue)))
  }
}
