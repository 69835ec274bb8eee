// SPDX-License-Identifier: Apache-2.0
import _CPUFeatures

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The variants of the kernels, from the most general to the widest. This list drives dispatch, tests and benchmarks.
public enum InstructionSet: String, CaseIterable, Hashable, Sendable {
  /// What every processor of the architecture has: SSE2 on x86-64, NEON with fused multiply-add on arm64.
  case baseline
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F, DQ, BW and VL.
  case avx512

  /// The environment variable that forces a variant.
  public static let environmentVariable = "WCE_INSTRUCTION_SET"

  /// Whether this processor has it and the operating system saves its registers.
  public var isAvailable: Bool {
    switch self {
    case .baseline: true
    case .avx2: wce_has_avx2()
    case .avx512: wce_has_avx512()
    }
  }

  /// The variants that can run here.
  public static let available: [InstructionSet] = allCases.filter(\.isAvailable)

  /// The variant that array calls use unless told otherwise: the one that `WCE_INSTRUCTION_SET` names, else the widest that
  /// this processor has. Read once.
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
