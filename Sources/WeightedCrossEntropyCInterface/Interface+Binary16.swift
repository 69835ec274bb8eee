// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy.h on float16. The compiler checks that they match it.

import WeightedCrossEntropy

@c @implementation
public func wce_loss_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ options: UnsafePointer<wce_options>!,
  _ losses: UnsafeMutablePointer<UInt16>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluate(.loss, of: WCE_REDUCTION_NONE, into: losses)
  }
}

@c @implementation
public func wce_gradient_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ gradient: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluate(.gradient, of: reduction, into: gradient)
  }
}

@c @implementation
public func wce_second_derivative_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluate(.secondDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_target_derivative_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluate(.targetDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_positive_weight_derivative_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluate(.positiveWeightDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_loss_with_gradient_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ options: UnsafePointer<wce_options>!,
  _ losses: UnsafeMutablePointer<UInt16>!, _ gradient: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.evaluateLossWithGradient(losses: losses, gradient: gradient)
  }
}

@c @implementation
public func wce_value_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ value: UnsafeMutablePointer<UInt16>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.reduce(reduction, into: value)
  }
}

@c @implementation
public func wce_value_with_gradient_f16(
  _ count: Int64, _ logits: UnsafePointer<UInt16>!, _ targets: UnsafePointer<UInt16>!,
  _ weights: UnsafePointer<UInt16>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ value: UnsafeMutablePointer<UInt16>!,
  _ gradient: UnsafeMutablePointer<UInt16>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(HalfStorage.binary16, count, logits, targets, weights, options)
    try call.reduce(reduction, into: value, gradient: gradient)
  }
}
