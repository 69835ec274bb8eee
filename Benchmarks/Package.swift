// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "weighted-cross-entropy-benchmarks",
  platforms: [.macOS(.v13)],
  dependencies: [.package(name: "weighted-cross-entropy", path: "..")],
  targets: [
    .executableTarget(
      name: "csv-throughput",
      dependencies: [
        .product(name: "DataFiles", package: "weighted-cross-entropy")
      ]),
    .executableTarget(
      name: "npy-throughput",
      dependencies: [
        .product(name: "DataFiles", package: "weighted-cross-entropy")
      ]),
  ],
  swiftLanguageModes: [.v6]
)
