import DataFiles
import WeightedCrossEntropy

/// What the tool computes in: a type of the loss that files are read into and that JSON can hold, `Float` or `Double`.
typealias FileScalar = LossScalar & NumericScalar & Encodable
