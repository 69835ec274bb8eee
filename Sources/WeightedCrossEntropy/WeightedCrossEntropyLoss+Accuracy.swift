/// The accuracy that the library documents and its tests assert.
extension WeightedCrossEntropyLoss {
  public static var maximumLossError: Double { 2 }
  public static var maximumSigmoidError: Double { 2 }
}
