// SPDX-License-Identifier: Apache-2.0
public import WeightedCrossEntropy

/// An error of a call on a GPU: what was wrong, and where.
public struct CUDAError: Error, Hashable, Sendable {
  package let problem: Problem

  package init(_ problem: Problem) { self.problem = problem }

  /// A kind of error. Later versions may add kinds, so a `switch` over codes needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// There is no CUDA driver, or one that is too old.
    public static let noDriver = Code(description: "noDriver")
    /// There is no GPU of that number.
    public static let noDevice = Code(description: "noDevice")
    /// A function of the driver failed. After some errors, such as an illegal address, the driver
    /// fails all later calls of the process.
    public static let driver = Code(description: "driver")
    /// The arguments of the loss are invalid: see ``CUDAError/lossError``.
    public static let loss = Code(description: "loss")
    /// An address is not memory of the GPU of the call, or not aligned to its elements; or class
    /// weights on the host would be captured in a graph.
    public static let invalidAddress = Code(description: "invalidAddress")
    /// There are more elements than a launch can have threads for.
    public static let tooManyElements = Code(description: "tooManyElements")
    /// An output overlaps another buffer and is not the buffer of an input.
    public static let overlap = Code(description: "overlap")
  }

  /// The kind of error.
  public var code: Code {
    switch problem {
    case .driverNotFound, .driverTooOld: .noDriver
    case .noDevice: .noDevice
    case .driver: .driver
    case .loss: .loss
    case .notOnDevice, .otherDevice, .unaligned, .nullPointer, .capturedClassWeights:
      .invalidAddress
    case .tooManyElements: .tooManyElements
    case .overlap: .overlap
    }
  }

  /// The error of the arguments, as a call on the CPU throws it.
  public var lossError: LossError? {
    if case .loss(let error) = problem { error } else { nil }
  }

  package enum Problem: Hashable, Sendable {
    case driverNotFound
    case driverTooOld(missing: String)
    case driver(function: String, name: String, details: String)
    case loss(LossError)
    case notOnDevice(buffer: String)
    case otherDevice(buffer: String, device: Int, expected: Int)
    case unaligned(buffer: String, alignment: Int)
    case nullPointer(buffer: String)
    case capturedClassWeights
    case tooManyElements(Int)
    case noDevice(Int, count: Int)
    case overlap(String, String)
  }
}

extension CUDAError: CustomStringConvertible {
  /// One line. The errors of the driver have its names for the function and the error.
  public var description: String {
    switch problem {
    case .driverNotFound: "no CUDA driver: libcuda.so.1 not found"
    case .driverTooOld(let missing):
      "the CUDA driver is too old: it has no \(missing); install 11.2 or later"
    case .driver(let function, let name, let details):
      "\(function): \(name)" + (details.isEmpty ? "" : ": \(details)")
    case .loss(let error): error.description
    case .notOnDevice(let buffer): "\(buffer) is not memory of a GPU"
    case .otherDevice(let buffer, let device, let expected):
      "\(buffer) is memory of GPU \(device), the first output of GPU \(expected)"
    case .unaligned(let buffer, let alignment):
      "\(buffer) is not aligned to \(alignment) bytes"
    case .nullPointer(let buffer): "\(buffer) is null"
    case .capturedClassWeights:
      "class weights on the host cannot be captured in a graph; copy them to the GPU first"
    case .tooManyElements(let count):
      "a call on a GPU has at most 2^40 elements, received \(count)"
    case .noDevice(let number, let count): "there is no GPU \(number), but \(count) from 0"
    case .overlap(let output, let other):
      "\(output) and \(other) overlap and are not the same buffer"
    }
  }
}
