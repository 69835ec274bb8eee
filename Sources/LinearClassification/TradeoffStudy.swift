/// What different positive weights do to recall and precision, measured by cross-validation on rows that were held out.
///
/// Next to the path of weights stands its rival on the same folds: an unweighted model whose threshold moves instead. Encodes to JSON; the
/// report shows these numbers.
public struct TradeoffStudy: Codable, Hashable, Sendable {
  /// What was asked for.
  public struct Settings: Codable, Hashable, Sendable {
    /// The weights, rising, without repetition.
    public var positiveWeights: [Double]
    /// The number of folds.
    public var folds: Int
    /// What divides the rows among them.
    public var seed: UInt64
    /// The penalty λ of every fit.
    public var l2: Double
    /// What is asked of the trade-off.
    public var goal: TradeoffGoal?

    /// Settings; by default 16 weights from 0.1 to 100 and five folds.
    public init(
      positiveWeights: [Double] = TradeoffStudy.geometricPath(from: 0.1, through: 100, count: 16),
      folds: Int = 5, seed: UInt64 = 0, l2: Double = 1, goal: TradeoffGoal? = nil
    ) {
      self.positiveWeights = positiveWeights
      self.folds = folds
      self.seed = seed
      self.l2 = l2
      self.goal = goal
    }
  }

  /// A point of the precision–recall curve of the unweighted model.
  public struct CurvePoint: Codable, Hashable, Sendable {
    /// The threshold on the probability.
    public var threshold: Double
    /// The recall of the held-out rows at it.
    public var recall: Double
    /// Their precision.
    public var precision: Double
  }

  /// The reliability of a weighted model's probabilities before and after the correction by log q.
  public struct CalibrationComparison: Codable, Hashable, Sendable {
    /// The weight.
    public var positiveWeight: Double
    /// σ(x).
    public var before: ReliabilityCurve
    /// σ(x - log q).
    public var after: ReliabilityCurve
  }

  /// What was asked for.
  public var settings: Settings
  /// The number of rows that count.
  public var rowCount: Int
  /// The number of positive rows among them.
  public var positiveCount: Int
  /// A point for each weight: models trained with it, thresholded at 1/2.
  public var weightPath: [TradeoffPoint]
  /// A point for each weight: the unweighted models, thresholded at 1 / (1 + q).
  public var thresholdPath: [TradeoffPoint]
  /// The unweighted models at every threshold, thinned out.
  public var unweightedCurve: [CurvePoint]
  /// For the recommended weight, or else the one farthest from 1.
  public var calibration: CalibrationComparison
  /// The answer to the goal, where there is one.
  public var recommendation: Recommendation?

  /// Weights in equal ratios, ends included, the others rounded to three significant digits or as many more as keep all apart: what is
  /// shown of them is then all of them.
  ///
  /// - Precondition: `first` and `last` are above 0; `count` is at least 1 (and then the path is `first` alone).
  public static func geometricPath(from first: Double, through last: Double, count: Int) -> [Double] {
    let start = first.decimalLogarithm
    let end = last.decimalLogarithm
    let exact = (0..<count).map { index in
      switch index {
      case 0: first
      case count - 1: last
      default: (start + (end - start) * Double(index) / Double(count - 1)).powerOfTen
      }
    }
    for digits in 3..<16 {
      let rounded = exact.enumerated().map { index, weight in
        index == 0 || index == count - 1 ? weight : weight.rounded(significantDigits: digits)
      }
      if zip(rounded, rounded.dropFirst()).allSatisfy({ ($0 < $1) == (first < last) && $0 != $1 }) {
        return rounded
      }
    }
    return exact
  }
}

extension Double {
  /// The number above 0 rounded to so many significant decimal digits.
  fileprivate func rounded(significantDigits digits: Int) -> Double {
    let decimals = digits - 1 - Int(decimalLogarithm.rounded(.down))
    let scale = Double(decimals.magnitude).powerOfTen
    // A division by an exact power of ten gives the number that the decimal digits stand for.
    return decimals >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
  }
}
