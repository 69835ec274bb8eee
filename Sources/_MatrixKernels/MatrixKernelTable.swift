// SPDX-License-Identifier: Apache-2.0
/// The matrix kernels of one instruction set.
///
/// They work on a *tile*: rows of a matrix in column-major order, with a stride between columns.
/// Zeros pad the rows to a multiple of `rowAlignment` and the columns to a multiple of
/// `columnAlignment`, so no kernel has a tail.
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

  public static let rowAlignment = 16
  public static let columnAlignment = 4

  public typealias Source = UnsafePointer<Double>
  public typealias Output = UnsafeMutablePointer<Double>

  /// Writes `(source - mean) · inverseScale`, for any count.
  public var standardize:
    @Sendable (Source, _ count: Int, _ mean: Double, _ inverseScale: Double, Output) -> Void
  /// Writes the products of the tile and `count` vectors with one number per column. The vectors
  /// are consecutive. Each product has one number per row; they are at the tile's stride.
  public var products: @Sendable (Tile, _ vectors: Source, _ count: Int, Output) -> Void
  /// Adds the products of the transposed tile and `count` vectors with one number per row, at the
  /// tile's stride. Each product has one number per column; they are consecutive.
  public var addTransposedProducts:
    @Sendable (Tile, _ vectors: Source, _ count: Int, Output) -> Void
  /// Adds tileᵀ · diag(factors) · tile, with one factor per row, to a row-major square matrix with
  /// the tile's number of columns. It updates the whole lower triangle and parts of the upper
  /// triangle. `scratch` is memory for four columns at the tile's stride.
  public var addWeightedGram: @Sendable (Tile, _ factors: Source, _ scratch: Output, Output) -> Void
  /// The dot product of two vectors of any count.
  public var dot: @Sendable (Source, Source, _ count: Int) -> Double
  /// Adds a multiple of a vector to another, for any count.
  public var addScaled: @Sendable (_ factor: Double, Source, _ count: Int, Output) -> Void
  /// The sum of `source - center`, for any count.
  public var sum: @Sendable (Source, _ count: Int, _ center: Double) -> Double
  /// The sum of `(source - center)²`, for any count.
  public var squaredDeviation: @Sendable (Source, _ count: Int, _ center: Double) -> Double

  /// Creates the kernels for a vector type. The target of each instruction set calls this once, so
  /// the closures are compiled in that target, with its instructions.
  @inlinable @inline(__always)
  public init<V: MatrixVector>(_ vector: V.Type) {
    standardize = { MatrixLoop<V>.standardize($0, $1, $2, $3, $4) }
    products = { MatrixLoop<V>.products($0, $1, $2, $3) }
    addTransposedProducts = { MatrixLoop<V>.addTransposedProducts($0, $1, $2, $3) }
    addWeightedGram = { MatrixLoop<V>.addWeightedGram($0, $1, $2, $3) }
    dot = { MatrixLoop<V>.dot($0, $1, $2) }
    addScaled = { MatrixLoop<V>.addScaled($0, $1, $2, $3) }
    sum = { MatrixLoop<V>.sum($0, $1, $2) }
    squaredDeviation = { MatrixLoop<V>.squaredDeviation($0, $1, $2) }
  }
}
