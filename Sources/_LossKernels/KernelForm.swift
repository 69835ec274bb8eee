// SPDX-License-Identifier: Apache-2.0
/// The inputs that a kernel reads. Each form is a type, so the compiler emits a separate loop for
/// it.
public protocol KernelForm {
  /// Whether the kernel reads positive weights, element weights and smoothing.
  static var isGeneral: Bool { get }
}

/// One positive weight, no element weights, no smoothing: the common case.
public enum PlainForm: KernelForm {
  @inlinable @inline(__always)
  public static var isGeneral: Bool { false }
}

/// Any combination of: a positive weight for each element, element weights, label smoothing.
public enum GeneralForm: KernelForm {
  @inlinable @inline(__always)
  public static var isGeneral: Bool { true }
}
