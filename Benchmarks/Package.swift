// swift-tools-version: 6.2
import PackageDescription

/// An executable that uses some of the parent package's libraries.
func tool(_ name: String, _ libraries: String...) -> Target {
  .executableTarget(
    name: name, dependencies: libraries.map { .product(name: $0, package: "weighted-cross-entropy") })
}

let package = Package(
  name: "weighted-cross-entropy-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "weighted-cross-entropy", path: "..")],
  targets: [
    tool("accuracy", "WeightedCrossEntropy"),
    tool("csv-throughput", "DataFiles"),
    .target(name: "Callgrind"),
    .executableTarget(
      name: "instruction-counts",
      dependencies: [
        "Callgrind", .product(name: "WeightedCrossEntropy", package: "weighted-cross-entropy"),
      ]),
    tool("kernels", "WeightedCrossEntropy"),
    tool("npy-throughput", "DataFiles"),
    tool("fit", "LinearClassification", "DataFiles"),
  ],
  swiftLanguageModes: [.v6]
)
