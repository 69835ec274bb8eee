// SPDX-License-Identifier: Apache-2.0
/// Which inputs a kernel reads. The choice is a type, so that each form compiles to its own loop.
public protocol KernelForm {
  /// Whether there may be positive weights per element, element weights and smoothing.
  static var isGeneral: Bool { get }
}

/// One positive weight, no element weights, no smoothing: the common case.
public enum PlainForm: KernelForm {
  @inlinable @inline(__always)
  public static var isGeneral: Bool { false }
}

/// Any of: a positive weight for each element, element weights, label smoothing. One form serves every combination.
public enum GeneralForm: KernelForm {
  @inlinable @inline(__always)
  public static var isGeneral: Bool { true }
}
