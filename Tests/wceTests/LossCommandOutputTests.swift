// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WeightedCrossEntropy
import _TestSupport

/// The output of `wce loss`. The expected numbers were computed with 50 digits and rounded.
@Suite struct LossCommandOutputTests {
  var place: Workplace
  init() throws { place = try Workplace() }

  @Test(arguments: InstructionSet.available)
  func reportOnEveryInstructionSet(_ set: InstructionSet) throws {
    var place = place
    place.tool.environment["WCE_INSTRUCTION_SET"] = set.rawValue
    #expect(
      try place.loss("x.npy z.npy --pos-weight 9")
        == Outcome(
          output: """
            mean loss        1.5472327
            sum              9.283397
            elements         6 float32, shape [2, 3]
            weight sum       6
            positive weight  9

            """))
    #expect(
      try place.loss("t.csv:logit t.csv:label --pos-weight 9 --weights t.csv:w --normalize weights")
        == Outcome(
          output: """
            weighted mean    2.03969342086837
            sum              11.218313814776035
            elements         6 float64, shape [6]
            weight sum       5.5
            positive weight  9

            """))
    #expect(
      try place.loss("x.npy z.npy --pos-weights 1,2,3 --axis -1 --reduction sum")
        == Outcome(
          output: """
            sum              3.2306786
            mean loss        0.5384464
            elements         6 float32, shape [2, 3]
            weight sum       6
            positive weight  1, 2, 3 along axis -1

            """))
    #expect(
      try place.loss("x.npy z.npy --pos-weight 9 --json")
        == Outcome(
          output:
            #"{"count":6,"dtype":"float32","mean":1.5472327,"positiveWeight":9,"shape":[2,3],"#
            + #""sum":9.283397,"weightSum":6}"# + "\n"))
  }

  @Test func elementwiseLossesOnStandardOutput() throws {
    let lines = try place.loss("x.npy z.npy --pos-weight 9 --reduction none").output.split(
      separator: "\n")
    #expect(lines.first == "loss")
    let expected: [Float] = [0.6931472, 2.8193552, 0.3132617, 1.1423521, 0.048587352, 4.2666926]
    let losses = lines.dropFirst().compactMap { Float($0) }
    #expect(losses.count == 6)
    #expect(zip(losses, expected).allSatisfy { abs($0 - $1) <= 3 * $1.ulp })
    // The shortest digits that identify the number in its type.
    #expect(zip(lines.dropFirst(), losses).allSatisfy { $0 == "\($1)" })
  }

  /// The fields of the JSON object, the only output.
  private func fields(_ arguments: String) throws -> [String: any Sendable] {
    let outcome = try place.loss(arguments + " --json")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.count { $0 == "\n" } == 1)
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(object as? [String: any Sendable])
  }

  @Test func theKeysOfJSONAreFixed() throws {
    try place.write(NPYFile("<f4", [0, 3], [Float]()).bytes, to: "e.npy")
    let keys: Set = ["count", "shape", "dtype", "sum", "mean", "weightSum", "positiveWeight"]
    for arguments in [
      "x.npy z.npy", "t.csv:logit t.csv:label --weights t.csv:w", "x.npy z.npy --reduction none",
      "e.npy e.npy --reduction sum", "x.npy z.npy --pos-weights 1,2 --axis 0",
      "x.npy z.npy --gradient g.npy --output o.csv",
    ] {
      #expect(try Set(fields(arguments).keys) == keys, "\(arguments)")
    }
  }

  @Test func valuesInJSON() throws {
    let fields = try fields("x.npy z.npy --weights w.npy --pos-weights 1,0.5,3 --axis 1")
    #expect(fields["shape"] as? [Int] == [2, 3])
    #expect(fields["count"] as? Int == 6)
    #expect(fields["dtype"] as? String == "float32")
    #expect(fields["weightSum"] as? Double == 5.5)
    #expect(fields["positiveWeight"] as? [Double] == [1, 0.5, 3])
    try place.write(NPYFile("<f8", [], [20.0]).bytes, to: "scalar.npy")
    try place.write(NPYFile("<i8", [], [0]).bytes, to: "zero.npy")
    // A scalar has the shape []. softplus(20), in all 17 digits; Foundation reads fewer.
    let scalar = try place.loss("scalar.npy zero.npy --json").output
    #expect(scalar.contains(#""shape":[],"sum":20.000000002061153,"#))
  }

  @Test func nonFiniteNumbersAreStringsInJSON() throws {
    try place.write(NPYFile("<f4", [2], [Float.infinity, 1]).bytes, to: "inf.npy")
    try place.write(NPYFile("|u1", [2], [0, 1] as [UInt8]).bytes, to: "01.npy")
    let fields = try fields("inf.npy 01.npy")
    #expect(fields["sum"] as? String == "inf")
    #expect(fields["mean"] as? String == "inf")
    #expect(
      try place.loss("inf.npy 01.npy").output.hasPrefix(
        "mean loss        inf\nsum              inf\n"))
  }

  @Test func whatIsUndefined() throws {
    try place.write(NPYFile("<f4", [0, 3], [Float]()).bytes, to: "e.npy")
    #expect(
      try place.loss("e.npy e.npy --reduction sum")
        == Outcome(
          output: """
            sum              0.0
            mean loss        undefined
            elements         0 float32, shape [0, 3]
            weight sum       0
            positive weight  1

            """))
    #expect(try fields("e.npy e.npy --reduction sum")["mean"] is NSNull)
    #expect(try place.loss("e.npy e.npy --reduction none") == Outcome(output: "loss\n"))
    // No elements give a file of no elements.
    #expect(try place.loss("e.npy e.npy --reduction sum --gradient g.npy").status == 0)
    #expect(NPYFile<Float>(try place.directory.read("g.npy")) == NPYFile("<f4", [0, 3], []))
  }

  @Test func largeWeightsAreWrittenInFull() throws {
    try place.write(
      NPYFile("<f4", [2, 3], [0x1p29, 0x1p29, 0, 0.25, 0, 0] as [Float]).bytes, to: "w.npy")
    let arguments = "x.npy z.npy --weights w.npy --pos-weight 16777216"
    #expect(
      try place.loss(arguments).output.hasSuffix(
        "weight sum       1073741824\npositive weight  16777216\n"))
    #expect(try (fields(arguments)["weightSum"] as? Double).map(Float.init) == 0x1p30)
    try place.write(NPYFile("<f4", [2, 3], [0.5, 0, 0, 0.25, 0, 0] as [Float]).bytes, to: "w.npy")
    #expect(
      try place.loss("x.npy z.npy --weights w.npy --pos-weight 0.1").output.hasSuffix(
        "weight sum       0.75\npositive weight  0.1\n"))
  }

  @Test func labelSmoothing() throws {
    // The same by hand: z (1 - 0.1) + 0.05.
    try place.write(
      "logit,label\n0,0.05\n1,0.95\n-1,0.05\n2,0.95\n-3,0.05\n0.5,0.95\n", to: "s.csv")
    let smoothed = try fields("t.csv:logit t.csv:label --pos-weight 9 --label-smoothing 0.1")
    let byHand = try fields("s.csv:logit s.csv:label --pos-weight 9")
    let (first, second) = (
      try #require(smoothed["sum"] as? Double), try #require(byHand["sum"] as? Double)
    )
    #expect(abs(first - second) < 1e-14)
    #expect(abs(first - 11.314688179087872) < 1e-14)
  }

  @Test func aWeightOfZeroMasksNaN() throws {
    try place.write(NPYFile("<f4", [3], [1, .nan, 2] as [Float]).bytes, to: "x3.npy")
    try place.write(NPYFile("<f4", [3], [1, 7, 0] as [Float]).bytes, to: "z3.npy")
    try place.write(NPYFile("|b1", [3], [1, 0, 1] as [UInt8]).bytes, to: "w3.npy")
    let arguments = "x3.npy z3.npy --weights w3.npy --reduction sum --output o.npy --gradient g.npy"
    #expect(try place.loss(arguments).status == 0)
    let losses = try #require(NPYFile<Float>(try place.directory.read("o.npy"))).elements
    let gradient = try #require(NPYFile<Float>(try place.directory.read("g.npy"))).elements
    #expect(losses[1] == 0 && gradient[1] == 0)
    #expect(abs(losses[0] - 0.3132617) < 1e-6 && abs(losses[2] - 2.126928) < 1e-6)
    #expect(abs(gradient[0] + 0.26894143) < 1e-6 && abs(gradient[2] - 0.8807971) < 1e-6)
  }

  @Test func namesInErrors() throws {
    #expect(
      try place.loss("x.npy t.csv:label --name criterion")
        == .failure(
          65,
          "t.csv: criterion: logits and targets must have the same shape, received [2, 3] and [6]"))
  }
}
