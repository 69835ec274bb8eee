// SPDX-License-Identifier: Apache-2.0
import _DataFiles
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// A model file reads back as the same model. Other files are errors with a reason.
@Suite struct ClassifierFileTests {
  private let directory: TemporaryDirectory
  private let table: CSVTable
  private let classifier: Classifier

  init() throws {
    directory = try TemporaryDirectory()
    var csv = "size,city,flat,bought\n"
    for row in 0..<60 {
      let city = ["Oslo", "Turin", "Köln \\\"x\\\""][row % 3]
      csv += "\(Double(row * 37 % 50) / 3),\(city),4,\(row % 4 == row % 3 ? 1 : 0)\n"
    }
    table = try CSVTable(contentsOf: directory.write(csv, to: "t.csv"))
    classifier = try Classifier(
      TrainingTable(table, target: TargetColumn(name: "bought")),
      settings: LogisticRegression(positiveWeight: 3, l2: 0.7))
  }

  /// The error after a change to the JSON of the model.
  private func problem(_ change: (inout [String: Any]) -> Void) throws -> ClassificationError? {
    var object = try #require(
      JSONSerialization.jsonObject(with: Data(classifier.json().utf8)) as? [String: Any])
    change(&object)
    let data = try JSONSerialization.data(withJSONObject: object)
    return classificationError { _ = try Classifier(json: data) }
  }

  @Test func roundTrip() throws {
    let path = directory.file("model.json")
    try classifier.write(to: path)
    let read = try Classifier.read(path)
    #expect(read == classifier)
    // Exactly the same numbers.
    let logits = try classifier.model.logits(classifier.encoding.features(table))
    #expect(try read.model.logits(read.encoding.features(table)) == logits)
    #expect(try read.json() == classifier.json())
  }

  /// A decoder takes one of the values and ignores the other.
  @Test(arguments: ["l2", "intercept", "mean", "\\u006c2"])
  func duplicateKeys(key: String) throws {
    let name = key == "\\u006c2" ? "l2" : key
    let json = try classifier.json().replacingOccurrences(
      of: "\"\(name)\" :", with: "\"\(key)\" : 0,\n\"\(name)\" :")
    let error = try #require(classificationError { _ = try Classifier(json: json.utf8) })
    #expect(error.code == .damagedModel)
    #expect(
      error.description
        == "this is not a usable model: the key \"\(name)\" occurs twice in an object")
  }

  @Test func filesThatAreTooLarge() throws {
    let error = try #require(classificationError { _ = try Classifier.read("/dev/zero") })
    #expect(error.code == .file)
    #expect(error.description == "/dev/zero: the file is larger than 67108864 bytes")
  }

  @Test func matrixModelHasNoTarget() throws {
    let (features, targets) = TestData.problem(rows: 50, columns: 2, seed: 40)
    let model = try Classifier(
      features: features, targets: targets,
      settings: LogisticRegression())
    #expect(model.target == nil)
    let json = try model.json()
    #expect(!json.contains("\"target\""))
    #expect(try Classifier(json: json.utf8) == model)
  }

  @Test func documentedMembers() throws {
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(classifier.json().utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "format", "version", "target", "header", "na", "missing", "columns", "features",
        "intercept",
        "originalIntercept",
        "positiveWeight", "l2", "certificate", "training",
      ])
    #expect(object["format"] as? String == "weighted-cross-entropy linear classifier")
    #expect(object["version"] as? Int == 1)
    #expect(object["positiveWeight"] as? Double == 3)
    #expect(object["l2"] as? Double == 0.7)
    let features = try #require(object["features"] as? [[String: Any]])
    #expect(
      features.map { $0["name"] as? String }
        == ["size", "city=Oslo", "city=Turin", "city=Köln \\\"x\\\"", "flat"])
    #expect(features.last?["standardDeviation"] as? Double == 0)
    // Foundation's untyped reader may differ in the last digit.
    let coefficient = try #require(features.first?["originalCoefficient"] as? Double)
    #expect(abs(coefficient - classifier.model.originalCoefficients[0]) < 1e-15)
    let certificate = try #require(object["certificate"] as? [String: Any])
    #expect(certificate["method"] as? String == "newton-cholesky")
    let training = try #require(object["training"] as? [String: Any])
    #expect(training["rowCount"] as? Int == 60)
  }

  @Test func trainingMetricsAreThoseOfTheTrainingRows() throws {
    let features = try classifier.encoding.features(table)
    let targets = try TargetColumn(name: "bought").targets(table.columns[3])
    let logits = try classifier.model.logits(features)
    #expect(classifier.training.rowCount == 60)
    #expect(classifier.training.positiveCount == targets.count { $0 == 1 })
    #expect(try classifier.training.raw == Evaluation(logits: logits, targets: targets))
    #expect(
      try classifier.training.calibrated
        == Evaluation(logits: classifier.model.calibratedLogits(logits), targets: targets))
  }

  @Test func constantFeaturesHaveNotices() throws {
    #expect(classifier.notices == ["dropped the feature \"flat\": it is constant"])
    let (features, targets) = TestData.problem(rows: 50, columns: 1, seed: 41)
    let constant = FeatureMatrix.Column.numbers([Double](repeating: 3, count: 50))
    let notices = try [2, 12].map { count in
      try Classifier(
        features: FeatureMatrix(
          columns: features.columns + [FeatureMatrix.Column](repeating: constant, count: count)),
        targets: targets,
        settings: LogisticRegression()
      ).notices
    }
    #expect(notices[0] == ["dropped 2 features that are constant: \"2\", \"3\""])
    let ten = (2...11).map { "\"\($0)\"" }.joined(separator: ", ")
    #expect(notices[1] == ["dropped 12 features that are constant: \(ten) and 2 more"])
  }

  /// A model of a table without a header predicts tables without a header.
  @Test func headerIsRemembered() throws {
    var headless = classifier
    headless.hasHeader = false
    let read = try Classifier(json: headless.json().utf8)
    #expect(!read.hasHeader)
    #expect(read == headless)
    #expect(try problem { $0["header"] = nil } == nil)
    #expect(try problem { $0["header"] = 3 } == .damagedModel("header: expected true or false"))
  }

  @Test func newerVersion() throws {
    let error = try problem { $0["version"] = 3 }
    #expect(error == .newerModel(version: 3, supported: 2))
    // Other members may differ in a later version.
    #expect(
      try problem { $0 = ["format": $0["format"]!, "version": 7] }
        == .newerModel(version: 7, supported: 2))
  }

  @Test func otherFiles() {
    func reason(_ text: String) -> String? {
      classificationError { _ = try Classifier(json: text.utf8) }.map { "\($0)" }
    }
    let other =
      "this is not a usable model: it lacks \"format\": \"weighted-cross-entropy "
      + "linear classifier\""
    #expect(reason("{}") == other)
    #expect(
      reason("{\"format\": \"something else\"}")
        == other.replacing("it lacks \"format\":", with: "it is a \"something else\", not a"))
    #expect(reason("") == "this is not a usable model: it is not JSON")
    #expect(reason("a,b\n1,2\n") == "this is not a usable model: it is not JSON")
    #expect(reason("[1, 2]") == "this is not a usable model: expected an object")
    #expect(reason("{\"format\": 1}") == "this is not a usable model: format: expected text")
  }

  @Test func everyTruncatedFileIsRejected() throws {
    let bytes = Array(try classifier.json().utf8)
    for length in stride(from: 0, to: bytes.count - 2, by: 97) {
      let error = classificationError { _ = try Classifier(json: bytes.prefix(length)) }
      #expect(error == .damagedModel("it is not JSON"))
    }
  }

  @Test func everyMissingMemberIsNamed() throws {
    for member in [
      "missing", "columns", "features", "intercept", "positiveWeight", "l2", "certificate",
      "training",
    ] {
      let error = try problem { $0[member] = nil }
      #expect(error == .damagedModel("the member \"\(member)\" is missing"))
    }
    #expect(try problem { $0["version"] = 0 } == .damagedModel("unknown format version 0"))
  }

  @Test func wrongMembersAreNamedWithTheirPlace() throws {
    func change(_ change: (inout [[String: Any]]) -> Void) throws -> String? {
      try problem { object in
        var features = object["features"] as! [[String: Any]]
        change(&features)
        object["features"] = features
      }.map { "\($0)" }
    }
    let prefix = "this is not a usable model: "
    #expect(try change { $0[1]["mean"] = "x" } == prefix + "features[1].mean: expected a number")
    #expect(
      try change { $0[2]["coefficient"] = nil } == prefix
        + "features[2]: the member \"coefficient\" is missing")
    #expect(
      try change { $0[0]["mean"] = NSNull() } == prefix
        + "features[0].mean: expected a number, received null"
    )
    #expect(try change { $0.removeLast() } == prefix + "the features do not match the columns")
    #expect(
      try change { $0[0]["name"] = "other" } == prefix + "the features do not match the columns"
    )
    #expect(
      try change { $0[0]["standardDeviation"] = -1 } == prefix
        + "the standard deviation of the feature \"size\" must be at least 0, received -1.0")
    #expect(
      try change {
        $0[0]["coefficient"] = -1e300
        $0[0]["standardDeviation"] = 1e-300
      } == prefix + "the original coefficient of the feature \"size\" must be finite, received -inf"
    )
    #expect(
      try change {
        $0[0]["coefficient"] = 1e200
        $0[0]["mean"] = 1e200
      } == prefix + "the original intercept must be finite, received -inf")
    #expect(
      try problem { $0["positiveWeight"] = 0 }
        == .damagedModel("the positive weight must be above 0, received 0.0"))
    #expect(
      try problem { $0["missing"] = "guess" }.map { "\($0)".hasPrefix(prefix + "missing: ") }
        == true)
    #expect(
      try problem {
        $0["columns"] = [] as [Any]; $0["features"] = [] as [Any]
      }
        == .damagedModel("it has no features"))
    let twice: [[String: Any]] = [
      ["name": "c", "kind": "categories", "categories": ["a", "a"], "fill": "a"]
    ]
    #expect(
      try problem { $0["columns"] = twice }
        == .damagedModel("columns[0].categories: a category occurs twice")
    )
  }

  @Test(.enabled(if: geteuid() != 0, "root can read every file"))
  func permissionDenied() throws {
    let path = try directory.write(classifier.json(), to: "model.json")
    func reason() -> String? {
      classificationError { _ = try Classifier.read(path) }.map { "\($0)" }
    }
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(reason() == "\(path): the file exists but cannot be read: permission denied")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: directory.path)
    #expect(reason() == "\(path): cannot be reached: permission denied for a directory of the path")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory.path)
  }

  @Test func filesThatCannotBeReadOrWritten() throws {
    let missing = classificationError { _ = try Classifier.read(directory.file("no.json")) }
    let error = try #require(missing?.fileError)
    #expect(error.code == .missingInput)
    #expect(missing.map { "\($0)" } == "\(directory.file("no.json")): no such file")
    #expect(missing?.code == .file && missing?.path == directory.file("no.json"))
    let folder = classificationError { _ = try Classifier.read(directory.path) }
    #expect(
      folder.map { "\($0)" } == "\(directory.path): cannot be read: it is a directory, not a file")
    let beyondAFile = try directory.write("{}", to: "file") + "/model.json"
    #expect(
      classificationError { _ = try Classifier.read(beyondAFile) }.map { "\($0)" }
        == "\(beyondAFile): no such file: a part of the path is not a directory")
    let unwritable = classificationError {
      try classifier.write(to: directory.file("none/model.json"))
    }
    #expect(unwritable?.fileError?.code == .cannotCreate)
  }
}
