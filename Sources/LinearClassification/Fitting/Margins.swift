// SPDX-License-Identifier: Apache-2.0
/// The distance between the logits of the two classes.
struct Margins {
  private var smallestPositive = Double.infinity
  private var largestNegative = -Double.infinity
  /// Whether a row of weight above 0 has a target between 0 and 1. If so, a finite optimum exists.
  private var hasSoftTarget = false

  init() {}

  init(_ logits: UnsafePointer<Double>, _ data: RowData) {
    for row in 0..<data.count where data.weights.map({ $0[row] > 0 }) ?? true {
      if data.targets[row] == 1 {
        smallestPositive = min(smallestPositive, logits[row])
      } else if data.targets[row] == 0 {
        largestNegative = max(largestNegative, logits[row])
      } else {
        hasSoftTarget = true
      }
    }
  }

  mutating func formUnion(_ other: Margins) {
    smallestPositive = min(smallestPositive, other.smallestPositive)
    largestNegative = max(largestNegative, other.largestNegative)
    hasSoftTarget = hasSoftTarget || other.hasSoftTarget
  }

  /// Whether a threshold on the logits separates the classes. If so, scaling the coefficients up
  /// always reduces the loss, and without a penalty there is no minimum (Albert and Anderson,
  /// Biometrika 1984).
  var areSeparated: Bool { !hasSoftTarget && largestNegative < smallestPositive }
}

// MARK: Bytes

extension Margins {
  static let byteCount = 17

  func write(to writer: inout ByteWriter) {
    writer.write(smallestPositive)
    writer.write(largestNegative)
    writer.write(UInt8(hasSoftTarget ? 1 : 0))
  }

  init(from reader: inout ByteReader) throws(ClassificationError) {
    smallestPositive = try reader.readDouble()
    largestNegative = try reader.readDouble()
    hasSoftTarget = try reader.read(UInt8.self) == 1
  }
}
