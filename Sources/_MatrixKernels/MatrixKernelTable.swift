// SPDX-License-Identifier: Apache-2.0
/// One instruction set's matrix kernels.
///
/// They work on a *tile*: some rows of a matrix, column after column, `stride` elements from one
/// column to the next. The number of rows in a tile is padded to a multiple of `rowAlignment` and
/// the number of columns to a multiple of `columnAlignment`, both with zeros, so that no kernel has
/// a tail.
public struct MatrixKernelTable: Sendable {
  /// A tile in memory.
  public struct Tile {
    public var elements: UnsafeMutablePointer<Double>
    /// The distance between columns.
    public var stride: Int
    /// A multiple of `rowAlignment`, at most the stride.
    public var rows: Int
    /// A multiple of `columnAlignment`.
    public var columns: Int

    @inlinable
    public init(elements: UnsafeMutablePointer<Double>, stride: Int, rows: Int, columns: Int) {
      self.elements = elements
      self.stride = stride
      self.rows = rows
      self.columns = columns
    }
  }

  public static let rowAlignment = 8
  public static let columnAlignment = 4

  /// Writes `(source - mean) · inverseScale`; any count.
  public var standardize:
    @Sendable (
      _ source: UnsafePointer<Double>, _ count: Int, _ mean: Double, _ inverseScale: Double,
      _ output: UnsafeMutablePointer<Double>
    ) -> Void
  /// Writes the product of the tile and a vector of a number for each column: a number for each
  /// row.
  public var product:
    @Sendable (Tile, _ vector: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) ->
      Void
  /// Adds the product of the transposed tile and a vector of a number for each row: a number for
  /// each column.
  public var addTransposedProduct:
    @Sendable (Tile, _ vector: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) ->
      Void
  /// Multiplies every column by a vector of a number for each row.
  public var scaleRows: @Sendable (Tile, _ factors: UnsafePointer<Double>) -> Void
  /// Adds tileᵀ · tile to a row-major square matrix of the tile's number of columns, in the lower
  /// triangle (and in parts of the upper one).
  public var addGram: @Sendable (Tile, _ output: UnsafeMutablePointer<Double>) -> Void
  /// The sum of the products of two vectors; any count.
  public var dot: @Sendable (UnsafePointer<Double>, UnsafePointer<Double>, _ count: Int) -> Double
  /// Adds a multiple of a vector to another; any count.
  public var addScaled:
    @Sendable (
      _ factor: Double, _ source: UnsafePointer<Double>, _ count: Int,
      _ output: UnsafeMutablePointer<Double>
    ) -> Void
  /// The sum of `source - center`; any count.
  public var sum:
    @Sendable (_ source: UnsafePointer<Double>, _ count: Int, _ center: Double) -> Double
  /// The sum of `(source - center)²`; any count.
  public var squaredDeviation:
    @Sendable (_ source: UnsafePointer<Double>, _ count: Int, _ center: Double) -> Double

  /// The kernels on a vector type. Each instruction set's target calls this once, and the closures
  /// are compiled there, with that target's instructions.
  @inlinable @inline(__always)
  public init<V: MatrixVector>(_ vector: V.Type) {
    standardize = { MatrixLoop<V>.standardize($0, $1, $2, $3, $4) }
    product = { MatrixLoop<V>.product($0, $1, $2) }
    addTransposedProduct = { MatrixLoop<V>.addTransposedProduct($0, $1, $2) }
    scaleRows = { MatrixLoop<V>.scaleRows($0, $1) }
    addGram = { MatrixLoop<V>.addGram($0, $1) }
    dot = { MatrixLoop<V>.dot($0, $1, $2) }
    addScaled = { MatrixLoop<V>.addScaled($0, $1, $2, $3) }
    sum = { MatrixLoop<V>.sum($0, $1, $2) }
    squaredDeviation = { MatrixLoop<V>.squaredDeviation($0, $1, $2) }
  }
}
