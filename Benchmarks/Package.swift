// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// An executable that uses some of the parent package's libraries, and some targets of this one.
func tool(_ name: String, _ libraries: String..., targets: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: targets + libraries.map { .product(name: $0, package: "weighted-cross-entropy") })
}

let package = Package(
  name: "weighted-cross-entropy-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "weighted-cross-entropy", path: "..")],
  targets: [
    // What the tests compute references with; the folder is a link to the tests' own.
    .target(name: "TestSupport"),
    tool("accuracy", "WeightedCrossEntropy", targets: ["TestSupport"]),
    tool("csv-throughput", "LinearClassification", targets: ["TestSupport"]),
    .target(name: "Callgrind"),
    tool("instruction-counts", "WeightedCrossEntropy", targets: ["Callgrind"]),
    tool("kernels", "WeightedCrossEntropy", targets: ["TestSupport"]),
    tool("npy-throughput", "LinearClassification"),
    tool("fit", "LinearClassification"),
  ],
  swiftLanguageModes: [.v6]
)
