// SPDX-License-Identifier: Apache-2.0
/// The kernels with the instructions that every processor of the architecture has.
public enum BaselineKernels {
  public static let float = KernelTable(BaselineFloatVector.self)
  public static let double = KernelTable(BaselineDoubleVector.self)
}
