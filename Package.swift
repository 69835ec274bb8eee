// swift-tools-version: 6.2
import PackageDescription

/// Settings every target shares. Continuous integration sets WCE_WARNINGS_AS_ERRORS; a user's newer
/// compiler with a new warning still builds the package.
let common: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (Context.environment["WCE_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A kernel target: optimised in debug builds too, where unoptimised kernels would take the tests from seconds to hours, and
/// compiled for the x86-64 features it is named for. On other architectures the flags are unused, and the target is never run.
func kernels(_ x86Features: String...) -> [SwiftSetting] {
  let flags = x86Features.flatMap { ["-Xcc", "-Xarch_x86_64", "-Xcc", "-m\($0)"] }
  return common + [.unsafeFlags(["-O"] + flags + ["-Xcc", "-Qunused-arguments"])]
}

let package = Package(
  name: "weighted-cross-entropy",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "WeightedCrossEntropy", targets: ["WeightedCrossEntropy"]),
    .library(name: "WeightedCrossEntropyDifferentiation", targets: ["WeightedCrossEntropyDifferentiation"]),
    .library(name: "DataFiles", targets: ["DataFiles"]),
    .library(name: "LinearClassification", targets: ["LinearClassification"]),
    .executable(name: "wce", targets: ["wce"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "_CPUFeatures"),
    .target(name: "_LossKernels", swiftSettings: kernels()),
    .target(name: "_LossKernelsAVX2", dependencies: ["_LossKernels"], swiftSettings: kernels("avx2", "fma")),
    .target(
      name: "_LossKernelsAVX512", dependencies: ["_LossKernels"],
      swiftSettings: kernels("avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl")),
    .target(
      name: "WeightedCrossEntropy",
      dependencies: ["_CPUFeatures", "_LossKernels", "_LossKernelsAVX2", "_LossKernelsAVX512"],
      swiftSettings: common),
    .target(
      name: "WeightedCrossEntropyDifferentiation", dependencies: ["WeightedCrossEntropy"],
      swiftSettings: common),
    .target(name: "DataFiles", swiftSettings: common),
    .executableTarget(
      name: "wce",
      dependencies: [
        "WeightedCrossEntropy", "DataFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: common),

    .target(name: "_MatrixKernels", swiftSettings: kernels()),
    .target(name: "_MatrixKernelsAVX2", dependencies: ["_MatrixKernels"], swiftSettings: kernels("avx2", "fma")),
    .target(
      name: "_MatrixKernelsAVX512", dependencies: ["_MatrixKernels"],
      swiftSettings: kernels("avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl")),
    .target(
      name: "LinearClassification",
      dependencies: [
        "WeightedCrossEntropy", "DataFiles", "_MatrixKernels", "_MatrixKernelsAVX2", "_MatrixKernelsAVX512",
      ],
      swiftSettings: common),

    .target(name: "_TestSupport", path: "Tests/_TestSupport", swiftSettings: common),
    .testTarget(
      name: "WeightedCrossEntropyTests",
      dependencies: [
        "WeightedCrossEntropy", "WeightedCrossEntropyDifferentiation", "_LossKernels", "_TestSupport",
      ],
      swiftSettings: common),
    .testTarget(
      name: "LinearClassificationTests",
      dependencies: ["LinearClassification", "DataFiles", "WeightedCrossEntropy", "_MatrixKernels", "_TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
