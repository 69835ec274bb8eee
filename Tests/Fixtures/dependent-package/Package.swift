// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package that depends on this one by version, as its users' packages do. SwiftPM refuses unsafe flags in such a dependency where its
// manifest is of tools older than 6.2. Utilities/check-dependent-package builds and runs it.
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
