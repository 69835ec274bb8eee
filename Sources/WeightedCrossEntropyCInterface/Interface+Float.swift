// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy.h on Float. The compiler checks them against the header.

import WeightedCrossEntropy

@c @implementation
public func wce_loss_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ options: UnsafePointer<wce_options>!,
  _ losses: UnsafeMutablePointer<Float>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluate(.loss, of: WCE_REDUCTION_NONE, into: losses)
  }
}

@c @implementation
public func wce_gradient_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ gradient: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluate(.gradient, of: reduction, into: gradient)
  }
}

@c @implementation
public func wce_second_derivative_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluate(.secondDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_target_derivative_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluate(.targetDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_positive_weight_derivative_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ derivative: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluate(.positiveWeightDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_loss_with_gradient_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ options: UnsafePointer<wce_options>!,
  _ losses: UnsafeMutablePointer<Float>!, _ gradient: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.evaluateLossWithGradient(losses: losses, gradient: gradient)
  }
}

@c @implementation
public func wce_value_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ value: UnsafeMutablePointer<Float>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.reduce(reduction, into: value)
  }
}

@c @implementation
public func wce_value_with_gradient_f32(
  _ count: Int64, _ logits: UnsafePointer<Float>!, _ targets: UnsafePointer<Float>!,
  _ weights: UnsafePointer<Float>!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ value: UnsafeMutablePointer<Float>!,
  _ gradient: UnsafeMutablePointer<Float>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = try LossCall(InPlaceStorage<Float>(), count, logits, targets, weights, options)
    try call.reduce(reduction, into: value, gradient: gradient)
  }
}
