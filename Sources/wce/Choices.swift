// A conformance of a public type is public, and so its protocol has to be.
public import ArgumentParser
public import LinearClassification

extension FeatureEncoding.MissingPolicy: ExpressibleByArgument {}
extension FeatureEncoding.UnseenPolicy: ExpressibleByArgument {}
extension Classifier.Probabilities: EnumerableFlag {}
