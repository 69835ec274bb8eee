// swift-tools-version: 6.2
import PackageDescription

/// Settings every target shares. Continuous integration sets WCE_WARNINGS_AS_ERRORS; a user's newer
/// compiler with a new warning still builds the package.
let common: [SwiftSetting] =
  [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
  + (Context.environment["WCE_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
  name: "weighted-cross-entropy",
  // The oldest systems on which `Span` works.
  platforms: [.macOS(.v10_15), .iOS(.v13), .tvOS(.v13), .watchOS(.v6)],
  products: [
    .library(name: "DataFiles", targets: ["DataFiles"])
  ],
  targets: [
    .target(name: "DataFiles", swiftSettings: common),
    .target(name: "_TestSupport", path: "Tests/_TestSupport", swiftSettings: common),
    .testTarget(
      name: "DataFilesTests", dependencies: ["DataFiles", "_TestSupport"], resources: [.copy("Fixtures")],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
