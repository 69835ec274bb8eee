// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let parser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// An executable that uses one of the parent package's libraries, and targets of this one.
func tool(_ name: String, _ library: String, _ targets: Target.Dependency...) -> Target {
  .executableTarget(
    name: name,
    dependencies: targets + [.product(name: library, package: "weighted-cross-entropy")])
}

let package = Package(
  name: "weighted-cross-entropy-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "weighted-cross-entropy", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    // Computes references; the folder is a link to a part of the tests' own support.
    .target(name: "TestSupport"),
    .target(name: "Throughput"),
    .target(name: "Callgrind"),
    tool("accuracy", "WeightedCrossEntropy", "TestSupport", parser),
    tool("csv-throughput", "LinearClassification", "TestSupport", "Throughput", parser),
    tool("fit", "LinearClassification", parser),
    tool("instruction-counts", "WeightedCrossEntropy", "Callgrind"),
    tool("kernels", "WeightedCrossEntropy", "TestSupport", parser),
    tool("npy-throughput", "LinearClassification", "Throughput", parser),
  ],
  swiftLanguageModes: [.v6]
)
