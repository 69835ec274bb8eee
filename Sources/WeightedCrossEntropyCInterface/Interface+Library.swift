// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy.h that describe the library. The compiler checks them
// against the header.

import WeightedCrossEntropy

@c @implementation
public func wce_interface_version() -> Int32 { WCE_INTERFACE_MAJOR * 1000 + WCE_INTERFACE_MINOR }

@c @implementation
public func wce_instruction_set() -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch InstructionSet.selected {
    case .success(.baseline): "baseline"
    case .success(.avx2): "avx2"
    case .success(.avx512): "avx512"
    case .failure: "unavailable"
    }
  // A static string exists as long as the program.
  return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}
