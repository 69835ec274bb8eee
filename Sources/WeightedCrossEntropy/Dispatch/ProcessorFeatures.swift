// SPDX-License-Identifier: Apache-2.0
import _CPUFeatures

/// The instruction set extensions that determine which kernels can run, by their usual names.
package enum ProcessorFeatures {
  /// The extensions that this processor has and the operating system supports.
  package static let present: [String] = {
    let features = Int(wce_processor_features())
    let extensions = [
      (WCE_AVX, "avx"), (WCE_FMA, "fma"), (WCE_F16C, "f16c"), (WCE_AVX2, "avx2"),
      (WCE_AVX512F, "avx512f"), (WCE_AVX512DQ, "avx512dq"), (WCE_AVX512BW, "avx512bw"),
      (WCE_AVX512VL, "avx512vl"),
    ]
    return baseline + extensions.filter { features & Int($0.0) != 0 }.map(\.1)
  }()

  /// The extensions of every processor of the architecture.
  private static var baseline: [String] {
    #if arch(x86_64)
      ["sse2"]
    #elseif arch(arm64)
      ["neon"]
    #else
      []
    #endif
  }
}
