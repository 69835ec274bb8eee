// SPDX-License-Identifier: Apache-2.0
/// A kernel of the GPU. The PTX modules are built from the same list as `GPUKernel.all`.
public struct GPUKernel: Hashable, Sendable {
  public var quantity: GPUQuantity
  public var form: GPUForm
  public var storage: GPUStorageType

  public init(_ quantity: GPUQuantity, _ form: GPUForm, _ storage: GPUStorageType) {
    (self.quantity, self.form, self.storage) = (quantity, form, storage)
  }

  /// Every kernel.
  public static let all = GPUStorageType.allCases.flatMap { storage in
    GPUQuantity.allCases.flatMap { quantity in
      quantity.forms.map { GPUKernel(quantity, $0, storage) }
    }
  }

  /// A number below `indexCount`, of which no other kernel has the same.
  public var index: Int {
    (storage.rawValue * GPUForm.allCases.count + form.rawValue) * GPUQuantity.allCases.count
      + quantity.rawValue
  }

  public static var indexCount: Int {
    GPUStorageType.allCases.count * GPUForm.allCases.count * GPUQuantity.allCases.count
  }

  /// The PTX module that holds the kernel. Modules are small, because the driver compiles each on
  /// its first use.
  public var module: String { "\(quantity)_\(storage)" }

  /// The name of the entry point in the module.
  public var name: String { "wce_\(quantity)_\(form)_\(storage)" }

  /// The number of elements that a group of threads processes.
  public var groupLength: Int {
    switch quantity {
    case .loss, .gradient, .secondDerivative, .targetDerivative, .positiveWeightDerivative,
      .lossWithGradient:
      16 / storage.byteCount * GPULayout.threadCount
    case .lossSum, .lossSumWithGradient, .weightSum: GPULayout.blockLength
    }
  }

  /// The number of bytes of memory that the threads of a group share.
  public var sharedByteCount: Int {
    guard quantity.isSum else { return 0 }
    return storage == .f64 ? SharedMemory<Double>.byteCount : SharedMemory<Float>.byteCount
  }

  /// The number of groups that process `count` elements. A sum of none has one group.
  public func groupCount(_ count: Int) -> Int {
    max((count + groupLength - 1) / groupLength, quantity.isSum ? 1 : 0)
  }
}

// Utilities/build-gpu-kernels reads the cases of the next three types.

/// What a kernel computes.
public enum GPUQuantity: Int, CaseIterable, Sendable {
  case loss
  case gradient
  case secondDerivative
  case targetDerivative
  case positiveWeightDerivative
  case lossWithGradient
  case lossSum
  case lossSumWithGradient
  case weightSum

  /// Whether the kernel adds the terms of all groups.
  public var isSum: Bool {
    switch self {
    case .lossSum, .lossSumWithGradient, .weightSum: true
    default: false
    }
  }

  /// The forms of the kernel. The sum of the weights has only one.
  public var forms: [GPUForm] {
    self == .weightSum ? [.plain] : GPUForm.allCases
  }
}

/// See `KernelForm`.
public enum GPUForm: Int, CaseIterable, Sendable {
  case plain
  case general
}

/// How the elements lie in memory. The arithmetic of the 16-bit types is that of Float.
public enum GPUStorageType: Int, CaseIterable, Sendable {
  case f32
  case f64
  case f16
  case bf16

  public var byteCount: Int {
    switch self {
    case .f32: 4
    case .f64: 8
    case .f16, .bf16: 2
    }
  }
}
