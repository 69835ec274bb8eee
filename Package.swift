// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The settings of all targets. Continuous integration sets WCE_WARNINGS_AS_ERRORS; for users, a
/// new warning of a newer compiler stays a warning.
let common: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (Context.environment["WCE_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// Optimised in debug builds too: unoptimised kernels allocate, and take the tests from seconds to
/// hours.
let optimized = common + [.unsafeFlags(["-O"])]

/// The path of libFuzzer's runtime. `Utilities/fuzz` sets it; without it there are no fuzz targets.
let libFuzzer = Context.environment["WCE_FUZZ"]

/// The settings of the targets that read files and options. For the fuzz targets they report their
/// coverage and errors of memory.
let fuzzed =
  common
  + (libFuzzer == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"])])

/// A kernel target: optimised, and compiled for the x86-64 features in its name. Other
/// architectures ignore the flags, and never run the kernels of such a target.
func kernels(_ x86Features: String...) -> [SwiftSetting] {
  let flags = x86Features.flatMap { ["-Xcc", "-Xarch_x86_64", "-Xcc", "-m\($0)"] }
  return optimized + [.unsafeFlags(flags + ["-Xcc", "-Qunused-arguments"])]
}

/// For targets whose generic code is in several files, above all the kernels for the baseline. In
/// debug builds it would not be specialised, and tens of times slower.
let wholeModule: [SwiftSetting] = [
  .unsafeFlags(
    ["-wmo", "-num-threads", "2", "-disable-batch-mode"], .when(configuration: .debug))
]

/// Continuous integration also builds what a compiler without this feature gets:
/// Utilities/check-fallback.
let builtinModule: [SwiftSetting] =
  Context.environment["WCE_WITHOUT_BUILTIN_MODULE"] == nil
  ? [.enableExperimentalFeature("BuiltinModule")] : []

/// An absolute path, because the linker may run in any directory.
let cInterface = "\(Context.packageDirectory)/Sources/WeightedCrossEntropyCInterface"

let package = Package(
  name: "weighted-cross-entropy",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "WeightedCrossEntropy", targets: ["WeightedCrossEntropy"]),
    .library(
      name: "WeightedCrossEntropyDifferentiation",
      targets: ["WeightedCrossEntropyDifferentiation"]),
    .library(name: "WeightedCrossEntropyCUDA", targets: ["WeightedCrossEntropyCUDA"]),
    .library(
      name: "weighted_cross_entropy", type: .dynamic, targets: ["WeightedCrossEntropyCInterface"]),
    .library(name: "LinearClassification", targets: ["LinearClassification"]),
    // For tests.
    .library(name: "_FakeCUDA", type: .dynamic, targets: ["_FakeCUDA"]),
    .executable(name: "wce", targets: ["wce"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "_CPUFeatures"),
    .target(name: "_WorkerThreads", dependencies: ["_CPUFeatures"], swiftSettings: optimized),
    .target(name: "_LossKernels", swiftSettings: kernels() + builtinModule + wholeModule),
    .target(
      name: "_LossKernelsAVX2", dependencies: ["_LossKernels"],
      swiftSettings: kernels("avx2", "fma", "f16c")),
    .target(
      name: "_LossKernelsAVX512", dependencies: ["_LossKernels"],
      swiftSettings: kernels("avx2", "fma", "f16c", "avx512f", "avx512dq", "avx512bw", "avx512vl")),
    // Only tests run it on the host. Utilities/build-gpu-kernels compiles it to PTX modules.
    .target(name: "_LossKernelsCUDA", dependencies: ["_LossKernels"], swiftSettings: kernels()),
    .target(name: "_CUDAModules", exclude: ["modules.ptx", "registers.txt"]),
    .target(
      name: "WeightedCrossEntropy",
      dependencies: [
        "_CPUFeatures", "_LossKernels", "_LossKernelsAVX2", "_LossKernelsAVX512", "_WorkerThreads",
      ],
      swiftSettings: optimized),
    .target(
      name: "WeightedCrossEntropyDifferentiation", dependencies: ["WeightedCrossEntropy"],
      swiftSettings: common),
    .target(
      name: "WeightedCrossEntropyCUDA",
      dependencies: ["WeightedCrossEntropy", "_CUDAModules", "_LossKernels", "_LossKernelsCUDA"],
      swiftSettings: common),
    .target(
      name: "_DataFiles",
      dependencies: [
        "_LossKernels", "_Termination", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: fuzzed),
    .target(name: "_Termination"),
    .target(name: "_AllocationFailure", dependencies: ["_Termination"]),
    .target(name: "_ExampleData"),
    // The header of the C library, for the version that it defines.
    .target(name: "_Version"),
    .executableTarget(
      name: "wce",
      dependencies: [
        "LinearClassification", "WeightedCrossEntropy", "WeightedCrossEntropyCUDA",
        "_AllocationFailure", "_DataFiles", "_ExampleData", "_Termination", "_TradeoffReport",
        "_Version", "_WorkerThreads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: common,
      // With the Swift runtime linked in, the file can be copied to where there is no Swift.
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections",
            "-Xlinker", "-z", "-Xlinker", "now",
          ], .when(platforms: [.linux], configuration: .release))
      ]),
    // The bridging header includes all others: the compiler checks every `@implementation` against
    // them.
    .target(
      name: "WeightedCrossEntropyCInterface",
      dependencies: [
        "LinearClassification", "WeightedCrossEntropy", "WeightedCrossEntropyCUDA", "_DataFiles",
        "_LossKernels", "_LossKernelsCUDA", "_TradeoffReport",
      ],
      exclude: ["README.md", "include", "bridging.h", "exported-symbols.map"],
      swiftSettings: common + [
        .unsafeFlags(["-import-objc-header", "\(cInterface)/bridging.h"])
      ],
      // The Swift and C++ runtimes are linked in and hidden: the file needs only the C library.
      // Utilities/install gives the library a soname with a version.
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-use-ld=lld",
            "-Xlinker", "--as-needed", "-Xlinker", "--gc-sections",
            "-Xlinker", "--remap-inputs=*/libstdc++.so=/dev/null", "-Xlinker", "-l:libstdc++.a",
            "-Xclang-linker", "-static-libgcc",
            "-Xlinker", "--version-script=\(cInterface)/exported-symbols.map",
            "-Xlinker", "-soname=libweighted_cross_entropy.so",
            // Worker threads run code of the file after dlclose.
            "-Xlinker", "-z", "-Xlinker", "nodelete", "-Xlinker", "-z", "-Xlinker", "now",
          ], .when(platforms: [.linux]))
      ]),

    .target(name: "_MatrixKernels", swiftSettings: kernels() + wholeModule),
    .target(
      name: "_MatrixKernelsAVX2", dependencies: ["_MatrixKernels"],
      swiftSettings: kernels("avx2", "fma")),
    .target(
      name: "_MatrixKernelsAVX512", dependencies: ["_MatrixKernels"],
      swiftSettings: kernels("avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl")),
    .target(
      name: "LinearClassification",
      dependencies: [
        "WeightedCrossEntropy", "_DataFiles", "_MatrixKernels", "_MatrixKernelsAVX2",
        "_MatrixKernelsAVX512", "_WorkerThreads",
      ],
      swiftSettings: fuzzed),

    .target(
      name: "_TradeoffReport", dependencies: ["LinearClassification"], swiftSettings: common),

    .target(name: "_AllocationCounter", path: "Tests/_AllocationCounter"),
    // Optimised like the kernels: it computes the references.
    .target(
      name: "_TestSupport", dependencies: ["_AllocationCounter"], path: "Tests/_TestSupport",
      swiftSettings: optimized),
    .testTarget(
      name: "WorkerThreadsTests", dependencies: ["_WorkerThreads", "_CPUFeatures", "_TestSupport"],
      swiftSettings: common),
    .testTarget(name: "_TestSupportTests", dependencies: ["_TestSupport"], swiftSettings: common),
    // It uses the dynamic library, which a build of the tests puts beside it.
    .testTarget(
      name: "CInterfaceTests", dependencies: ["_TestSupport"],
      exclude: [
        "arrow_test.c", "check.h", "class_weights_test.c", "cuda_test.c", "half_test.c",
        "interface_test.c", "linear_test.c", "overlap_test.c", "side_effects_test.c",
        "threads_test.c", "unloading_test.c",
      ],
      swiftSettings: common),
    .testTarget(
      name: "WeightedCrossEntropyTests",
      dependencies: [
        "WeightedCrossEntropy", "WeightedCrossEntropyDifferentiation", "_CPUFeatures",
        "_LossKernels", "_TestSupport", "_WorkerThreads",
      ],
      swiftSettings: common),
    .target(
      name: "_HostGPU", dependencies: ["_LossKernels", "_LossKernelsCUDA"],
      path: "Tests/_HostGPU", swiftSettings: optimized),
    // Its soname is that of the driver, so a later dlopen of the driver finds this library.
    .target(
      name: "_FakeCUDA", dependencies: ["_HostGPU", "_LossKernels", "_LossKernelsCUDA"],
      path: "Tests/_FakeCUDA", swiftSettings: common,
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "-soname=libcuda.so.1"], .when(platforms: [.linux]))
      ]),
    .testTarget(
      name: "WeightedCrossEntropyCUDATests",
      dependencies: [
        "WeightedCrossEntropy", "WeightedCrossEntropyCUDA", "_LossKernelsCUDA", "_TestSupport",
      ],
      swiftSettings: common),
    .testTarget(
      name: "LossKernelsCUDATests",
      dependencies: [
        "WeightedCrossEntropy", "_CUDAModules", "_HostGPU", "_LossKernels", "_LossKernelsCUDA",
        "_TestSupport",
      ],
      swiftSettings: optimized + wholeModule),
    .testTarget(
      name: "DataFilesTests",
      dependencies: [
        "_DataFiles", "_LossKernels", "_Termination", "_TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [.copy("Fixtures")],
      swiftSettings: common),
    .testTarget(
      name: "LinearClassificationTests",
      dependencies: [
        "LinearClassification", "_DataFiles", "WeightedCrossEntropy", "_MatrixKernels",
        "_TestSupport",
      ],
      exclude: ["Fixtures"],
      swiftSettings: common),
    .testTarget(
      name: "TradeoffReportTests",
      dependencies: ["LinearClassification", "_TradeoffReport", "_TestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "wceTests",
      dependencies: [
        "wce", "WeightedCrossEntropy", "_DataFiles", "LinearClassification", "_TradeoffReport",
        "_TestSupport", "_Version", "_WorkerThreads",
      ],
      exclude: ["Harness/fault_injection.c"],
      swiftSettings: common),
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "WeightedCrossEntropy", "WeightedCrossEntropyCUDA", "WeightedCrossEntropyDifferentiation",
        "_DataFiles", "LinearClassification", "wce", "_TestSupport",
      ],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)

