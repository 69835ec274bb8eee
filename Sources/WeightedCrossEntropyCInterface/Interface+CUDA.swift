// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy_cuda.h. The compiler checks them against the header.

import WeightedCrossEntropy
import WeightedCrossEntropyCUDA
import _LossKernelsCUDA

@c @implementation
public func wce_cuda_loss(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ losses: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.loss, into: losses)
  }
}

@c @implementation
public func wce_cuda_gradient(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ gradient: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.gradient, of: reduction, into: gradient)
  }
}

@c @implementation
public func wce_cuda_second_derivative(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ derivative: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.secondDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_cuda_target_derivative(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ derivative: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.targetDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_cuda_positive_weight_derivative(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ derivative: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.positiveWeightDerivative, of: reduction, into: derivative)
  }
}

@c @implementation
public func wce_cuda_loss_with_gradient(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ losses: UnsafeMutableRawPointer!, _ gradient: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.evaluate(.lossWithGradient, into: gradient, losses: losses)
  }
}

@c @implementation
public func wce_cuda_value(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ value: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.reduce(reduction, into: value)
  }
}

@c @implementation
public func wce_cuda_value_with_gradient(
  _ type: wce_cuda_type, _ count: Int64, _ logits: UnsafeRawPointer!,
  _ targets: UnsafeRawPointer!, _ weights: UnsafeRawPointer!, _ reduction: wce_reduction,
  _ options: UnsafePointer<wce_options>!, _ stream: wce_cuda_stream!,
  _ value: UnsafeMutableRawPointer!, _ gradient: UnsafeMutableRawPointer!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let call = DeviceCall(type, count, logits, targets, weights, options, stream)
    try call.reduce(reduction, into: value, gradient: gradient)
  }
}
