// SPDX-License-Identifier: Apache-2.0
import _CPUFeatures

/// The instruction set extensions that decide between the variants of the kernels, by their usual names.
package enum ProcessorFeatures {
  /// Those that this processor has and the operating system lets programs use.
  package static let present: [String] = {
    let features = Int(wce_processor_features())
    let extensions = [
      (WCE_AVX, "avx"), (WCE_FMA, "fma"), (WCE_AVX2, "avx2"), (WCE_AVX512F, "avx512f"),
      (WCE_AVX512DQ, "avx512dq"), (WCE_AVX512BW, "avx512bw"), (WCE_AVX512VL, "avx512vl"),
    ]
    return baseline + extensions.filter { features & Int($0.0) != 0 }.map(\.1)
  }()

  /// Those that every processor of the architecture has.
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
