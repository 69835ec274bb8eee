/// What is wrong with the cells of a table.
public enum TableProblem: Hashable, Sendable, CustomStringConvertible {
  case placeholder
  public var description: String { "" }
}
