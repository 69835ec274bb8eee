// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package that depends on this one by version, as users' packages do. SwiftPM 6.2 and later
// accepts the unsafe flags of such a dependency. Utilities/check-dependent-package builds and runs
// it.
let package = Package(
  name: "dependent",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: Context.environment["WCE_REPOSITORY"] ?? "", from: "1.0.0")
  ],
  targets: [
    .executableTarget(
      name: "dependent",
      dependencies: [
        .product(name: "WeightedCrossEntropy", package: "weighted-cross-entropy"),
        .product(name: "LinearClassification", package: "weighted-cross-entropy"),
      ])
  ]
)
