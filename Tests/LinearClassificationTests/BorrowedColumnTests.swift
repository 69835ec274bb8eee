// SPDX-License-Identifier: Apache-2.0
import LinearClassification
import Testing
import _DataFiles
import _TestSupport

/// Columns in memory that belongs to someone else give the bits of columns of their own.
struct BorrowedColumnTests {
  /// Memory that is freed with its last column.
  private final class Owner: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
    private let isFreed: Locked<Bool>

    init(byteCount: Int, isFreed: Locked<Bool>) {
      memory = .allocate(byteCount: byteCount, alignment: 64)
      self.isFreed = isFreed
    }

    deinit {
      memory.deallocate()
      isFreed.withLock { $0 = true }
    }
  }

  enum Layout: CaseIterable { case consecutive, rows, backward, float }

  private func borrowed(
    _ features: FeatureMatrix, _ layout: Layout, isFreed: Locked<Bool>
  ) throws -> FeatureMatrix {
    let (rows, width) = (features.rowCount, features.columns.count)
    let owner = Owner(byteCount: rows * width * 8, isFreed: isFreed)
    guard let base = owner.memory.baseAddress else { return features }
    return try FeatureMatrix(
      columns: (0..<width).map { column in
        if layout == .float {
          let numbers = (base + column * rows * 4).bindMemory(to: Float.self, capacity: rows)
          for row in 0..<rows { numbers[row] = Float(features.columns[column][row]) }
          return .borrowed(BorrowedColumn(numbers, count: rows, owner: owner))
        }
        let numbers = base.assumingMemoryBound(to: Double.self)
        let (start, step) =
          switch layout {
          case .rows: (column, width)
          case .backward: (column * rows + rows - 1, -1)
          case .consecutive, .float: (column * rows, 1)
          }
        for row in 0..<rows { numbers[start + row * step] = features.columns[column][row] }
        return .borrowed(
          BorrowedColumn(numbers + start, stride: step * 8, count: rows, owner: owner))
      }, names: features.names)
  }

  @Test(arguments: Layout.allCases)
  func layoutsGiveTheSameBits(_ layout: Layout) throws {
    var (features, targets) = TestData.problem(rows: 5000, columns: 3, seed: 21)
    if layout == .float {
      features = try FeatureMatrix(
        columns: features.columns.map { column in
          .numbers((0..<5000).map { Double(Float(column[$0])) })
        })
    }
    let isFreed = Locked(false)
    do {
      let other = try borrowed(features, layout, isFreed: isFreed)
      let settings = LogisticRegression(positiveWeight: 3)
      for weights in [nil, (0..<5000).map { Double($0 % 3) }] {
        let model = try settings.fit(features, targets: targets, weights: weights)
        #expect(try settings.fit(other, targets: targets, weights: weights) == model)
        #expect(try model.logits(other) == model.logits(features))
      }
      let study = TradeoffStudy.Settings(positiveWeights: [1, 4], folds: 3)
      let expected = try TradeoffStudy(features, targets: targets, settings: study)
      #expect(try TradeoffStudy(other, targets: targets, settings: study) == expected)
      let part = other.rows([7, 3])
      #expect(part.columns[1][0] == features.columns[1][7])
      #expect(!isFreed.withLock { $0 })
    }
    #expect(isFreed.withLock { $0 })
  }

  @Test func aNumberThatIsNotFiniteIsNamed() throws {
    var numbers = [Double](repeating: 1, count: 100)
    numbers[41] = .nan
    let features = try borrowed(
      FeatureMatrix(columns: [.numbers(numbers)], names: ["age"]), .rows, isFreed: Locked(false))
    let error = #expect(throws: ClassificationError.self) {
      try LogisticRegression().fit(features, targets: (0..<100).map { Double($0 % 2) })
    }
    #expect(error?.row == 42 && error?.column == "age")
  }

  @Test func numbersThatMayBeMissing() {
    let owner = Owner(byteCount: 800, isFreed: Locked(false))
    let numbers = owner.memory.bindMemory(to: Double.self)
    numbers.initialize(repeating: -1)
    func haveNoNaN() -> Bool {
      guard let base = owner.memory.baseAddress else { return false }
      return BorrowedNumbers(at: base, stride: 8, isFloat: false, count: 99, owner: owner).haveNoNaN
    }
    #expect(haveNoNaN())
    for index in [0, 50, 95, 96, 98] {
      numbers[index] = .nan
      #expect(!haveNoNaN())
      numbers[index] = 0
    }
    numbers[99] = .nan
    #expect(haveNoNaN())
  }
}
