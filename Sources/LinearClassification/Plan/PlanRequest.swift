// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy

/// What a plan needs next of the rows: a value that can be sent to where the rows are.
public struct PlanRequest: Sendable {
  /// The request as bytes, with a version and a checksum. The same request has the same bytes.
  public let bytes: [UInt8]
  /// The instruction set of the kernels, the same for all rows. A machine that lacks it throws an
  /// error.
  public let instructionSet: InstructionSet
  let shape: PlanSchema.Shape
  let content: PlanContent
  /// The checksum, which answers repeat.
  let checksum: UInt64

  init(_ content: PlanContent, shape: PlanSchema.Shape, instructionSet: InstructionSet) {
    self.content = content
    self.shape = shape
    self.instructionSet = instructionSet
    var writer = ByteWriter()
    writer.write(UInt8(InstructionSet.allCases.firstIndex(of: instructionSet) ?? 0))
    writer.write(count: shape.foldCount)
    writer.write(count: shape.areIndicators.count)
    for isIndicator in shape.areIndicators { writer.write(UInt8(isIndicator ? 1 : 0)) }
    content.write(to: &writer)
    (bytes, checksum) = PlanBytes.sealed(.request, writer.bytes)
  }

  /// A request from its bytes.
  ///
  /// - Parameter bytes: The bytes of a request.
  /// - Throws: ``ClassificationError`` if they are damaged or of another version.
  public init(bytes: [UInt8]) throws(ClassificationError) {
    var reader: ByteReader
    (reader, checksum) = try PlanBytes.opened(.request, bytes)
    let number = Int(try reader.read(UInt8.self))
    guard number < InstructionSet.allCases.count else {
      throw .damagedBytes("the instruction set \(number) is unknown")
    }
    instructionSet = InstructionSet.allCases[number]
    let foldCount = Int(try reader.read(UInt32.self))
    let columnCount = try reader.readCount(ofSize: 1)
    let indicators = try reader.readAll(columnCount) { (reader) throws(ClassificationError) in
      try reader.read(UInt8.self) == 1
    }
    shape = PlanSchema.Shape(areIndicators: indicators, foldCount: foldCount)
    guard columnCount > 0, shape.isValid else {
      throw .damagedBytes("\(columnCount) features and \(foldCount) folds are not possible")
    }
    content = try PlanContent(from: &reader, shape: shape)
    try reader.expectEnd()
    self.bytes = bytes
  }
}

extension PlanContent {
  /// The bound on the sums of an answer.
  private static let largestAnswer = 1 << 26

  fileprivate func write(to writer: inout ByteWriter) {
    func write(_ standardization: Standardization) {
      writer.write(standardization.means)
      writer.write(standardization.deviations)
    }
    switch self {
    case .moments: writer.write(UInt8(0))
    case .deviations(let means):
      writer.write(UInt8(1))
      for means in means { writer.write(means) }
    case .sums(let standardization, let requests):
      writer.write(UInt8(2))
      write(standardization)
      writer.write(count: requests.count)
      for request in requests {
        let rows: Int32 =
          switch request.rows {
          case .all: -1
          case .eachFold: -2
          case .allExcept(let fold): Int32(fold)
          }
        writer.write(rows)
        writer.write(UInt8((request.wantsHessian ? 1 : 0) | (request.wantsMargins ? 2 : 0)))
        writer.write(request.positiveWeight)
        writer.write(request.point)
      }
    case .counts(let standardization, let requests):
      writer.write(UInt8(3))
      write(standardization)
      writer.write(count: requests.count)
      for request in requests {
        writer.write(count: request.thresholds.count)
        writer.write(request.thresholds)
        for point in request.points {
          writer.write(UInt8(point == nil ? 0 : 1))
          writer.write(point ?? [])
        }
      }
    }
  }

  fileprivate init(
    from reader: inout ByteReader, shape: PlanSchema.Shape
  ) throws(ClassificationError) {
    let columns = shape.areIndicators.count
    func standardization() throws(ClassificationError) -> Standardization {
      let means = try reader.readFinites(columns)
      let deviations = try reader.readFinites(columns)
      guard deviations.allSatisfy({ $0 >= 0 }) else {
        throw .damagedBytes("a standard deviation is negative")
      }
      return Standardization(means: means, deviations: deviations)
    }
    var size = 0
    func add(_ count: Int, times: Int) throws(ClassificationError) {
      let (product, overflow) = count.multipliedReportingOverflow(by: times)
      guard !overflow, product <= Self.largestAnswer - size else {
        throw .damagedBytes("the answer would be too large")
      }
      size += product
    }
    switch try reader.read(UInt8.self) {
    case 0: self = .moments
    case 1:
      self = .deviations(
        means: try shape.areIndicators.map { (isIndicator) throws(ClassificationError) in
          isIndicator ? [] : try reader.readFinites(shape.foldCount)
        })
    case 2:
      let standardization = try standardization()
      let length = standardization.active.count + 1
      let count = try reader.readCount(ofSize: 13 + 8 * length)
      let requests = try reader.readAll(count) { (reader) throws(ClassificationError) in
        let fold = Int(try reader.read(Int32.self))
        let flags = try reader.read(UInt8.self)
        let positiveWeight = try reader.readFinite()
        guard fold >= -2, fold < shape.foldCount, flags < 4, positiveWeight > 0,
          flags & 1 == 0 || FitPlan.isPossible(columnCount: length)
        else { throw ClassificationError.damagedBytes("a request for sums is not possible") }
        let rows: SumRequest.Rows =
          fold == -1 ? .all : fold == -2 ? .eachFold : .allExcept(fold: fold)
        let request = SumRequest(
          positiveWeight: positiveWeight, point: try reader.readFinites(length), rows: rows,
          wantsHessian: flags & 1 == 1, wantsMargins: flags & 2 == 2)
        try add(
          request.groups(columnCount: length).reduce(0, +),
          times: request.partCount(foldCount: shape.foldCount))
        return request
      }
      self = .sums(standardization, requests)
    case 3:
      let standardization = try standardization()
      let length = standardization.active.count + 1
      let count = try reader.readCount(ofSize: 4 + shape.foldCount)
      let requests = try reader.readAll(count) { (reader) throws(ClassificationError) in
        let thresholds = try reader.readFinites(reader.readCount(ofSize: 8))
        guard zip(thresholds, thresholds.dropFirst()).allSatisfy({ $0 < $1 }) else {
          throw ClassificationError.damagedBytes("the thresholds are not in ascending order")
        }
        let points = try reader.readAll(shape.foldCount) { (reader) throws(ClassificationError) in
          try reader.read(UInt8.self) == 0 ? nil : try reader.readFinites(length)
        }
        let request = CountRequest(points: points, thresholds: thresholds)
        try add(request.size, times: 1)
        return request
      }
      self = .counts(standardization, requests)
    default: throw .damagedBytes("the kind of request is unknown")
    }
  }
}