// Utilities/run-sanitizers sets this, to build only the loss and its tests.
if Context.environment["WCE_LOSS_ALONE"] != nil {
  let loss: Set = [
    "_AllocationCounter", "_CPUFeatures", "_LossKernels", "_LossKernelsAVX2",
    "_LossKernelsAVX512", "_MatrixKernels", "_TestSupport", "_WorkerThreads",
    "WeightedCrossEntropy", "WeightedCrossEntropyDifferentiation", "WeightedCrossEntropyTests",
    "WorkerThreadsTests",
  ]
  package.targets.removeAll { !loss.contains($0.name) }
  package.products = []
  package.dependencies = []
}

if let libFuzzer {
  // An executable cannot link another one, so the tool is a library here, without `main`.
  let withoutMain = ["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "wce_main"]
  // Most of the time of the build would go to optimising it.
  let unoptimized = fuzzed + [.unsafeFlags(["-Onone"])]
  for (index, tool) in package.targets.enumerated() where tool.name == "wce" {
    package.targets[index] = .target(
      name: tool.name, dependencies: tool.dependencies,
      swiftSettings: unoptimized + [.unsafeFlags(withoutMain)])
  }
  package.products.removeAll { $0.name == "wce" }
  package.targets += [
    .target(name: "LibFuzzer", path: "Fuzz/LibFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "LibFuzzer", "LinearClassification", "_DataFiles", "wce",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Fuzz/Targets", swiftSettings: unoptimized,
      linkerSettings: [.unsafeFlags(["-sanitize=address", "-Xlinker", libFuzzer, "-lstdc++"])]),
  ]
}
